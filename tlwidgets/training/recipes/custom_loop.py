"""What ``fit`` does, written out."""

from __future__ import annotations

from typing import Any

from ...errors import CourseError
from .batches import Batches

__all__ = ["custom_training_loop"]


def custom_training_loop(model: Any, batches: Batches, *, optimizer: Any, loss: Any, epochs: int) -> list[float]:
    """Train a model without ``fit``: the same numbers, bit for bit, as ``fit`` on the same batches.

    ``model.compile(optimizer, loss); model.fit(batches, epochs=epochs, shuffle=False)`` takes the same steps. It
    also measures, calls callbacks, and scales the loss under ``mixed_float16``; this loop does none of that.

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
        raise CourseError(
            "custom_training_loop needs TensorFlow: set KERAS_BACKEND=tensorflow before Keras is imported."
        )
    if not callable(loss):
        raise CourseError(f"give a loss object, for example keras.losses.get({loss!r}).")
    import tensorflow as tf

    # one graph for batches of any size, as in fit: for a size that is known TensorFlow would round differently
    some = [tf.TensorSpec([None, *array.shape[1:]], array.dtype) for array in (batches.x, batches.y)]

    @tf.function(input_signature=some)
    def step(x: Any, y: Any) -> Any:
        with tf.GradientTape() as tape:
            predicted = model(x, training=True)
            total = keras.ops.sum([loss(y, predicted), *model.losses])  # summed as Keras does, for equal rounding
        gradients = tape.gradient(total, model.trainable_variables)
        optimizer.apply(gradients, model.trainable_variables)
        return total

    means = []
    for _ in range(epochs):
        batches.on_epoch_end()  # a new order; fit asks for one before its first epoch too
        seen, summed = 0, 0.0
        for x, y in (batches[i] for i in range(len(batches))):
            summed += len(x) * float(step(tf.constant(x), tf.constant(y)))
            seen += len(x)
        means.append(summed / seen)
    return means
