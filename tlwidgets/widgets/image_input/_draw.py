"""The static figure of the images. Imported only when one is drawn: it imports matplotlib."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .._figure import StaticFigure

__all__ = ["draw"]

_MOST = 12


def draw(items: Sequence[tuple[str, Any, Sequence[tuple[str, float]]]], alt: str) -> StaticFigure:
    """Draw the first images, six in a row."""
    shown = items[:_MOST]
    columns = max(1, min(6, len(shown)))
    rows = max(1, -(-len(shown) // columns))
    figure = StaticFigure((max(3.0, 1.45 * columns), 1.9 * rows if shown else 0.6), alt)
    axes = figure.subplots(rows, columns, squeeze=False).ravel()
    for ax in axes:
        ax.set_axis_off()
    for ax, (name, image, top) in zip(axes, shown, strict=False):
        ax.imshow(image)
        ax.set_title(_short(name), fontsize=8, parse_math=False)
        if top:
            ax.text(0.5, -0.04, f"{_short(top[0][0])} {top[0][1]:.2f}", transform=ax.transAxes, ha="center", va="top",
                    fontsize=8, color="#555", parse_math=False)  # fmt: skip
    if not shown:
        axes[0].text(0.5, 0.5, "no images yet", ha="center", va="center", color="#555")
    if len(items) > _MOST:
        figure.supxlabel(f"and {len(items) - _MOST} others", fontsize=9, color="#555")
    return figure


def _short(text: str) -> str:
    return text if len(text) <= 20 else f"{text[:19]}…"
