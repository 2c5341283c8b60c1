"""Public checks of the exercises."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...course.checks import Outcome

__all__ = ["CHECKS"]

_SETTINGS = ((10, 10, 3), (40, 40, 6), (30, 120, 12))
"""Examples of the reference, of the sample, and features."""
_SHIFTS = {
    "one feature": ((40, 40, 6), 5.0),
    "every feature": ((30, 60, 12), 1.2),
    "every feature by a little, in many examples": ((300, 300, 4), 0.4),
}
"""Where the sample has moved, settings, and how far in standard deviations."""
_EACH = 10
_SPLITS = 40
"""Pairs of sets without a shift in each setting: 120 in all."""
_MOST = 14
"""Alarms among them that a detector of level 0.05 stays below in all but one of a thousand tries (binomial)."""


def _features(n: int, d: int, rng: np.random.Generator) -> NDArray[np.float32]:
    """Return features as a network gives them: not negative, skewed, of very different sizes, and correlated."""
    common = rng.gamma(2.0, 1.0, (n, 1))
    sizes = np.random.default_rng(d).lognormal(0, 1.5, d)  # the same for every set with d features
    return ((rng.gamma(2.0, 1.0, (n, d)) + common) * sizes).astype("float32")


def _detect(function: Any) -> Outcome:
    rng = np.random.default_rng(7)
    alarms = []
    for n, m, d in _SETTINGS:
        for _ in range(_SPLITS):
            reference, sample = _features(n, d, rng), _features(m, d, rng)
            before = reference.copy(), sample.copy()
            answer = function(reference, sample)
            if answer is ... or answer is None:
                return Outcome(False, "The function returns nothing yet.", False)
            if not isinstance(answer, bool | np.bool_):
                return Outcome(False, f"Return True or False, not {type(answer).__name__}.")
            if not all(np.array_equal(a, b) for a, b in zip(before, (reference, sample), strict=True)):
                return Outcome(False, "Your function changes the features that it is given: work on a copy.")
            alarms.append(bool(answer))
    found: dict[str, int] = {}
    for where, ((n, m, d), far) in _SHIFTS.items():
        found[where] = 0
        for i in range(_EACH):
            reference, sample = _features(n, d, rng), _features(m, d, rng)
            moved = [i % d] if where == "one feature" else list(range(d))
            sample[:, moved] += far * reference[:, moved].std(axis=0)
            found[where] += bool(function(reference, sample))
    wrong = sum(alarms)
    if wrong == len(alarms):
        return Outcome(False, "It raises the alarm every time, also where nothing has shifted: nobody will listen.")
    if wrong > _MOST:
        return Outcome(
            False,
            f"{wrong} false alarms in {len(alarms)} pairs of sets without a shift; about {len(alarms) // 20} would be "
            "right. A threshold that is chosen by hand does not fit every number of examples and features: let "
            "shuffled sets say what is usual.",
        )
    if not any(found.values()):
        return Outcome(False, "No false alarm, but no alarm at all either: sets that are far apart are not noticed.")
    one, every, little = found.values()
    if min(one, every, little) >= _EACH - 2:
        return Outcome(
            True,
            f"{wrong} false alarms in {len(alarms)} pairs without a shift, and {one + every + little} of "
            f"{len(_SHIFTS) * _EACH} shifts found.",
        )
    if one < _EACH - 2:
        return Outcome(
            False,
            f"A clear shift of a single feature is found in {one} of {_EACH} pairs: look at all features, each "
            "in its own standard deviations.",
        )
    where, hits = min(found.items(), key=lambda item: item[1])
    return Outcome(
        False,
        f"It is quiet, but a shift of {where} is found in {hits} of {_EACH} pairs only. With more examples the "
        "usual distance is smaller: the threshold has to follow.",
    )


CHECKS = {"detect": _detect}
