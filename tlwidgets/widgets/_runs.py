"""Repeated measurements as a plain table: the results of every seed for each cell and method."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

from ..errors import CourseError
from ..transfer.comparison import compare

__all__ = ["Difference", "Table", "difference", "json_numbers", "mean", "names", "table"]

Table: TypeAlias = Mapping[Any, Any] | Iterable[Mapping[str, Any]]
"""``{(name, …): values of the seeds}``, or records with a key for each name and one for the value."""

Runs: TypeAlias = dict[tuple[str, ...], tuple[float, ...]]


def _values(given: Any, where: str) -> tuple[float, ...]:
    try:
        values = np.atleast_1d(np.asarray(given, "float64"))
    except (TypeError, ValueError):
        raise CourseError(f"the results of {where} should be numbers, one for each seed, not {given!r}.") from None
    if values.ndim != 1:
        raise CourseError(f"the results of {where} should be one list with a number for each seed.")
    return tuple(values.tolist())


def table(given: Table, keys: Sequence[str], value: str = "accuracy") -> Runs:
    """Return a table as a dictionary, in the order in which its keys first appear.

    Parameters
    ----------
    given
        ``{(key, …): values}`` with one value or a list, or records such as
        ``{"source": "digits", "target": "letters", "method": "tuned", "accuracy": 0.81}``.
    keys
        Names of the parts of a key.
    value
        Name of the measured number in a record: a number, or the list of all seeds.

    Raises
    ------
    CourseError
        If a key or a value has another form.
    """
    shape = f"({', '.join(keys)})"
    found: dict[tuple[str, ...], tuple[float, ...]] = {}
    if isinstance(given, Mapping):
        for key, values in given.items():
            parts = key if isinstance(key, tuple) else (key,)
            if len(parts) != len(keys):
                raise CourseError(f"every key of the table should be {shape}, not {key!r}.")
            name = tuple(map(str, parts))
            found[name] = found.get(name, ()) + _values(values, " → ".join(name))
        return found
    for record in given:
        if not isinstance(record, Mapping) or not {*keys, value} <= record.keys():
            raise CourseError(f"every record of the table should hold {', '.join(keys)} and {value}, not {record!r}.")
        name = tuple(str(record[key]) for key in keys)
        found[name] = found.get(name, ()) + _values(record[value], " → ".join(name))
    return found


def names(runs: Runs, part: int) -> list[str]:
    """Return the different names at one place of the keys, in order."""
    return list(dict.fromkeys(key[part] for key in runs))


def json_numbers(values: Iterable[float]) -> list[float | None]:
    """Return numbers as JSON has them: a run that gave NaN or infinity is ``None``."""
    return [float(v) if math.isfinite(v) else None for v in values]


def mean(values: Iterable[float]) -> float | None:
    """Return the mean of the finite values, or None when there is none."""
    good = [v for v in values if math.isfinite(v)]
    return sum(good) / len(good) if good else None


@dataclass(frozen=True)
class Difference:
    """How much higher the mean of one list of runs is than that of another."""

    mean: float
    low: float | None
    """Lower end of the 95 % interval of the mean, or None with fewer than two runs."""
    high: float | None

    @property
    def sign(self) -> int:
        """1 or -1 when the interval leaves out zero, else 0: the seeds do not settle it."""
        if self.low is None or self.high is None:
            return 0
        return 1 if self.low > 0 else -1 if self.high < 0 else 0


def difference(runs: Sequence[float], other: Sequence[float], *, paired: bool = False) -> Difference | None:
    """Return the difference of the means with its 95 % interval; None when either has no finite run.

    Parameters
    ----------
    runs, other
        Results of the seeds. Values that are not finite are left out.
    paired
        The n-th of both comes from the same seed (the same images, the same start): Student's interval of
        the differences. Otherwise Welch's interval, which does not suppose equal spreads.
    """
    a, b = np.asarray(runs, "float64"), np.asarray(other, "float64")
    if paired:
        if a.size != b.size:
            raise CourseError(f"paired runs need as many seeds on both sides, not {a.size} and {b.size}.")
        both = np.isfinite(a) & np.isfinite(b)
        a, b = a[both], b[both]
    else:
        a, b = a[np.isfinite(a)], b[np.isfinite(b)]
    if not (a.size and b.size):
        return None
    middle = float(a.mean() - b.mean())
    if min(a.size, b.size) < 2:
        return Difference(middle, None, None)
    if paired:
        found = compare(a, b)
        return Difference(found.mean, found.low, found.high)
    from scipy import stats

    squares = [v.var(ddof=1) / v.size for v in (a, b)]
    error = math.sqrt(sum(squares))
    freedom = sum(squares) ** 2 / sum(s**2 / (v.size - 1) for s, v in zip(squares, (a, b), strict=True)) if error else 1
    half = float(stats.t.ppf(0.975, freedom)) * error
    return Difference(middle, middle - half, middle + half)
