"""Whole epochs in one call of a graph, for parts so small that Keras' own work at each step is most of it.

Imported only when it is needed: it imports Keras.
"""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

__all__ = ["WholeEpochs"]


class WholeEpochs(keras.Model):
    """A functional model whose ``fit`` takes an epoch as one batch and makes the usual steps inside. TensorFlow only.

    Keras shuffles the epoch as it would shuffle single batches, and each step is Keras' own ``train_step``: same order,
    same numbers. Callbacks hear of the epoch, not of its batches.
    """

    def __init__(self, *args: Any, batch: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.batch = batch
        self._means: list[Any] = []

    @property
    def means(self) -> NDArray[np.float32]:
        """Running mean of the loss after each step of the last epoch."""
        return np.asarray(self._means[0])

    def train_step(self, data: Any) -> Any:
        """Train on an epoch."""
        import tensorflow as tf

        step = super().train_step
        steps, part = self._parts(data)
        if not self._means:
            # made outside of the graph, so that it can be read when the epoch is over
            with tf.init_scope():
                self._means.append(tf.Variable(tf.zeros([0]), shape=[None], trainable=False))

        def one(i: Any, means: Any) -> Any:
            return i + 1, means.write(i, step(part(i))["loss"])

        means = tf.TensorArray("float32", steps)
        _, means = tf.while_loop(lambda i, _: i < steps, one, (0, means), parallel_iterations=1)
        self._means[0].assign(means.stack())
        return self.get_metrics_result()

    def test_step(self, data: Any) -> Any:
        """Evaluate all examples."""
        import tensorflow as tf

        step = super().test_step
        steps, part = self._parts(data)

        def one(i: Any) -> Any:
            step(part(i))
            return (i + 1,)

        tf.while_loop(lambda i: i < steps, one, (0,), parallel_iterations=1)
        return self.get_metrics_result()

    def _parts(self, data: Any) -> tuple[Any, Any]:
        """Return the number of batches in an epoch, and a function that gives one of them."""
        import tensorflow as tf

        n = tf.shape(keras.tree.flatten(data)[0])[0]

        def part(i: Any) -> Any:
            return keras.tree.map_structure(lambda t: t[i * self.batch : (i + 1) * self.batch], data)

        return (n + self.batch - 1) // self.batch, part
