"""VerdictLab: move a difference, its spread, the seeds and the margin, and see how the verdict follows."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import traitlets as t

from ...errors import CourseError
from ...transfer.comparison import EXPECTATIONS, Comparison, compare
from .. import _bundle
from .._static import StaticWidget

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .._figure import StaticFigure

__all__ = ["VerdictLab"]

SEEDS = (2, 20)
"""Fewest and most."""
_LIMITS = {"mean": (-0.1, 0.1), "spread": (0.0, 0.1), "margin": (0.0, 0.05)}


class VerdictLab(StaticWidget):
    """How a claim is decided: one dot per seed, the interval of their mean, the margin, and the verdict.

    The verdict is that of :func:`tlwidgets.transfer.compare`; the dots are spread evenly, with just the mean and the
    standard deviation that are chosen.

    Parameters
    ----------
    mean : float
        Mean of the differences, -0.1 … 0.1.
    spread : float
        Their standard deviation, 0 … 0.1.
    seeds : int
        2 … 20.
    margin : float
        The smallest difference that would matter, 0 … 0.05.
    expect : str
        What is claimed of the difference: ``"more"``, ``"less"`` or ``"same"``.
    label : str
        Title.

    Attributes
    ----------
    comparison : Comparison
        What the dots say.
    verdict : str
        ``"holds"``, ``"does not hold"`` or ``"not settled"``.

    Raises
    ------
    CourseError
        For a value outside its range.

    Examples
    --------
    >>> lab = VerdictLab(mean=0.03, spread=0.04, seeds=5)
    >>> lab.verdict
    'not settled'
    """

    _esm = _bundle.esm("verdict_lab")
    _css = _bundle.css("verdict_lab")

    _alone = t.Bool(True).tag(sync=True)
    label = t.Unicode("").tag(sync=True)
    mean = t.Float(0.03).tag(sync=True)
    spread = t.Float(0.04).tag(sync=True)
    seeds = t.Int(5).tag(sync=True)
    margin = t.Float(0.02).tag(sync=True)
    expect = t.Enum(EXPECTATIONS, "more").tag(sync=True)
    _dots = t.List().tag(sync=True)
    _reach = t.List().tag(sync=True)

    def __init__(
        self,
        mean: float = 0.03,
        spread: float = 0.04,
        seeds: int = 5,
        margin: float = 0.02,
        expect: str = "more",
        *,
        label: str = "How a claim is decided",
    ) -> None:
        every = range(SEEDS[0], SEEDS[1] + 1)
        super().__init__(
            mean=mean,
            spread=spread,
            seeds=seeds,
            margin=margin,
            expect=expect,
            label=label,
            _dots=[_even(n).tolist() for n in every],
            _reach=[compare(_even(n)).high for n in every],
        )
        self.observe(lambda _: self.refresh_static(), ["mean", "spread", "seeds", "margin", "expect", "label"])

    @t.validate("mean", "spread", "margin")
    def _in_range(self, proposal: Any) -> float:
        name, value = proposal["trait"].name, proposal["value"]
        low, high = _LIMITS[name]
        if not (math.isfinite(value) and low <= value <= high):
            raise CourseError(f"{name}={value} should lie between {low:g} and {high:g}.")
        return float(value)

    @t.validate("seeds")
    def _enough(self, proposal: Any) -> int:
        if not SEEDS[0] <= proposal["value"] <= SEEDS[1]:
            raise CourseError(f"seeds={proposal['value']} should lie between {SEEDS[0]} and {SEEDS[1]}.")
        return int(proposal["value"])

    @property
    def comparison(self) -> Comparison:
        """What the dots say."""
        return compare(self.mean + self.spread * _even(self.seeds), margin=self.margin)

    @property
    def verdict(self) -> str:
        """``"holds"``, ``"does not hold"`` or ``"not settled"``."""
        return self.comparison.judge(self.expect)

    def summary(self) -> str:
        """Return the verdict and what it rests on, in words."""
        found = self.comparison
        claim = {"more": "The new way is better", "less": "The new way is worse", "same": "It makes no difference"}
        return (
            f"{self.label}. Claim: {claim[self.expect]}. {self.verdict.capitalize()}: mean difference "
            f"{found.mean:+.3f}, 95 % interval {found.low:+.3f} to {found.high:+.3f}, margin {self.margin:.3f}, "
            f"{self.seeds} seeds with a standard deviation of {self.spread:.3f}."
        )

    def static(self) -> StaticFigure:
        """Return dots, interval and margin as a matplotlib figure."""
        from ._draw import draw

        dots = self.mean + self.spread * _even(self.seeds)
        return draw(dots, self.comparison, self.verdict, self.summary())


def _even(n: int) -> NDArray[np.float64]:
    """Return n numbers spread as a normal distribution is, with mean 0 and standard deviation 1 (n - 1)."""
    from scipy.stats import norm

    z = norm.ppf((np.arange(n) + 0.5) / n)
    return np.asarray((z - z.mean()) / z.std(ddof=1))
