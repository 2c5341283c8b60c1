"""The Keras callback of :class:`BatchNormScope`. Imported only when one is asked for: it imports Keras."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from ..._keras import keras
from ...errors import unknown
from ...models.structure import is_batchnorm, labels, leaf_layers
from .._cells import at_cell_end
from ._records import MOST, ScopeRun, change

if TYPE_CHECKING:
    from . import BatchNormScope

__all__ = ["ScopeCallback"]

_SECONDS = 0.5  # samples go to the browser at most this often
_SHARE = 0.02  # and so that sending takes at most this share of the time


def _numpy(weight: Any) -> npt.NDArray[np.float64]:
    return np.asarray(keras.ops.convert_to_numpy(weight), "float64")


def _statistics(layer: Any) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    return _numpy(layer.moving_mean), _numpy(layer.moving_variance)


def _same(a: Any, b: Any) -> bool:
    return all(np.array_equal(x, y, equal_nan=True) for x, y in zip(a, b, strict=True))


class ScopeCallback(keras.callbacks.Callback):  # type: ignore[misc]
    """Notes the running statistics of BatchNorm layers while ``fit`` runs. Every ``fit`` is a run of its own.

    Parameters
    ----------
    scope
        The widget.
    name, every
        See :meth:`BatchNormScope.callback`.
    """

    def __init__(self, scope: BatchNormScope, name: str | None, every: int | None) -> None:
        super().__init__()
        self.seconds = 0.0
        """Time spent in this callback at the batches of the last fit."""
        self._scope, self._name, self._every = scope, name, every
        self._open = False
        self._run: ScopeRun | None = None
        self._sent_at = self._cost = 0.0

    def set_model(self, model: Any) -> None:
        """Keras calls this first; a fit of ours that never ended is closed here."""
        self._fail()
        super().set_model(model)

    def on_train_begin(self, logs: Any = None) -> None:
        """Note what everything is before the first step."""
        pairs = zip(labels(self.model), leaf_layers(self.model), strict=True)
        found = {name: layer for name, layer in pairs if is_batchnorm(layer)}
        for name in self._scope.layers:
            if name not in found:
                raise unknown("BatchNorm layer", name, found)
        if self._scope.layers:
            chosen = list(self._scope.layers)
        else:
            names = list(found)
            count = min(len(names), self._scope.most)
            chosen = (
                [names[i] for i in np.unique(np.linspace(0, len(names) - 1, count).round().astype(int))]
                if count
                else []
            )
        self._layers = found
        self._followed = [found[name] for name in chosen]
        self._start = {name: _statistics(layer) for name, layer in found.items()}
        self._weights = {name: self._own(layer) for name, layer in found.items()}
        self._epoch_start = self._step = 0
        self.seconds = 0.0
        self._run = self._scope._begin(self._name, chosen, len(found), self._every)
        steps = (self.params.get("steps") or 0) * (self.params.get("epochs") or 0)
        if self._every is None:
            self._run.every = max(1, -(-steps // MOST))  # 1 when the number of steps is not known: it grows later
        self._open = True
        self._sample()
        self._scope._flush()
        self._sent_at, self._cost = time.perf_counter(), 0.0
        if threading.current_thread() is threading.main_thread():
            at_cell_end(self._fail)  # an exception in fit skips on_train_end

    @staticmethod
    def _own(layer: Any) -> list[npt.NDArray[np.float64]]:
        return [_numpy(weight) for weight in (layer.gamma, layer.beta) if weight is not None]

    def _sample(self) -> None:
        assert self._run is not None
        rows = [
            change(self._start[name], _statistics(layer), layer.epsilon)
            for name, layer in zip(self._run.layers, self._followed, strict=True)
        ]
        self._run.add(self._step, np.asarray(rows, "float32").reshape(-1, 2, 3))

    def _compare(self, layers: dict[str, Any]) -> None:
        run = self._run
        assert run is not None
        now = {name: _statistics(layer) for name, layer in layers.items()}
        run.statistics_moved = [name for name, found in now.items() if not _same(found, self._start[name])]
        run.weights_moved = [name for name, layer in layers.items() if not _same(self._own(layer), self._weights[name])]
        run.broken = [name for name, found in now.items() if not all(np.isfinite(part).all() for part in found)]

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        """Sample, when it is time."""
        start = time.perf_counter()
        run = self._run
        assert run is not None
        self._step = self._epoch_start + batch + 1
        if self._followed and self._step - run.steps[-1] >= run.every:
            self._sample()
        if start - self._sent_at > max(_SECONDS, self._cost / _SHARE):
            self._compare(self._layers)
            self._scope._flush()
            self._sent_at = time.perf_counter()
            self._cost = self._sent_at - start
        self.seconds += time.perf_counter() - start

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        """Count on."""
        self._epoch_start = self._step

    def on_train_end(self, logs: Any = None) -> None:
        """Take the last sample and compare all layers."""
        self._close("done")

    def _fail(self) -> None:
        if self._open:
            self._close("error")

    def _close(self, status: str) -> None:
        self._open = False
        run = self._run
        assert run is not None
        self._sample()
        self._compare(self._layers)
        run.status = status
        self._layers, self._followed, self._start, self._weights = {}, [], {}, {}
        self._scope._flush()
        self._scope.refresh_static()
