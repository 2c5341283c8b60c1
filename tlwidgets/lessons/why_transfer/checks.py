"""Public checks of the exercises."""

from __future__ import annotations

import math
from typing import Any

from ...course.checks import Outcome

__all__ = ["CHECKS"]

# labels, transfer, scratch, where the lines cross
_CROSSING: tuple[tuple[list[int], list[float], list[float], float | None], ...] = (
    ([2, 8, 32], [0.70, 0.75, 0.80], [0.40, 0.70, 0.85], 16.0),
    ([5, 10, 20, 40], [0.60, 0.80, 0.82, 0.83], [0.50, 0.55, 0.78, 0.91], 20 * 2 ** (1 / 3)),
    ([2, 8, 32], [0.70, 0.75, 0.80], [0.40, 0.70, 0.80], 32.0),
    ([2, 8, 32], [0.70, 0.80, 0.90], [0.40, 0.60, 0.80], None),
    ([2, 8, 32], [0.30, 0.40, 0.50], [0.40, 0.60, 0.80], None),
)


def _number(answer: Any) -> float | None:
    """Return an answer as a number, ``None`` if it is not one."""
    try:
        value = float(answer)
    except (TypeError, ValueError):
        return None
    return value if math.isfinite(value) else None


def _crossing(function: Any) -> Outcome:
    for labels, transfer, scratch, right in _CROSSING:
        answer = function(list(labels), list(transfer), list(scratch))
        if answer is ...:
            return Outcome(False, "Write the body of the function in place of the dots.", False)
        case = f"With labels {labels}, transfer {transfer} and scratch {scratch}"
        if right is None:
            if answer is not None:
                why = "scratch is ahead from the first budget" if scratch[0] > transfer[0] else "scratch stays behind"
                return Outcome(False, f"{case}, {why}: the lines do not cross, so the answer should be None.")
            continue
        value = _number(answer)
        if value is None:
            return Outcome(False, f"{case}, the lines cross: the answer should be a number, not {answer!r}.")
        if math.isclose(value, right, rel_tol=0.005):
            continue
        i = next(k for k, n in enumerate(labels) if n >= right - 1e-9)
        ahead = [s - t for s, t in zip(scratch, transfer, strict=True)]
        straight = labels[i - 1] + ahead[i - 1] / (ahead[i - 1] - ahead[i]) * (labels[i] - labels[i - 1])
        if math.isclose(value, straight, rel_tol=0.005):
            hint = "that is where they cross on a plain axis; go straight between the logarithms of the labels."
        elif value in labels:
            hint = f"{value:g} is a budget; they cross between {labels[i - 1]} and {labels[i]}."
        elif abs(value - math.log(right)) < 0.01 or abs(value - math.log10(right)) < 0.01:
            hint = "that is the logarithm of the labels; turn it back into labels."
        else:
            hint = f"they cross between {labels[i - 1]} and {labels[i]}, at {right:.1f} and not at {value:.3g}."
        return Outcome(False, f"{case}, {hint}")
    return Outcome(True, "Your function finds where the lines cross, and says None where they do not.")


def _label_multiplier(function: Any) -> Outcome:
    labels, scratch = [2, 8, 32, 128], [0.40, 0.60, 0.70, 0.90]
    cases: tuple[tuple[list[float], int, float | None], ...] = (
        ([0.60, 0.70, 0.80, 0.85], 8, 4.0),
        ([0.65, 0.70, 0.80, 0.85], 2, 8.0),
        ([0.30, 0.50, 0.60, 0.80], 32, 0.25),
        ([0.60, 0.70, 0.95, 0.96], 32, None),
    )
    for transfer, n, right in cases:
        answer = function(list(labels), list(transfer), list(scratch), n)
        if answer is ...:
            return Outcome(False, "Write the body of the function in place of the dots.", False)
        level = transfer[labels.index(n)]
        case = f"With labels {labels} and scratch {scratch}, transfer reaches {level:.2f} with {n} labels"
        if right is None:
            if answer is not None:
                return Outcome(False, f"{case}: scratch never gets there, so the answer should be None.")
            continue
        value = _number(answer)
        if value is None:
            return Outcome(False, f"{case}: the answer should be a number, not {answer!r}.")
        if math.isclose(value, right, rel_tol=0.005):
            continue
        if math.isclose(value, right * n, rel_tol=0.005):
            hint = f"{value:.3g} is how many labels scratch needs; divide by {n}."
        elif math.isclose(value, 1 / right, rel_tol=0.005):
            hint = "you divide the wrong way round: labels of scratch by labels of transfer."
        else:
            hint = f"scratch needs {right * n:.3g}, {right:.3g} times as many, and not {value:.3g} times."
        return Outcome(False, f"{case}: {hint}")
    return Outcome(
        True, "Your function says what a label is worth with transfer, and None where scratch never gets there."
    )


CHECKS = {"crossing": _crossing, "label_multiplier": _label_multiplier}
