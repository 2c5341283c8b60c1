"""Rows of images, to see what data sets look like."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike

from ...widgets._figure import StaticFigure

__all__ = ["image_rows"]


def image_rows(rows: Mapping[str, ArrayLike], *, columns: int = 12, title: str = "") -> StaticFigure:
    """Draw the first images of several sets, a row each.

    Parameters
    ----------
    rows
        Name → images (n, height, width, 3), 0 … 255.
    columns
        How many of each.
    title
        Words above.
    """
    figure = StaticFigure((7.2, 0.35 + 0.5 * len(rows)), "")
    panels = figure.subplots(len(rows), 1, squeeze=False)[:, 0]
    words = []
    for axes, (name, given) in zip(panels, rows.items(), strict=True):
        x = np.asarray(given)[:columns].astype("uint8")
        axes.imshow(np.concatenate(list(x), axis=1), interpolation="nearest")
        axes.set(xticks=[], yticks=[])
        axes.spines[:].set_visible(False)
        axes.set_ylabel(name, rotation=0, ha="right", va="center", fontsize=9)
        words.append(f"{name}: {len(x)} of {x.shape[2]} x {x.shape[1]} pixels")
    figure.suptitle(title, fontsize=10, x=0.01, ha="left")
    figure.alt = f"{title or 'Images'}. " + "; ".join(words) + "."
    return figure
