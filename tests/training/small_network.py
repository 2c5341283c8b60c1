"""A network that trains in a second, and something to train it on, for the tests of this folder."""

from __future__ import annotations

from typing import Any

import numpy as np


class _Keras:
    """Keras, loaded when a test uses it: to collect the tests should not take the seconds that TensorFlow needs."""

    def __getattr__(self, name: str) -> Any:
        import keras

        return getattr(keras, name)


keras = _Keras()


def network(seed: int = 1, *, dropout: float = 0.3, augment: bool = False):
    """Three blocks with BatchNorm and a shortcut, a head with dropout: 16 x 16 images, three classes."""
    L = keras.layers
    keras.utils.set_random_seed(seed)
    inputs = keras.Input((16, 16, 3))
    x = L.RandomFlip(name="flip")(inputs) if augment else inputs
    x = L.Rescaling(1 / 255, name="rescaling")(x)
    for k, channels in enumerate((4, 4, 8), 1):
        shortcut = x
        x = L.Conv2D(channels, 3, padding="same", name=f"block{k}_conv")(x)
        x = L.BatchNormalization(name=f"block{k}_bn")(x)
        x = L.ReLU(name=f"block{k}_relu")(x)
        if shortcut.shape == x.shape:
            x = L.Add(name=f"block{k}_add")([shortcut, x])
    x = L.GlobalAveragePooling2D(name="pool")(x)
    x = L.Dropout(dropout, name="dropout")(x)
    return keras.Model(inputs, L.Dense(3, "softmax", name="head")(x), name="small")


def images(n: int = 96, seed: int = 0):
    """Noise whose brightness tells the class."""
    rng = np.random.default_rng(seed)
    y = rng.permutation(np.arange(n) % 3)
    x = rng.integers(0, 120, (n, 16, 16, 3)) + 60 * y[:, None, None, None]
    return x.astype("uint8"), y.astype("int64")


def same(a, b) -> bool:
    """Whether two lists of weights are equal bit for bit."""
    return all(np.array_equal(v, w) for v, w in zip(a, b, strict=True))
