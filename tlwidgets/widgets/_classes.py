"""Classes of examples as numbers, and how each of many classes looks."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from ..errors import CourseError, unknown
from ._palette import MARKERS

__all__ = ["class_numbers", "looks"]

_COLORS = ("frozen-base", "tuned", "partial", "extra-1", "extra-2", "extra-3", "scratch")


def looks(names: Sequence[str]) -> list[dict[str, str]]:
    """Return name, colour and shape for each of several classes: 49 differ in at least one of the two."""
    n = len(_COLORS)
    return [
        {"name": name, "color": _COLORS[k % n], "shape": MARKERS[(k + k // n) % len(MARKERS)]}
        for k, name in enumerate(names)
    ]


def class_numbers(given: npt.ArrayLike, names: Sequence[str], what: str) -> npt.NDArray[np.int64]:
    """Return classes, given as names or as numbers that count into ``names``, as numbers of shape (n,)."""
    values = np.asarray(given)
    if values.ndim != 1:
        hint = " (take argmax(1) of the probabilities)" if values.ndim == 2 else ""
        raise CourseError(f"{what} should hold one class for each example, shape (n,){hint}, not {values.shape}.")
    if not values.size:
        return np.zeros(0, "int64")
    if values.dtype.kind in "USO":
        where = {name: i for i, name in enumerate(names)}
        texts = [str(value) for value in values]
        strange = next((text for text in texts if text not in where), None)
        if strange is not None:
            raise unknown(f"class in {what}", strange, names)
        return np.array([where[text] for text in texts], "int64")
    if values.dtype.kind not in "iub" and not (np.isfinite(values).all() and (values == np.round(values)).all()):
        raise CourseError(f"{what} should hold whole numbers or names of classes.")
    numbers = values.astype("int64")
    if numbers.min() < 0 or numbers.max() >= len(names):
        raise CourseError(
            f"{what} holds classes from {numbers.min()} to {numbers.max()}, but {len(names)} are named: 0 to "
            f"{len(names) - 1}."
        )
    return numbers
