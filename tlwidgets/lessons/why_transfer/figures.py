"""Accuracy by the number of labels, and the three ways in which a learning curve can be better."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from ...course.figures import dots
from ...course.figures._style import SHAPES, colors_of, plain, spread_apart, summary
from ...widgets._figure import StaticFigure

__all__ = [
    "budget_dots",
    "budget_lines",
    "dots",
    "learning_phases",
]

Line = Mapping[int, Sequence[float]]


def budget_lines(
    series: Mapping[str, Line],
    *,
    crossings: Mapping[str, float] | None = None,
    y_label: str = "accuracy",
    limits: tuple[float, float] | None = None,
    title: str = "",
) -> StaticFigure:
    """Draw accuracy over the number of labels, a line per method; the band is mean ± one standard deviation.

    Parameters
    ----------
    series
        Method → labels of each class → accuracy (0 … 1) of each seed.
    crossings
        Points to mark, by name: labels of each class at which scratch overtakes.
    y_label, title
        Words on the figure.
    limits
        Ends of the vertical axis, for figures that are to be compared.
    """
    labels = sorted({n for line in series.values() for n in line})
    # the same three have the same colours in every figure, whichever of them are there
    colors = colors_of(list(dict.fromkeys(["from scratch", "frozen", "fine-tuned", *series])))
    figure = StaticFigure((7.2, 3.7), "")
    axes = figure.subplots()
    words, ends = [], []
    for shape, (name, line) in zip(SHAPES, series.items(), strict=False):
        at = sorted(line)
        mean = np.array([np.mean(line[n]) for n in at])
        std = np.array([np.std(line[n], ddof=1) if len(line[n]) > 1 else 0.0 for n in at])
        axes.fill_between(at, mean - std, mean + std, color=colors[name], alpha=0.15, linewidth=0)
        axes.plot(at, mean, color=colors[name], marker=shape, markersize=5)
        ends.append((float(mean[-1]), name))
        words.append(f"{name}: " + ", ".join(f"{n} {summary(line[n], 2)}" for n in at))
    axes.set_xscale("log")
    axes.set_xticks(labels, [str(n) for n in labels])
    axes.minorticks_off()
    if limits:
        axes.set_ylim(*limits)
    low, high = axes.get_ylim()
    for height, (_, name) in zip(spread_apart([e[0] for e in ends], 0.07 * (high - low)), ends, strict=True):
        beside = (1.01, height)
        axes.annotate(name, beside, xycoords=("axes fraction", "data"), color=colors[name], va="center", fontsize=9)
    for row, (name, at_labels) in enumerate((crossings or {}).items()):
        axes.axvline(at_labels, color="#555", linestyle=":", linewidth=1.2)
        near = (at_labels * 1.03, low + (0.05 + 0.08 * row) * (high - low))
        axes.annotate(f"{name}: {at_labels:.0f}", near, fontsize=9, color="#333")
        words.append(f"{name} at {at_labels:.0f} labels of each class")
    plain(axes, "labelled images of each class (log axis)", y_label, title)
    figure.alt = f"{title or y_label} by labels of each class. " + "; ".join(words) + "."
    return figure


def budget_dots(
    series: Mapping[str, Line], *, x_label: str = "accuracy", limits: tuple[float, float] = (0, 1)
) -> dict[str, StaticFigure]:
    """Return one figure a budget, all with the same axis: every seed a dot, every method a row.

    Parameters
    ----------
    series
        Method → labels of each class → accuracy of each seed.
    x_label
        What was measured.
    limits
        Ends of the axis.
    """
    figures = {}
    for n in sorted({n for line in series.values() for n in line}):
        chosen = {name: line[n] for name, line in series.items() if n in line}
        figure = dots(chosen, x_label=x_label, title=f"{n} labelled images of each class")
        figure.axes[0].set_xlim(*limits)
        figures[str(n)] = figure
    return figures


def learning_phases(scratch: Line, transfer: Line, *, y_label: str = "accuracy", title: str = "") -> StaticFigure:
    """Draw two learning curves with what Torrey & Shavlik (2009) ask of transfer: a higher start, slope, asymptote.

    Parameters
    ----------
    scratch, transfer
        Step → accuracy (0 … 1) of each seed. The first step is the start, the last stands for the asymptote.
    y_label, title
        Words on the figure.
    """
    from .results import steps_needed

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
