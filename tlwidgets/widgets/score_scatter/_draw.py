"""The static figure of the scatter. Imported only when one is drawn: it imports matplotlib."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from .._figure import StaticFigure
from .._palette import COLORS

__all__ = ["draw"]

_SHAPES = {"circle": "o", "square": "s", "triangle": "^", "diamond": "D", "cross": "X", "plus": "P", "star": "*"}
_NAMED = 30  # candidates up to which each has its name


def draw(
    x: npt.NDArray[np.float64],
    y: npt.NDArray[np.float64],
    members: Sequence[npt.NDArray[np.int64]],
    names: Sequence[str],
    groups: Sequence[Mapping[str, Any]],
    words: tuple[str, str, str],
    point: int | None,
    alt: str,
) -> StaticFigure:
    """Draw one score against the truth; ``words`` are the names of the axes and the sentence above."""
    score, truth, sentence = (text.replace("$", r"\$") for text in words)
    figure = StaticFigure((7.2, 4.0), alt)
    ax = figure.subplots()
    shown = 0
    for group, which in zip(groups, members, strict=True):
        shown += len(which)
        name = group["name"].replace("$", r"\$")
        label = f" {name}" if name.startswith("_") else name or None
        color = COLORS[group["color"]].light
        ax.plot(x[which], y[which], ls="", marker=_SHAPES[group["shape"]], ms=6, color=color, alpha=0.85, label=label)
        if len(which):
            best = which[x[which].argmax()]
            ax.plot(x[best], y[best], ls="", marker="o", ms=13, mfc="none", mec="#222", mew=1.2)
    if shown <= _NAMED:
        for n in _apart(x, y, np.concatenate([np.zeros(0, int), *members]), names, point):
            ax.annotate(
                names[n].replace("$", r"\$"), (x[n], y[n]), (9, -3), textcoords="offset points", fontsize=7.5,
                color="#444", fontweight="bold" if n == point else "normal",
            )  # fmt: skip
    ax.spines[["top", "right"]].set_visible(False)
    ax.grid(color="#ddd", linewidth=0.8)
    ax.set_axisbelow(True)
    ax.margins(x=0.12)
    ax.set(xlabel=score, ylabel=truth)
    ax.set_title(f"{sentence} Ring: highest score.", fontsize=8.5, loc="left", wrap=True)
    if len(groups) > 1 and len(groups) <= 10:
        ax.legend(fontsize=8, frameon=False, loc="center left", bbox_to_anchor=(1, 0.5))
    return figure


def _apart(
    x: npt.NDArray[np.float64],
    y: npt.NDArray[np.float64],
    shown: npt.NDArray[np.int64],
    names: Sequence[str],
    point: int | None,
) -> list[int]:
    """Return the candidates whose names cover no point and no other name: the described one first, then the best."""
    if not len(shown):
        return []

    def scaled(v: npt.NDArray[np.float64], pixels: float) -> npt.NDArray[np.float64]:
        return np.asarray((v - v[shown].min()) / (np.ptp(v[shown]) or 1.0) * pixels)

    px, py = scaled(x, 430), scaled(y, 250)
    taken = [(px[n] - 4, py[n] - 5, px[n] + 4, py[n] + 5) for n in shown]
    named = []
    for n in sorted(shown.tolist(), key=lambda n: (n != point, -y[n])):
        room = (px[n] + 7, py[n] - 5, px[n] + 10 + 6 * len(names[n]), py[n] + 5)
        free = all(room[0] >= t[2] or t[0] >= room[2] or room[1] >= t[3] or t[1] >= room[3] for t in taken)
        if free or n == point:
            taken.append(room)
            named.append(n)
    return named
