"""The static figure of a shift. Imported only when one is drawn: it imports matplotlib."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from .._figure import StaticFigure
from .._palette import COLORS
from .._sprite import as_bytes

__all__ = ["draw"]

_SHAPES = {"circle": "o", "square": "s", "triangle": "^", "diamond": "D", "cross": "X", "plus": "P", "star": "*"}
_DASHES: tuple[Any, ...] = ("-", (0, (5, 2)), (0, (1, 1.5)), (0, (6, 2, 1, 2)))


def draw(
    tables: Mapping[str, Mapping[int, Mapping[str, list[Any]]]],
    models: Sequence[Mapping[str, Any]],
    severities: Sequence[int],
    state: tuple[int, str, str, float | None],
    shown: tuple[Any, Sequence[str], Sequence[Sequence[Any]]],
    title: str,
    alt: str,
) -> StaticFigure:
    """Draw the images, a measure against severity, and the reliability diagram."""
    value, measure, name, chance = state
    images, truth, said = shown
    figure = StaticFigure((8.0, 3.2 if images is None else 4.4), alt)
    if images is None:
        below: Any = figure
    else:
        halves: Any = figure.subfigures(2, 1, height_ratios=[1, 2.6])
        above, below = halves
        _thumbnails(above, as_bytes(images), truth, said)
    left, right = below.subplots(1, 2, width_ratios=[2, 1])
    for k, model in enumerate(models):
        color = COLORS[model["color"]].light
        style = {"color": color, "ls": _DASHES[k % 4], "marker": _SHAPES[model["shape"]], "ms": 5}
        rows = tables[model["name"]]
        values = [[v for v in rows.get(s, {}).get(measure, ()) if math.isfinite(v)] for s in severities]
        means = [sum(v) / len(v) if v else math.nan for v in values]
        text = model["name"].replace("$", r"\$")
        left.plot(severities, means, label=f" {text}" if text.startswith("_") else text or None, **style)
        low, high = ([f(v) if v else math.nan for v in values] for f in (min, max))
        left.fill_between(severities, low, high, color=color, alpha=0.15, lw=0)
        bins = np.asarray(rows.get(value, {}).get("bins", []), "float64").reshape(-1, 3)
        bins = bins[bins[:, 0] > 0]
        right.plot(bins[:, 1], bins[:, 2], **style)
    left.axvline(value, color="#222", lw=1.5)
    if chance is not None and measure == "accuracy":
        left.axhline(chance, color="#777", ls=":", lw=1)
        left.text(severities[-1], chance, "chance", ha="right", va="bottom", fontsize=8, color="#555")
    left.set(xlabel="severity", xticks=list(severities))
    left.set_ylim(0, 1 if measure == "accuracy" else None)
    left.set_title(name, fontsize=10, loc="left")
    if len(models) > 1:
        left.legend(fontsize=8, frameon=False)
    right.plot([0, 1], [0, 1], color="#999", lw=0.8, ls=":")
    right.set(xlim=(0, 1), ylim=(0, 1), xlabel="confidence", aspect="equal")
    right.set_title("how often right", fontsize=10, loc="left")
    for ax in (left, right):
        ax.spines[["top", "right"]].set_visible(False)
        ax.grid(color="#eee")
        ax.set_axisbelow(True)
    figure.suptitle(title.replace("$", r"\$"), fontsize=11, x=0.01, ha="left", fontweight="bold")
    return figure


def _thumbnails(figure: Any, images: Any, truth: Sequence[str], said: Sequence[Sequence[Any]]) -> None:
    axes = figure.subplots(1, max(6, len(images)), squeeze=False).ravel()
    for ax in axes:
        ax.set_axis_off()
    for i, image in enumerate(images):
        axes[i].imshow(image, cmap="gray" if image.ndim == 2 else None, vmin=0, vmax=255)
        words = said[i][0] if said else truth[i] if truth else ""
        if said and truth and said[i][0] != truth[i]:
            words = f"✗ {words}"
        axes[i].set_title(words.replace("$", r"\$")[:16], fontsize=8)
