"""What features of photographs are good for: pieces of a brain, and two styles of drawings in one training set."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..._threads import one_thread
from ...course.experiments import Examples, Runner, Trial, load_examples

__all__ = ["METHODS", "VIEWS", "described", "probed", "together"]

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
METHODS = ("target alone", "both, all alike", "both, equal weight")
"""What a classifier is trained on: images of the task, or these and those of a source."""


def described(view: str, split: str) -> Examples:
    """Return the pieces of *brain* (192) in one of :data:`VIEWS`."""
    from ...data import load
    from ...models import backbone
    from ...training import extract_features_by_block, handcrafted_features

    pieces = load_examples("brain", size=SIZE, splits=(split,))
    if view == "raw pixels":
        x: NDArray[Any] = load("brain").splits[split].x.reshape(192, -1) / np.float32(255)
    elif view == "hand-made features":
        x = handcrafted_features(pieces.x)
    else:
        network = backbone(size=SIZE, weights="default" if view.startswith("ImageNet") else None)
        at = "top" if "last" in view else BLOCK
        x = extract_features_by_block(network, pieces.x, at=[at])[at]
    return Examples(x, pieces.y)


def probed(runner: Runner, trial: Trial) -> dict[str, float]:
    """Measure a linear classifier on one description of the pieces of *brain*."""
    from ...training import linear_probe

    train, test = (runner.once(described, trial.source, split) for split in ("train", "test"))
    few = train.sample(trial.per_class, trial.seed)
    return {"accuracy": linear_probe(few.x, few.y, test.x, test.y)}


def drawings(domain: str, split: str) -> Examples:
    """Return the features of one style of drawings."""
    from ...models import backbone
    from ...training import extract_features

    data = load_examples("styles", domain, size=SIZE, splits=(split,))
    return Examples(extract_features(backbone(size=SIZE), data.x), data.y)


@one_thread
def together(runner: Runner, trial: Trial) -> dict[str, float]:
    """Train a linear classifier on coloured emoji and black drawings together, and measure it on the emoji.

    With equal weight, all black drawings together count as much as all emoji. With wrong labels each black drawing has
    that of the next class.
    """
    from ...training.extraction import linear_classifier

    train = runner.once(drawings, "noto", "train").sample(trial.per_class, trial.seed)
    x, y, weight = train.x, train.y, np.ones(len(train))
    if trial.method != METHODS[0]:
        more = runner.once(drawings, "openmoji_black", "train")
        labels = (more.y + 1) % more.classes if trial.source.endswith("wrong") else more.y
        each = len(y) / len(more) if trial.method == METHODS[2] else 1.0
        x, y = np.concatenate([x, more.x]), np.concatenate([y, labels])
        weight = np.concatenate([weight, np.full(len(labels), each)])
    model = linear_classifier().fit(x, y, logisticregression__sample_weight=weight)
    test = runner.once(drawings, "noto", "test")
    return {"accuracy": float(model.score(test.x, test.y))}
