"""The callback that writes down what happens in a fit. Imported only when one runs: it imports Keras."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from .._keras import keras
from .epochs import WholeEpochs
from .rows import Source

__all__ = ["Recorder"]


class Recorder(keras.callbacks.Callback):
    """Keeps the loss of every batch, ends the fit when a loss is not finite, and passes on a wish to stop.

    It comes after all other callbacks. They see the caller's model; what trains may be the upper part of it.

    Parameters
    ----------
    trained
        The model that ``fit`` runs on.
    examples, batch
        Number of training examples, in all and in a batch.
    source, views
        Features that change with the epoch, and how many views of them there are.
    """

    def __init__(self, trained: Any, examples: int, batch: int, source: Source | None = None, views: int = 1) -> None:
        super().__init__()
        self.losses: list[float] = []
        self.broken: tuple[int, int] | None = None
        """Epoch and batch (from 1) whose loss was not finite."""
        self.stopped = False
        """Whether a callback ended the fit."""
        self._trained, self._examples, self._batch = trained, examples, batch
        self._source, self._views = source, views
        self._epoch, self._seen, self._sum = 0, 0, 0.0

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        """Begin new running means, and take the view of this epoch."""
        self._epoch, self._seen, self._sum = epoch, 0, 0.0
        if self._source is not None:
            self._source.view = epoch % self._views

    def on_train_batch_end(self, batch: int, logs: Mapping[str, float] | None = None) -> None:
        """Work out the loss of the batch, or of all batches of the epoch, from the running means that Keras logs."""
        if isinstance(self._trained, WholeEpochs):
            for i, mean in enumerate(self._trained.means):
                self._note(i, float(mean))
        else:
            self._note(batch, float((logs or {}).get("loss", math.nan)))
        self._pass_on()

    def _note(self, batch: int, mean: float) -> None:
        seen = min((batch + 1) * self._batch, self._examples)
        total = mean * seen
        if seen > self._seen:
            self.losses.append((total - self._sum) / (seen - self._seen))
        self._seen, self._sum = seen, total
        if not math.isfinite(mean):
            self.broken = self.broken or (self._epoch + 1, batch + 1)
            self.model.stop_training = True

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        """See whether the fit is to end here."""
        self._pass_on()

    def _pass_on(self) -> None:
        if self.model.stop_training:
            self._trained.stop_training = self.stopped = True
