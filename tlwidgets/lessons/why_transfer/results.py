"""What came out, as the figures and claims of the lesson need it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...course.experiments import hits, pick, values
from ...errors import CourseError
from ...transfer.comparison import Comparison, compare
from .experiment import BEST, LABELS, OTHER_RATE, TEN

__all__ = [
    "all_trainings",
    "crossing",
    "crossings",
    "gain",
    "gain_by_seed",
    "gains",
    "gains_more",
    "gains_over_source",
    "labels_needed",
    "labels_to_match",
    "line",
    "recognised",
]

Line = dict[int, list[float]]
TRAININGS = ("", " 2", " 3")
"""What is written behind the name of a source that was trained three times."""


def line(task: str, source: str, method: str, column: str = "accuracy") -> Line:
    """Return labels per class → accuracy (0 … 1) of each seed.

    Parameters
    ----------
    task
        ``"digits"``, ``"digits inverted"`` or ``"emoji"``.
    source
        ``"none"``, ``"random"``, ``"typeset"``, ``"few typeset"``, ``"clothes"``, ``"photographs"`` …; the second and
        third training of a source are ``"clothes 2"`` and ``"clothes 3"``.
    method
        ``"scratch"``, ``"pixels"``, ``"designed"``, ``"frozen"``, ``"frozen, cut after block6d"``, ``"tuned"`` or
        ``"head kept"``.
    column
        ``"accuracy"`` on test images, or ``"train_accuracy"``.
    """
    rows = pick(LABELS.read(), task=task, source=source, method=method)
    return {int(n): values(rows, column, per_class=n) for n in sorted(rows["per_class"].unique())}


def recognised(
    task: str, source: str, method: str, per_class: int = TEN, *, second_best: bool = False
) -> NDArray[np.bool_]:
    """Return which test images were recognised, shape (5 seeds, images).

    Parameters
    ----------
    task, source, method
        See :func:`line`.
    per_class
        Labels per class.
    second_best
        With the second-best learning rate, which was measured for three methods on the digits with 2, 10 and 100
        labels per class.
    """
    where: dict[str, Any] = {"task": task, "source": source, "method": method, "per_class": per_class}
    if not second_best:
        return hits(LABELS.read(), **where)
    return hits(OTHER_RATE.read(), **where, learning_rate=BEST[task, source, method][1])


def gain(
    per_class: int,
    source: str,
    method: str,
    *,
    over: tuple[str, str] = ("none", "scratch"),
    task: str = "digits",
    second_best: bool = False,
) -> Comparison:
    """Return the comparison of a source and method with another, by seed and test image; see :func:`recognised`."""
    mine, other = (recognised(task, *way, per_class, second_best=second_best) for way in ((source, method), over))
    return compare(mine, other)


def gains(
    source: str, method: str, budgets: Sequence[int] = (TEN,), *, trainings: int = 3, **how: Any
) -> dict[str, Comparison]:
    """Return the gain over scratch for each training of a source and each number of labels per class.

    Parameters
    ----------
    source, method
        See :func:`line`.
    budgets
        Labels per class.
    trainings
        How many trainings of the source are compared.
    **how
        ``over`` and ``task`` of :func:`gain`.
    """
    names = TRAININGS[:trainings]
    return {f"source{t or ' 1'}, {n} labels": gain(n, source + t, method, **how) for t in names for n in budgets}


def gains_over_source(source: str, other: str) -> dict[str, Comparison]:
    """Return what tuning from a source gains over tuning from another one, with ten labels, for three trainings."""
    return {f"over {other}{t or ' 1'}": gain(TEN, source + t, "tuned", over=(other + t, "tuned")) for t in TRAININGS}


def gains_more(training: int = 1, *, second_best: bool = False) -> Comparison:
    """Return how much more tuning from print gains over scratch on ordinary digits than on inverted ones, ten labels.

    Parameters
    ----------
    training
        Of the source, 1 to 3; with the second-best learning rates only the first was measured.
    second_best
        With the second-best learning rates.
    """

    def gained(task: str) -> NDArray[np.float64]:
        ways = ("typeset" + TRAININGS[training - 1], "tuned"), ("none", "scratch")
        mine, other = (recognised(task, *way, second_best=second_best).astype(float) for way in ways)
        return np.asarray(mine - other)

    return compare(gained("digits"), gained("digits inverted"))


def gain_by_seed(per_class: int, source: str, *, second_best: bool = False) -> NDArray[np.float64]:
    """Return what tuning from a source gains over scratch in accuracy, shape (5 seeds,)."""
    ways = (source, "tuned"), ("none", "scratch")
    mine, other = (recognised("digits", *way, per_class, second_best=second_best).mean(axis=1) for way in ways)
    return np.asarray(mine - other)


def all_trainings(source: str, task: str = "digits") -> list[float]:
    """Return the accuracies of tuning with ten labels per class, five seeds for each of three trainings."""
    return [a for t in TRAININGS for a in line(task, source + t, "tuned")[TEN]]


def crossings(task: str, source: str, method: str) -> list[float | None]:
    """Return for each seed with how many labels scratch overtakes (see :func:`crossing`)."""
    mine, other = line(task, source, method), line(task, "none", "scratch")
    pairs = zip(_by_seed(mine), _by_seed(other), strict=True)
    return [crossing(list(mine), transfer, alone) for transfer, alone in pairs]


def labels_to_match(scratch: Line, goals: Sequence[float]) -> list[float | None]:
    """Return for each seed with how many labels a line reaches the goal of that seed (:func:`labels_needed`)."""
    return [labels_needed(list(scratch), seed, goal) for seed, goal in zip(_by_seed(scratch), goals, strict=True)]


def _by_seed(line: Line) -> list[tuple[float, ...]]:
    """Return the values along a line, seed by seed."""
    return list(zip(*line.values(), strict=True))


# ---------------------------------------------------------------- between the points that were measured


def labels_needed(labels: Sequence[float], accuracy: Sequence[float], level: float) -> float | None:
    """Return with how many labels a line first reaches a level, straight between the budgets on a log axis.

    Parameters
    ----------
    labels
        Budgets, ascending.
    accuracy
        What was measured with each.
    level
        The accuracy to reach.

    Returns
    -------
    float or None
        The first budget if it is above the level already; ``None`` if no budget reaches it.
    """
    at, found = np.log(np.asarray(labels, float)), np.asarray(accuracy, float)
    if len(at) != len(found) or len(at) < 2 or (np.diff(at) <= 0).any():
        raise CourseError("give two budgets or more in ascending order, and an accuracy for each.")
    reached = np.flatnonzero(found >= level)
    if not len(reached):
        return None
    i = int(reached[0])
    if i == 0:
        return float(labels[0])
    share = (level - found[i - 1]) / (found[i] - found[i - 1])
    return float(np.exp(at[i - 1] + share * (at[i] - at[i - 1])))


def crossing(labels: Sequence[float], transfer: Sequence[float], scratch: Sequence[float]) -> float | None:
    """Return with how many labels scratch overtakes transfer for good, straight between the budgets on a log axis.

    Parameters
    ----------
    labels
        Budgets, ascending.
    transfer, scratch
        Accuracy with each.

    Returns
    -------
    float or None
        ``None`` where the lines do not cross within the budgets: scratch is behind with the most labels, or was never
        behind.
    """
    lead = np.asarray(scratch, float) - np.asarray(transfer, float)
    behind = np.flatnonzero(lead < 0)
    if not len(behind) or behind[-1] == len(lead) - 1:
        return None
    i = int(behind[-1])
    return labels_needed(labels[i : i + 2], lead[i : i + 2], 0.0)
