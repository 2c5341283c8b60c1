"""The static figure of a verdict. Imported only when one is drawn: it imports matplotlib."""

from __future__ import annotations

from typing import Any

from ...transfer.comparison import Comparison
from .._figure import StaticFigure

__all__ = ["draw"]

_COLORS = {"holds": "#12A67C", "does not hold": "#D55E00", "not settled": "#7A7A7A"}


def draw(dots: Any, found: Comparison, verdict: str, alt: str) -> StaticFigure:
    """Draw a dot per seed, the interval of their mean, and the margin."""
    figure = StaticFigure((7.2, 2.0), alt)
    axes = figure.subplots()
    color = _COLORS[verdict]
    axes.axvspan(-found.margin, found.margin, color="#000", alpha=0.07, lw=0)
    axes.axvline(0, color="#333", lw=1)
    axes.plot(dots, [1] * len(dots), "o", color="#0072B2", alpha=0.7, ms=6)
    axes.plot([found.low, found.high], [0, 0], color=color, lw=4, solid_capstyle="butt")
    axes.plot(found.mean, 0, "D", color=color, ms=8)
    axes.set(xlim=(-0.2, 0.2), ylim=(-0.8, 1.6), yticks=[0, 1], yticklabels=["interval", "seeds"])
    axes.set_xlabel("difference in accuracy; grey: within the margin")
    axes.set_title(verdict[0].upper() + verdict[1:], color=color, loc="left", fontsize=11)
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    return figure
