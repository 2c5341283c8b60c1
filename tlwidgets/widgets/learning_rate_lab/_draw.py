"""The static figure of the lab. Imported only when one is drawn: it imports matplotlib."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from .._figure import StaticFigure
from .._palette import COLORS

__all__ = ["draw"]

Array = npt.NDArray[np.float64]


def draw(
    test: tuple[Array, Array, Array],
    curves: Mapping[float, Sequence[Array]],
    state: tuple[float, float | None, float | None],
    metric: tuple[str, float | None],
    limits: Sequence[float],
    words: tuple[str, str],
) -> StaticFigure:
    """Draw the range test, where the runs ended, and the curves of the nearest rate."""
    rates, losses, smoothed = test
    value, suggestion, nearest = state
    name, chance = metric
    title, alt = words
    figure = StaticFigure((8.2, 4.6 if curves else 3.0), alt)
    layout = [["test", "runs"], ["end", "runs"]] if curves else [["test"]]
    axes: Any = figure.subplot_mosaic(layout, width_ratios=[2, 1] if curves else None)
    top, blue, orange = axes["test"], COLORS["frozen-base"].light, COLORS["tuned"].light
    left: list[Any] = [top]
    if len(rates):
        top.plot(rates, losses, color="0.8", lw=1)
        top.plot(rates, smoothed, color=blue, lw=2)
        good = smoothed[np.isfinite(smoothed)]
        if good.size:
            low, high = float(good.min()), max(float(good[0]), float(good.min()))
            top.set_ylim(low - 0.15 * (high - low) - 1e-3, high + 0.5 * (high - low) + 1e-3)
    top.set_ylabel("loss (range test)", fontsize=9)
    if curves:
        end, shown = axes["end"], axes["runs"]
        left.append(end)
        for rate, members in curves.items():
            ends = np.array([curve[-1] for curve in members])
            good = ends[np.isfinite(ends)]
            end.plot([rate] * len(good), good, ls="", marker="o", ms=5, color=blue, alpha=0.7)
            if len(good) < len(ends):
                end.text(rate, 0.02, "×", color=orange, ha="center", fontsize=13, transform=end.get_xaxis_transform())
        means = {r: [v for v in (c[-1] for c in m) if np.isfinite(v)] for r, m in curves.items()}
        end.plot([r for r in means if means[r]], [np.mean(v) for v in means.values() if v], color=blue, lw=1)
        end.set_ylabel(f"{name} at the end".replace("$", r"\$"), fontsize=9)
        for curve in curves[nearest] if nearest is not None else ():
            shown.plot(np.arange(1, len(curve) + 1), curve, color=blue, marker="o", ms=3, lw=1.4)
        shown.set_title(f"{name}, trained at {nearest:.1e}".replace("$", r"\$"), fontsize=9, loc="left")
        shown.set_xlabel("epoch", fontsize=9)
        for ax in (end, shown):
            low, high = ax.get_ylim()
            ax.set_ylim(min(0.0, low), max(1.0, high) if low >= 0 and high <= 1.1 else high)
            if chance is not None:
                ax.axhline(chance, color="#777", ls=":", lw=1)
        shown.spines[["top", "right"]].set_visible(False)
    for ax in left:
        ax.set(xscale="log", xlim=(limits[0] * 0.9, limits[1] * 1.1))
        ax.axvline(value, color="#222", lw=1.8)
        if suggestion is not None:
            ax.axvline(suggestion, color=orange, ls="--", lw=1.2)
        ax.spines[["top", "right"]].set_visible(False)
        ax.grid(axis="y", color="#eee")
    left[-1].set_xlabel("learning rate (line: chosen, dashed: suggested)", fontsize=9)
    figure.suptitle(title.replace("$", r"\$"), fontsize=11, x=0.01, ha="left", fontweight="bold")
    return figure
