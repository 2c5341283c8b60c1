"""What came out, as the figures and claims of the lesson need it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ...course.experiments import pick, values
from ...errors import CourseError
from ...transfer.comparison import Comparison, compare
from .experiment import CURVE_BUDGET, LABELS

__all__ = [
    "crossing",
    "crossings",
    "curve",
    "gain",
    "half_way",
    "labels_needed",
    "labels_to_match",
    "line",
    "overfitting",
    "steps_needed",
    "steps_to_match",
]

Line = dict[int, list[float]]


def line(task: str, source: str, method: str, column: str = "accuracy") -> Line:
    """Return labels per class → accuracy (0 … 1) of each seed, after the last step.

    Parameters
    ----------
    task
        ``"digits"``, ``"digits inverted"`` or ``"emoji"``.
    source
        ``"none"``, ``"random"``, ``"typeset"``, ``"few typeset"``, ``"clothes"`` or ``"photographs"``.
    method
        ``"scratch"``, ``"pixels"``, ``"frozen"``, ``"tuned"`` or ``"head kept"``.
    column
        ``"accuracy"`` on held-out images, or ``"train_accuracy"``.
    """
    rows = pick(LABELS.read(), task=task, source=source, method=method)
    last = rows[rows["step"] == rows["step"].max()]
    return {int(n): values(last, column, per_class=n) for n in sorted(last["per_class"].unique())}


def curve(source: str, method: str, column: str = "accuracy") -> Line:
    """Return step → accuracy of each seed on the digits, with ten labels per class."""
    rows = pick(LABELS.read(), task="digits", source=source, method=method, per_class=CURVE_BUDGET)
    return {int(step): values(rows, column, step=step) for step in sorted(rows["step"].unique())}


def gain(task: str, source: str, method: str, *, over: tuple[str, str] = ("none", "scratch")) -> dict[int, Comparison]:
    """Return labels per class → the comparison, paired by seed, with another source and method."""
    mine, other = line(task, source, method), line(task, *over)
    return {n: compare(mine[n], other[n]) for n in mine}


def crossings(task: str, source: str, method: str, *, scratch: str = "scratch") -> list[float | None]:
    """Return for each seed with how many labels scratch overtakes (see :func:`crossing`)."""
    mine, other = line(task, source, method), line(task, "none", scratch)
    pairs = zip(_by_seed(mine), _by_seed(other), strict=True)
    return [crossing(list(mine), transfer, alone) for transfer, alone in pairs]


def overfitting(task: str, source: str, method: str, per_class: int = CURVE_BUDGET) -> list[float]:
    """Return what the accuracy on the training images is higher than that on others, one value per seed."""
    train, held_out = (line(task, source, method, column)[per_class] for column in ("train_accuracy", "accuracy"))
    return [a - b for a, b in zip(train, held_out, strict=True)]


def labels_to_match(scratch: Line, goals: Sequence[float]) -> list[float | None]:
    """Return for each seed with how many labels a line reaches the goal of that seed (:func:`labels_needed`)."""
    return [labels_needed(list(scratch), seed, goal) for seed, goal in zip(_by_seed(scratch), goals, strict=True)]


def half_way(curve: Line) -> list[float | None]:
    """Return for each seed after how many steps a learning curve is half-way from its start to its end."""
    return [steps_needed(list(curve), seed) for seed in _by_seed(curve)]


def steps_to_match(curve: Line, goals: Sequence[float]) -> list[float | None]:
    """Return for each seed after how many steps a learning curve reaches the goal of that seed."""
    return [steps_needed(list(curve), seed, goal) for seed, goal in zip(_by_seed(curve), goals, strict=True)]


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


def steps_needed(steps: Sequence[float], accuracy: Sequence[float], level: float | None = None) -> float | None:
    """Return after how many steps a learning curve first reaches a level, straight between the measured steps.

    Parameters
    ----------
    steps
        Steps at which was measured, ascending; the first is the start, the last the end.
    accuracy
        What was measured at each.
    level
        The accuracy to reach; half-way from the start to the end unless told.

    Returns
    -------
    float or None
        ``None`` if the curve stays below the level.
    """
    at, found = np.asarray(steps, float), np.asarray(accuracy, float)
    level = (found[0] + found[-1]) / 2 if level is None else level
    reached = np.flatnonzero(found >= level)
    if not len(reached):
        return None
    i = int(reached[0])
    if i == 0:
        return float(at[0])
    return float(at[i - 1] + (level - found[i - 1]) / (found[i] - found[i - 1]) * (at[i] - at[i - 1]))
