"""The static figure of the statistics. Imported only when one is drawn: it imports matplotlib."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from .._figure import StaticFigure
from .._palette import COLORS
from ._records import ScopeRun

__all__ = ["draw"]

_SHAPES = {"circle": "o", "square": "s", "triangle": "^", "diamond": "D", "cross": "X", "plus": "P", "star": "*"}
_DASHES: tuple[Any, ...] = ("-", (0, (5, 2)), (0, (1, 1.5)), (0, (6, 2, 1, 2)))


def draw(runs: Sequence[ScopeRun], layer: str, title: str, alt: str) -> StaticFigure:
    """Draw the distance of the mean and the ratio of the variance of one layer."""
    figure = StaticFigure((8.0, 3.2), alt)
    left, right = figure.subplots(1, 2)
    drawn = False
    for k, run in enumerate(runs):
        if layer not in run.layers or not run.rows:
            continue
        table = np.asarray(run.rows, "float64")[:, run.layers.index(layer)]
        name = f"{run.name} ({run.state})".replace("$", r"\$")
        label = f" {name}" if name.startswith("_") else name
        drawn = True
        # lines that stay lie on each other: their markers are side by side
        marked = max(0, len(run.steps) - 1 - k * max(1, len(run.steps) // 12))
        for ax, row in ((left, 0), (right, 1)):
            ax.plot(
                run.steps, table[:, row, 1], color=COLORS[run.color].light, ls=_DASHES[k % 4], lw=1.8, label=label,
                marker=_SHAPES[run.shape], markevery=[marked], ms=6, clip_on=False,
            )  # fmt: skip
            ax.fill_between(
                run.steps, table[:, row, 0], table[:, row, 2], color=COLORS[run.color].light, alpha=0.15, lw=0
            )
    left.set_title("running mean: distance, in standard deviations", fontsize=9, loc="left")
    right.set_title("running variance: × what it was", fontsize=9, loc="left")
    if drawn:
        right.set_yscale("log")
        right.yaxis.set_major_formatter("× {x:g}")
        right.yaxis.set_minor_formatter(lambda x, _: f"× {x:g}" if float(f"{x:.0e}") in (0.2, 0.5, 2, 5) else "")
        low, high = right.get_ylim()
        right.set_ylim(min(low, 0.8), max(high, 1.25))
        left.set_ylim(0, max(0.1, left.get_ylim()[1]))
        figure.legend(*left.get_legend_handles_labels(), loc="outside lower left", ncols=3, fontsize=8.5, frameon=False)
    for ax in (left, right):
        ax.spines[["top", "right"]].set_visible(False)
        ax.grid(axis="y", color="#ddd", lw=0.8)
        ax.set_xlabel("step", fontsize=9, color="#555")
        if not drawn:
            ax.text(0.5, 0.5, "nothing yet", ha="center", va="center", transform=ax.transAxes, color="#555")
    figure.suptitle(f"{title}{f': {layer}' if layer else ''}".replace("$", r"\$"), fontsize=11, x=0.01, ha="left")
    return figure
