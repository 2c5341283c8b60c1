"""Features that are fetched by number, for those that are many or that change with the epoch.

Imported only when they are needed: it imports Keras.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .._keras import keras

__all__ = ["Rows", "Source", "by_row", "numbers"]


@dataclass
class Source:
    """The features that are fetched from, and the view of this epoch."""

    train: tuple[NDArray[Any], ...] = ()
    """``(views · n, …)``: all examples as the first view shows them, then as the second does."""
    held: tuple[NDArray[Any], ...] = ()
    n: int = 0
    view: int = 0


class Rows(keras.layers.Layer):
    """Returns the features of examples from their numbers: 0, 1, … for training, -1, -2, … for validation.

    The numbers are what Keras shuffles, so the order is that of plain ``fit``. TensorFlow only.
    """

    def __init__(self, tensors: list[Any], **options: Any) -> None:
        super().__init__(trainable=False, **options)
        self.source = Source()
        self._like = [(tuple(t.shape[1:]), t.dtype) for t in tensors]

    def compute_output_spec(self, number: Any) -> Any:
        """Return what comes out."""
        return [keras.KerasTensor((None, *shape), dtype) for shape, dtype in self._like]

    def call(self, number: Any) -> Any:
        """Fetch from whatever the source holds when the step runs."""
        import tensorflow as tf

        fetched = tf.numpy_function(self._fetch, [number], [dtype for _, dtype in self._like])
        return [tf.ensure_shape(t, (None, *shape)) for t, (shape, _) in zip(fetched, self._like, strict=True)]

    def _fetch(self, number: NDArray[np.int64]) -> list[NDArray[Any]]:
        source = self.source
        if len(number) and number[0] < 0:
            arrays, place = source.held, -1 - number
        else:
            arrays, place = source.train, number + source.view * source.n
        return [a[place].astype(dtype, copy=False) for a, (_, dtype) in zip(arrays, self._like, strict=True)]


def by_row(suffix: Any) -> Any:
    """Return a model that takes numbers of examples, fetches their features and runs a suffix on them."""
    number = keras.Input((), dtype="int64", name="number")
    tensors = Rows(suffix.inputs, name="rows")(number)
    return keras.Model(number, suffix(tensors[0] if len(tensors) == 1 else tensors), name=suffix.name)


def numbers(n: int, *, held: bool = False) -> NDArray[np.int64]:
    """Return the numbers of ``n`` training or validation examples."""
    return -1 - np.arange(n, dtype="int64") if held else np.arange(n, dtype="int64")
