"""Grades a class: finds what was handed in, runs and judges what has changed, and reports."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

from ..errors import CourseError, unknown
from . import sandbox, submissions
from .assignment import Assignment, load
from .engine import Engine
from .job import Job, JobResult, do
from .report import Grade, report
from .sandbox import Limits
from .store import Store, run_key

__all__ = ["Local", "collect", "grade"]


class Local:
    """Does work on this machine, in threads that each wait for a sandbox."""

    def __init__(self, engine: Engine, assignment: Assignment, seed: int, limits: Limits, jobs: int) -> None:
        self._arguments = (engine, assignment, seed, limits)
        self._pool = ThreadPoolExecutor(jobs)
        self.width = 2 * jobs
        """How many pieces of work may wait at a time: more would only fill the memory."""

    def submit(self, work: Job) -> Future[JobResult]:
        """Start a piece of work."""
        engine, assignment, seed, limits = self._arguments
        return self._pool.submit(do, engine, assignment, work, seed, limits)

    def wait(self, waiting: set[Any]) -> set[Any]:
        """Wait until some work is done, and return it."""
        return wait(waiting, return_when=FIRST_COMPLETED).done

    def close(self) -> None:
        """Forget what has not begun, and wait for the rest."""
        self._pool.shutdown(cancel_futures=True)


def parse_shard(text: str) -> tuple[int, int]:
    """Turn ``"2/8"`` into numbers."""
    try:
        i, n = (int(part) for part in text.split("/"))
    except ValueError:
        i, n = 0, 0
    if not 1 <= i <= n:
        raise CourseError(f"--shard {text} is not understood: write for example 2/8 for the second of eight parts.")
    return i, n


def parse_time(text: str) -> datetime:
    """Read a date for ``--due``; UTC unless it says otherwise."""
    when = submissions._time(text)
    if when is None:
        raise CourseError(f"{text!r} is no time: write for example 2026-03-01T23:59+01:00.")
    return when


def _mine(learner: str, shard: tuple[int, int]) -> bool:
    return int(hashlib.sha256(learner.encode("utf-8", "replace")).hexdigest(), 16) % shard[1] == shard[0] - 1


def _span(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 90 else f"{seconds / 60:.0f} min"


def _entry(found: submissions.Submission, due: datetime | None) -> dict[str, Any]:
    notes = list(found.notes)
    late = found.late
    if due and found.handed_in and found.handed_in > due:
        late = True
        notes.append(f"Handed in {_span((found.handed_in - due).total_seconds())} after the deadline.")
    elif late:
        notes.append("The course site says that it was late.")
    return {"notes": notes, "late": late, "ids": dict(found.ids)}


def _plan(
    store: Store, assignment: Assignment, found: Sequence[submissions.Submission], seed: int, limits: Limits,
    regrade: Sequence[str], due: datetime | None,
) -> tuple[dict[str, dict[str, Any]], dict[str, submissions.Submission]]:  # fmt: skip
    """Return what is known of each learner, and one submission for every result that is still to be made."""
    entries: dict[str, dict[str, Any]] = {}
    todo: dict[str, submissions.Submission] = {}
    forgotten: set[str] = set()
    for one in found:
        raw = one.read()
        key = run_key(assignment, raw, seed, limits)
        entries[one.learner] = {**_entry(one, due), "run": key}
        if one.learner in regrade and key not in forgotten:
            store.forget(key, assignment.judge_hash)
            forgotten.add(key)
        if key not in todo and store.get_scores(key, assignment.judge_hash) is None:
            todo[key] = one
    return entries, todo


def _carry_out(
    store: Store, assignment: Assignment, workers: Any, todo: Iterator[Job], total: int, say: Any
) -> dict[str, str]:
    """Do all work, keeping each result as soon as it is there; return what the infrastructure failed at."""
    failed: dict[str, str] = {}
    waiting: dict[Any, str] = {}
    done, start, told, more = 0, time.monotonic(), 0.0, True
    while more or waiting:
        while more and len(waiting) < workers.width:
            work = next(todo, None)
            more = work is not None
            if work is not None:
                waiting[workers.submit(work)] = work.key
        if not waiting:
            break
        for future in workers.wait(set(waiting)):
            key = waiting.pop(future)
            try:
                result: JobResult = future.result()
            except Exception as e:  # a worker that was lost for good, say; the other submissions go on
                result = JobResult(
                    key, problem=f"Not graded, the machine is to blame: {type(e).__name__}: {str(e)[:200]}."
                )
            done += 1
            if result.ran is None or result.scores is None:
                failed[result.key] = result.problem
            else:
                store.put_run(result.key, result.ran)
                store.put_scores(result.key, assignment.judge_hash, result.scores)
        now = time.monotonic()
        if now - told > 5 or done == total:
            told = now
            left = (now - start) / done * (total - done)
            say(
                f"{done} of {total} graded"
                + (f", about {_span(left)} left" if done < total else f" in {_span(now - start)}")
            )
    return failed


def grade(
    source: Path,
    assignment: Assignment | str,
    out: Path,
    *,
    limits: Limits | None = None,
    jobs: int = 0,
    shard: tuple[int, int] = (1, 1),
    engine: str = "auto",
    trusted: bool = False,
    warm: bool = True,
    cluster: str = "",
    seed: int | None = None,
    regrade: Sequence[str] = (),
    due: datetime | None = None,
    say: Callable[[str], None] = print,
) -> list[Grade]:
    """Grade submissions and write the report to ``out``.

    Parameters
    ----------
    source
        What was handed in, see :func:`submissions.find`.
    assignment
        An assignment or its name.
    out
        Folder of the results; with earlier ones, only what has changed is done again.
    limits
        What one submission may use.
    jobs
        Sandboxes at a time; 0 for one a core.
    shard
        ``(i, n)``: do only the i-th of n parts of the class.
    engine, trusted
        See :func:`sandbox.choose`.
    warm
        Whether sandboxes share what a process has imported.
    cluster
        Address of a Dask scheduler whose workers do the work.
    seed
        Draws the inputs of the hidden tests; kept with the results, and random the first time.
    regrade
        Learners whose results are to be made again.
    due
        Deadline; whoever handed in later is marked, nothing is taken off.
    say
        Where progress goes, a line at a time.

    Returns
    -------
    list of Grade
        One for each learner whose results are in ``out``.
    """
    assignment = load(assignment) if isinstance(assignment, str) else assignment
    limits = limits or Limits()
    if jobs < 0:
        raise CourseError(f"{jobs} sandboxes at a time are not possible: give 1 or more, or 0 for one a core.")
    kind = engine if cluster else sandbox.choose(engine, trusted=trusted)
    found = submissions.find(source, assignment.name)
    for name in regrade:
        if name not in [s.learner for s in found]:
            raise unknown("learner", name, [s.learner for s in found])
    store = Store(out)
    seed = store.open(assignment, limits, seed)
    found = [s for s in found if _mine(s.learner, shard)]
    entries, todo = _plan(store, assignment, found, seed, limits, regrade, due)
    label = f"{shard[0]}of{shard[1]}"
    store.put_class(label, entries)
    say(f"{len(found)} submissions, {len(todo)} to be graded")
    work = (Job(key, one.read(), store.get_run(key)) for key, one in todo.items())
    failed: dict[str, str] = {}
    if todo and cluster:
        from .cluster import Cluster

        with closing(Cluster(cluster, kind, assignment, seed, limits, trusted=trusted)) as workers:
            failed = _carry_out(store, assignment, workers, work, len(todo), say)
    elif todo:
        with Engine(kind, assignment.preload, warm=warm) as boxes:
            local = Local(boxes, assignment, seed, limits, jobs or len(os.sched_getaffinity(0)))
            with closing(local):
                try:
                    failed = _carry_out(store, assignment, local, work, len(todo), say)
                except BaseException:  # an interrupt, a full disk: no sandbox goes on for results that nobody takes
                    boxes.stop()
                    raise
    for entry in entries.values():
        if entry["run"] in failed:
            entry["problem"] = failed[entry["run"]]
    store.put_class(label, entries)
    return report(store, assignment)


def collect(folders: Sequence[Path], assignment: Assignment, out: Path) -> list[Grade]:
    """Put the results of several shards together and report on all of them."""
    target = Store(out)
    first = Store(folders[0]).settings()
    for folder in folders:
        other = Store(folder).settings()
        for key in ("assignment", "seed", "limits", "versions"):
            if other[key] != first[key]:
                raise CourseError(
                    f"{folder} was graded with another {key} than {folders[0]}: give all shards the same."
                )
    if first["assignment"] != assignment.name:
        raise CourseError(f"these are results of {first['assignment']}, not of {assignment.name}.")
    target.open(assignment, Limits(**first["limits"]), int(first["seed"]))
    for folder in folders:
        if folder.resolve() != out.resolve():
            target.take_from(Store(folder))
    return report(target, assignment)
