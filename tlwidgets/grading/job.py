"""One submission as a piece of work: what goes to a thread or a worker, and what comes back."""

from __future__ import annotations

from dataclasses import dataclass

from .assignment import Assignment
from .engine import Engine, Trouble
from .sandbox import Limits
from .unit import Mark, Ran, judge, run

__all__ = ["Done", "Work", "do"]


@dataclass(frozen=True)
class Work:
    """One submission to be run and judged, or only judged when it was run before."""

    key: str
    raw: bytes
    ran: Ran | None


@dataclass(frozen=True)
class Done:
    """What came of a piece of work; ``problem`` when the infrastructure failed."""

    key: str
    ran: Ran | None = None
    marks: list[Mark] | None = None
    problem: str = ""


def do(engine: Engine, assignment: Assignment, work: Work, seed: int, limits: Limits) -> Done:
    """Run and judge one submission."""
    try:
        ran = work.ran or run(engine, assignment, work.raw, seed, limits)
        return Done(work.key, ran, judge(engine, assignment, ran, seed, limits))
    except Trouble as e:
        return Done(work.key, problem=f"Not graded, the machine is to blame: {e}.")
