"""What transfer gains over another start, read from two learning curves."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from itertools import combinations
from typing import Any

import numpy as np
import numpy.typing as npt

from ._points import Points

__all__ = ["Comparison", "Effect", "bounded", "compare", "comparisons", "falls"]

Array = npt.NDArray[np.float64]

_BOUNDED = ("acc", "auc", "precision", "recall", "f1", "iou")
_FALLING = ("loss", "error", "entropy", "mse", "mae", "perplex")
_SHARE = 0.9
_LEAST = 0.02
_LINES = 8  # of more lines than this, only the first ones are compared: there would be too many pairs


def bounded(metric: str) -> bool:
    """Return whether a metric lies between 0 and 1, so that its axis should not jump."""
    return any(word in metric.casefold() for word in _BOUNDED)


def falls(metric: str) -> bool:
    """Return whether less of a metric is better."""
    return not bounded(metric) and any(word in metric.casefold() for word in _FALLING)


@dataclass(frozen=True)
class Effect:
    """One difference between two lines.

    ``start`` and ``asymptote``: the base is at ``y0`` and the other at ``y1``, both at ``x0``. ``slope``: both come to
    the level ``y0 = y1``, the base at ``x0`` and the other at ``x1``; None where a line does not come there.
    """

    kind: str
    """``"start"``, ``"slope"`` or ``"asymptote"``."""
    x0: float | None
    x1: float | None
    y0: float
    y1: float
    text: str


@dataclass(frozen=True)
class Comparison:
    """What two lines say about each other."""

    base: str
    other: str
    metric: str
    head: str
    """What is compared, in words."""
    effects: tuple[Effect, ...]
    foot: str
    """What the comparison does not say."""

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON values, as the browser gets them."""
        return asdict(self)

    def words(self) -> str:
        """Return it in sentences."""
        return " ".join([self.head, *(f"({i}) {e.text}" for i, e in enumerate(self.effects, 1)), self.foot])


def comparisons(points: Points, hidden: Collection[str] = ()) -> list[Comparison]:
    """Return the comparison of each pair of lines; only those of the first eight lines."""
    lines = [key for key in points.lines() if key not in hidden][:_LINES]
    found = (compare(points, a, b) for a, b in combinations(lines, 2))
    return [comparison for comparison in found if comparison is not None]


def compare(points: Points, one: str, two: str) -> Comparison | None:
    """Compare two lines after Torrey and Shavlik (2009, figure 2): higher start, higher slope, higher asymptote.

    Where the paper draws, this measures, on the validation curve (training, if there is none) of the first metric
    between 0 and 1, otherwise of the first that should fall, at the epochs that all runs of both lines have:

    - start: the value at the first of these epochs (the paper means the performance before any training);
    - slope: the first epoch at or beyond a level, nine tenths of the way from the lower start to the higher end;
    - asymptote: the mean over the last tenth of the epochs, at least the last one.

    A difference counts if it is more than 0.02 (2 % of the range of the values for a metric without bounds; any
    number of epochs for the slope) and the runs of the two lines do not overlap.

    Parameters
    ----------
    points
        All points.
    one, two
        Keys of the lines. The base is the one trained from scratch, otherwise the first.

    Returns
    -------
    Comparison or None
        None if there is nothing to compare: fewer than two epochs in common.

    References
    ----------
    L. Torrey and J. Shavlik, "Transfer learning", in Handbook of Research on Machine Learning Applications, 2009.
    """
    lines = points.lines()
    first, second = (points.runs[lines[key][0]] for key in (one, two))
    base, other = (two, one) if second.color == "scratch" != first.color else (one, two)
    useful = [*filter(bounded, points.metrics), *filter(falls, points.metrics)]
    for metric in useful:
        for validation in (True, False):
            x, a, b = _table(points, lines[base], lines[other], metric, validation)
            if len(x) >= 2:
                return _compared(base, other, metric, validation, x, a, b)
    return None


def _table(
    points: Points, base: Sequence[int], other: Sequence[int], metric: str, validation: bool
) -> tuple[Array, Array, Array]:
    """Return the epochs that all runs have, shape (n,), and the values of the runs of either line, (runs, n)."""
    found = []
    for run in (*base, *other):
        x, y = points.series(run, metric, validation)
        good = np.isfinite(y)
        if len(x):  # a run that was stopped before its first point is left out
            found.append((run, dict(zip(x[good].tolist(), y[good].tolist(), strict=True))))
    rows = {True: [v for run, v in found if run in base], False: [v for run, v in found if run in other]}
    if not (rows[True] and rows[False]):
        return np.zeros(0), np.zeros((0, 0)), np.zeros((0, 0))
    common = sorted(set.intersection(*(set(values) for _, values in found)))
    a, b = (np.array([[values[x] for x in common] for values in rows[side]]) for side in (True, False))
    return np.array(common), a, b


def _apart(a: Array, b: Array) -> bool:
    return bool(a.max() < b.min() or b.max() < a.min())


def _compared(base: str, other: str, metric: str, validation: bool, x: Array, a: Array, b: Array) -> Comparison:
    sign = -1.0 if falls(metric) else 1.0
    least = _LEAST * (1.0 if bounded(metric) else float(np.ptp(np.concatenate([a.ravel(), b.ravel()]))))
    tail = max(1, len(x) // 10)
    effects = []

    starts, ends = (a[:, 0], b[:, 0]), (a[:, -tail:].mean(1), b[:, -tail:].mean(1))
    for kind, (u, v), where, when in (
        ("start", starts, float(x[0]), f"after epoch {x[0]:g}"),
        ("asymptote", ends, float(x[-1]), f"at the end (epoch {x[-1]:g})"),
    ):
        low, high = float(u.mean()), float(v.mean())
        if abs(high - low) > least and _apart(u, v):
            word = "Higher" if sign * (high - low) > 0 else "Lower"
            text = f"{word} {kind}: {high:.3f} instead of {low:.3f} {when}."
            effects.append(Effect(kind, where, where, low, high, text))

    bottom = min(sign * float(v.mean()) for v in starts)
    top = max(sign * float(v.mean()) for v in ends)
    level = bottom + _SHARE * (top - bottom)
    if top - bottom > least:
        times = [np.array([_first(x, sign * run, level) for run in runs]) for runs in (a, b)]
        if _apart(*times):
            word = "Higher" if times[1].max() < times[0].min() else "Lower"
            text = f"{word} slope: {sign * level:.3f} is reached {_at(times[1])} instead of {_at(times[0])}."
            x0, x1 = (float(t.mean()) if np.isfinite(t).all() else None for t in times)
            effects.insert(1 if effects and effects[0].kind == "start" else 0,
                           Effect("slope", x0, x1, sign * level, sign * level, text))  # fmt: skip

    seeds = min(len(a), len(b))
    kind = "validation" if validation else "training"
    better = " (lower is better)" if sign < 0 else ""
    foot = "" if effects else "No difference that is larger than the spread of the runs and than 2 % of the scale."
    if effects and seeds == 1:
        foot = "There is a line of one run only: another seed may say otherwise."
    return Comparison(base, other, metric, f"{other} against {base}, {kind} {metric}{better}:", tuple(effects), foot)


def _first(x: Array, y: Array, level: float) -> float:
    there = np.flatnonzero(y >= level - 1e-12)
    return float(x[there[0]]) if len(there) else np.inf


def _at(times: Array) -> str:
    if np.isfinite(times).all():
        return f"at epoch {times.mean():g}" if len(times) == 1 else f"at epoch {times.mean():.1f} (mean)"
    return "never" if not np.isfinite(times).any() else "not in every run"
