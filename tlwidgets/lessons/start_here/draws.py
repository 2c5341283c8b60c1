"""The same small task five times, each time with other labelled drawings: with transfer and without."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ...course.experiments import Examples, describe, load_examples, probe_hits
from ...models import backbone

__all__ = ["recognized"]

SEEDS = range(5)
SIZE = 96


def recognized(per_class: int = 10) -> dict[str, NDArray[np.bool_]]:
    """Fit a linear classifier on a few coloured emoji, five times, with three descriptions of the images.

    Parameters
    ----------
    per_class
        Labelled drawings per class.

    Returns
    -------
    dict
        ``"pretrained"``, ``"random weights"`` and ``"pixels"`` → whether each test drawing was recognised, shape
        (5 draws, 97 drawings).
    """
    import keras

    found = {}
    train, test = (load_examples("styles", "noto", size=SIZE, splits=(split,)) for split in ("train", "test"))
    for name, weights in (("pretrained", "imagenet"), ("random weights", None)):
        keras.utils.set_random_seed(0)
        base = backbone("efficientnet-lite0", size=SIZE, weights=weights)
        found[name] = _five(describe(base, train), describe(base, test), per_class)
    found["pixels"] = _five(_pixels(train), _pixels(test), per_class)
    return found


def _pixels(images: Examples) -> Examples:
    return Examples(images.x[:, ::6, ::6].reshape(len(images), -1) / 255, images.y)


def _five(train: Examples, test: Examples, per_class: int) -> NDArray[np.bool_]:
    return np.array([probe_hits(train.sample(per_class, seed), test) for seed in SEEDS])
