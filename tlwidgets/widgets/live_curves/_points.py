"""The points of the curves: runs, metrics, training and validation. Plain numbers, no widget."""

from __future__ import annotations

from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from .._palette import MARKERS, pick

__all__ = ["Line", "Points", "RunInfo", "smooth"]

Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class RunInfo:
    """One run: what its line is called and how it looks."""

    name: str
    line: str
    """Key of the line that it belongs to: its own name, or the group that it shares with other seeds."""
    color: str
    """Name in the palette."""
    marker: str

    def to_json(self) -> dict[str, str]:
        """Return plain JSON values, as the browser gets them."""
        return {"name": self.name, "line": self.line, "color": self.color, "marker": self.marker}


@dataclass(frozen=True)
class Line:
    """One drawn line: a run, or the mean of the runs of a group with the lowest and highest value."""

    x: Array
    """Epochs, shape (n,)."""
    y: Array
    """Values or means, shape (n,); NaN is a gap."""
    low: Array
    high: Array
    runs: int
    """Number of runs in it."""


def smooth(y: Array, amount: float) -> Array:
    """Return an exponential moving average without a pull towards zero at the start. NaN stays NaN and is
    skipped.

    Parameters
    ----------
    y
        Values, shape (n,).
    amount
        0 (nothing) up to below 1; each value keeps this share of the average before it.
    """
    if amount <= 0:
        return y
    out = np.full(len(y), np.nan)
    mean, weight = 0.0, 0.0
    for i, value in enumerate(y):
        if np.isfinite(value):
            mean = amount * mean + (1 - amount) * value
            weight = amount * weight + (1 - amount)
            out[i] = mean / weight
    return out


