"""Two coordinates for each example, and which examples are nearest in all coordinates."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from ..._threads import one_thread

__all__ = ["agreement", "aligned", "nearest", "pca", "rows", "tsne", "unit"]

Points = npt.NDArray[np.float64]

_WIDE = 50  # components that t-SNE is given; van der Maaten & Hinton 2008 take 30


def rows(features: Any) -> Points:
    """Return features as (n, d): maps (n, h, w, c) are averaged over positions; a row that is not finite is NaN."""
    values = np.asarray(features, "float64")
    if values.ndim == 4:
        values = values.mean(axis=(1, 2))
    values = values.reshape(len(values), -1) if values.ndim == 1 else values.copy()
    values[~np.isfinite(values).all(axis=1)] = np.nan
    largest = np.nanmax(np.abs(values), initial=0.0)
    return values / largest if largest > 1e30 else values  # larger ones do not fit float32, nor their squares float64


@one_thread
def pca(x: Points, seed: int) -> tuple[Points, float | None]:
    """Return the first two principal components (n, 2) and the share of the variance that they hold."""
    from sklearn.decomposition import PCA

    if len(x) < 2 or np.ptp(x, axis=0).max(initial=0.0) == 0:
        return np.zeros((len(x), 2)), None
    count = min(2, *x.shape)
    found = PCA(count, random_state=seed).fit(x)
    out = np.zeros((len(x), 2))
    out[:, :count] = found.transform(x)
    return out, float(found.explained_variance_ratio_.sum())


@one_thread
def tsne(x: Points, seed: int) -> tuple[Points, None]:
    """Return t-SNE of the first 50 principal components (van der Maaten & Hinton 2008), started from two of them."""
    from sklearn.decomposition import PCA
    from sklearn.manifold import TSNE

    first, _ = pca(x, seed)
    if len(np.unique(x, axis=0)) < 5:
        return first, None
    wide = PCA(min(_WIDE, *x.shape), random_state=seed).fit_transform(x)
    start = first / max(1e-12, first[:, 0].std()) * 1e-4
    perplexity = min(30.0, (len(x) - 1) / 3)
    return np.asarray(
        TSNE(2, perplexity=perplexity, init=start, random_state=seed).fit_transform(wide), "float64"
    ), None


def unit(points: Points) -> Points:
    """Centre points and give them a root-mean-square distance of 1 from there."""
    centred = points - points.mean(axis=0) if len(points) else points
    size = math.sqrt(float((centred**2).sum(axis=1).mean())) if len(points) else 0.0
    return np.asarray(centred / size if size > 0 else centred)


def aligned(points: Points, to: Points) -> Points:
    """Turn (and mirror) points so that they lie as near as possible to others: orthogonal Procrustes."""
    both = np.isfinite(points).all(axis=1) & np.isfinite(to).all(axis=1)
    if not both.any():
        return points
    u, _, v = np.linalg.svd(points[both].T @ to[both])
    return np.asarray(points @ (u @ v))


@one_thread
def nearest(x: Points, count: int) -> npt.NDArray[np.int32]:
    """Return the nearest others of each row, the nearest first, shape (n, count); -1 where there is none."""
    from sklearn.neighbors import NearestNeighbors

    out = np.full((len(x), count), -1, "int32")
    good = np.flatnonzero(np.isfinite(x).all(axis=1))
    some = min(count, len(good) - 1)
    if some < 1:
        return out
    # without an argument, kneighbors leaves every point out of its own neighbours
    index = NearestNeighbors(n_neighbors=some, algorithm="brute").fit(x[good])
    out[good, :some] = good[index.kneighbors(return_distance=False)]
    return out


def agreement(neighbours: npt.NDArray[np.int32], groups: npt.NDArray[np.int64]) -> tuple[float, float] | None:
    """Return the share of examples whose nearest other is of their group, and what chance would give."""
    known = np.flatnonzero(neighbours[:, 0] >= 0)
    if not len(known):
        return None
    same = float((groups[neighbours[known, 0]] == groups[known]).mean())
    sizes: Sequence[int] = np.bincount(groups[known]).tolist()
    chance = sum(k * (k - 1) for k in sizes) / (len(known) * (len(known) - 1))
    return same, chance
