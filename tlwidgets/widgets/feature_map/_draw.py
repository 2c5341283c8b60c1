"""The static figure of the map. Imported only when one is drawn: it imports matplotlib."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from .._figure import StaticFigure
from .._palette import COLORS

__all__ = ["draw"]

_SHAPES = {"circle": "o", "square": "s", "triangle": "^", "diamond": "D", "cross": "X", "plus": "P", "star": "*"}
_LEGEND = 14  # groups that still have a line in the legend


def draw(
    maps: Sequence[tuple[str, npt.NDArray[np.float64]]],
    limits: tuple[float, float, float, float],
    member: npt.NDArray[np.int64],
    groups: Sequence[Mapping[str, Any]],
    only: str,
    point: int | None,
    words: tuple[str, str],
) -> StaticFigure:
    """Draw one or two maps; ``words`` are the title and the alternative text."""
    title, alt = words
    figure = StaticFigure((4.2 * len(maps) + 1.6, 3.9), alt)
    axes = figure.subplots(1, len(maps), squeeze=False).ravel()
    size = 5.0 if len(member) <= 800 else 3.0 if len(member) <= 3000 else 2.2
    x0, x1, y0, y1 = limits
    room = 0.04 * max(x1 - x0, y1 - y0, 1e-9)
    for ax, (block, points) in zip(axes, maps, strict=True):
        for k in np.unique(member).tolist():
            group = groups[k]
            pale = bool(only) and group["name"] != only
            which = member == k
            name = group["name"].replace("$", r"\$")
            ax.plot(
                points[which, 0], points[which, 1], ls="", marker=_SHAPES[group["shape"]], ms=size, mew=0,
                color="#CCC" if pale else COLORS[group["color"]].light, alpha=0.8, zorder=1 if pale else 2,
                label=f" {name}" if name.startswith("_") else name or None,
            )  # fmt: skip
        if point is not None and np.isfinite(points[point]).all():
            ax.plot(*points[point], marker="o", ms=12, mfc="none", mec="#222", mew=1.6, zorder=3)
        ax.set(xlim=(x0 - room, x1 + room), ylim=(y0 - room, y1 + room), xticks=[], yticks=[], aspect="equal")
        ax.spines[:].set_color("#DDD")
        ax.set_title(block.replace("$", r"\$"), fontsize=10, loc="left", fontweight="bold")
        if not np.isfinite(points).any():
            ax.text(0.5, 0.5, "nothing to show", ha="center", va="center", transform=ax.transAxes, color="#555")
    figure.suptitle(title.replace("$", r"\$"), fontsize=11, x=0.01, ha="left", fontweight="bold")
    handles, labels = axes[0].get_legend_handles_labels()
    if 0 < len(handles) <= _LEGEND:
        figure.legend(handles, labels, loc="outside right upper", fontsize=8.5, frameon=False)
    return figure
