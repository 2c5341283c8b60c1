"""Measure the trials of an experiment: here, in several processes, or on a Dask cluster; stopped and gone on with."""

from __future__ import annotations

import multiprocessing
import signal
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from contextlib import closing
from pathlib import Path
from typing import Any, Protocol

from ..._dask import connect
from ...errors import CourseError
from .experiment import Experiment, Measure, measured
from .journal import Journal
from .results import results_path, stored_tables, write_results
from .runner import Runner
from .trial import Trial

__all__ = ["drift", "measure", "save"]

JOURNALS = Path("build") / "measure"
Row = dict[str, Any]
Say = Callable[[str], None]


# ---------------------------------------------------------------- who does the work


class Workers(Protocol):
    """Who measures: takes trials, and tells which are done."""

    width: int
    """How many trials may wait at a time."""

    def submit(self, trial: Trial) -> Any:
        """Start a trial; the result of the future is its rows."""

    def wait(self, waiting: set[Any]) -> set[Any]:
        """Wait until some are done, and return those."""

    def close(self) -> None:
        """Stop what still runs."""


class _Here:
    """One trial after the other, in this process."""

    width = 1

    def __init__(self, experiment: Experiment, runner: Runner) -> None:
        self._experiment, self._runner = experiment, runner

    def submit(self, trial: Trial) -> Future[list[Row]]:
        done: Future[list[Row]] = Future()
        done.set_result(self._experiment.rows(self._runner, trial))
        return done

    def wait(self, waiting: set[Any]) -> set[Any]:
        return waiting

    def close(self) -> None:
        pass


# What trials share in a worker process, by the module that measures.
_runners: dict[str, Runner] = {}
_one_at_a_time = threading.Lock()


def _remote(measure: Measure, digits: int, trial: Trial) -> list[Row]:
    """Measure a trial in a worker process, which may be asked in several threads: seeds belong to the process."""
    with _one_at_a_time:
        return measured(measure, digits, _runners.setdefault(measure.__module__, Runner()), trial)


def _ignore_interrupts() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches everyone in the terminal; the parent ends us


class _Processes:
    """Several processes on this machine."""

    def __init__(self, experiment: Experiment, jobs: int) -> None:
        self._work, self.width = (experiment.measure, experiment.digits), 2 * jobs
        context = multiprocessing.get_context("spawn")  # a fork would inherit TensorFlow's threads half-dead
        self._pool = ProcessPoolExecutor(jobs, context, initializer=_ignore_interrupts)

    def submit(self, trial: Trial) -> Future[list[Row]]:
        return self._pool.submit(_remote, *self._work, trial)

    def wait(self, waiting: set[Any]) -> set[Any]:
        return wait(waiting, return_when=FIRST_COMPLETED).done

    def close(self) -> None:
        self._pool.shutdown(wait=False, cancel_futures=True)
        for child in multiprocessing.active_children():
            child.terminate()


class _Cluster:
    """The workers of a Dask scheduler. What a lost worker was at is given to another."""

    def __init__(self, experiment: Experiment, address: str) -> None:
        self._work = experiment.measure, experiment.digits
        self._dask = connect(address)
        self.width = self._dask.width

    def submit(self, trial: Trial) -> Any:
        return self._dask.client.submit(_remote, *self._work, trial, pure=False, retries=3)

    def wait(self, waiting: set[Any]) -> set[Any]:
        return self._dask.wait(waiting)

    def close(self) -> None:
        self._dask.client.close()


# ---------------------------------------------------------------- the work


