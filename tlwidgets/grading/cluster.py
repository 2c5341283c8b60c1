"""The same work on a Dask cluster. A worker starts sandboxes; submitted code is never run in the worker itself."""

from __future__ import annotations

import threading
from typing import Any

from .._dask import connect
from ..errors import CourseError
from . import sandbox
from .assignment import Assignment
from .engine import Engine
from .job import Job, JobResult, do
from .sandbox import Limits

__all__ = ["Cluster"]

_engines: dict[tuple[str, tuple[str, ...]], Engine] = {}
_lock = threading.Lock()


def _engine(kind: str, preload: tuple[str, ...], trusted: bool) -> Engine:
    """Return the engine of this worker process; the first call starts it."""
    with _lock:
        if (kind, preload) not in _engines:
            _engines[kind, preload] = Engine(sandbox.choose(kind, trusted=trusted), preload)
        return _engines[kind, preload]


def _task(kind: str, trusted: bool, assignment: Assignment, work: Job, seed: int, limits: Limits) -> JobResult:
    try:
        engine = _engine(kind, assignment.preload, trusted)
    except CourseError as e:
        return JobResult(work.key, problem=f"Not graded, a worker has no sandbox: {e}")
    return do(engine, assignment, work, seed, limits)


class Cluster:
    """Does work on the workers of a Dask scheduler.

    A worker that is lost gives its work to another one; a result counts once, because it is kept under its hash.
    """

    def __init__(
        self, address: str, kind: str, assignment: Assignment, seed: int, limits: Limits, *, trusted: bool = False
    ) -> None:
        self._dask = connect(address)
        self.width = self._dask.width
        self._shared = self._dask.client.scatter(assignment, broadcast=True)
        self._rest = (kind, trusted, seed, limits)

    def submit(self, work: Job) -> Any:
        """Start a piece of work."""
        kind, trusted, seed, limits = self._rest
        return self._dask.client.submit(_task, kind, trusted, self._shared, work, seed, limits, pure=False, retries=3)

    def wait(self, waiting: set[Any]) -> set[Any]:
        """Wait until some work is done, and return it."""
        return self._dask.wait(waiting)

    def close(self) -> None:
        """Leave the cluster as it was."""
        self._dask.client.close()
