"""Features in two dimensions, and feature maps."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from ..._threads import one_thread
from ...widgets._figure import StaticFigure
from ._style import SHAPES, colors_of

__all__ = ["embedding", "feature_maps"]


@one_thread
def embedding(points: ArrayLike, labels: ArrayLike, classes: Sequence[str], *, title: str = "") -> StaticFigure:
    """Draw features in two dimensions, a shape a class.

    t-SNE (van der Maaten & Hinton 2008) with cosine distance: neighbours stay neighbours; sizes of groups and distances
    between them mean nothing.

    Parameters
    ----------
    points
        Features (n, d).
    labels
        Integer class of each (n,).
    classes
        Names of the classes.
    title
        Words above.
    """
    from sklearn.decomposition import PCA
    from sklearn.manifold import TSNE
    from sklearn.neighbors import NearestNeighbors

    x, y = np.asarray(points, "float32"), np.asarray(labels)
    fewer = PCA(min(50, *x.shape), random_state=0).fit_transform(x)
    near = min(20, (len(y) - 1) // 3)
    flat = TSNE(2, random_state=0, init="pca", metric="cosine", perplexity=near).fit_transform(fewer)
    figure = StaticFigure((7.2, 3.6), "")
    axes = figure.subplots()
    colors = colors_of(classes)
    for i, name in enumerate(classes):
        shape: dict[str, Any] = {
            "marker": SHAPES[i % len(SHAPES)],
            "markersize": 5,
            "markeredgewidth": 0,
            "linestyle": "",
        }
        axes.plot(*flat[y == i].T, color=colors[name], alpha=0.75, label=name, **shape)
    axes.legend(loc="center left", bbox_to_anchor=(1.01, 0.5), frameon=False, fontsize=9)
    axes.set(xticks=[], yticks=[], xlabel="", ylabel="")
    axes.set_title(title, loc="left", fontsize=10)
    axes.spines[:].set_color("#ccc")
    # counted among the features: t-SNE magnifies the last bits of its input, so counts on the map differ between runs
    neighbour = NearestNeighbors(n_neighbors=1, metric="cosine").fit(x).kneighbors(return_distance=False)[:, 0]
    same = 100 * float((y[neighbour] == y).mean())
    axes.set_xlabel(f"for {same:.0f} % of the images, the nearest features are those of their own class", fontsize=9)
    figure.alt = (
        f"{title or 'Features'} in two dimensions, {len(y)} images in {len(classes)} classes; "
        f"for {same:.0f} %, the nearest features are those of an image of their own class."
    )
    return figure


def feature_maps(image: ArrayLike, maps: ArrayLike, *, columns: int = 8, title: str = "") -> StaticFigure:
    """Draw an image beside the channels that answer most strongly to it.

    Parameters
    ----------
    image
        (height, width, 3), 0 … 255.
    maps
        Activations (h, w, channels) of one layer for this image.
    columns
        How many channels, in two rows.
    title
        Words above.
    """
    maps = np.asarray(maps, "float64")
    spread = maps.std(axis=(0, 1))
    best = np.argsort(-spread, kind="stable")[: 2 * columns]
    figure = StaticFigure((7.2, 2.2), "")
    grid = figure.add_gridspec(2, columns + 2)
    axes = figure.add_subplot(grid[:, :2])
    axes.imshow(np.asarray(image).astype("uint8"))
    axes.set_axis_off()
    for i, channel in enumerate(best):
        axes = figure.add_subplot(grid[i // columns, 2 + i % columns])
        axes.imshow(maps[..., channel], cmap="cividis")
        axes.set_axis_off()
    h, w, n = maps.shape
    figure.suptitle(title, fontsize=10, x=0.01, ha="left")
    silent = int((spread < 1e-6).sum())
    figure.alt = f"{title}: {len(best)} of {n} channels, each {h} x {w}; {silent} channels do not answer to this image."
    return figure