def measure(
    experiment: Experiment,
    runner: Runner,
    *,
    jobs: int = 1,
    cluster: str = "",
    journals: Path = JOURNALS,
    say: Say = print,
) -> dict[str, Any]:
    """Measure every trial of an experiment; goes on where an earlier call was stopped.

    Parameters
    ----------
    experiment
        From :func:`~tlwidgets.course.experiments.find`.
    runner
        Keeps what trials share, those of other experiments of the lesson too.
    jobs
        Processes on this machine.
    cluster
        Address of a Dask scheduler, instead of this machine. Its workers need the same version of ``tlwidgets``.
    journals
        Folder of what is measured so far.
    say
        Takes a line about every trial.

    Returns
    -------
    dict
        ``title``, ``settings`` and ``rows`` of the table, as :func:`write_results` takes them.
    """
    if jobs < 1:
        raise CourseError(f"--jobs {jobs} does nothing: give 1 or more.")
    name = f"{experiment.lesson}.{experiment.name}"
    journal = Journal(journals / f"{name}.{experiment.digest()}.jsonl")
    for other in sorted(journals.glob(f"{name}.*.jsonl")):
        if other != journal.path:
            say(
                f"{other} holds trials of other settings, code or libraries: they are not used. Delete it when you can."
            )
    found = journal.read()
    workers = _workers(experiment, runner, jobs, cluster)
    with closing(workers):
        _carry_out(experiment.plan, found, journal, workers, say)
        rows = _rows(experiment.plan, found)
        trials = experiment.trials(rows)
        _carry_out(trials, found, journal, workers, say)
    rows = _rows(trials, found)
    rows = experiment.tidy(rows) if experiment.tidy else rows
    facts = experiment.facts(runner) if experiment.facts else {}
    return {"title": experiment.title, "settings": {**experiment.settings, **facts}, "rows": rows}


def _workers(experiment: Experiment, runner: Runner, jobs: int, cluster: str) -> Workers:
    if cluster:
        return _Cluster(experiment, cluster)
    return _Processes(experiment, jobs) if jobs > 1 else _Here(experiment, runner)


def _rows(trials: Iterable[Trial], found: dict[str, list[Row]]) -> list[Row]:
    return [row for trial in trials for row in found[trial.key]]


def _carry_out(
    trials: Sequence[Trial], found: dict[str, list[Row]], journal: Journal, workers: Workers, say: Say
) -> None:
    """Measure what is not found yet, and write down each result as soon as it is there."""
    todo = [trial for trial in trials if trial.key not in found]
    done, start = 0, time.monotonic()
    left = iter(todo)
    waiting: dict[Any, Trial] = {}
    while done < len(todo):
        while len(waiting) < workers.width and (trial := next(left, None)) is not None:
            waiting[workers.submit(trial)] = trial
        for future in workers.wait(set(waiting)):
            trial = waiting.pop(future)
            found[trial.key] = future.result()
            journal.add(trial, found[trial.key])
            done += 1
            each = (time.monotonic() - start) / done
            remaining = f", about {_span(each * (len(todo) - done))} left" if done < len(todo) else ""
            say(f"{len(trials) - len(todo) + done} of {len(trials)}  {trial}{remaining}")


def _span(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 90 else f"{seconds / 60:.0f} min"


def save(experiment: Experiment, table: dict[str, Any], out: Path | None = None, *, journals: Path = JOURNALS) -> Path:
    """Put a table into a ``results.json``, the lesson's own by default; its other tables stay. Ends the journal."""
    path = results_path(experiment.lesson) if out is None else out
    tables = stored_tables(path)
    write_results(path, {**tables, experiment.name: table})
    for journal in journals.glob(f"{experiment.lesson}.{experiment.name}.{experiment.digest()}.jsonl"):
        Journal(journal).remove()
    return path


def drift(experiment: Experiment, runner: Runner, *, most: int | None = None, say: Say = print) -> bool:
    """Measure cheap trials again, say of each whether it agrees with what is stored, and return whether all do.

    Parameters
    ----------
    experiment, runner, say
        As for :func:`measure`.
    most
        How many of the cheap trials; all by default.
    """
    stored = experiment.stored()
    agree = True
    for trial in experiment.again[:most]:
        if trial not in stored:
            say(f"{experiment.path}  {trial}: is not stored: measure it")
            agree = False
            continue
        pairs = list(zip(experiment.rows(runner, trial), stored[trial], strict=True))
        far = {c: max(abs(here[c] - there[c]) for here, there in pairs) for c in experiment.agree}
        bad = [c for c, allowed in experiment.agree.items() if far[c] > allowed]
        here, there = pairs[-1]
        words = ", ".join(f"{c} {here[c]:.4g} (stored {there[c]:.4g})" for c in (bad or experiment.agree))
        say(f"{experiment.path}  {trial}: {'differs' if bad else 'agrees'}: {words}")
        agree = agree and not bad
    return agree
