"""What came out, as the figures and claims of the lesson need it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ...course.experiments import pick, values
from .experiment import CURVES, rates

__all__ = ["curve", "half_way", "rise", "steps_needed", "steps_to_match"]

Line = dict[int, list[float]]


def curve(source: str, method: str, column: str = "accuracy", *, second_best: bool = False) -> Line:
    """Return step → what was measured with each seed, on the digits with ten labels per class.

    Parameters
    ----------
    source
        ``"none"``, ``"typeset"`` or ``"clothes"``.
    method
        ``"scratch"``, ``"tuned"`` (a new head) or ``"head kept"``.
    column
        ``"accuracy"`` (0 … 1) or ``"loss"`` (cross-entropy, nats) on test images, or ``"train_accuracy"``.
    second_best
        With the second-best learning rate instead of the best.
    """
    rate = rates(source, method)[1 if second_best else 0]
    rows = pick(CURVES.read(), source=source, method=method, learning_rate=rate)
    return {int(step): values(rows, column, step=step) for step in sorted(rows["step"].unique())}


def half_way(curve: Line) -> list[float | None]:
    """Return for each seed after how many steps a learning curve is half-way from its start to its end."""
    return [steps_needed(list(curve), seed) for seed in _by_seed(curve)]


def steps_to_match(curve: Line, goals: Sequence[float]) -> list[float]:
    """Return for each seed after how many steps a curve reaches the goal of that seed, its last step if it does not."""
    found = [steps_needed(list(curve), seed, goal) for seed, goal in zip(_by_seed(curve), goals, strict=True)]
    return [max(curve) if steps is None else steps for steps in found]


def rise(loss: Line) -> list[float]:
    """Return for each seed how far a loss ends above its lowest value."""
    return [seed[-1] - min(seed) for seed in _by_seed(loss)]


def _by_seed(line: Line) -> list[tuple[float, ...]]:
    """Return the values along a line, seed by seed."""
    return list(zip(*line.values(), strict=True))


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
