"""Features as people designed them before networks learnt their own."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from .._threads import one_thread
from ..errors import CourseError

__all__ = ["explained_by_edges", "handcrafted_features"]


def handcrafted_features(x: Any, *, cells: int = 6, orientations: int = 9, colors: int = 4) -> NDArray[np.float32]:
    """Describe images by where their edges point and by their colours.

    Histograms of oriented gradients (Dalal & Triggs, CVPR 2005; each cell normalised by itself, without overlapping
    blocks) and one histogram of colours over the whole image.

    Parameters
    ----------
    x
        RGB images (n, height, width, 3), 0 … 255.
    cells
        Cells along each side; what does not divide evenly is cut off at the right and below.
    orientations
        Bins of direction from 0 to 180 degrees.
    colors
        Bins of each colour channel.

    Returns
    -------
    ndarray of float32, (n, cells² · orientations + colours³)
    """
    x = np.asarray(x)
    if x.ndim != 4 or x.shape[-1] != 3 or min(x.shape[1:3]) < 2 * cells:
        raise CourseError(
            f"RGB images (n, height, width, 3) of {2 * cells} pixels or more were expected, not {x.shape}."
        )
    # a few images at a time: the histograms by pixel are ten times as large as the images
    parts = [_describe(x[i : i + 32].astype("float32"), cells, orientations, colors) for i in range(0, len(x), 32)]
    return np.concatenate(parts)


def _describe(x: NDArray[np.float32], cells: int, orientations: int, colors: int) -> NDArray[np.float32]:
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
    bins = np.clip(x * colors / 256, 0, colors - 1).astype(int) @ np.array([colors * colors, colors, 1])
    palette = np.stack([np.bincount(b.ravel(), minlength=colors**3) for b in bins]) / (height * width)
    return np.concatenate([edges.reshape(n, -1), palette], axis=1).astype("float32")


@one_thread
def explained_by_edges(images: Any, maps: Any, *, cells: int = 4000, seed: int = 0) -> float:
    """Return how much of what channels answer is explained by colour and edges at the place where they answer.

    A ridge regression predicts each channel from the mean colour, the slopes of brightness and their sizes in the 3 x 3
    cells around a place. It is fitted on the first half of the images and judged on the second.

    Parameters
    ----------
    images
        RGB images (n, height, width, 3), 0 … 255, at least 10 of them.
    maps
        Feature maps of the same images (n, h, w, channels) in which h and w divide the size of the images.
    cells
        At most so many places, drawn at random, are used to fit, and as many to judge.
    seed
        For that draw.

    Returns
    -------
    float
        Median over the channels of 1 - (squared error / variance); 1 when colour and edges say everything, 0 or less
        when they say nothing.
    """
    from sklearn.linear_model import RidgeCV
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    x, maps = np.asarray(images, "float32") / 255, np.asarray(maps, "float32")
    n, height, width = x.shape[:3]
    h, w = maps.shape[1:3]
    if n < 10 or len(maps) != n or height % h or width % w:
        raise CourseError(
            f"feature maps of the same 10 or more images, of a size that divides {height} x {width}, were expected, "
            f"not {maps.shape} for {n} images."
        )
    down, right = np.gradient(x.mean(-1), axis=(1, 2))
    local = np.stack([*np.moveaxis(x, -1, 0), down, right, abs(down), abs(right)], -1)
    local = local.reshape(n, h, height // h, w, width // w, -1).mean((2, 4))
    wide = np.pad(local, ((0, 0), (1, 1), (1, 1), (0, 0)), mode="edge")
    around = np.concatenate([wide[:, i : i + h, j : j + w] for i in range(3) for j in range(3)], -1)
    at, answers = around.reshape(n * h * w, -1), maps.reshape(n * h * w, -1)
    rng, half = np.random.default_rng(seed), (n // 2) * h * w
    fit, judge = rng.permutation(half)[:cells], half + rng.permutation(len(at) - half)[:cells]
    ridge = make_pipeline(StandardScaler(), RidgeCV(np.logspace(-2, 5, 8))).fit(at[fit], answers[fit])
    predicted = ridge.predict(at[judge]).reshape(len(judge), -1)  # one channel comes back flat
    error = ((predicted - answers[judge]) ** 2).sum(0)
    spread = ((answers[judge] - answers[fit].mean(0)) ** 2).sum(0)
    alive = spread > 1e-6 * spread.max()
    return float(np.median(1 - error[alive] / spread[alive]))
