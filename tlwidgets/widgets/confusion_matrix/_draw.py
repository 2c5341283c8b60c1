"""The static figure of the matrix. Imported only when one is drawn: it imports matplotlib."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from matplotlib.colors import to_rgb
from matplotlib.patches import Rectangle

from .._figure import StaticFigure
from .._palette import LEVELS, level_color

__all__ = ["draw", "shares"]

_MANY = 20  # classes from which cells have no numbers and no names
_TITLES = {
    "counts": "number of examples",
    "true": "share of the true class, in percent",
    "predicted": "share of the predicted class, in percent",
}


def shares(matrix: npt.NDArray[np.int64], normalize: str) -> npt.NDArray[np.float64]:
    """Return the counts, or percentages of the rows or columns (0 where a class has no example)."""
    values: npt.NDArray[np.float64] = matrix.astype("float64")
    if normalize == "counts":
        return values
    totals = np.maximum(values.sum(1 if normalize == "true" else 0, keepdims=True), 1)
    return np.asarray(100 * values / totals, "float64")


def draw(
    matrix: npt.NDArray[np.int64],
    classes: Sequence[str],
    normalize: str,
    opened: Sequence[int],
    images: Sequence[tuple[int, bytes]],
    alt: str,
) -> StaticFigure:
    """Draw the matrix and, when a cell is open, its first images below."""
    k = max(1, len(classes))
    side = min(7.0, 1.8 + 0.45 * k)
    small = k > _MANY
    figure = StaticFigure((side + 0.6, side + 0.4 + (1.2 if images else 0)), alt)
    if images:
        parts: Any = figure.subfigures(2, 1, height_ratios=[side, 1.2])
        ax = parts[0].subplots()
        row = np.atleast_1d(parts[1].subplots(1, len(images)))
        from PIL import Image

        for place, (number, file) in zip(row, images, strict=True):
            place.imshow(np.asarray(Image.open(io.BytesIO(file))), cmap="gray", vmin=0, vmax=255)
            place.set_axis_off()
            place.set_title(str(number), fontsize=7)
    else:
        ax = figure.subplots()
    values = shares(matrix, normalize)
    high = max(1.0, float(values.max(initial=0)))
    levels = np.zeros(matrix.shape, "int64")
    some = matrix > 0
    levels[some] = np.maximum(1, np.round(LEVELS * np.sqrt(values[some] / high)))
    levels *= np.where(np.eye(len(classes), dtype=bool), 1, -1)
    palette = np.array([to_rgb(level_color(level)[0]) for level in range(-LEVELS, LEVELS + 1)])
    if matrix.size:
        ax.imshow(palette[levels + LEVELS], extent=(0, k, k, 0), interpolation="nearest")
    if not small:
        for i, j in zip(*np.nonzero(matrix), strict=True):
            ink = level_color(int(levels[i, j]))[1]
            ax.text(j + 0.5, i + 0.5, f"{values[i, j]:.0f}", ha="center", va="center", fontsize=8, color=ink)
    if opened:
        ax.add_patch(Rectangle((opened[1], opened[0]), 1, 1, facecolor="none", edgecolor="#111", lw=2.2))
    if small:
        ax.set(xticks=[], yticks=[])
    else:
        ticks, words = [i + 0.5 for i in range(len(classes))], [name.replace("$", r"\$") for name in classes]
        ax.set_xticks(ticks, words)
        ax.set_yticks(ticks, words)
        turned = max((len(name) for name in classes), default=0) > 4
        for name in ax.get_xticklabels():
            name.set(rotation=40 if turned else 0, ha="left" if turned else "center", rotation_mode="anchor")
        ax.tick_params(length=0, labelsize=9)
    ax.xaxis.set_ticks_position("top")
    ax.xaxis.set_label_position("top")
    ax.set(xlim=(0, k), ylim=(k, 0), xlabel="predicted", ylabel="true", aspect="equal")
    ax.spines[:].set(color="#999", lw=0.8)
    ax.set_title(f"{_TITLES[normalize]}; right blue, wrong orange", fontsize=9, y=-0.08, pad=0)
    return figure
