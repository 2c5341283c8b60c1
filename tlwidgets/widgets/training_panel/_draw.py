"""The static figure of the panel. Imported only when one is drawn: it imports matplotlib."""

from __future__ import annotations

import io
from collections.abc import Sequence

import numpy as np
from PIL import Image

from .._figure import DPI, StaticFigure, png

__all__ = ["draw"]


def draw(figures: Sequence[StaticFigure], alt: str) -> StaticFigure:
    """Put figures one below the other, pixel by pixel."""
    images = [np.asarray(Image.open(io.BytesIO(png(figure))).convert("RGB")) for figure in figures]
    width, height = max(p.shape[1] for p in images), sum(p.shape[0] for p in images)
    whole = StaticFigure((width / DPI, height / DPI), alt)
    below = height
    for image in images:
        below -= image.shape[0]
        whole.figimage(image, xo=0, yo=below)
    return whole
