"""The record of a training run: what was done, with what, and how it went."""

from __future__ import annotations

import csv
import html
import json
import math
import platform
import sys
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any
from uuid import uuid4

import numpy as np
from numpy.typing import NDArray

from .._statistics import half_width
from ..errors import CourseError, unknown

__all__ = ["Band", "Run", "backend_version", "band", "compare", "peak_megabytes", "versions"]

SCHEMA = 1
"""Version of the JSON form."""


@dataclass(frozen=True, repr=False)
class Run:
    """What :func:`tlwidgets.fit` did and how it went.

    Attributes
    ----------
    model, data
        Names.
    examples, n_val
        Number of training and of validation examples.
    history
        Values by name (``loss``, ``accuracy``, ``val_loss``, …), one for each epoch, as Keras logs them.
    batch_losses
        Loss of every training batch, from the running means that Keras logs (to about five digits).
    seed, batch_size, epochs
        As asked for. An early stop does fewer epochs: ``len(run.history["loss"])``.
    optimizer, loss
        Settings as Keras writes them; a name where there are none.
    trained
        Names of the layers that trained.
    trainable_params, total_params
        Number of parameters.
    ended
        ``"finished"``, or ``"stopped"`` if a callback ended it before the last epoch.
    cache
        What the frozen-prefix cache did, and why.
    seconds, cpu_seconds
        From call to return; CPU seconds of all threads of the process.
    peak_mb
        Most memory that the process has held so far, in megabytes.
    device
        Where it ran, as Keras names it.
    versions
        Of Python and the packages.
    """

    model: str
    data: str
    examples: int
    n_val: int
    history: Mapping[str, tuple[float, ...]]
    batch_losses: tuple[float, ...]
    seed: int
    batch_size: int
    epochs: int
    optimizer: Mapping[str, Any]
    loss: Any
    trained: tuple[str, ...]
    trainable_params: int
    total_params: int
    ended: str
    cache: str
    seconds: float
    cpu_seconds: float
    peak_mb: float
    device: str
    versions: Mapping[str, str]

    @property
    def final(self) -> dict[str, float]:
        """Values after the last epoch."""
        return {name: values[-1] for name, values in self.history.items() if values}

    @property
    def done(self) -> int:
        """Number of epochs that were done."""
        return max((len(values) for values in self.history.values()), default=0)

    def __repr__(self) -> str:
        """One line."""
        shown = ", ".join(f"{name} {value:.3f}" for name, value in self.final.items())
        stopped = " (stopped)" if self.ended == "stopped" else ""
        return f"<Run: {self.model}, seed {self.seed}, {self.done} epochs{stopped}: {shown}>"

    # -- JSON and CSV

    def to_json(self) -> dict[str, Any]:
        """Return the record as plain JSON values."""
        return {"schema": SCHEMA, **asdict(self)}

    @classmethod
    def from_json(cls, record: Mapping[str, Any]) -> Run:
        """Return the record that :meth:`to_json` gave.

        Raises
        ------
        CourseError
            If it is of a version that is not known, or no run.
        """
        if not isinstance(record, Mapping) or "schema" not in record:
            raise CourseError("this is not the record of a run: run.save(path) writes one.")
        if record["schema"] != SCHEMA:
            raise CourseError(
                f"this run was saved in version {record['schema']} of the format, and version {SCHEMA} can be read: "
                "load it with the version of tlwidgets that saved it."
            )
        names = [f.name for f in fields(cls)]
        if missing := [name for name in names if name not in record]:
            raise CourseError(f"the record of the run is not complete: {missing[0]!r} is missing.")
        values = {name: record[name] for name in names}
        values["history"] = {name: tuple(v) for name, v in record["history"].items()}
        values["batch_losses"], values["trained"] = tuple(record["batch_losses"]), tuple(record["trained"])
        return cls(**values)

    def save(self, path: str | Path) -> Path:
        """Write the record as JSON. The file is complete or not there, whenever the process ends."""
        return _write(Path(path), json.dumps(self.to_json(), indent=1, allow_nan=True) + "\n")

    @classmethod
    def load(cls, path: str | Path) -> Run:
        """Read what :meth:`save` wrote."""
        try:
            record = json.loads(Path(path).read_text("utf-8"))
        except FileNotFoundError:
            raise CourseError(f"there is no file {str(path)!r}: run.save(path) writes one.") from None
        except (UnicodeDecodeError, json.JSONDecodeError) as error:
            raise CourseError(f"{str(path)!r} is not the record of a run ({error}).") from None
        return cls.from_json(record)

    def to_csv(self, path: str | Path) -> Path:
        """Write the history as a tidy table: one row for each epoch and name."""
        rows = [("model", "data", "seed", "epoch", "split", "metric", "value")]
        for name, values in self.history.items():
            split, metric = ("validation", name[4:]) if name.startswith("val_") else ("train", name)
            rows += [
                (self.model, self.data, str(self.seed), str(epoch), split, metric, repr(value))
                for epoch, value in enumerate(values, 1)
            ]
        with (temporary := Path(path).with_name(f".{Path(path).name}.{uuid4().hex}")).open(
            "w", newline="", encoding="utf-8"
        ) as file:
            csv.writer(file).writerows(rows)
        return _replace(temporary, Path(path))

    # -- display

    def _repr_html_(self) -> str:
        """Return a small table and the loss curves."""
        rows = {
            "trained": f"{len(self.trained)} layers, {self.trainable_params:,} of {self.total_params:,} parameters",
            "data": f"{self.data}: {self.examples} training, {self.n_val} validation",
            "settings": f"{self.optimizer.get('class_name', '')}, batch {self.batch_size}, seed {self.seed}",
            "epochs": f"{self.done} of {self.epochs}" + (", stopped" if self.ended == "stopped" else ""),
            **{name: f"{value:.4f}" for name, value in self.final.items()},
            "time": f"{self.seconds:.1f} s ({self.cpu_seconds:.1f} s of CPU)",
            "cache": self.cache,
        }
        body = "".join(
            f'<tr><th scope="row" style="text-align:left">{html.escape(k)}</th>'
            f'<td style="text-align:left">{html.escape(v)}</td></tr>'
            for k, v in rows.items()
        )
        return f"<table><caption>{html.escape(self.model)}</caption><tbody>{body}</tbody></table>{self._sparkline()}"

    def _sparkline(self, width: int = 240, height: int = 60) -> str:
        curves = {n: v for n, v in self.history.items() if n in ("loss", "val_loss")}
        finite = [x for v in curves.values() for x in v if math.isfinite(x)]
        if not finite:
            return ""
        low, high = min(finite), max(finite)

        def line(values: tuple[float, ...], dash: str) -> str:
            points = " ".join(
                f"{3 + (width - 6) * i / max(1, len(values) - 1):.1f},"
                f"{3 + (height - 6) * (high - x) / ((high - low) or 1):.1f}"
                for i, x in enumerate(values)
                if math.isfinite(x)
            )
            return f'<polyline fill="none" stroke="currentColor" stroke-width="1.5"{dash} points="{points}"/>'

        # as everywhere in the course: training dashed, validation solid
        lines = "".join(line(v, "" if n.startswith("val_") else ' stroke-dasharray="4 3"') for n, v in curves.items())
        words = "; ".join(f"{n} from {v[0]:.3f} to {v[-1]:.3f}" for n, v in curves.items())
        alt = html.escape(f"Loss over {self.done} epochs: {words}.", quote=True)
        return (
            f'<svg role="img" aria-label="{alt}" width="{width}" height="{height}" viewBox="0 0 {width} {height}">'
            f"<title>{alt}</title>{lines}</svg>"
        )

    def plot(self, metric: str = "loss") -> Any:
        """Draw a metric over the epochs, training dashed and validation solid.

        Returns
        -------
        matplotlib.figure.Figure
            Made without pyplot; its ``alt`` says in words what it shows.
        """
        return _plot([self], metric)


