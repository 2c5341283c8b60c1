"""A new head on a model that is trained many times."""

from __future__ import annotations

from typing import Any

import numpy as np

__all__ = ["new_head"]


def new_head(model: Any, seed: int, *, layer: str | None = None) -> None:
    """Give the head of a classifier new random weights: those with which Keras would build it.

    Parameters
    ----------
    model
        Ends in a dense layer.
    seed
        Of the kernel (Glorot & Bengio 2010, uniform); the bias is 0.
    layer
        Name of the head; the last layer by default.
    """
    import keras

    head = model.get_layer(layer) if layer else model.layers[-1]
    kernel = keras.initializers.GlorotUniform(seed=seed)(head.kernel.shape)
    head.set_weights([np.asarray(kernel, "float32"), np.zeros(head.bias.shape, "float32")])
