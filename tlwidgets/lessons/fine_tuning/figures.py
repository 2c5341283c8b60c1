"""Sizes of gradients by part, and the plane of source and target."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from ...course.figures import accuracy_lines, dots
from ...course.figures._style import SHAPES, colors_of, plain, summary
from ...errors import unknown
from ...widgets._figure import StaticFigure
from ...widgets._palette import COLORS

__all__ = [
    "accuracy_lines",
    "code_of",
    "dots",
    "sizes_by_part",
    "source_and_target",
    "summary",
]


def code_of(function: Callable[..., Any], *, begin: str) -> Any:
    """Return the source code of a function from a line on, coloured, as an output of a cell.

    Parameters
    ----------
    function
        A Python function.
    begin
        Words of the first line that is shown.
    """
    from IPython.display import Code

    lines = inspect.getsource(function).splitlines()
    first = next(i for i, line in enumerate(lines) if begin in line)
    indent = len(lines[first]) - len(lines[first].lstrip())
    return Code("\n".join(line[indent:] for line in lines[first:]), language="python")


def sizes_by_part(
    series: Mapping[str, Mapping[str, Sequence[float]]], *, x_label: str, y_label: str, title: str = ""
) -> StaticFigure:
    """Draw sizes that differ by powers of ten over the parts of a network; every seed is a dot.

    Parameters
    ----------
    series
        Condition → part → sizes above 0 over seeds. All conditions have the same parts.
    x_label, y_label, title
        Words on the figure.
    """
    parts = list(next(iter(series.values())))
    colors = colors_of(list(series))
    figure = StaticFigure((7.2, 3.4), "")
    axes = figure.subplots()
    at = np.arange(len(parts))
    words = []
    for shape, (name, values) in zip(SHAPES, series.items(), strict=False):
        middle = [float(np.exp(np.mean(np.log(values[part])))) for part in parts]
        axes.plot(at, middle, color=colors[name], linewidth=1.5)
        for x, part in zip(at, parts, strict=True):
            seeds = values[part]
            axes.plot([x] * len(seeds), seeds, shape, color=colors[name], markersize=4, alpha=0.6, markeredgewidth=0)
        axes.annotate(
            name, (1.01, middle[-1]), xycoords=("axes fraction", "data"), color=colors[name], va="center", fontsize=9
        )
        words.append(f"{name}: " + ", ".join(f"{part} {summary(values[part], 2)}" for part in parts))
    axes.set_yscale("log")
    axes.set_xticks(at, parts)
    plain(axes, x_label, y_label, title)
    figure.alt = f"{title or y_label} by {x_label}. " + "; ".join(words) + "."
    return figure


def source_and_target(
    methods: Mapping[str, Mapping[str, tuple[Sequence[float], Sequence[float]]]],
    *,
    before: float | None = None,
    marked: tuple[str, str] | None = None,
    x_label: str = "accuracy on the target",
    y_label: str = "accuracy on the source",
    title: str = "",
) -> StaticFigure:
    """Draw what was kept of the source against what was learnt of the target; up and to the right is better.

    Parameters
    ----------
    methods
        Method → setting → accuracies (target, source) over seeds. The settings of a method are joined; crosses are
        one standard deviation long in each direction.
    before
        Accuracy on the source before anything was learnt, drawn as a dotted line.
    marked
        A method and a setting that is drawn large, every seed a dot.
    x_label, y_label, title
        Words on the figure.
    """
    figure = StaticFigure((7.2, 4.2), "")
    axes = figure.subplots()
    colors = colors_of(list(methods))
    words = []
    for shape, (name, settings) in zip(SHAPES, methods.items(), strict=False):
        means = np.array([[np.mean(t), np.mean(s)] for t, s in settings.values()])
        spread = np.array([[np.std(t, ddof=1), np.std(s, ddof=1)] for t, s in settings.values()])
        axes.errorbar(
            means[:, 0], means[:, 1], xerr=spread[:, 0], yerr=spread[:, 1], color=colors[name], marker=shape,
            markersize=6, linewidth=1.2, elinewidth=0.7, alpha=0.85, label=name,
        )  # fmt: skip
        for (x, y), setting in zip(means, settings, strict=True):
            axes.annotate(setting, (x, y), (5, 5), textcoords="offset points", fontsize=8, color=colors[name])
        words.append(
            f"{name}: "
            + ", ".join(f"{k} target {summary(t, 2)} and source {summary(s, 2)}" for k, (t, s) in settings.items())
        )
    if before is not None:
        axes.axhline(before, color="#777", linestyle=":", linewidth=1.2)
        axes.annotate(
            "before", (1.01, before), xycoords=("axes fraction", "data"), color="#666", va="center", fontsize=9
        )
        words.append(f"source before {before:.2f}")
    said = ""
    if marked is not None:
        if marked[1] not in methods.get(marked[0], {}):
            raise unknown(
                "point", " ".join(marked), [f"{name} {k}" for name, settings in methods.items() for k in settings]
            )
        target, source = methods[marked[0]][marked[1]]
        axes.plot(target, source, "o", color=COLORS["scratch"].light, markersize=9, fillstyle="none", markeredgewidth=2)
        said = f"{marked[0]} {marked[1]}: target {summary(target, 2)}, source {summary(source, 2)}"
        words.insert(0, f"marked is {said}")
    axes.set(xlim=(0, 1), ylim=(0, 1))
    axes.legend(loc="lower left", frameon=False, fontsize=9)
    plain(axes, x_label, y_label, said or title)
    figure.alt = f"{title or y_label}. " + "; ".join(words) + "."
    return figure
