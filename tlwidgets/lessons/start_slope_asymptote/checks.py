"""Public checks of the exercises."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...course.checks import Outcome

__all__ = ["CHECKS"]

Curves = NDArray[np.float64]


def _curves(start: list[float], end: list[float], rise: float = 0.05) -> Curves:
    """Return curves (seeds, 4 steps) with a top in between that is above both ends."""
    top = np.maximum(start, end) + rise
    return np.stack([start, top, top, end], axis=1)


_SCRATCH = _curves([0.10, 0.12, 0.08, 0.11, 0.09], [0.80, 0.84, 0.78, 0.82, 0.76])
# what is the case, transfer, what is gained
_CASES: tuple[tuple[str, Curves, list[str]], ...] = (
    (
        "starts far above and ends where scratch ends",
        _curves([0.60, 0.62, 0.58, 0.61, 0.59], [0.79, 0.85, 0.77, 0.83, 0.76]),
        ["start"],
    ),
    (
        "starts with guesses and ends 5 points higher in every seed",
        _curves([0.11, 0.10, 0.09, 0.10, 0.10], [0.85, 0.89, 0.83, 0.87, 0.81]),
        ["end"],
    ),
    (
        "is higher at both ends",
        _curves([0.60, 0.62, 0.58, 0.61, 0.59], [0.85, 0.89, 0.83, 0.87, 0.81]),
        ["start", "end"],
    ),
    (
        "ends 6 points higher on average, but in one seed much and in others not at all",
        _curves([0.11, 0.10, 0.09, 0.10, 0.10], [0.80, 0.84, 0.98, 0.80, 0.88]),
        [],
    ),
    (
        "is higher on the way, but not at the end",
        _curves([0.11, 0.10, 0.09, 0.10, 0.10], [0.79, 0.85, 0.77, 0.83, 0.76], rise=0.12),
        [],
    ),
    (
        "starts lower and ends lower",
        _curves([0.02, 0.04, 0.01, 0.03, 0.01], [0.70, 0.74, 0.68, 0.72, 0.66]),
        [],
    ),
    (
        "ends 1.5 points higher in every seed, less than the margin but beyond the noise",
        _curves([0.11, 0.10, 0.09, 0.10, 0.10], [0.815, 0.856, 0.794, 0.836, 0.774]),
        ["end"],
    ),
)


def _gains(function: Any) -> Outcome:
    for case, transfer, right in _CASES:
        scratch, given = _SCRATCH.copy(), transfer.copy()
        answer = function(scratch, given)
        if answer is ... or answer is None:
            return Outcome(False, "The function returns nothing yet: return a list.", False)
        if not (np.array_equal(scratch, _SCRATCH) and np.array_equal(given, transfer)):
            return Outcome(False, "The function changes the arrays that it is given; work on copies.")
        if isinstance(answer, str) or not isinstance(answer, list | tuple | set):
            return Outcome(False, f'The answer should be a list such as ["start"] or [], not {answer!r}.')
        unknown = [name for name in answer if name not in ("start", "end")]
        if unknown:
            return Outcome(False, f'The list should hold nothing but "start" and "end"; {unknown[0]!r} is in it.')
        if set(answer) != set(right):
            said = " and ".join(sorted(answer)) or "nothing"
            wanted = " and ".join(right) or "nothing"
            return Outcome(False, f"Where transfer {case}, what is settled to be gained is {wanted}, not {said}.")
        if len(answer) != len(set(answer)):
            return Outcome(False, "The same word is in the list twice.")
    return Outcome(True, "Your function claims a gain where the seeds settle it, and nowhere else.")


CHECKS = {"gains": _gains}
