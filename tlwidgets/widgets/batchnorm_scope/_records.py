"""What is noted of the BatchNorm layers while a run trains. No Keras here: arrays in, numbers out."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["MOST", "QUANTILES", "ScopeRun", "change"]

Array = npt.NDArray[np.float64]

QUANTILES = (0.1, 0.5, 0.9)
MOST = 120  # samples of a run; when there are more, every second one goes and the interval doubles


def change(start: tuple[Array, Array], now: tuple[Array, Array], epsilon: float) -> npt.NDArray[np.float32]:
    """Return how far running statistics are from the start, as quantiles over the channels.

    Parameters
    ----------
    start, now
        Running mean and running variance, each of shape (channels,).
    epsilon
        That of the layer.

    Returns
    -------
    ndarray of float32, (2, 3)
        First row: ``|mean - mean at the start|`` in standard deviations at the start. Second: variance over the
        variance at the start. The columns are the quantiles 10, 50 and 90 % over the channels; NaN when no channel
        has a finite number.
    """
    moved = np.abs(now[0] - start[0]) / np.sqrt(np.maximum(start[1], 0) + epsilon)
    ratio = (now[1] + epsilon) / (start[1] + epsilon)
    out = np.full((2, 3), np.nan, "float32")
    for row, values in enumerate((moved, ratio)):
        good = values[np.isfinite(values)]
        if good.size:
            ordered = np.sort(good)  # np.quantile takes ten times as long for so few numbers
            out[row] = np.interp(np.multiply(QUANTILES, good.size - 1), np.arange(good.size), ordered)
    return out


@dataclass
class ScopeRun:
    """One run of ``fit``."""

    name: str
    color: str
    shape: str
    layers: list[str]
    """Names of the layers that are followed."""
    total: int
    """How many BatchNorm layers the model has."""
    every: int = 1
    fixed: bool = False
    """Whether ``every`` was asked for, and stays."""
    status: str = "running"
    steps: list[int] = field(default_factory=list)
    rows: list[npt.NDArray[np.float32]] = field(default_factory=list)
    """(layers, 2, 3) a sample, see :func:`change`."""
    statistics_moved: list[str] = field(default_factory=list)
    """Layers whose running mean or variance is not exactly what it was, of all BatchNorm layers."""
    weights_moved: list[str] = field(default_factory=list)
    """Layers whose scale or offset is not exactly what it was."""
    broken: list[str] = field(default_factory=list)
    """Layers whose running statistics hold NaN or infinity."""

    def add(self, step: int, row: npt.NDArray[np.float32]) -> None:
        """Note a sample."""
        if self.steps and self.steps[-1] == step:
            return
        self.steps.append(step)
        self.rows.append(row)
        if len(self.steps) > MOST and not self.fixed:
            self.every *= 2
            keep = [i for i, s in enumerate(self.steps) if s % self.every == 0]
            self.steps, self.rows = [self.steps[i] for i in keep], [self.rows[i] for i in keep]

    def last(self, layer: str) -> npt.NDArray[np.float32] | None:
        """Return the last sample of a layer, (2, 3), or None when it is not followed."""
        if layer not in self.layers or not self.rows:
            return None
        return np.asarray(self.rows[-1][self.layers.index(layer)])

    def packed(self) -> dict[str, Any]:
        """Return the run for the browser."""
        return {
            "name": self.name,
            "color": self.color,
            "shape": self.shape,
            "layers": self.layers,
            "status": self.status,
            "state": self.state,
            "steps": np.asarray(self.steps, "<i4").tobytes(),
            "rows": np.asarray(self.rows, "<f4").tobytes(),
        }

    @property
    def state(self) -> str:
        """``"stayed"``, ``"moved"``, ``"broken"`` or ``"none"`` (no BatchNorm layer)."""
        if not self.total:
            return "none"
        return "broken" if self.broken else "moved" if self.statistics_moved else "stayed"

    def words(self) -> str:
        """Return in one sentence what happened to the layers."""
        if not self.total:
            return f"{self.name}: the model has no BatchNorm layer."
        so_far = " so far" if self.status == "running" else ""
        steps = self.steps[-1] if self.steps else 0
        after = f"after {steps} step{'s' * (steps != 1)}{' (ended by an error)' * (self.status == 'error')}"
        all_ = f"{self.total} layer{'s' * (self.total != 1)}"
        trained = (
            f"scale and offset trained in {len(self.weights_moved)}"
            if self.weights_moved
            else "so did scale and offset"
        )
        statistics = f"{self.name}: {self.state}{so_far}, the statistics of"
        if self.broken:
            return f"{statistics} {len(self.broken)} of {all_} hold NaN or infinity {after}."
        if not self.statistics_moved:
            return f"{statistics} all {all_} are exactly what they were {after}; {trained}."
        far = ""
        layer = next((name for name in self.layers if name in self.statistics_moved), None)
        row = self.last(layer) if layer else None
        if row is not None and np.isfinite(row).all():
            mean, variance = float(row[0, 1]), float(row[1, 1])
            far = f"; in {layer} the median channel by {mean:.2g} standard deviations, its variance × {variance:.3g}"
        still = "" if self.weights_moved else "; scale and offset stayed"
        return f"{statistics} {len(self.statistics_moved)} of {all_} {after}{far}{still}."
