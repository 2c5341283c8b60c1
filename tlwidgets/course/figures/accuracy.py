"""Accuracy over ordered positions, and accuracy by condition."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from ...widgets._figure import StaticFigure
from ._style import SHAPES, colors_of, plain, spread_apart, summary

__all__ = ["accuracy_lines", "dots"]


def accuracy_lines(
    series: Mapping[str, Mapping[str, Sequence[float]]],
    *,
    x_label: str,
    y_label: str = "accuracy",
    guess: Mapping[str, float] | None = None,
    levels: Mapping[str, Sequence[float]] | None = None,
    points: bool = False,
    title: str = "",
) -> StaticFigure:
    """Draw one line per condition over ordered positions; the band is mean ± one standard deviation.

    Parameters
    ----------
    series
        Condition → position → values over seeds (0 … 1). All conditions have the same positions.
    x_label, y_label, title
        Words on the figure.
    guess
        What needs no learning, by name: drawn as dotted lines.
    levels
        Further conditions that have one value for all positions: drawn as dashed lines.
    points
        Whether every seed is drawn as a point, and the medians as a line, instead of mean and band: for runs of which
        some go another way altogether, a mean would describe none of them.
    """
    positions = list(next(iter(series.values())))
    colors = colors_of([*series, *(levels or {})])
    words = []
    figure = StaticFigure((7.2, 3.4), "")
    axes = figure.subplots()
    ends: list[tuple[float, str, str]] = []
    for shape, (name, values) in zip(SHAPES, series.items(), strict=False):
        mean = np.array([np.mean(values[p]) for p in positions])
        std = np.array([np.std(values[p], ddof=1) if len(values[p]) > 1 else 0.0 for p in positions])
        at = np.arange(len(positions))
        if points:
            mean = np.array([np.median(values[p]) for p in positions])
            for i, p in enumerate(positions):
                axes.plot([i] * len(values[p]), values[p], shape, color=colors[name], alpha=0.6, markersize=5)
            axes.plot(at, mean, color=colors[name], linewidth=1)
            told = {p: " ".join(f"{v:.2f}" for v in sorted(values[p])) for p in positions}
        else:
            axes.fill_between(at, mean - std, mean + std, color=colors[name], alpha=0.15, linewidth=0)
            axes.plot(at, mean, color=colors[name], marker=shape, markersize=5)
            told = {p: summary(values[p], 2) for p in positions}
        ends.append((float(mean[-1]), name, colors[name]))
        words.append(f"{name}: " + ", ".join(f"{p} {told[p]}" for p in positions))
    for name, flat in (levels or {}).items():
        height = float(np.mean(flat))
        axes.axhline(height, color=colors[name], linestyle="--", linewidth=1.4)
        ends.append((height, name, colors[name]))
        words.append(f"{name}: {summary(flat, 2)}")
    low, high = axes.get_ylim()
    for name, height in (guess or {}).items():
        low = min(low, height - 0.03)
        axes.axhline(height, color="#777", linestyle=":", linewidth=1.2)
        ends.append((height, name, "#666"))
        words.append(f"{name} {height:.2f}")
    axes.set_ylim(low, high)
    for height, (_, name, color) in zip(spread_apart([e[0] for e in ends], 0.075 * (high - low)), ends, strict=True):
        beside = (1.01, height)
        axes.annotate(name, beside, xycoords=("axes fraction", "data"), color=color, va="center", fontsize=9)
    crowded = len(positions) > 8
    axes.set_xticks(
        range(len(positions)), positions, rotation=45 if crowded else 0, ha="right" if crowded else "center"
    )
    plain(axes, x_label, y_label, title)
    figure.alt = f"{title or y_label} by {x_label}. " + "; ".join(words) + "."
    return figure


def dots(
    groups: Mapping[str, Sequence[float]],
    *,
    x_label: str,
    guess: Mapping[str, float] | None = None,
    title: str = "",
) -> StaticFigure:
    """Draw one row per condition: every seed a dot, the mean a bar with its number."""
    figure = StaticFigure((7.2, 1.0 + 0.15 * len(guess or {}) + 0.42 * len(groups)), "")
    axes = figure.subplots()
    colors = colors_of(list(groups))
    for row, (name, values) in enumerate(groups.items()):
        v = np.asarray(values, "float64")
        axes.plot(v, np.full(len(v), row), "o", color=colors[name], alpha=0.55, markersize=6, markeredgewidth=0)
        axes.plot([v.mean()] * 2, [row - 0.3, row + 0.3], color=colors[name], linewidth=2.5)
        axes.annotate(summary(v), (1.01, row), xycoords=("axes fraction", "data"), va="center", fontsize=9)
    for height in (guess or {}).values():
        axes.axvline(height, color="#777", linestyle=":", linewidth=1.2)
    axes.set_yticks(range(len(groups)), groups)
    axes.set_ylim(len(groups) - 0.5, -0.5)
    dotted = "".join(f"\n(dotted: {name}, {height:.2f})" for name, height in (guess or {}).items())
    axes.set_xlabel(x_label + dotted)
    axes.set_title(title, loc="left", fontsize=10)
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.grid(axis="x", color="#ddd", linewidth=0.8)
    axes.set_axisbelow(True)
    flat = [f"{n} {v:.3f}" for n, v in (guess or {}).items()]
    figure.alt = f"{title or x_label}. " + "; ".join([*(f"{n} {summary(v)}" for n, v in groups.items()), *flat]) + "."
    return figure
