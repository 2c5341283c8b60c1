"""What ``fit`` does, written out."""

from __future__ import annotations

from typing import Any

from ...errors import CourseError
from .batches import Batches

__all__ = ["train_by_hand"]


def train_by_hand(model: Any, batches: Batches, *, optimizer: Any, loss: Any, epochs: int) -> list[float]:
    """Train a model without ``fit``: the same numbers, bit for bit, as ``fit`` on the same batches.

    ``model.compile(optimizer, loss); model.fit(batches, epochs=epochs)`` takes the same steps. It also measures,
    calls callbacks, and scales the loss under ``mixed_float16``; this loop does none of that.

    ``GradientTape`` is TensorFlow's way to a gradient. JAX asks for a function and returns the function of its
    gradient (``jax.grad``), PyTorch stores gradients beside the weights (``loss.backward()``). All else is the same.

    Parameters
    ----------
    model
        A built Keras model.
    batches
        New :class:`Batches` (or :class:`Replay`).
    optimizer
        A new Keras optimizer.
    loss
        A ``keras.losses.Loss``, for example ``keras.losses.SparseCategoricalCrossentropy()``.
    epochs
        Passes over the examples.

    Returns
    -------
    list of float
        Mean loss of each epoch, penalties of the layers included.

    Raises
    ------
    CourseError
        If Keras does not run on TensorFlow.
    """
    import keras

    if keras.backend.backend() != "tensorflow":
        raise CourseError("train_by_hand needs TensorFlow: set KERAS_BACKEND=tensorflow before Keras is imported.")
    if not callable(loss):
        raise CourseError(f"give a loss object, for example keras.losses.get({loss!r}).")
    import tensorflow as tf

    @tf.function(reduce_retracing=True)
    def step(x: Any, y: Any) -> Any:
        with tf.GradientTape() as tape:
            predicted = model(x, training=True)
            total = loss(y, predicted) + sum(model.losses)
        gradients = tape.gradient(total, model.trainable_variables)
        optimizer.apply(gradients, model.trainable_variables)
        return total

    means = []
    for _ in range(epochs):
        seen, summed = 0, 0.0
        for x, y in (batches[i] for i in range(len(batches))):
            summed += len(x) * float(step(tf.constant(x), tf.constant(y)))
            seen += len(x)
        batches.on_epoch_end()
        means.append(summed / seen)
    return means