class Points:
    """All points of all runs.

    Parameters
    ----------
    metrics
        Names as Keras logs them, without ``val_``.
    """

    def __init__(self, metrics: Sequence[str]) -> None:
        self.metrics = tuple(metrics)
        self.runs: list[RunInfo] = []
        # five numbers a point: run, metric, 0 train / 1 validation, x, y
        self._numbers = array("d")

    def __len__(self) -> int:
        return len(self._numbers) // 5

    def _table(self, start: int = 0) -> Array:
        """Return a copy of the points from number ``start`` on, shape (n, 5)."""
        return np.array(memoryview(self._numbers)[5 * start :], dtype=float).reshape(-1, 5)

    def new_run(self, name: str | None = None, group: str | None = None) -> int:
        """Add a run and return its number. A name that is taken gets a number behind it."""
        base = name or group or f"run {len(self.runs) + 1}"
        taken = {run.name for run in self.runs}
        unique, n = base, 2
        while unique in taken:
            unique, n = f"{base} ({n})", n + 1
        line = group or unique
        same = next((run for run in self.runs if run.line == line), None)
        if same is not None:
            color, marker = same.color, same.marker
        else:
            lines = {run.line: run for run in self.runs}
            color = pick(line, [run.color for run in lines.values()])
            marker = MARKERS[len(lines) % len(MARKERS)]
        self.runs.append(RunInfo(unique, line, color, marker))
        return len(self.runs) - 1

    def add(self, run: int, x: float, logs: Mapping[str, Any]) -> int:
        """Add the values of the known metrics in ``logs`` at ``x`` (epochs); return how many there were."""
        count = 0
        for key, value in logs.items():
            validation = key.startswith("val_")
            metric = key.removeprefix("val_")
            if metric in self.metrics:
                self._numbers.extend((run, self.metrics.index(metric), validation, float(x), float(value)))
                count += 1
        return count

    def packed(self, start: int = 0) -> bytes:
        """Return the points from number ``start`` on as little-endian float32, five a point."""
        return self._table(start).astype("<f4").tobytes()

    def series(self, run: int, metric: str, validation: bool) -> tuple[Array, Array]:
        """Return ``(x, y)`` of one run, sorted by ``x``; both shape (n,)."""
        table = self._table()
        table = table[(table[:, :3] == (run, self.metrics.index(metric), validation)).all(axis=1), 3:]
        x, y = table[np.argsort(table[:, 0], kind="stable")].T
        return x, np.where(np.isfinite(y), y, np.nan)

    def lines(self) -> dict[str, list[int]]:
        """Return the numbers of the runs of each line, in order of appearance."""
        found: dict[str, list[int]] = {}
        for number, run in enumerate(self.runs):
            found.setdefault(run.line, []).append(number)
        return found

    def line(self, key: str, metric: str, validation: bool) -> Line | None:
        """Return one line, or None when it has no points."""
        members = [self.series(run, metric, validation) for run in self.lines()[key]]
        members = [(x, y) for x, y in members if len(x)]
        if not members:
            return None
        xs = np.unique(np.concatenate([x for x, _ in members]))
        table = np.full((len(members), len(xs)), np.nan)
        for row, (x, y) in zip(table, members, strict=True):
            row[np.searchsorted(xs, x)] = y
        known = np.isfinite(table)
        count = known.sum(axis=0)
        total = np.where(known, table, 0.0).sum(axis=0)
        mean = np.divide(total, count, out=np.full(len(xs), np.nan), where=count > 0)
        low = np.where(known, table, np.inf).min(axis=0)
        high = np.where(known, table, -np.inf).max(axis=0)
        return Line(xs, mean, np.where(count, low, np.nan), np.where(count, high, np.nan), len(members))

    def history(self) -> dict[str, dict[str, Array]]:
        """Return ``{"epoch": x, "loss": y, "val_loss": y, …}`` for each run, all of one length."""
        result: dict[str, dict[str, Array]] = {}
        for number, run in enumerate(self.runs):
            columns = {
                ("val_" if validation else "") + metric: self.series(number, metric, validation)
                for metric in self.metrics
                for validation in (False, True)
            }
            columns = {name: xy for name, xy in columns.items() if len(xy[0])}
            epoch = np.unique(np.concatenate([x for x, _ in columns.values()])) if columns else np.zeros(0)
            table = {"epoch": epoch}
            for name, (x, y) in columns.items():
                table[name] = np.full(len(epoch), np.nan)
                table[name][np.searchsorted(epoch, x)] = y
            result[run.name] = table
        return result

    def gaps(self) -> list[str]:
        """Return a sentence for each curve with values that are not finite numbers."""
        table = self._table()
        found: dict[tuple[int, int, int], list[float]] = {}
        for run, metric, validation, x, _ in table[~np.isfinite(table[:, 4])]:
            found.setdefault((int(run), int(metric), int(validation)), []).append(float(x))
        sentences = []
        for (run, metric, validation), xs in found.items():
            what = f"{'validation' if validation else 'training'} {self.metrics[metric]}"
            at = f"at epoch {xs[0]:g}" if len(xs) == 1 else f"at {len(xs)} points from epoch {xs[0]:g}"
            sentences.append(
                f"{self.runs[run].name}: {what} was not a number (NaN or infinite) {at}; the line has a gap."
            )
        return sentences

    def words(self) -> list[str]:
        """Return a sentence for each line: first and last values."""
        sentences = []
        for key, runs in self.lines().items():
            parts = []
            for metric in self.metrics:
                for validation in (False, True):
                    line = self.line(key, metric, validation)
                    if line is None or not np.isfinite(line.y).any():
                        continue
                    x, y = line.x[np.isfinite(line.y)], line.y[np.isfinite(line.y)]
                    kind = "validation" if validation else "training"
                    if len(y) == 1:
                        parts.append(f"{kind} {metric} {y[0]:.3f} at epoch {x[0]:g}")
                    else:
                        parts.append(f"{kind} {metric} from {y[0]:.3f} to {y[-1]:.3f} at epoch {x[-1]:g}")
            of = f" (mean of {len(runs)} runs)" if len(runs) > 1 else ""
            sentences.append(f"{key}{of}: {', '.join(parts) or 'no points yet'}.")
        return sentences
