"""An experiment of a lesson: which trials, and how one of them is measured."""

from __future__ import annotations

import hashlib
import importlib
import json
import math
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..._paths import PACKAGE
from ...errors import CourseError, unknown
from .results import read_results, results_path, stored_tables
from .runner import Runner
from .trial import Trial

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Experiment", "Measure", "experiments", "find", "measured"]

Row = dict[str, Any]
Measure = Callable[[Runner, Trial], Row | list[Row]]


@dataclass(frozen=True, eq=False)
class Experiment:
    """A plan and the way to measure one trial of it. A lesson lists its own as ``EXPERIMENTS`` in ``experiment.py``.

    Attributes
    ----------
    lesson, name
        Topic of the lesson, and name of the table in its ``results.json``.
    title
        What is measured, in a few words.
    plan
        The trials, those first on which most depends. No two are equal.
    measure
        Takes a :class:`Runner` and a trial, and returns what came out: column → value, or a list of these where a
        trial is looked at several times. A function of a module, so that other processes find it; the runner is the
        place for what trials share.
    settings
        What all trials share, as plain JSON values.
    facts
        Further settings that must be loaded or measured, such as the number of held-out images.
    digits
        Places to which measured floats are rounded.
    then
        Trials that depend on what the plan gave: takes its rows, returns more trials.
    tidy
        What is made of all rows before they are stored.
    again
        Cheap trials of the plan that ``--drift`` and the tests measure again.
    agree
        Column → how far it may lie from what is stored, on another machine.
    """

    lesson: str
    name: str
    title: str
    plan: Sequence[Trial]
    measure: Measure
    settings: Mapping[str, Any] = field(default_factory=dict)
    facts: Callable[[Runner], Mapping[str, Any]] | None = None
    digits: int = 5
    then: Callable[[list[Row]], Iterable[Trial]] | None = None
    tidy: Callable[[list[Row]], list[Row]] | None = None
    again: Sequence[Trial] = ()
    agree: Mapping[str, float] = field(default_factory=dict)

    @property
    def path(self) -> str:
        """The name that ``tlwidgets measure`` takes."""
        return f"{self.lesson}/{self.name}"

    def rows(self, runner: Runner, trial: Trial) -> list[Row]:
        """Measure one trial and return its rows: what identifies it, and what came out, rounded."""
        return measured(self.measure, self.digits, runner, trial)

    def read(self) -> pd.DataFrame:
        """Return what was measured (:func:`~tlwidgets.course.experiments.read_results`)."""
        return read_results(self.lesson, self.name)

    def repeat(self, runner: Runner | None = None, **conditions: Any) -> pd.DataFrame:
        """Measure the matching trials of the plan here, and put them beside what is stored.

        Parameters
        ----------
        runner
            To use what it has kept; a new one by default.
        **conditions
            What the trials must say, one value or several: ``method="tuned", seed=range(3)``. They must be stored.

        Returns
        -------
        pandas.DataFrame
            A row for each trial, a column ``… here`` and ``… stored`` for each value in :attr:`agree`.
        """
        import pandas as pd

        stored = self.stored()
        wanted = {k: [v] if isinstance(v, str | int | float) else list(v) for k, v in conditions.items()}
        chosen = [t for t in stored if all(t.to_json().get(k) in among for k, among in wanted.items())]
        if not chosen:
            known = {k: list(dict.fromkeys(t.to_json().get(k) for t in stored)) for k in conditions}
            raise CourseError(f"{self.path} has no trial with {conditions}; it has {known}.")
        runner = Runner() if runner is None else runner
        beside = {}
        for trial in chosen:
            both = (("here", self.rows(runner, trial)[-1]), ("stored", stored[trial][-1]))
            beside[str(trial)] = {f"{c} {where}": row[c] for c in self.agree for where, row in both}
        return pd.DataFrame.from_dict(beside, orient="index")

    def stored(self) -> dict[Trial, list[Row]]:
        """Return the rows that are stored, by trial and in order."""
        found: dict[Trial, list[Row]] = {}
        for row in stored_tables(results_path(self.lesson)).get(self.name, {"rows": []})["rows"]:
            found.setdefault(self.trial_of(row), []).append(row)
        return found

    def trials(self, rows: list[Row]) -> list[Trial]:
        """Return the plan, and what it leads to once these rows are measured."""
        more = self.then(rows) if self.then else ()
        return list(dict.fromkeys([*self.plan, *more]))

    def trial_of(self, row: Mapping[str, Any]) -> Trial:
        """Return the trial that a row belongs to."""
        names = dict.fromkeys(name for trial in self.plan for name in trial.to_json())
        return Trial.of(**{name: row[name] for name in names if row.get(name) is not None})

    def digest(self) -> str:
        """Return eight characters that change with the settings, the code of the lesson, and the libraries."""
        code = Path(importlib.import_module(self.measure.__module__).__file__ or "").read_bytes()
        versions = [metadata.version(name) for name in ("keras", "numpy", "scikit-learn", "tlwidgets")]
        shared = [dict(self.settings), self.digits, versions, os.environ.get("KERAS_BACKEND", "")]
        return hashlib.sha256(code + json.dumps(shared, sort_keys=True).encode()).hexdigest()[:8]


def measured(measure: Measure, digits: int, runner: Runner, trial: Trial) -> list[Row]:
    """Measure one trial: the part of an experiment that is sent to other processes."""
    found = measure(runner, trial)
    rows = found if isinstance(found, list) else [found]
    return [{**trial.to_json(), **{name: _stored(name, value, digits) for name, value in row.items()}} for row in rows]


def _stored(name: str, value: Any, digits: int) -> Any:
    if not isinstance(value, float):
        return value
    if not math.isfinite(value):
        raise CourseError(f"{name} came out as {value}, which cannot be stored: say it in another column.")
    return round(value, digits)


def experiments() -> dict[str, Experiment]:
    """Return every experiment of every lesson by its path, ``topic/table``."""
    found = {}
    for file in sorted((PACKAGE / "lessons").glob("*/experiment.py")):
        module = importlib.import_module(f"tlwidgets.lessons.{file.parent.name}.experiment")
        found.update({e.path: e for e in getattr(module, "EXPERIMENTS", ())})
    return found


def find(name: str) -> list[Experiment]:
    """Return the experiments that a name stands for: a lesson's topic, or ``topic/table``."""
    known = experiments()
    chosen = [e for e in known.values() if name in (e.lesson, e.path)]
    if not chosen:
        raise unknown("measurement", name, [*dict.fromkeys(e.lesson for e in known.values()), *known])
    return chosen
