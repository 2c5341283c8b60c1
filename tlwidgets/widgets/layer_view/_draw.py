"""The static figure of a layer. Imported only when one is drawn: it imports matplotlib."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from matplotlib.colors import LinearSegmentedColormap

from .._figure import StaticFigure
from .._palette import COLORS
from .._sprite import as_bytes
from ._look import Look

__all__ = ["draw"]

_TILES = 32  # channels that are drawn
_COLUMNS = 8
_MAP = LinearSegmentedColormap.from_list("signed", [COLORS[name].light for name in ("down", "zero", "up")])


def draw(
    images: npt.NDArray[Any],
    names: Sequence[str],
    look: Look,
    layer: tuple[str, str],
    channel: int,
    image: int,
    alt: str,
) -> StaticFigure:
    """Draw the image, the shown channel with its filter, what excites it, and the first channels."""
    count = look.maps.shape[1]
    first = min(max(0, channel - _TILES + 1), max(0, count - _TILES))
    shown = range(first, min(count, first + _TILES))
    rows = max(3, -(-len(shown) // _COLUMNS))
    figure = StaticFigure((8.6, 0.62 * rows + 0.9), alt)
    halves: Any = figure.subfigures(1, 2, width_ratios=[1.15, 1])
    left, right = halves
    tiles = left.subplots(rows, _COLUMNS, squeeze=False).ravel()
    for ax, c in zip(tiles, shown, strict=False):
        ax.imshow(look.maps[image, c], cmap=_MAP, vmin=-127, vmax=127)
        if look.dead[c] or look.broken[c]:
            mark = "?" if look.broken[c] else "×"
            ax.text(0.5, 0.5, mark, transform=ax.transAxes, ha="center", va="center")
        ax.set(xticks=[], yticks=[])
        ax.spines[:].set(color="#222" if c == channel else "#DDD", linewidth=2 if c == channel else 0.8)
    for ax in tiles[len(shown) :]:
        ax.set_axis_off()
    left.suptitle(f"channels {first} to {shown[-1]} of {count}", fontsize=9, x=0.02, ha="left", color="#555")
    best = [] if look.dead[channel] else [i for i in look.best(channel, 3) if np.isfinite(look.scores[i, channel])]
    axes = right.subplots(2, 3).ravel()
    for ax in axes:
        ax.set_axis_off()
    photographs = as_bytes(images)
    _image(axes[0], photographs[image], names[image])
    axes[1].imshow(look.maps[image, channel], cmap=_MAP, vmin=-127, vmax=127)
    axes[1].set_title(f"channel {channel}", fontsize=8)
    if look.filters is not None:
        filter_ = look.filters[channel].astype("float64")
        if filter_.shape[2] == 3:
            axes[2].imshow((filter_ + 128) / 255)
        else:
            axes[2].imshow(filter_[..., 0], cmap=_MAP, vmin=-127, vmax=127)
        axes[2].set_title("its filter", fontsize=8)
    for ax, i in zip(axes[3:], best, strict=False):
        _image(ax, photographs[i], f"{names[i]}: {look.scores[i, channel]:.3g}")
    name, kind = (text.replace("$", r"\$") for text in layer)
    figure.suptitle(f"{name} ({kind})", fontsize=10, x=0.01, ha="left", fontweight="bold")
    return figure


def _image(ax: Any, image: npt.NDArray[np.uint8], name: str) -> None:
    ax.imshow(image, cmap="gray" if image.ndim == 2 else None, vmin=0, vmax=255)
    short = name if len(name) <= 20 else f"{name[:19]}…"
    ax.set_title(short.replace("$", r"\$"), fontsize=8)
