"""The static figure of the layers. Imported only when one is drawn: it imports matplotlib."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import groupby
from typing import Any

from matplotlib.collections import PolyCollection

from .._figure import StaticFigure
from .._palette import COLORS

__all__ = ["draw"]

_MAX_BARS = 700  # more layers than this share a bar with their neighbours (the highest is drawn)


def draw(rows: Sequence[dict[str, Any]], frozen: int, batchnorm_frozen: bool, alt: str) -> StaticFigure:
    """Draw a bar for each layer; the arguments are the widget's traits."""
    figure = StaticFigure((8.0, 2.3), alt)
    ax = figure.subplots()
    n = len(rows)
    step = max(1, math.ceil(n / _MAX_BARS))
    top = max([3.0, *(math.log10(row["params"] + 1) for row in rows)]) + 0.3
    groups: dict[str, list[list[tuple[float, float]]]] = {"frozen": [], "trains": [], "no weights": []}
    for start in range(0, n, step):
        part = rows[start : start + step]
        height = max(math.log10(row["params"] + 1) for row in part) or 0.07
        row = max(part, key=lambda r: r["params"])
        still = start < frozen or (batchnorm_frozen and row["batchnorm"])
        kind = "no weights" if row["params"] == 0 else "frozen" if still else "trains"
        left, right = start + 0.08 * step, start + 0.92 * step
        groups[kind].append([(left, 0), (left, height), (right, height), (right, 0)])
    hatch = "////" if n <= 80 else None
    ax.add_collection(
        PolyCollection(groups["frozen"], facecolor=COLORS["frozen"].light, edgecolor="white", hatch=hatch, lw=0)
    )
    ax.add_collection(PolyCollection(groups["trains"], facecolor=COLORS["trainable"].light, lw=0))
    ax.add_collection(PolyCollection(groups["no weights"], facecolor="#999", lw=0))
    if frozen:
        ax.axvspan(0, frozen, facecolor="none", edgecolor=COLORS["frozen"].light, hatch="//", alpha=0.25, lw=0)
    ax.axvline(frozen, color="#222", lw=1.8)
    where = [i + 0.5 for i, row in enumerate(rows) if row["batchnorm"]]
    if where and n <= 400:
        filled = [x < frozen or batchnorm_frozen for x in where]
        violet = COLORS["batchnorm"].light
        for full in (True, False):
            xs = [x for x, f in zip(where, filled, strict=True) if f == full]
            label = "BatchNorm, inference mode" if full else "BatchNorm, training"
            if xs:
                ax.plot(
                    xs, [-0.045 * top] * len(xs), ls="", marker="o", ms=3, mew=0.8, clip_on=False,
                    color=violet, mfc=violet if full else "white", label=label,
                )  # fmt: skip
    _blocks(ax, rows, top)
    ax.set(xlim=(0, max(n, 1)), ylim=(-0.09 * top, top), xticks=[])
    ax.set_yticks([3, 6] if top > 6 else [3], ["1k", "1M"] if top > 6 else ["1k"])
    ax.tick_params(length=0, labelsize=9, labelcolor="#555")
    ax.set_ylabel("parameters", fontsize=9, color="#555")
    ax.grid(axis="y", color="#ddd", lw=0.8)
    ax.set_axisbelow(True)
    ax.spines[:].set_visible(False)
    ax.set_title(f"{frozen} of {n} layers frozen (hatched blue), the others train (orange)", fontsize=10, loc="left")
    if ax.get_legend_handles_labels()[0]:
        ax.legend(
            loc="lower right",
            bbox_to_anchor=(1, 1),
            ncols=2,
            fontsize=8,
            frameon=False,
            handletextpad=0.1,
            borderpad=0,
        )
    return figure


def _blocks(ax: Any, rows: Sequence[dict[str, Any]], top: float) -> None:
    """Write the names of the blocks below the bars, where there is room."""
    n = len(rows)
    for block, members in groupby(range(n), key=lambda i: rows[i]["block"]):
        inside = list(members)
        name = block if len(block) * 6 < 700 * len(inside) / n else block.replace("block", "").strip("_")
        if name and len(name) * 6 < 700 * len(inside) / n:
            middle = (inside[0] + inside[-1] + 1) / 2
            ax.plot([inside[0] + 0.1, inside[-1] + 0.9], [-0.085 * top] * 2, color="#999", lw=0.8, clip_on=False)
            ax.text(middle, -0.11 * top, name, ha="center", va="top", fontsize=8, color="#555")
