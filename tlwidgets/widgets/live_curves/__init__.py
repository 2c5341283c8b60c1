"""LiveCurves: loss and metrics while ``model.fit`` runs."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import traitlets as t

from ...errors import CourseError, unknown
from .. import _bundle
from .._cells import in_kernel
from .._static import StaticWidget
from ._effects import Comparison, comparisons
from ._points import Points

if TYPE_CHECKING:
    from .._figure import StaticFigure
    from ._callback import CurvesCallback

__all__ = ["LiveCurves"]

_SNAPSHOT_BYTES = 200_000  # a snapshot larger than this is sent every few seconds only
_SNAPSHOT_SECONDS = 5.0


class LiveCurves(StaticWidget):
    """Learning curves that grow while plain ``model.fit`` runs, with Pause and Stop.

    One panel a metric; training dashed, validation solid; several runs in one figure; runs of one group
    (seeds) as a mean with a band from the lowest to the highest. When training is over and two lines are shown, their
    differences in start, slope and asymptote are marked and said in words (:meth:`comparison`).

    Parameters
    ----------
    metrics
        Names as Keras logs them, without ``val_``. What else is logged is left out.
    title
        Written above the panels.

    Examples
    --------
    >>> curves = LiveCurves(metrics=("loss", "accuracy"))
    >>> curves.show()
    >>> model.fit(x, y, epochs=10, callbacks=[curves.callback("frozen base")])
    """

    _esm = _bundle.esm("live_curves")
    _css = _bundle.css("live_curves")

    title = t.Unicode("").tag(sync=True)
    metrics = t.List(t.Unicode()).tag(sync=True)
    status = t.Enum(("idle", "running", "paused", "stopped", "done", "error"), "idle").tag(sync=True)
    stop = t.Bool(False).tag(sync=True)
    """Set it to stop after the running batch; the history stays."""
    paused = t.Bool(False).tag(sync=True)
    smoothing = t.Float(0.0, min=0.0, max=0.95).tag(sync=True)
    """Share of the average before it that each point keeps, 0 to 0.95."""
    hidden = t.List(t.Unicode()).tag(sync=True)
    """Names of the runs or groups that are not drawn."""
    value = t.Dict().tag(sync=True)
    """What happens now: ``status``, ``run`` (name), ``epoch`` (done so far), ``epochs`` (planned)."""
    text = t.Unicode("").tag(sync=True)
    """The curves in words."""

    _alone = t.Bool(True).tag(sync=True)
    _runs = t.List().tag(sync=True)
    _gaps = t.List(t.Unicode()).tag(sync=True)
    _effects = t.List().tag(sync=True)
    _controls = t.Enum(("live", "interrupt"), "live").tag(sync=True)
    _snapshot = t.Bytes(b"").tag(sync=True)

    def __init__(self, metrics: Sequence[str] = ("loss", "accuracy"), title: str = "", **traits: Any) -> None:
        names = [metrics] if isinstance(metrics, str) else list(metrics)
        if (
            not names
            or any(not isinstance(n, str) or n.startswith("val_") for n in names)
            or len(set(names)) < len(names)
        ):
            raise CourseError(
                f"metrics should be different names as Keras logs them, without 'val_', for example "
                f"('loss', 'accuracy'), not {metrics!r}."
            )
        self._points = Points(names)
        self._sent = 0
        self._snapshot_points = 0
        self._last_flush = self._last_snapshot = 0.0
        self.controls_error: Exception | None = None
        super().__init__(metrics=names, title=title, **traits)
        self._set_value()
        self.observe(lambda _: self._set_value(), "status")
        self.observe(lambda _: self.refresh_static(), ["smoothing", "hidden", "title"])

    # -- data

    @property
    def runs(self) -> tuple[str, ...]:
        """Names of the runs, in order."""
        return tuple(run.name for run in self._points.runs)

    def new_run(self, name: str | None = None, *, group: str | None = None) -> int:
        """Start a run by hand (the callback does it by itself).

        Parameters
        ----------
        name
            What its line is called; a name that is taken gets a number. A training regime in the name ("from
            scratch", "frozen base", "fine-tuned", "partial") decides the colour.
        group
            Runs of one group are drawn as one band.

        Returns
        -------
        int
            Number of the run, for :meth:`add`.
        """
        number = self._points.new_run(name, group)
        self._runs = [run.to_json() for run in self._points.runs]
        return number

    def add(self, run: int | str, x: float, logs: Mapping[str, float]) -> None:
        """Add points by hand; :meth:`flush` sends them.

        Parameters
        ----------
        run
            Number or name of the run.
        x
            Epochs.
        logs
            Values by name, ``val_`` in front for validation. Names that are no metric of this widget are left
            out.
        """
        if isinstance(run, str):
            if run not in self.runs:
                raise unknown("run", run, self.runs, "new_run(name) starts one.")
            run = self.runs.index(run)
        elif not 0 <= run < len(self.runs):
            raise CourseError(f"there is no run number {run}: new_run(name) starts one and returns its number.")
        self._points.add(run, x, logs)

    def flush(self, *, snapshot: bool = True, min_interval: float = 0.0) -> None:
        """Send the new points to the browser (20 bytes a point).

        Parameters
        ----------
        snapshot
            Also keep all points in the widget's state, so that a reloaded page and a second view are
            complete.
        min_interval
            Seconds since the last time; earlier calls do nothing.
        """
        now = time.monotonic()
        if min_interval and now - self._last_flush < min_interval:
            return
        self._last_flush = now
        total = len(self._points)
        if total > self._sent:
            self.send({"kind": "points"}, buffers=[self._points.packed(self._sent)])
            self._sent = total
        if not snapshot or total == self._snapshot_points:
            return
        due = not min_interval or total * 20 < _SNAPSHOT_BYTES or now - self._last_snapshot > _SNAPSHOT_SECONDS
        if due:
            self._last_snapshot, self._snapshot_points = now, total
            with self.hold_sync():
                self._snapshot = self._points.packed()
                self._gaps = self._points.gaps()
                if self.status not in ("running", "paused"):
                    self._compare()

    def clear(self) -> None:
        """Forget all runs."""
        self._points = Points(self.metrics)
        self._sent = self._snapshot_points = 0
        with self.hold_sync():
            self._runs, self._gaps, self._effects, self._snapshot, self.hidden, self.text = [], [], [], b"", [], ""
            self.status = "idle"
        self._set_value()
        self.refresh_static()

    def history(self) -> dict[str, dict[str, npt.NDArray[np.float64]]]:
        """Return the curves as arrays.

        Returns
        -------
        dict
            Run name → ``{"epoch": …, "loss": …, "val_loss": …}``: float64 arrays of one length, NaN where a
            curve has no point and where its value was not finite.
        """
        return self._points.history()

    def comparison(self) -> Comparison | None:
        """Return how the two lines that are shown differ in start, slope and asymptote (Torrey and Shavlik 2009).

        Returns
        -------
        Comparison or None
            With ``base``, ``other``, ``metric`` and ``effects``; ``words()`` says it in sentences. The definitions are
            those of :func:`tlwidgets.widgets.live_curves._effects.compare`. None while training runs, and unless two
            lines are shown that have two epochs or more in common.
        """
        shown = [key for key in self._points.lines() if key not in self.hidden]
        if len(shown) != 2 or self.status in ("running", "paused"):
            return None
        return next(iter(comparisons(self._points, self.hidden)), None)

    def _compare(self) -> None:
        """Compare every pair of lines, so that the browser can show the pair that is left when others are hidden."""
        self._effects = [comparison.to_json() for comparison in comparisons(self._points)]

    # -- words and figure

    def summary(self) -> str:
        """Return the curves in words: the first and the last value of each, the gaps, and how two lines differ."""
        head = f"Learning curves{f' “{self.title}”' if self.title else ''} ({self.status})."
        comparison = self.comparison()
        words = [] if comparison is None else [comparison.words().strip()]
        return " ".join([head, *(self._points.words() or ["No points yet."]), *self._points.gaps(), *words])

    def static(self) -> StaticFigure:
        """Return the curves as a matplotlib figure with alternative text (``figure.alt``)."""
        from ._draw import draw

        return draw(self._points, self.title, self.smoothing, self.hidden, self.summary(), self.comparison())

    # -- Keras

    def callback(self, name: str | None = None, *, group: str | None = None, per_batch: int = 0) -> CurvesCallback:
        """Return a Keras callback that draws a run: ``model.fit(..., callbacks=[curves.callback("frozen
        base")])``.

        Parameters
        ----------
        name
            What the run is called, see :meth:`new_run`.
        group
            Runs of one group (the seeds of one experiment) are drawn as a mean with a band.
        per_batch
            Training points every so many batches instead of one per epoch. Keras logs *running* means that
            start again with each epoch, so the line is a saw-tooth.
        """
        if isinstance(per_batch, bool) or not isinstance(per_batch, int) or per_batch < 0:
            raise CourseError(f"per_batch is a number of batches, 0 for one point per epoch, not {per_batch!r}.")
        from ._callback import CurvesCallback

        return CurvesCallback(self, name, group, per_batch)

    def _begin(self, live: bool, epochs: int) -> None:
        """Fit begins: buttons on."""
        self._run_name, self._epoch, self._epochs = "", 0, epochs
        self.controls_error = None
        with self.hold_sync():
            self.stop = self.paused = False
            self._effects = []
            self._controls = "live" if live or not in_kernel() else "interrupt"
            self.status = "running"
        self._set_value()

    def _progress(self, run: int, epoch: int) -> None:
        self._run_name, self._epoch = self.runs[run], epoch
        self._set_value()

    def _controls_lost(self, error: Exception) -> None:
        """The pump switched itself off: say honestly what still works."""
        self.controls_error = error
        self._controls = "interrupt"

    def _finish(self, status: str) -> None:
        self.flush()
        with self.hold_sync():
            self.paused = False
            self.status = status
            self._compare()
            self.text = self.summary()
        self.refresh_static()

    _run_name = ""
    _epoch = 0
    _epochs = 0

    def _set_value(self) -> None:
        self.value = {
            "status": self.status,
            "run": self._run_name,
            "epoch": self._epoch,
            "epochs": self._epochs,
        }
