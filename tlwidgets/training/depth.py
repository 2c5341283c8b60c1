"""Freeze a network up to different depths, train the rest, and compare."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..models.surgery import classifier, cut, freeze
from .extraction import draw, forward

__all__ = ["FreezeDepth", "freeze_depth"]


@dataclass(frozen=True)
class FreezeDepth:
    """One row of a freeze-depth sweep: what was frozen, and how it went with each seed."""

    frozen_to: str
    """Name of the last frozen block; empty when everything trained."""
    rate: float
    """Learning rate at the beginning; a tenth of it in the last 40 % of the epochs."""
    trainable_params: int
    accuracy: tuple[float, ...]
    """Test accuracy (0 … 1) of each seed."""
    train_accuracy: tuple[float, ...]
    """Accuracy on the training pictures at the end, of each seed."""


def _start_over(model: Any, weights: list[NDArray[Any]], seed: int, rate: float) -> None:
    """Give a compiled model its weights back, a new head, and an optimizer that remembers nothing.

    Building and compiling anew for each seed would give the same numbers for many times the work and memory.
    """
    import keras

    keras.utils.set_random_seed(seed)
    start = list(weights)
    # the last two are the head's kernel and bias
    start[-2] = np.asarray(keras.initializers.GlorotUniform(seed=seed)(start[-2].shape), "float32")
    model.set_weights(start)
    for variable in model.optimizer.variables:
        variable.assign(np.zeros(variable.shape, variable.dtype))
    model.optimizer.learning_rate = rate


def freeze_depth(
    base: Any,
    x: Any,
    y: Any,
    x_test: Any,
    y_test: Any,
    *,
    frozen_to: str | None,
    per_class: int,
    seeds: int,
    epochs: int = 20,
    rate: float = 2e-4,
    batch: int = 20,
) -> FreezeDepth:
    """Train a classifier on a backbone whose lower part is frozen, once for each seed.

    The frozen part runs over the pictures once; training begins where it ends. The result is what ``model.fit`` on
    the whole model gives, because nothing in the frozen part changes or is random. BatchNorm stays still throughout.
    The backbone's own weights are as before afterwards.

    Parameters
    ----------
    base
        Backbone without random layers (dropout) in its frozen part.
    x, y, x_test, y_test
        Pictures and integer labels.
    frozen_to
        Name of the last frozen block, ``None`` to train everything.
    per_class
        Training pictures of each class, drawn anew with each seed.
    seeds
        Number of seeds, from 0. A seed decides the pictures, the new head and their order.
    epochs, rate, batch
        Adam with this learning rate; a tenth of it in the last 40 % of the epochs.
    """
    import keras

    x_train_all, labels = np.asarray(x), np.asarray(y)
    original = base.get_weights()
    model = classifier(base, len(np.unique(labels)))
    plan = freeze(model, frozen_to)
    upper, below, below_test = model, x_train_all, np.asarray(x_test)
    if frozen_to is not None:
        lower, upper = cut(model, frozen_to)
        (below,) = forward(lower, x_train_all)
        (below_test,) = forward(lower, below_test)
    upper.compile(keras.optimizers.Adam(rate), "sparse_categorical_crossentropy", metrics=["accuracy"])
    upper.optimizer.build(upper.trainable_variables)
    weights = upper.get_weights()
    accuracy, train_accuracy = [], []
    first = round(0.6 * epochs)
    for seed in range(seeds):
        _start_over(upper, weights, seed, rate)
        chosen = draw(labels, per_class, seed)
        fit = {"x": below[chosen], "y": labels[chosen], "batch_size": batch, "verbose": 0}
        upper.fit(**fit, epochs=first)
        upper.optimizer.learning_rate = rate / 10
        upper.fit(**fit, epochs=epochs, initial_epoch=first)
        accuracy.append(float(upper.evaluate(below_test, np.asarray(y_test), verbose=0)[1]))
        train_accuracy.append(float(upper.evaluate(fit["x"], fit["y"], verbose=0)[1]))
    base.set_weights(original)
    return FreezeDepth(frozen_to or "", rate, plan.trainable_params, tuple(accuracy), tuple(train_accuracy))
