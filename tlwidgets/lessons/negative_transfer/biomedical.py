"""Two parts of lesson 09: features from photographs on pieces of a brain, and two styles in one training set."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..._threads import one_thread
from ...errors import unknown

__all__ = ["JOINT_METHODS", "VIEWS", "described", "joint_accuracy", "view_accuracy"]

SIZE = 96
BLOCK = "block5c"
"""Best on the validation pieces, mean over 5 and 20 labels; a block in the upper middle."""
VIEWS = (
    f"ImageNet, {BLOCK}",
    "ImageNet, last layer",
    f"random network, {BLOCK}",
    "hand-made features",
    "raw pixels",
)
"""Ways to describe an image by numbers."""
JOINT_METHODS = ("target alone", "both, all alike", "both, equal weight")
"""What a classifier is trained on: target images, or these and those of a source."""


@cache
def described(view: str) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return the pieces of *brain* in one way of :data:`VIEWS`: training pieces (192, d) and test pieces (192, d)."""
    from ...data import load
    from ...models import backbone
    from ...models.tiny import to_rgb
    from ...training import extract_features_by_block, handcrafted_features

    if view not in VIEWS:
        raise unknown("view", view, VIEWS)
    base: Any = None
    if "ImageNet" in view or "random" in view:
        base = backbone(size=SIZE, weights="default" if "ImageNet" in view else None)

    def describe(split: str) -> NDArray[Any]:
        if view == "raw pixels":
            return load("brain").splits[split].x.reshape(192, -1) / np.float32(255)
        images = to_rgb(load("brain", size=SIZE).splits[split].x)
        if base is None:
            return handcrafted_features(images)
        at = "top" if "last" in view else BLOCK
        return extract_features_by_block(base, images, at=[at])[at]

    return describe("train"), describe("test")


def view_accuracy(view: str, *, per_class: int, seed: int) -> float:
    """Return the accuracy (0 … 1) of a linear classifier on one description of the pieces of *brain*.

    Parameters
    ----------
    view
        One of :data:`VIEWS`.
    per_class
        Labelled pieces of each part of the brain.
    seed
        Chooses them.
    """
    from ...data import load
    from ...training import linear_probe, subset

    train, test = described(view)
    data = load("brain")
    chosen = subset(data.train.y, per_class, seed)
    return linear_probe(train[chosen], data.train.y[chosen], test, data.test.y)


@cache
def _drawings(domain: str, split: str) -> tuple[NDArray[Any], NDArray[np.int64]]:
    from ...data import load
    from ...models import backbone
    from ...training import extract_features

    part = load("styles", domain=domain, size=SIZE).splits[split]
    return extract_features(backbone(size=SIZE), part.x), part.y


@one_thread
def joint_accuracy(method: str, *, wrong_labels: bool = False, per_class: int = 5, seed: int = 0) -> float:
    """Train a linear classifier on coloured emoji and black drawings together; return its accuracy on the emoji.

    Parameters
    ----------
    method
        One of :data:`JOINT_METHODS`. With equal weight, all black drawings together count as much as all emoji.
    wrong_labels
        Whether each black drawing has the label of the next class.
    per_class
        Labelled emoji of each class.
    seed
        Chooses them.
    """
    from ...training import subset
    from ...training.extraction import linear_classifier

    if method not in JOINT_METHODS:
        raise unknown("method", method, JOINT_METHODS)
    x, y = _drawings("noto", "train")
    chosen = subset(y, per_class, seed)
    x, y, weight = x[chosen], y[chosen], np.ones(len(chosen))
    if method != JOINT_METHODS[0]:
        more, labels = _drawings("openmoji_black", "train")
        if wrong_labels:
            labels = (labels + 1) % (labels.max() + 1)
        each = len(y) / len(labels) if method == JOINT_METHODS[2] else 1.0
        x, y = np.concatenate([x, more]), np.concatenate([y, labels])
        weight = np.concatenate([weight, np.full(len(labels), each)])
    model = linear_classifier().fit(x, y, logisticregression__sample_weight=weight)
    test, truth = _drawings("noto", "test")
    return float(model.score(test, truth))
