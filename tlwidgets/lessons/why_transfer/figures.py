"""Accuracy by the number of labels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ...course.figures import dots
from ...course.figures._style import SHAPES, colors_of, plain, spread_apart, summary
from ...widgets._figure import StaticFigure

__all__ = [
    "budget_lines",
    "dots",
    "readings",
]

Line = Mapping[int, Sequence[float]]


def budget_lines(
    series: Mapping[str, Line],
    *,
    crossings: Sequence[float] = (),
    y_label: str = "accuracy",
    limits: tuple[float, float] | None = None,
    title: str = "",
) -> StaticFigure:
    """Draw accuracy over the number of labels, a line per method; the band is mean ± one standard deviation.

    Parameters
    ----------
    series
        Method → labels per class → accuracy (0 … 1) of each seed.
    crossings
        Labels per class at which scratch overtakes, one per seed: ticks, and their geometric mean as a line.
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
    if len(crossings):
        middle = float(np.exp(np.mean(np.log(crossings))))  # on a log axis logarithms are averaged
        axes.plot(crossings, [low + 0.03 * (high - low)] * len(crossings), "|", color="#333", markersize=12)
        axes.axvline(middle, color="#555", linestyle=":", linewidth=1.2)
        said = f"scratch overtakes: {min(crossings):.0f} to {max(crossings):.0f}, middle {middle:.0f}"
        near = (middle * 1.04, low + 0.07 * (high - low))
        axes.annotate(said, near, fontsize=9, color="#333")
        words.append(f"{said} labels per class, one seed each at " + ", ".join(f"{n:.0f}" for n in crossings))
    plain(axes, "labelled images per class (log axis)", y_label, title)
    figure.alt = f"{title or y_label} by labels per class. " + "; ".join(words) + "."
    return figure


def readings(images: NDArray[np.uint8], truth: Sequence[int], scores: Mapping[str, ArrayLike]) -> StaticFigure:
    """Draw digits in a row, and below each what every network read; what is wrong is crossed out.

    Parameters
    ----------
    images
        (n, height, width, channels), 0 … 255.
    truth
        The digit on each.
    scores
        Name of a network → its scores, shape (n, 10).
    """
    read = {name: np.argmax(s, axis=1) for name, s in scores.items()}
    figure = StaticFigure((7.2, 0.65 + 0.22 * len(read)), "")
    panels = figure.subplots(1, len(images), squeeze=False)[0]
    for i, axes in enumerate(panels):
        axes.imshow(images[i][..., 0], cmap="gray", vmin=0, vmax=255)
        axes.set_axis_off()
        for row, (name, digits) in enumerate(read.items()):
            y = -0.3 - 0.36 * row
            right = digits[i] == truth[i]
            said, color = (str(digits[i]), "#222") if right else (f"{digits[i]} \u2717", "#B3261E")
            axes.text(0.5, y, said, transform=axes.transAxes, ha="center", va="center", fontsize=10, color=color)
            if i == 0:
                axes.text(-0.15, y, name, transform=axes.transAxes, ha="right", va="center", fontsize=9, color="#222")
    words = (f"{name}: {', '.join(map(str, digits))}" for name, digits in read.items())
    figure.alt = f"{len(images)} handwritten digits: {', '.join(map(str, truth))}. Read " + "; ".join(words) + "."
    return figure
