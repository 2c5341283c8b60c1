"""One submission as a piece of work: what goes to a thread or a worker, and what comes back."""

from __future__ import annotations

from dataclasses import dataclass

from .assignment import Assignment
from .engine import Engine, InfrastructureError
from .sandbox import Limits
from .unit import RunResult, Score, judge, run

__all__ = ["Job", "JobResult", "do"]


@dataclass(frozen=True)
class Job:
    """One submission to be run and judged, or only judged when it was run before."""

    key: str
    raw: bytes
    ran: RunResult | None


@dataclass(frozen=True)
class JobResult:
    """What came of a piece of work; ``problem`` when the infrastructure failed."""

    key: str
    ran: RunResult | None = None
    scores: list[Score] | None = None
    problem: str = ""


def do(engine: Engine, assignment: Assignment, work: Job, seed: int, limits: Limits) -> JobResult:
    """Run and judge one submission."""
    try:
        ran = work.ran or run(engine, assignment, work.raw, seed, limits)
        return JobResult(work.key, ran, judge(engine, assignment, ran, seed, limits))
    except InfrastructureError as e:
        return JobResult(work.key, problem=f"Not graded, the machine is to blame: {e}.")
