"""Whole epochs in one call of a graph, for parts so small that Keras' own work at each step is most of it.

Imported only when it is needed: it imports Keras.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .._keras import keras

__all__ = ["WholeEpochs"]


@lru_cache(maxsize=64)
def _shuffled(n: int, seed: int) -> NDArray[np.int64]:
    """Return the order in which Keras' ``fit`` takes ``n`` examples after ``set_random_seed(seed)``.

    Keras makes its iterator anew for every epoch, and with a seed each of them draws the same order (Keras 3.15 on
    TensorFlow). The operations are those of Keras, because TensorFlow derives the seed of the draw from them too; the
    tests of equality with plain ``fit`` would notice a difference.
    """
    import tensorflow as tf

    keras.utils.set_random_seed(seed)
    draw = tf.data.Dataset.range(1).map(lambda _: tf.random.shuffle(tf.range(n, dtype=tf.int64)))
    return np.asarray(next(iter(draw)))


class WholeEpochs(keras.Model):
    """A functional model that trains for an epoch in one call of a graph. TensorFlow on a CPU only.

    Each step is Keras' own ``train_step`` on the examples that Keras would take: the same numbers. Callbacks hear of
    the epoch, not of its batches.
    """

    def __init__(self, *args: Any, batch: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.batch = batch
        self.means: NDArray[np.float32] = np.zeros(0, "float32")
        """Running mean of the loss after each step of the last epoch."""
        self.make_train_function(force=True)

    def make_train_function(self, force: bool = False) -> None:
        """Forget the graphs with ``force``; they are made with the next epoch."""
        super().make_train_function(force)
        if force:
            self._graphs: tuple[Any, Any] | None = None

    def train(
        self, x: Any, y: Any, *, epochs: int, seed: int, shuffle: bool, callbacks: Any, held: tuple[Any, Any] | None
    ) -> None:
        """Train, with the parameters and the callbacks of ``fit``.

        Parameters
        ----------
        x, y
            Arrays, or structures of them.
        held
            The same for validation after each epoch, or ``None``.
        epochs, shuffle
            As in ``fit``.
        seed
            The global seed.
        callbacks
            ``keras.callbacks.CallbackList``.
        """
        import tensorflow as tf

        n = len(keras.tree.flatten(x)[0])
        order = _shuffled(n, seed) if shuffle else np.arange(n)
        data = keras.tree.map_structure(lambda a: tf.convert_to_tensor(a[order]), (x, y))
        data_held = None if held is None else keras.tree.map_structure(tf.convert_to_tensor, held)
        keras.utils.set_random_seed(seed)
        self.stop_training = False
        if self._graphs is None:
            self._graphs = _graph(self._epoch, data), _graph(self._evaluation, data)
        train, test = self._graphs
        callbacks.on_train_begin()
        logs: dict[str, Any] = {}
        for epoch in range(epochs):
            self.reset_metrics()
            callbacks.on_epoch_begin(epoch)
            callbacks.on_train_batch_begin(0)
            self.means = train(data).numpy()
            callbacks.on_train_batch_end(len(self.means) - 1, self.get_metrics_result())
            logs = dict(self.get_metrics_result())
            if data_held is not None:
                self.reset_metrics()
                callbacks.on_test_begin()
                test(data_held)
                found = dict(self.get_metrics_result())
                callbacks.on_test_end(found)
                logs |= {f"val_{name}": value for name, value in found.items()}
            callbacks.on_epoch_end(epoch, logs)
            if self.stop_training:
                break
        self.optimizer.finalize_variable_values(self.trainable_weights)
        callbacks.on_train_end(logs)

    def _epoch(self, data: Any) -> Any:
        """Train on every batch in turn, and return the running means of the loss."""
        import tensorflow as tf

        steps, part = self._batches(data)

        def one(i: Any, means: Any) -> Any:
            return i + 1, means.write(i, self.train_step(part(i))["loss"])

        means = tf.TensorArray("float32", steps)
        return tf.while_loop(lambda i, _: i < steps, one, (0, means), parallel_iterations=1)[1].stack()

    def _evaluation(self, data: Any) -> None:
        """Evaluate every batch in turn."""
        import tensorflow as tf

        steps, part = self._batches(data)

        def one(i: Any) -> Any:
            self.test_step(part(i))
            return (i + 1,)

        tf.while_loop(lambda i: i < steps, one, (0,), parallel_iterations=1)

    def _batches(self, data: Any) -> tuple[Any, Any]:
        """Return the number of batches in an epoch, and a function that gives one of them."""
        import tensorflow as tf

        n = tf.shape(keras.tree.flatten(data)[0])[0]

        def part(i: Any) -> Any:
            return keras.tree.map_structure(lambda t: t[i * self.batch : (i + 1) * self.batch], data)

        return (n + self.batch - 1) // self.batch, part


def _graph(function: Any, data: Any) -> Any:
    """Return a function as a graph that takes any number of examples like these."""
    import tensorflow as tf

    like = keras.tree.map_structure(lambda t: tf.TensorSpec((None, *t.shape[1:]), t.dtype), data)
    return tf.function(function, input_signature=[like], autograph=False)
