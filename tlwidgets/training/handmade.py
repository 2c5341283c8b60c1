"""Features as people designed them before networks learnt their own."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import CourseError

__all__ = ["handmade"]


def handmade(x: Any, *, cells: int = 6, orientations: int = 9, colours: int = 4) -> NDArray[np.float32]:
    """Describe pictures by where their edges point and by their colours.

    Histograms of oriented gradients (Dalal & Triggs, CVPR 2005; each cell normalised by itself, without overlapping
    blocks) and one histogram of colours over the whole picture.

    Parameters
    ----------
    x
        RGB pictures (n, height, width, 3), 0 … 255.
    cells
        Cells along each side; what does not divide evenly is cut off at the right and below.
    orientations
        Bins of direction from 0 to 180 degrees.
    colours
        Bins of each colour channel.

    Returns
    -------
    ndarray of float32, (n, cells² · orientations + colours³)
    """
    x = np.asarray(x)
    if x.ndim != 4 or x.shape[-1] != 3 or min(x.shape[1:3]) < 2 * cells:
        raise CourseError(
            f"RGB pictures (n, height, width, 3) of {2 * cells} pixels or more were expected, not {x.shape}."
        )
    # a few pictures at a time: the histograms by pixel are ten times as large as the pictures
    parts = [_describe(x[i : i + 32].astype("float32"), cells, orientations, colours) for i in range(0, len(x), 32)]
    return np.concatenate(parts)


def _describe(x: NDArray[np.float32], cells: int, orientations: int, colours: int) -> NDArray[np.float32]:
    grey = x.mean(-1)
    down, right = np.gradient(grey, axis=(1, 2))
    strength = np.hypot(down, right)
    direction = ((np.arctan2(down, right) % np.pi) / np.pi * orientations).astype(int) % orientations
    n, height, width = grey.shape
    rows, columns = height // cells, width // cells
    # one histogram a cell: sum the strength of the pixels of each direction
    by_direction = strength[..., None] * np.eye(orientations, dtype="float32")[direction]
    inside = by_direction[:, : rows * cells, : columns * cells].reshape(n, cells, rows, cells, columns, orientations)
    edges = inside.sum((2, 4))
    edges /= np.linalg.norm(edges, axis=-1, keepdims=True) + 1e-3
    bins = np.clip(x * colours / 256, 0, colours - 1).astype(int) @ np.array([colours * colours, colours, 1])
    palette = np.stack([np.bincount(b.ravel(), minlength=colours**3) for b in bins]) / (height * width)
    return np.concatenate([edges.reshape(n, -1), palette], axis=1).astype("float32")
