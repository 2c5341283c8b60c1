"""The static figure of the curves. Imported only when one is drawn: it imports matplotlib."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import numpy as np
import numpy.typing as npt

from .._figure import StaticFigure
from .._palette import COLORS
from ._effects import Comparison, bounded
from ._points import Points, smooth

__all__ = ["draw"]

_MARKERS = {
    "circle": "o", "square": "s", "triangle": "^", "diamond": "D", "cross": "X", "plus": "P", "star": "*",
}  # fmt: skip


def draw(
    points: Points,
    title: str,
    smoothing: float,
    hidden: Collection[str],
    alt: str,
    comparison: Comparison | None = None,
) -> StaticFigure:
    """Draw one panel a metric; the arguments are the widget's traits, and what two lines say about each other."""
    panels = len(points.metrics)
    columns = min(panels, 3)
    rows = -(-panels // columns)
    shown = {key: runs for key, runs in points.lines().items() if key not in hidden}
    figure = StaticFigure((3.9 * columns if columns > 1 else 5.2, 2.7 * rows + 0.5), alt)
    axes = figure.subplots(rows, columns, squeeze=False).ravel()
    for ax in axes[panels:]:
        ax.remove()
    handles: dict[str, Any] = {}
    for ax, metric in zip(axes, points.metrics, strict=False):
        _style(ax, metric)
        drawn = False
        for key, runs in shown.items():
            info = points.runs[runs[0]]
            color = COLORS[info.color].light
            for validation in (False, True):
                line = points.line(key, metric, validation)
                if line is None:
                    continue
                drawn = True
                handle = _curve(ax, line.x, smooth(line.y, smoothing), color, validation, info.marker)
                if smoothing:
                    ax.plot(line.x, line.y, color=color, alpha=0.25, lw=1)
                if validation and line.runs > 1:
                    ax.fill_between(line.x, line.low, line.high, color=color, alpha=0.15, lw=0)
                if validation or key not in handles:
                    handles[key] = handle
        if drawn and not bounded(metric):
            low, high = ax.get_ylim()
            ax.set_ylim(min(0.0, low), high)
        if comparison is not None and comparison.metric == metric:
            _mark(ax, comparison)
        if not drawn:
            ax.text(0.5, 0.5, "no points yet", ha="center", va="center", transform=ax.transAxes, color="#555")
    if title:
        figure.suptitle(title, fontsize=11, x=0.01, ha="left", fontweight="bold")
    if handles:
        labels = [k if len(shown[k]) == 1 else f"{k} ({len(shown[k])} runs)" for k in handles]
        legend = figure.legend(
            handles.values(), labels, loc="outside lower left", ncols=3, fontsize=9, frameon=False,
            title="solid: validation, dashed: training", title_fontsize=8, alignment="left",
        )  # fmt: skip
        legend.get_title().set_color("#555")
    return figure


def _mark(ax: Any, comparison: Comparison) -> None:
    """Draw the numbered effects: a bracket between two values, a line between two epochs."""
    right = ax.get_xlim()[1]
    for number, effect in enumerate(comparison.effects, 1):
        if effect.kind == "slope":
            ends = [right if x is None else x for x in (effect.x0, effect.x1)]
            ax.hlines(effect.y0, min(ends), max(ends), color="#222", lw=1, ls=(0, (2, 2)))
            where = (sum(ends) / 2, effect.y0)
        else:
            ax.vlines(effect.x0, effect.y0, effect.y1, color="#222", lw=1.2)
            where = (effect.x0, (effect.y0 + effect.y1) / 2)
        ax.annotate(
            str(number), where, ha="center", va="center", color="white", fontsize=8, zorder=5, annotation_clip=False,
            bbox={"boxstyle": "circle,pad=0.25", "facecolor": "#222", "edgecolor": "white", "linewidth": 0.6},
        )  # fmt: skip


def _style(ax: Any, metric: str) -> None:
    ax.set_title(metric, fontsize=10, loc="left", fontweight="bold")
    ax.set_xlabel("epoch", fontsize=9, color="#555")
    ax.grid(axis="y", color="#ddd", lw=0.8)
    ax.set_axisbelow(True)
    ax.spines[["top", "right", "left"]].set_visible(False)
    ax.spines["bottom"].set_color("#999")
    ax.tick_params(labelsize=9, length=0, colors="#555")
    ax.xaxis.get_major_locator().set_params(integer=True)
    if bounded(metric):
        ax.set_ylim(0, 1)


def _curve(
    ax: Any,
    x: npt.NDArray[np.float64],
    y: npt.NDArray[np.float64],
    color: str,
    validation: bool,
    marker: str,
) -> Any:
    """Draw one line with the run's marker at its last point."""
    known = np.flatnonzero(np.isfinite(y))
    style: dict[str, Any] = {"ls": "-", "lw": 1.9} if validation else {"ls": (0, (4, 2.2)), "lw": 1.3}
    (handle,) = ax.plot(
        x, y, color=color, marker=_MARKERS[marker], ms=5 if validation else 4,
        markevery=[int(known[-1])] if len(known) else [], **style,
    )  # fmt: skip
    return handle
