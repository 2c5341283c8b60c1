"""The figures of the lessons: labelled axes, the spread over seeds, direct labels, alternative text with the numbers.

Every function returns a figure made without pyplot; naming it on the last line of a cell shows it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from ..widgets._figure import StaticFigure
from ..widgets._palette import COLORS, pick

__all__ = ["accuracy_lines", "dots", "embedding", "feature_maps", "summary"]

_SHAPES = "osD^vP*X<>"


def summary(values: ArrayLike, digits: int = 3) -> str:
    """Return mean ± standard deviation (n - 1) of repeated measurements in words."""
    v = np.asarray(values, "float64")
    spread = f" ± {v.std(ddof=1):.{digits}f}" if v.size > 1 else ""
    return f"{v.mean():.{digits}f}{spread}"


def _plain(axes: Any) -> None:
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(axis="y", color="#ddd", linewidth=0.8)
    axes.set_axisbelow(True)


def _colours(names: Sequence[str]) -> dict[str, str]:
    taken: list[str] = []
    for name in names:
        taken.append(pick(name, taken))
    return {name: COLORS[colour].light for name, colour in zip(names, taken, strict=True)}


def _spread_apart(heights: list[float], least: float) -> list[float]:
    """Move label heights so that neighbours are ``least`` apart, keeping their order."""
    order = sorted(range(len(heights)), key=heights.__getitem__)
    placed = list(heights)
    for below, above in pairwise(order):
        placed[above] = max(placed[above], placed[below] + least)
    return placed


def accuracy_lines(
    series: Mapping[str, Mapping[str, Sequence[float]]],
    *,
    x_label: str,
    y_label: str = "accuracy",
    guess: Mapping[str, float] | None = None,
    levels: Mapping[str, Sequence[float]] | None = None,
    title: str = "",
) -> StaticFigure:
    """Draw one line a condition over ordered positions; the band is mean ± one standard deviation.

    Parameters
    ----------
    series
        Condition → position → values over seeds (0 … 1). All conditions have the same positions.
    x_label, y_label, title
        Words on the figure.
    guess
        What needs no learning, by name: drawn as dotted lines.
    levels
        Further conditions that have one value for all positions: drawn as dashed lines.
    """
    positions = list(next(iter(series.values())))
    colours = _colours([*series, *(levels or {})])
    words = []
    figure = StaticFigure((7.2, 3.4), "")
    axes = figure.subplots()
    ends: list[tuple[float, str, str]] = []
    for shape, (name, values) in zip(_SHAPES, series.items(), strict=False):
        mean = np.array([np.mean(values[p]) for p in positions])
        std = np.array([np.std(values[p], ddof=1) if len(values[p]) > 1 else 0.0 for p in positions])
        at = np.arange(len(positions))
        axes.fill_between(at, mean - std, mean + std, color=colours[name], alpha=0.15, linewidth=0)
        axes.plot(at, mean, color=colours[name], marker=shape, markersize=5)
        ends.append((float(mean[-1]), name, colours[name]))
        words.append(f"{name}: " + ", ".join(f"{p} {summary(values[p], 2)}" for p in positions))
    for name, flat in (levels or {}).items():
        height = float(np.mean(flat))
        axes.axhline(height, color=colours[name], linestyle="--", linewidth=1.4)
        ends.append((height, name, colours[name]))
        words.append(f"{name}: {summary(flat, 2)}")
    low, high = axes.get_ylim()
    for name, height in (guess or {}).items():
        low = min(low, height - 0.03)
        axes.axhline(height, color="#777", linestyle=":", linewidth=1.2)
        ends.append((height, name, "#666"))
        words.append(f"{name} {height:.2f}")
    axes.set_ylim(low, high)
    for height, (_, name, colour) in zip(_spread_apart([e[0] for e in ends], 0.075 * (high - low)), ends, strict=True):
        beside = (1.01, height)
        axes.annotate(name, beside, xycoords=("axes fraction", "data"), color=colour, va="center", fontsize=9)
    crowded = len(positions) > 8
    axes.set_xticks(
        range(len(positions)), positions, rotation=45 if crowded else 0, ha="right" if crowded else "center"
    )
    axes.tick_params(labelsize=9)
    axes.set_xlabel(x_label)
    axes.set_ylabel(y_label)
    axes.set_title(title, loc="left", fontsize=10)
    _plain(axes)
    figure.alt = f"{title or y_label} by {x_label}. " + "; ".join(words) + "."
    return figure


def dots(
    groups: Mapping[str, Sequence[float]],
    *,
    x_label: str,
    guess: Mapping[str, float] | None = None,
    title: str = "",
) -> StaticFigure:
    """Draw one row a condition: every seed a dot, the mean a bar with its number."""
    figure = StaticFigure((7.2, 1.0 + 0.15 * len(guess or {}) + 0.42 * len(groups)), "")
    axes = figure.subplots()
    colours = _colours(list(groups))
    for row, (name, values) in enumerate(groups.items()):
        v = np.asarray(values, "float64")
        axes.plot(v, np.full(len(v), row), "o", color=colours[name], alpha=0.55, markersize=6, markeredgewidth=0)
        axes.plot([v.mean()] * 2, [row - 0.3, row + 0.3], color=colours[name], linewidth=2.5)
        axes.annotate(summary(v), (1.01, row), xycoords=("axes fraction", "data"), va="center", fontsize=9)
    for height in (guess or {}).values():
        axes.axvline(height, color="#777", linestyle=":", linewidth=1.2)
    axes.set_yticks(range(len(groups)), groups)
    axes.set_ylim(len(groups) - 0.5, -0.5)
    dotted = "".join(f"\n(dotted: {name}, {height:.2f})" for name, height in (guess or {}).items())
    axes.set_xlabel(x_label + dotted)
    axes.set_title(title, loc="left", fontsize=10)
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.grid(axis="x", color="#ddd", linewidth=0.8)
    axes.set_axisbelow(True)
    flat = [f"{n} {v:.3f}" for n, v in (guess or {}).items()]
    figure.alt = f"{title or x_label}. " + "; ".join([*(f"{n} {summary(v)}" for n, v in groups.items()), *flat]) + "."
    return figure


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
    colours = _colours(classes)
    for i, name in enumerate(classes):
        shape: dict[str, Any] = {
            "marker": _SHAPES[i % len(_SHAPES)],
            "markersize": 5,
            "markeredgewidth": 0,
            "linestyle": "",
        }
        axes.plot(*flat[y == i].T, color=colours[name], alpha=0.75, label=name, **shape)
    axes.legend(loc="center left", bbox_to_anchor=(1.01, 0.5), frameon=False, fontsize=9)
    axes.set(xticks=[], yticks=[], xlabel="", ylabel="")
    axes.set_title(title, loc="left", fontsize=10)
    axes.spines[:].set_color("#ccc")
    neighbour = NearestNeighbors(n_neighbors=2).fit(flat).kneighbors(return_distance=False)[:, 0]
    same = 100 * float((y[neighbour] == y).mean())
    axes.set_xlabel(f"{same:.0f} % of the pictures have a neighbour of their own class", fontsize=9)
    figure.alt = (
        f"{title or 'Features'} in two dimensions, {len(y)} pictures in {len(classes)} classes; "
        f"{same:.0f} % have a nearest neighbour of their own class."
    )
    return figure


def feature_maps(picture: ArrayLike, maps: ArrayLike, *, columns: int = 8, title: str = "") -> StaticFigure:
    """Draw a picture beside the channels that answer most strongly to it.

    Parameters
    ----------
    picture
        (height, width, 3), 0 … 255.
    maps
        Activations (h, w, channels) of one layer for this picture.
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
    axes.imshow(np.asarray(picture).astype("uint8"))
    axes.set_axis_off()
    for i, channel in enumerate(best):
        axes = figure.add_subplot(grid[i // columns, 2 + i % columns])
        axes.imshow(maps[..., channel], cmap="cividis")
        axes.set_axis_off()
    h, w, n = maps.shape
    figure.suptitle(title, fontsize=10, x=0.01, ha="left")
    silent = int((spread < 1e-6).sum())
    figure.alt = (
        f"{title}: {len(best)} of {n} channels, each {h} x {w}; {silent} channels do not answer to this picture."
    )
    return figure