def _write(path: Path, text: str) -> Path:
    temporary = path.with_name(f".{path.name}.{uuid4().hex}")
    temporary.write_text(text, "utf-8")
    return _replace(temporary, path)


def _replace(temporary: Path, path: Path) -> Path:
    try:
        temporary.replace(path)
    except OSError:
        temporary.unlink(missing_ok=True)
        raise
    return path


# ---------------------------------------------------------------- several runs


def compare(runs: Iterable[Run]) -> list[dict[str, Any]]:
    """Return a row for each run: the settings in which they differ, and the values after the last epoch.

    Parameters
    ----------
    runs
        Two or more; ``pandas.DataFrame(compare(runs))`` makes a table of it.
    """
    runs = _several(runs)
    settings = [_settings(run) for run in runs]
    names = list(dict.fromkeys(name for s in settings for name in s))
    differing = [n for n in names if len({json.dumps(s.get(n), sort_keys=True, default=str) for s in settings}) > 1]
    return [{**{n: s.get(n) for n in differing}, **run.final} for s, run in zip(settings, runs, strict=True)]


def _settings(run: Run) -> dict[str, Any]:
    plain = {
        name: getattr(run, name) for name in ("model", "data", "examples", "seed", "batch_size", "epochs", "device")
    }
    config = run.optimizer.get("config", {})
    return {
        **plain,
        "loss": run.loss,
        "trained": len(run.trained),
        "trainable_params": run.trainable_params,
        "ended": run.ended,
        "optimizer": run.optimizer.get("class_name"),
        **{f"optimizer {name}": value for name, value in config.items()},
        **{f"{name} version": value for name, value in run.versions.items()},
    }


