"""Train on one style, test on another: the measurement of lesson 07."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...errors import CourseError, unknown

__all__ = ["TRAINING", "StyleFeatures", "style_features", "style_pair"]

TRAINING = 150
"""Training images of a seed, drawn from all classes alike, so that they have the shares of their style."""


@dataclass(frozen=True)
class StyleFeatures:
    """Features of one style and their classes: training images, and held-out ones (validation and test)."""

    train_x: NDArray[np.float32]
    train_y: NDArray[np.int64]
    held_x: NDArray[np.float32]
    held_y: NDArray[np.int64]


def style_features(base: Any, domains: Iterable[str] | None = None) -> dict[str, StyleFeatures]:
    """Run the images of some styles, all six by default, through a backbone.

    Parameters
    ----------
    base
        Backbone; its input decides the size of the images.
    domains
        Domains of the data set *styles*.
    """
    from ...data import list_datasets, load
    from ...training import extract_features

    names = list(domains) if domains is not None else next(d.domains for d in list_datasets() if d.name == "styles")
    found = {}
    for name in names:
        data = load("styles", domain=name, size=base.input_shape[1])
        x = extract_features(base, np.concatenate([data.train.x, data.validation.x, data.test.x]))
        n = len(data.train)
        found[name] = StyleFeatures(x[:n], data.train.y, x[n:], np.concatenate([data.validation.y, data.test.y]))
    return found


def style_pair(styles: Mapping[str, StyleFeatures], source: str, target: str, seed: int) -> dict[str, Any]:
    """Measure one point: a linear probe trained on one style and tested on another (or on the same).

    Parameters
    ----------
    styles
        What :func:`style_features` returns.
    source, target
        Two of its styles.
    seed
        Draw of the training images. In the five emoji styles a seed draws the same things.

    Returns
    -------
    dict
        ``accuracy`` on the held-out images of the target, and ``own_statistics``, the same with each domain
        standardised by itself; between training and held-out features ``a_distance``, ``mean_distance`` and ``mmd``.
    """
    from ...training import linear_probe
    from ...transfer import a_distance, mean_distance, mmd, standardize

    for name in (source, target):
        if name not in styles:
            raise unknown("style", name, styles)
    if seed < 0:
        raise CourseError(f"seed={seed} is below 0: give 0 or more.")
    s, t = styles[source], styles[target]
    drawn = np.random.default_rng(seed).permutation(len(s.train_y))[:TRAINING]
    x, y = s.train_x[drawn], s.train_y[drawn]
    own_x, own_held = standardize(x, t.held_x)
    return {
        "source": source,
        "target": target,
        "seed": seed,
        "accuracy": linear_probe(x, y, t.held_x, t.held_y),
        "own_statistics": linear_probe(own_x, y, own_held, t.held_y),
        "a_distance": a_distance(x, t.held_x, seed=seed),
        "mean_distance": mean_distance(x, t.held_x),
        "mmd": mmd(x, t.held_x),
    }
