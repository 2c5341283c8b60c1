"""The learning rate over the epochs."""

from __future__ import annotations

from typing import Any

__all__ = ["late_drop"]

_DROP = 0.6


def late_drop(learning_rate: float, epochs: int) -> Any:
    """Return a Keras callback: one rate, and a tenth of it in the last 40 % of the epochs.

    Parameters
    ----------
    learning_rate
        Learning rate at the beginning.
    epochs
        Of the whole training.
    """
    import keras

    drop = round(_DROP * epochs)
    return keras.callbacks.LearningRateScheduler(lambda epoch: learning_rate if epoch < drop else learning_rate / 10)
