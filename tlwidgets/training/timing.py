"""How long an epoch takes."""

from __future__ import annotations

from time import perf_counter, process_time
from typing import Any

__all__ = ["epoch_seconds"]


def epoch_seconds(model: Any, x: Any, y: Any, *, batch_size: int = 20, repeats: int = 3) -> float:
    """Return the seconds of one epoch of plain ``fit``: the fastest of some, after one in which the graph is built.

    Seconds of the processor, added up over its cores, so that other programs on the machine do not count;
    on a GPU, whose work no processor counts, seconds by the clock.

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
        Epochs of which the fastest counts.
    """
    import keras

    clock = perf_counter if keras.distribution.list_devices("gpu") else process_time
    model.compile(keras.optimizers.SGD(0.0), "sparse_categorical_crossentropy")
    seconds = []
    for _ in range(repeats + 1):
        start = clock()
        model.fit(x, y, batch_size=batch_size, verbose=0)
        seconds.append(clock() - start)
    return min(seconds[1:])
