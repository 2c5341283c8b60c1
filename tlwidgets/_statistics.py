"""How well a mean over seeds is known."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["half_width", "half_width_crossed"]


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


def half_width_crossed(values: Any, confidence: float = 0.95) -> float:
    """Return half the width of the interval of a grand mean where both axes are samples.

    Parameters
    ----------
    values
        Values (seeds, images), two or more of each.
    confidence
        Above 0 and below 1.
    """
    from scipy.stats import t

    x = np.asarray(values, np.float64)
    parts = [x.mean(axis=1), x.mean(axis=0)]  # means of seeds, means of images
    variances = [part.var(ddof=1) / len(part) for part in parts]
    total = sum(variances)
    if total == 0:
        return 0.0
    freedom = total**2 / sum(v**2 / (len(part) - 1) for v, part in zip(variances, parts, strict=True))
    return float(t.ppf((1 + confidence) / 2, freedom) * math.sqrt(total))
