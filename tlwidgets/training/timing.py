"""How long an epoch takes."""

from __future__ import annotations

from time import perf_counter
from typing import Any

__all__ = ["epoch_seconds"]


def epoch_seconds(model: Any, x: Any, y: Any, *, batch_size: int = 20, repeats: int = 3) -> float:
    """Return the seconds of one epoch of plain ``fit``: the fastest of some, after one in which the graph is built.

    The model is compiled (SGD with rate 0, so that its weights stay) and has to be compiled again before it is trained.

    Parameters
    ----------
    model
        A Keras classifier.
    x, y
        Inputs and integer labels.
    batch_size
        Examples a step.
    repeats
        Epochs of which the fastest counts: on a busy machine the others waited.
    """
    import keras

    model.compile(keras.optimizers.SGD(0.0), "sparse_categorical_crossentropy")
    seconds = []
    for _ in range(repeats + 1):
        start = perf_counter()
        model.fit(x, y, batch_size=batch_size, verbose=0)
        seconds.append(perf_counter() - start)
    return min(seconds[1:])
