"""What every method of this room asks of its input."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import CourseError

__all__ = ["Features", "pair"]

Features = NDArray[np.float64]


def pair(source: Any, target: Any) -> tuple[Features, Features]:
    """Return the features of two domains as float64 (n, d) and (m, d), or say what is wrong with them."""
    xs, xt = (np.asarray(x, np.float64) for x in (source, target))
    for name, x in (("source", xs), ("target", xt)):
        if x.ndim != 2:
            raise CourseError(
                f"the features of the {name} should have the shape (n, d), not {x.shape}: features(base, x) gives them."
            )
        if len(x) < 2:
            raise CourseError(f"the {name} needs two examples or more, not {len(x)}.")
        if not np.isfinite(x).all():
            raise CourseError(f"the features of the {name} contain NaN or infinity.")
    if xs.shape[1] != xt.shape[1]:
        raise CourseError(
            f"the source has {xs.shape[1]} features and the target {xt.shape[1]}: take both from the same layer."
        )
    return xs, xt
