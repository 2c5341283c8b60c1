"""What all figures share: numbers in words, colours, places of labels."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from ...widgets._palette import COLORS, pick

__all__ = ["SHAPES", "colors_of", "plain", "spread_apart", "summary"]

SHAPES = "osD^vP*X<>"
"""Markers of the lines and groups of a figure, in order."""


def summary(values: ArrayLike, digits: int = 3) -> str:
    """Return mean ± standard deviation (n - 1) of repeated measurements in words."""
    v = np.asarray(values, "float64")
    spread = f" ± {v.std(ddof=1):.{digits}f}" if v.size > 1 else ""
    return f"{v.mean():.{digits}f}{spread}"


def plain(axes: Any, x_label: str, y_label: str, title: str) -> None:
    """Put words on the axes and take away what says nothing."""
    axes.set_xlabel(x_label)
    axes.set_ylabel(y_label)
    axes.set_title(title, loc="left", fontsize=10)
    axes.tick_params(labelsize=9)
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(axis="y", color="#ddd", linewidth=0.8)
    axes.set_axisbelow(True)


def colors_of(names: Sequence[str]) -> dict[str, str]:
    taken: list[str] = []
    for name in names:
        taken.append(pick(name, taken))
    return {name: COLORS[color].light for name, color in zip(names, taken, strict=True)}


def spread_apart(heights: list[float], least: float) -> list[float]:
    """Move label heights so that neighbours are ``least`` apart, keeping their order."""
    order = sorted(range(len(heights)), key=heights.__getitem__)
    placed = list(heights)
    for below, above in pairwise(order):
        placed[above] = max(placed[above], placed[below] + least)
    return placed
