"""How well a mean over seeds is known."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["half_width"]


def half_width(values: Any, confidence: float = 0.95) -> NDArray[np.float64]:
    """Return half the width of the confidence interval of a mean (Student's t), NaN for a single value.

    Parameters
    ----------
    values
        Values (n, …); the mean is over the first axis.
    confidence
        Above 0 and below 1.
    """
    from scipy.stats import t

    x = np.asarray(values, np.float64)
    n = len(x)
    if n < 2:
        return np.full(x.shape[1:], math.nan)
    return np.asarray(t.ppf((1 + confidence) / 2, n - 1) * x.std(axis=0, ddof=1) / math.sqrt(n))
