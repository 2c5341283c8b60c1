"""What happens in a fit, written down by a callback. Imported only when one runs: it imports Keras."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from .._keras import keras
from ..errors import CourseError
from ..models.graph import flatten, layer_outputs
from ..models.surgery import leaf_layers

__all__ = ["Recorder", "first_broken"]


class Recorder(keras.callbacks.Callback):
    """Keeps the loss of every batch, ends the fit when a loss is not finite, and passes on a wish to stop.

    It comes after all other callbacks. They see the caller's model; what trains may be the upper part of it.

    Parameters
    ----------
    trained
        The model that ``fit`` runs on.
    examples, batch_size
        Number of training examples, in all and in a batch.
    """

    def __init__(self, trained: Any, examples: int, batch_size: int) -> None:
        super().__init__()
        self.losses: list[float] = []
        self.broken: tuple[int, int] | None = None
        """Epoch and batch (from 1) whose loss was not finite."""
        self.stopped = False
        """Whether a callback ended the fit."""
        self._trained, self._examples, self._batch_size = trained, examples, batch_size
        self._epoch, self._seen, self._sum = 0, 0, 0.0

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        """Begin new running means."""
        self._epoch, self._seen, self._sum = epoch, 0, 0.0

    def on_train_batch_end(self, batch: int, logs: Mapping[str, float] | None = None) -> None:
        """Work out the loss of the batch from the running mean that Keras logs."""
        mean = float((logs or {}).get("loss", math.nan))
        seen = min((batch + 1) * self._batch_size, self._examples)
        total = mean * seen
        if seen > self._seen:
            self.losses.append((total - self._sum) / (seen - self._seen))
        self._seen, self._sum = seen, total
        if not math.isfinite(mean):
            self.broken = self.broken or (self._epoch + 1, batch + 1)
            self.model.stop_training = True
        self._pass_on()

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        """See whether the fit is to end here."""
        self._pass_on()

    def _pass_on(self) -> None:
        if self.model.stop_training:
            self._trained.stop_training = self.stopped = True


def first_broken(model: Any, x: Any, batch_size: int) -> str:
    """Return the first layer whose weights are not finite, or else whose output is not, in words."""
    for layer in leaf_layers(model):
        if any(not np.isfinite(w).all() for w in layer.get_weights()):
            return f"the first layer whose weights are not finite is {layer.name!r}"
    try:
        outputs = layer_outputs(flat := flatten(model))
    except CourseError:
        return "all weights are finite"
    some = keras.tree.map_structure(lambda a: a[:batch_size], x)
    for name, made in keras.Model(flat.input, outputs).predict(some, batch_size=batch_size, verbose=0).items():
        if any(not np.isfinite(t).all() for t in keras.tree.flatten(made)):
            return f"the first layer whose output is not finite is {name!r}"
    return "all weights and outputs are finite, so look at the loss"
