"""The three ways in which a learning curve can be better."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from ...course.figures import dots
from ...course.figures._style import SHAPES, colors_of, plain, summary
from ...widgets._figure import StaticFigure
from .results import steps_needed

__all__ = ["dots", "learning_phases"]

Line = Mapping[int, Sequence[float]]


def learning_phases(scratch: Line, transfer: Line, *, y_label: str = "accuracy", title: str = "") -> StaticFigure:
    """Draw two learning curves with what Torrey & Shavlik (2009) ask of transfer: a higher start, slope, asymptote.

    Parameters
    ----------
    scratch, transfer
        Step → accuracy (0 … 1) of each seed. The first step is the start, the last stands for the asymptote.
    y_label, title
        Words on the figure.
    """
    both = {"from scratch": scratch, "with transfer": transfer}
    colors = {
        "from scratch": colors_of(["scratch"])["scratch"],
        "with transfer": colors_of(["fine-tuned"])["fine-tuned"],
    }
    figure = StaticFigure((7.2, 3.7), "")
    axes = figure.subplots()
    steps = sorted(scratch)
    mean, half, words = {}, {}, []
    for shape, (name, curve) in zip(SHAPES, both.items(), strict=False):
        mean[name] = np.array([np.mean(curve[s]) for s in steps])
        std = np.array([np.std(curve[s], ddof=1) if len(curve[s]) > 1 else 0.0 for s in steps])
        axes.fill_between(steps, mean[name] - std, mean[name] + std, color=colors[name], alpha=0.15, linewidth=0)
        axes.plot(steps, mean[name], color=colors[name], marker=shape, markersize=4)
        half[name] = steps_needed(steps, list(mean[name])) or 0.0
        level = (mean[name][0] + mean[name][-1]) / 2
        axes.plot(half[name], level, marker="*", markersize=13, color=colors[name], markeredgecolor="white")
        below = (9, -6 if name == "from scratch" else -15)
        said = f"half-way after {half[name]:.0f} steps"
        axes.annotate(said, (half[name], level), below, textcoords="offset points", fontsize=9, color=colors[name])
        beside = (1.01, mean[name][-1])
        axes.annotate(name, beside, xycoords=("axes fraction", "data"), color=colors[name], va="center", fontsize=9)
        words.append(
            f"{name}: start {summary(curve[steps[0]], 2)}, half-way after {half[name]:.0f} steps, "
            f"end {summary(curve[steps[-1]], 2)}"
        )
    for what, at, side in (("start", 0, 6), ("end", -1, -6)):
        low, high = sorted((mean["from scratch"][at], mean["with transfer"][at]))
        gain = mean["with transfer"][at] - mean["from scratch"][at]
        axes.annotate("", (steps[at], high), (steps[at], low), arrowprops={"arrowstyle": "<->", "color": "#333"})
        axes.annotate(
            f"{what} {gain:+.2f}", (steps[at], low + 0.25 * (high - low)), xytext=(side, 0 if at == 0 else -16),
            textcoords="offset points", ha="left" if side > 0 else "right", fontsize=9, color="#333",
        )  # fmt: skip
    axes.set_xscale("symlog", linthresh=10, linscale=0.6)
    ticks = [s for s in (0, 5, 10, 20, 40, 80, 300) if s in steps]
    axes.set_xticks(ticks, [str(s) for s in ticks])
    axes.minorticks_off()
    plain(axes, "training steps (log axis from 10)", y_label, title)
    figure.alt = f"{title or y_label} by training steps. " + "; ".join(words) + "."
    return figure
