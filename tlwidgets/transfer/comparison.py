"""Whether one way is better than another, beyond the noise of the seeds."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from .._statistics import half_width
from ..errors import CourseError

__all__ = ["Comparison", "compare"]


@dataclass(frozen=True)
class Comparison:
    """A paired comparison of two ways, seed by seed."""

    mean: float
    """Mean of the differences, new minus old."""
    low: float
    """Lower end of the confidence interval of the mean."""
    high: float
    """Upper end."""
    confidence: float
    seeds: int
    wins: int
    """Seeds with which the new way was better."""

    @property
    def verdict(self) -> str:
        """``"better"``, ``"worse"``, or ``"within noise"`` where the interval holds 0."""
        return "better" if self.low > 0 else "worse" if self.high < 0 else "within noise"

    def __str__(self) -> str:
        return (
            f"{self.verdict}: {self.mean:+.3f} ({self.confidence:.0%} interval {self.low:+.3f} to {self.high:+.3f}), "
            f"better with {self.wins} of {self.seeds} seeds"
        )

    def to_json(self) -> dict[str, Any]:
        """Return the record as plain JSON values."""
        return {**asdict(self), "verdict": self.verdict}


def compare(new: Any, old: Any, *, confidence: float = 0.95) -> Comparison:
    """Compare two ways that were tried with the same seeds.

    The differences are taken seed by seed, so what a seed does to both falls out (the draw of the images, say). The
    interval is Student's t interval of their mean: the differences should not be wildly skewed, and seeds that share
    training examples make it somewhat too narrow (Nadeau & Bengio 2003, "Inference for the generalization error").

    Parameters
    ----------
    new, old
        Accuracies (or anything of which more is better), one for each seed, in the same order.
    confidence
        Of the interval, above 0 and below 1.
    """
    a, b = np.asarray(new, float).ravel(), np.asarray(old, float).ravel()
    if len(a) != len(b):
        raise CourseError(f"{len(a)} results cannot be paired with {len(b)}: run both ways with the same seeds.")
    if len(a) < 2:
        raise CourseError("one seed has no spread: run each way with two seeds or more, better five.")
    if not (np.isfinite(a).all() and np.isfinite(b).all()):
        raise CourseError("a result is NaN or infinite: look at the run it comes from.")
    if not 0 < confidence < 1:
        raise CourseError(f"confidence={confidence} should be above 0 and below 1, such as 0.95.")
    difference = a - b
    mean = float(difference.mean())
    half = float(half_width(difference, confidence))
    return Comparison(mean, mean - half, mean + half, confidence, len(a), int((difference > 0).sum()))
