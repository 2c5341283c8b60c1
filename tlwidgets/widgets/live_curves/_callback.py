"""The Keras callback of :class:`LiveCurves`. Imported only when one is asked for: it imports Keras."""

from __future__ import annotations

import threading
import time
import weakref
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ..._keras import keras
from .._cells import at_cell_end
from .._interrupt import GracefulInterrupt
from .._pump import Pump
from ._repair import repair

if TYPE_CHECKING:
    from . import LiveCurves

__all__ = ["CurvesCallback"]

_FLUSH_SECONDS = 0.1  # points go to the browser at most this often during an epoch
_PAUSE_SECONDS = 0.05


class CurvesCallback(keras.callbacks.Callback):  # type: ignore[misc]
    """Draws what ``fit`` logs, and makes Pause, Stop and the interrupt button work while it runs.

    Every ``fit`` is a run of its own; one that goes on where the last one ended (``initial_epoch``) continues
    its line.

    Parameters
    ----------
    curves
        The widget.
    name, group
        See :meth:`LiveCurves.callback`.
    per_batch
        0: a training point per epoch. ``n``: a point every ``n`` batches instead.
    """

    def __init__(self, curves: LiveCurves, name: str | None, group: str | None, per_batch: int) -> None:
        super().__init__()
        self.pump: Pump | None = None
        self.seconds = 0.0
        """Time spent in this callback at the batches of the last fit, pauses excluded."""
        self.batches = 0
        """Number of batches of the last fit."""
        self._curves = curves
        self._name, self._group, self._per_batch = name, group, per_batch
        self._interrupt = GracefulInterrupt()
        self._open = False  # between on_train_begin and on_train_end
        self._run: int | None = None
        self._last_run: int | None = None
        self._epoch = 0
        self._ended_at = -1  # epoch at which the last fit ended
        self._steps: int | None = None
        self._model_ref: weakref.ref[Any] | None = None

    # -- beginning and end of fit

    def set_model(self, model: Any) -> None:
        """Keras calls this before anything is traced; a fit of ours that never ended is cleared up here."""
        self.failed()
        super().set_model(model)

    def on_train_begin(self, logs: Any = None) -> None:
        """Get ready: buttons, the queue of the kernel, the interrupt button."""
        self._open = True
        self._model_ref = weakref.ref(self.model)
        self._run = None
        self._steps = self.params.get("steps")
        self.seconds, self.batches = 0.0, 0
        self.pump = Pump()
        self._interrupt.install()
        if threading.current_thread() is threading.main_thread():
            # An exception in fit skips on_train_end. (A fit in another thread outlives the cell: no sign of
            # an error.)
            at_cell_end(self.failed)
        self._curves._begin(self.pump.active, self.params.get("epochs") or 0)

    def on_train_end(self, logs: Any = None) -> None:
        """Show the final state and give everything back."""
        self._open = False
        self._ended_at = self._epoch
        self._interrupt.restore()
        self._curves._finish("stopped" if self._curves.stop else "done")

    def failed(self) -> None:
        """Clear up after a fit that was ended by an exception. In a cell this happens by itself at its end."""
        if not self._open:
            return
        self._open = False
        self._interrupt.restore()
        self._curves._finish("error")
        model = self._model_ref() if self._model_ref is not None else None
        if model is not None:
            repair(model)

    # -- epochs and batches

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        """Start the run's line with its first epoch."""
        if self._run is None:
            if self._last_run is None or epoch == 0 or epoch != self._ended_at:
                self._last_run = self._curves.new_run(self._name, group=self._group)
            self._run = self._last_run
        self._epoch = epoch
        self._curves._progress(self._run, epoch)

    def on_train_batch_end(self, batch: int, logs: Mapping[str, float] | None = None) -> None:
        """Take points, then see what the user wants."""
        start = time.perf_counter()
        if self._per_batch and self._steps and self._run is not None and (batch + 1) % self._per_batch == 0:
            self._curves.add(self._run, self._epoch + (batch + 1) / self._steps, logs or {})
            self._curves.flush(min_interval=_FLUSH_SECONDS)
        self._boundary()
        self.seconds += time.perf_counter() - start
        self.batches += 1
        if self._curves.paused:
            self._wait()
        if self._curves.stop:
            self.model.stop_training = True

    def on_test_batch_end(self, batch: int, logs: Any = None) -> None:
        """Take messages during validation too; they act at the next training batch or at the epoch's end."""
        if self._open:
            self._boundary()

    def on_epoch_end(self, epoch: int, logs: Mapping[str, float] | None = None) -> None:
        """Take the points of the epoch and send everything."""
        self._epoch = epoch + 1
        logs = dict(logs or {})
        if self._per_batch and self._steps:  # training points are there already
            logs = {key: value for key, value in logs.items() if key.startswith("val_")}
        if self._steps is None and self.batches:
            self._steps = max(1, self.batches // max(1, epoch + 1))
        assert self._run is not None
        self._curves.add(self._run, epoch + 1, logs)
        self._curves._progress(self._run, epoch + 1)
        self._curves.flush(snapshot=True, min_interval=_FLUSH_SECONDS)
        self._boundary()
        if self._curves.stop:
            self.model.stop_training = True

    def _boundary(self) -> None:
        assert self.pump is not None
        self.pump()
        if self.pump.error is not None:
            self._curves._controls_lost(self.pump.error)
        if self._interrupt.asked and not self._curves.stop:
            self._curves.stop = True

    def _wait(self) -> None:
        curves = self._curves
        curves.flush()
        curves.status = "paused"
        while curves.paused and not curves.stop:
            time.sleep(_PAUSE_SECONDS)
            self._boundary()
        curves.status = "running"
