"""BatchNormScope: do the running statistics of BatchNorm move while ``fit`` runs?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import traitlets as t

from ...errors import CourseError, unknown
from .. import _bundle
from .._palette import MARKERS, pick
from .._static import StaticWidget
from ._records import ScopeRun

if TYPE_CHECKING:
    from .._figure import StaticFigure
    from ._callback import ScopeCallback

__all__ = ["BatchNormScope"]


class BatchNormScope(StaticWidget):
    """The running mean and variance of BatchNorm layers step by step, several runs in one figure.

    The left chart is the distance of the running mean from where it was before ``fit``, in standard deviations; the
    right one the running variance over what it was. The line is the median channel, the band goes from the channel
    at 10 % to the one at 90 %. A layer that stays is a line at 0 and at × 1. In words: whether the statistics of
    *all* BatchNorm layers are exactly, to the last bit, what they were.

    Parameters
    ----------
    layers
        Names of the layers to follow. By default up to ``most``, spread evenly from the input to the output.
    most
        How many layers are followed when none is named.
    label
        Title.

    Attributes
    ----------
    value : str
        Name of the layer that is drawn.

    Notes
    -----
    On the JAX backend Keras hands the variables back at the end of an epoch only, so there is nothing to see in
    between.

    Examples
    --------
    >>> scope = BatchNormScope()
    >>> model.fit(x, y, callbacks=[scope.callback("all free")])
    """

    _esm = _bundle.esm("batchnorm_scope")
    _css = _bundle.css("batchnorm_scope")

    _alone = t.Bool(True).tag(sync=True)
    value = t.Unicode("").tag(sync=True)
    label = t.Unicode("").tag(sync=True)
    names = t.List(t.Unicode(), read_only=True).tag(sync=True)
    _runs = t.List().tag(sync=True)
    _words = t.List(t.Unicode()).tag(sync=True)

    def __init__(
        self, layers: Sequence[str] = (), *, most: int = 8, label: str = "Running statistics of BatchNorm"
    ) -> None:
        if isinstance(layers, str):
            raise CourseError(f"layers should be a list of names, for example [{layers!r}].")
        if isinstance(most, bool) or not isinstance(most, int) or most < 1:
            raise CourseError(f"most is a number of layers, 1 or more, not {most!r}.")
        self.layers = tuple(layers)
        self.most = most
        self._records: list[ScopeRun] = []
        super().__init__(label=label)
        self.observe(lambda _: self.refresh_static(), ["value", "label"])

    # -- runs

    @property
    def runs(self) -> tuple[str, ...]:
        """Names of the runs, in order."""
        return tuple(run.name for run in self._records)

    def callback(self, name: str | None = None, *, every: int | None = None) -> ScopeCallback:
        """Return a Keras callback that follows a run: ``model.fit(..., callbacks=[scope.callback("all free")])``.

        Parameters
        ----------
        name
            What the run is called; a name that is taken gets a number.
        every
            Steps from one sample to the next. By default as many as give a run 120 samples at most.
        """
        if every is not None and (isinstance(every, bool) or not isinstance(every, int) or every < 1):
            raise CourseError(f"every is a number of steps, 1 or more, not {every!r}.")
        from ._callback import ScopeCallback

        return ScopeCallback(self, name, every)

    def _begin(self, name: str | None, layers: list[str], total: int, every: int | None) -> ScopeRun:
        base = name or f"run {len(self._records) + 1}"
        unique, n = base, 2
        while unique in self.runs:
            unique, n = f"{base} ({n})", n + 1
        color = pick(unique, [run.color for run in self._records])
        shape = MARKERS[len(self._records) % len(MARKERS)]
        run = ScopeRun(unique, color, shape, layers, total, every or 1, every is not None)
        self._records.append(run)
        self.set_trait("names", list(dict.fromkeys([*self.names, *layers])))
        if not self.value and self.names:
            self.value = self.names[0]
        return run

    def _flush(self) -> None:
        with self.hold_sync():
            self._runs = [run.packed() for run in self._records]
            self._words = [run.words() for run in self._records]

    def _record(self, run: str) -> ScopeRun:
        if run not in self.runs:
            raise unknown("run", run, self.runs)
        return self._records[self.runs.index(run)]

    def moved(self, run: str) -> list[str]:
        """Return the BatchNorm layers whose running statistics are not exactly what they were before ``fit``.

        Raises
        ------
        CourseError
            If there is no such run.
        """
        return list(self._record(run).statistics_moved)

    def history(self, run: str, layer: str) -> dict[str, npt.NDArray[np.float64]]:
        """Return what is drawn of a layer.

        Returns
        -------
        dict
            ``step``, shape (n,); ``mean`` and ``variance``, shape (n, 3): distance of the running mean in standard
            deviations, and ratio of the running variance; columns are the 10, 50 and 90 % quantiles of the channels.

        Raises
        ------
        CourseError
            If there is no such run, or it does not follow the layer.
        """
        found = self._record(run)
        if layer not in found.layers:
            raise unknown("layer", layer, found.layers)
        table = np.asarray(found.rows, "float64")[:, found.layers.index(layer)]
        return {"step": np.asarray(found.steps, "float64"), "mean": table[:, 0], "variance": table[:, 1]}

    def clear(self) -> None:
        """Forget all runs."""
        self._records = []
        with self.hold_sync():
            self.set_trait("names", [])
            self.value = ""
            self._flush()
        self.refresh_static()

    # -- state

    @t.validate("value")
    def _known_layer(self, proposal: Any) -> str:
        if proposal["value"] and proposal["value"] not in self.names:
            raise unknown("layer", proposal["value"], self.names)
        return str(proposal["value"])

    def set_state(self, sync_data: dict[str, Any]) -> None:
        """Take what a browser sends; a layer that is not known is left out."""
        super().set_state({k: v for k, v in sync_data.items() if k != "value" or v in self.names})

    # -- words and figure

    def summary(self) -> str:
        """Return in words which runs moved the statistics and which did not."""
        return " ".join([f"{self.label}:", *(self._words or ["no run yet."])])

    def static(self) -> StaticFigure:
        """Return both charts of the shown layer as a matplotlib figure with alternative text."""
        from ._draw import draw

        return draw(self._records, self.value, self.label, self.summary())
