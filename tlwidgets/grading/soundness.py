"""The proof that an assignment is sound, before a class gets it."""

from __future__ import annotations

import secrets

from .assignment import Assignment, problems
from .engine import Engine, InfrastructureError
from .sandbox import Limits
from .unit import hidden_tests, judge, run

__all__ = ["verify"]


def _points(engine: Engine, assignment: Assignment, raw: bytes, limits: Limits) -> tuple[dict[str, bool], list[str]]:
    seed = secrets.randbits(32)
    ran = run(engine, assignment, raw, seed, limits)
    scores = judge(engine, assignment, ran, seed, limits)
    return {m.test: m.passed for m in scores}, [f"{k}: {v}" for k, v in ran.errors.items()] + [m.detail for m in scores]


def verify(assignment: Assignment, engine: Engine, limits: Limits | None = None, *, seeds: int = 2) -> list[str]:
    """Return what is wrong with an assignment; nothing when it is sound.

    The solution must get full points, for each of ``seeds`` random seeds, and the empty copy must get none; every stub
    must match its solution; and nothing of a hidden test may stand in the release.
    """
    limits = limits or Limits()
    said = problems(assignment)
    titles = {t.name: t.title for t in hidden_tests(assignment)}
    try:
        for _ in range(seeds):
            passed, why = _points(engine, assignment, assignment.notebook(assignment.instructor()), limits)
            lost = [titles[name] for name, ok in passed.items() if not ok]
            said += [f"the solution does not pass {title!r} ({'; '.join(w for w in why if w)[:300]})" for title in lost]
            if lost:
                break
        passed, _ = _points(engine, assignment, assignment.notebook(assignment.release()), limits)
        said += [f"the empty copy passes {titles[name]!r}" for name, ok in passed.items() if ok]
    except InfrastructureError as e:
        said.append(f"it could not be run: {e}")
    return said