@dataclass(frozen=True)
class Band:
    """The mean of a metric over runs with different seeds, epoch by epoch.

    ``low`` and ``high`` are the ends of the 95 % confidence interval of the mean (Student's t).
    """

    metric: str
    runs: int
    mean: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]

    def to_json(self) -> dict[str, Any]:
        """Return the record as plain JSON values."""
        return {k: v.tolist() if isinstance(v, np.ndarray) else v for k, v in asdict(self).items()}


def band(runs: Iterable[Run], metric: str = "val_accuracy") -> Band:
    """Return mean and 95 % interval of a metric for every epoch that all the runs have done.

    Raises
    ------
    CourseError
        For a metric that they do not all have, or a single run.
    """
    runs = _several(runs)
    values = _values(runs, metric)
    mean = values.mean(0)
    half = half_width(values)
    return Band(metric, len(runs), mean, mean - half, mean + half)


def _several(runs: Iterable[Run]) -> list[Run]:
    found = list(runs)
    if len(found) < 2 or any(not isinstance(run, Run) for run in found):
        raise CourseError("two or more runs are needed, as tlwidgets.fit returns them.")
    return found


def _values(runs: list[Run], metric: str) -> NDArray[np.float64]:
    for run in runs:
        if metric not in run.history:
            raise unknown("metric", metric, run.history)
    epochs = min(len(run.history[metric]) for run in runs)
    return np.array([run.history[metric][:epochs] for run in runs], "float64")


def _plot(runs: list[Run], metric: str) -> Any:
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure
    from matplotlib.ticker import MaxNLocator

    # the colours of Okabe and Ito, and never colour alone
    look: dict[str, dict[str, Any]] = {
        "training": {"color": "#444444", "linestyle": "--"},
        "validation": {"color": "#0072B2", "linestyle": "-"},
    }
    figure = Figure(figsize=(5.4, 3.2), dpi=96, layout="constrained", facecolor="white")
    FigureCanvasAgg(figure)
    axes = figure.subplots()
    words = []
    for group in look:
        name = f"val_{metric}" if group == "validation" else metric
        if any(name not in run.history for run in runs):
            continue
        values = _values(runs, name)
        epochs = np.arange(1, values.shape[1] + 1)
        axes.plot(epochs, values.mean(0), label=group, **look[group])
        if len(runs) > 1:
            interval = band(runs, name)
            axes.fill_between(epochs, interval.low, interval.high, color=look[group]["color"], alpha=0.2, linewidth=0)
        words.append(f"{group} from {values.mean(0)[0]:.3f} to {values.mean(0)[-1]:.3f}")
    if not words:
        raise unknown("metric", metric, [n for n in runs[0].history if not n.startswith("val_")])
    axes.set(xlabel="epoch", ylabel=metric)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(frameon=False)
    n = len(runs)
    spread = f", mean of {n} runs with the 95 % interval" if n > 1 else ""
    figure.alt = f"{metric} over {int(epochs[-1])} epochs{spread}: {'; '.join(words)}."  # type: ignore[attr-defined]
    return figure


def plot(runs: Iterable[Run], metric: str = "loss") -> Any:
    """Draw the mean of a metric over runs with different seeds, with its 95 % interval."""
    return _plot(_several(runs), metric)


# ---------------------------------------------------------------- where it ran


def backend_version() -> str:
    """Return the version of the Keras backend in use."""
    import importlib

    import keras

    return str(getattr(importlib.import_module(keras.backend.backend()), "__version__", ""))


def versions() -> dict[str, str]:
    """Return the versions that a run depends on."""
    import keras

    from .. import __version__

    return {
        "python": platform.python_version(),
        "keras": keras.__version__,
        keras.backend.backend(): backend_version(),
        "numpy": np.__version__,
        "tlwidgets": __version__,
    }


def peak_megabytes() -> float:
    """Return the most memory that this process has held so far, in megabytes."""
    if sys.platform == "win32":
        import psutil

        return float(psutil.Process().memory_info().peak_wset / 1e6)
    import resource

    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / 1e6 if sys.platform == "darwin" else most * 1024 / 1e6
