"""Whether one way is better than another: a difference, its interval, and a margin that says what would matter."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from .._statistics import half_width, half_width_crossed
from ..errors import CourseError, unknown

__all__ = ["EXPECTATIONS", "MARGIN", "Comparison", "compare"]

MARGIN = 0.02
"""Of accuracy: what is smaller is no reason to do anything."""

EXPECTATIONS = ("more", "less", "same")


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
    margin: float = MARGIN
    """The smallest difference that would matter."""
    images: int | None = None
    """Held-out images that the interval takes into account as a sample; ``None`` where it holds the seeds alone."""

    @property
    def verdict(self) -> str:
        """``"better"`` or ``"worse"`` where 0 lies outside the interval, ``"the same"`` where the whole interval lies
        within the margin on both sides of 0, ``"not settled"`` otherwise.
        """
        if self.low > 0:
            return "better"
        if self.high < 0:
            return "worse"
        return "the same" if self.judge("same") == "holds" else "not settled"

    def judge(self, expect: str = "more") -> str:
        """Return what the interval says about an expectation: ``"holds"``, ``"does not hold"`` or ``"not settled"``.

        Parameters
        ----------
        expect
            ``"more"``: it holds where the interval lies above 0, and does not where it ends below the margin.
            ``"less"``: the same, the other way round. ``"same"``: it holds where the whole interval lies between
            minus and plus the margin, and does not where the whole interval lies outside.
        """
        low, high, margin = self.low, self.high, self.margin
        if expect == "less":
            low, high = -high, -low
        elif expect == "same":
            inside, outside = -margin < low and high < margin, low > margin or high < -margin
            return "holds" if inside else "does not hold" if outside else "not settled"
        elif expect != "more":
            raise unknown("expectation", expect, EXPECTATIONS)
        return "holds" if low > 0 else "does not hold" if high < margin else "not settled"

    def __str__(self) -> str:
        return (
            f"{self.verdict}: {self.mean:+.3f} ({self.confidence:.0%} interval {self.low:+.3f} to {self.high:+.3f}), "
            f"better with {self.wins} of {self.seeds} seeds"
        )

    def to_json(self) -> dict[str, Any]:
        """Return the record as plain JSON values."""
        return {**asdict(self), "verdict": self.verdict}


def compare(new: Any, old: Any = 0.0, *, margin: float = MARGIN, confidence: float = 0.95) -> Comparison:
    """Compare two ways that were tried with the same seeds.

    The differences are taken seed by seed, so what a seed does to both falls out (the draw of the images, say). The
    interval is Student's t interval of their mean: the differences should not be wildly skewed, and seeds that share
    training examples make it somewhat too narrow (Nadeau & Bengio 2003, "Inference for the generalization error").

    Held-out images are a sample, too. Where it is known for each of them whether it was recognised, the interval
    takes both into account: the variance of the mean over seeds plus that over images, with Satterthwaite's degrees of
    freedom (Owen 2007, "The pigeonhole bootstrap", equation 11, without the term that is subtracted there: the
    interval is rather too wide than too narrow).

    Parameters
    ----------
    new, old
        Accuracies (or anything of which more is better), shape (seeds,), in the same order; or whether each held-out
        image was recognised, shape (seeds, images). ``old`` may be a single number that both are measured against.
    margin
        The smallest difference that would matter, in the units of ``new``; chosen before looking.
    confidence
        Of the interval, above 0 and below 1.
    """
    a = np.asarray(new, float)
    b = np.full_like(a, old) if np.ndim(old) == 0 else np.asarray(old, float)
    a, b = (np.atleast_1d(x) if x.ndim < 2 else x for x in (a, b))
    if a.shape != b.shape or a.ndim > 2:
        raise CourseError(
            f"results of shape {a.shape} cannot be paired with {b.shape}: run both ways with the same seeds, and give "
            "(seeds,) or (seeds, images) for both."
        )
    if len(a) < 2:
        raise CourseError("one seed has no spread: run each way with two seeds or more, better five.")
    if not (np.isfinite(a).all() and np.isfinite(b).all()):
        raise CourseError("a result is NaN or infinite: look at the run it comes from.")
    if not 0 < confidence < 1:
        raise CourseError(f"confidence={confidence} should be above 0 and below 1, such as 0.95.")
    if not (math.isfinite(margin) and margin >= 0):
        raise CourseError(f"margin={margin} should be 0 or above: the smallest difference that would matter.")
    difference = a - b
    several = difference.ndim == 2
    by_seed = difference.mean(axis=1) if several else difference
    half = half_width_crossed(difference, confidence) if several else float(half_width(difference, confidence))
    mean = float(by_seed.mean())
    return Comparison(
        mean,
        mean - half,
        mean + half,
        confidence,
        len(by_seed),
        int((by_seed > 0).sum()),
        float(margin),
        difference.shape[1] if several else None,
    )
