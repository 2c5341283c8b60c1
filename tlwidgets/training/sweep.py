"""Train the same task in many ways and many times: freeze depth x labels x learning rate x source x seed."""

from __future__ import annotations

import csv
import hashlib
import json
import math
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from html import escape
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .._statistics import half_width
from ..errors import CourseError, unknown
from ..models.surgery import classifier, freeze
from . import checks
from .extraction import forward, subset
from .schedule import late_drop
from .trainer import Trainer

__all__ = ["Point", "Sweep", "Trial", "sweep"]

SCHEMA = 1


@dataclass(frozen=True)
class Trial:
    """One training: which way, and how it went."""

    data: str
    """Name of the data set."""
    source: str
    """Name of the backbone."""
    frozen_to: str
    """Name of the last frozen block or layer; empty when everything trained."""
    per_class: int | None
    """Training examples of each class, ``None`` for all there are."""
    learning_rate: float
    """Learning rate at the beginning; a tenth of it in the last 40 % of the epochs."""
    seed: int
    trainable_params: int
    accuracy: float
    """On the held-out examples, 0 … 1."""
    train_accuracy: float
    """On its own training examples after the last epoch."""

    @property
    def condition(self) -> tuple[Any, ...]:
        """Everything about it but the seed and the outcome."""
        return self.data, self.source, self.frozen_to, self.per_class, self.learning_rate


@dataclass(frozen=True)
class Point:
    """The trials of one way, taken together over the seeds."""

    data: str
    source: str
    frozen_to: str
    per_class: int | None
    learning_rate: float
    seeds: int
    mean: float
    """Mean accuracy."""
    low: float
    """Lower end of the 95 % confidence interval of the mean (Student's t); NaN with one seed."""
    high: float
    train_mean: float
    """Mean accuracy on the training examples."""


@dataclass(frozen=True)
class Sweep:
    """The trials of a sweep, in the order in which they ran; ``len(sweep)`` is their number."""

    settings: dict[str, Any]
    """What was the same in all trials: epochs, batch, size of the held-out set, backbones, versions."""
    trials: tuple[Trial, ...]
    planned: int = field(default=0)
    """How many trials it has when it is complete."""

    def __len__(self) -> int:
        return len(self.trials)

    @property
    def complete(self) -> bool:
        """Whether no trial is missing."""
        return len(self.trials) >= self.planned

    def only(self, **wanted: Any) -> Sweep:
        """Return the trials with these values, for example ``only(frozen_to="block4", learning_rate=1e-3)``."""
        known = {f.name for f in fields(Trial)}
        for name in wanted:
            if name not in known:
                raise unknown("property of a trial", name, known)
        found = tuple(t for t in self.trials if all(getattr(t, k) == v for k, v in wanted.items()))
        if not found:
            given = ", ".join(f"{k}={v!r}" for k, v in wanted.items())
            there = "; ".join(
                f"{k}: {', '.join(map(repr, dict.fromkeys(getattr(t, k) for t in self.trials)))}" for k in wanted
            )
            raise CourseError(f"no trial of the sweep has {given}; there are {there}.")
        return replace(self, trials=found, planned=len(found))

    @property
    def accuracies(self) -> list[float]:
        """Accuracy of every trial, in order."""
        return [t.accuracy for t in self.trials]

    def table(self) -> list[Point]:
        """Return a row for every way, with mean and 95 % confidence interval over the seeds."""
        groups: dict[tuple[Any, ...], list[Trial]] = {}
        for trial in self.trials:
            groups.setdefault(trial.condition, []).append(trial)
        rows = []
        for condition, group in groups.items():
            accuracies = [t.accuracy for t in group]
            mean, half = float(np.mean(accuracies)), float(half_width(accuracies))
            rows.append(
                Point(
                    **dict(zip(("data", "source", "frozen_to", "per_class", "learning_rate"), condition, strict=True)),
                    seeds=len(group),
                    mean=mean,
                    low=mean - half,
                    high=mean + half,
                    train_mean=float(np.mean([t.train_accuracy for t in group])),
                )
            )
        return rows

    def __str__(self) -> str:
        head = ("data", "source", "frozen to", "per class", "learning rate", "seeds", "accuracy", "95 % interval")
        rows = [head, *(_cells(p) for p in self.table())]
        widths = [max(len(r[i]) for r in rows) for i in range(len(head))]
        lines = ["  ".join(c.ljust(w) for c, w in zip(r, widths, strict=True)).rstrip() for r in rows]
        return "\n".join([*lines, *([] if self.complete else [self._missing()])])

    def _missing(self) -> str:
        return f"{len(self)} of {self.planned} trials; the same call goes on from there if it has a path."

    def _repr_html_(self) -> str:
        head = "".join(
            f'<th scope="col">{h}</th>'
            for h in ("data", "source", "frozen to", "per class", "learning rate", "seeds", "accuracy", "95 % interval")
        )
        body = "".join("<tr>" + "".join(f"<td>{escape(c)}</td>" for c in _cells(p)) + "</tr>" for p in self.table())
        note = "" if self.complete else f"<caption>{escape(self._missing())}</caption>"
        return f"<table>{note}<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"

    def to_json(self) -> dict[str, Any]:
        """Return the sweep as plain JSON values; :meth:`from_json` reads them."""
        return {
            "schema": SCHEMA,
            "settings": self.settings,
            "planned": self.planned,
            "trials": [asdict(t) for t in self.trials],
        }

    @classmethod
    def from_json(cls, record: Mapping[str, Any]) -> Sweep:
        """Return the sweep that :meth:`to_json` wrote."""
        if record.get("schema") != SCHEMA:
            raise CourseError(f"this is no sweep of schema {SCHEMA}, which this version of tlwidgets reads.")
        return cls(dict(record["settings"]), tuple(Trial(**t) for t in record["trials"]), record["planned"])

    def to_csv(self, path: str | Path) -> Path:
        """Write one row for each trial, with a head; an existing file is replaced."""
        path = Path(path)
        with path.open("w", newline="", encoding="utf-8") as f:
            writer = csv.DictWriter(f, [field.name for field in fields(Trial)])
            writer.writeheader()
            writer.writerows(asdict(t) for t in self.trials)
        return path


def _cells(p: Point) -> tuple[str, ...]:
    interval = "one seed" if math.isnan(p.low) else f"{p.low:.3f} to {p.high:.3f}"
    labels = "all" if p.per_class is None else str(p.per_class)
    return (
        p.data,
        p.source,
        p.frozen_to or "nothing",
        labels,
        f"{p.learning_rate:g}",
        str(p.seeds),
        f"{p.mean:.3f}",
        interval,
    )


# ---------------------------------------------------------------- running one


def sweep(
    sources: Any,
    data: Any,
    *,
    validation_data: Any = None,
    frozen_to: Sequence[str | int | None] = (None,),
    per_class: Sequence[int | None] = (None,),
    learning_rates: Sequence[float] = (1e-3,),
    seeds: int | Sequence[int] = 5,
    epochs: int = 15,
    batch_size: int = 20,
    path: str | Path | None = None,
    progress: bool = True,
) -> Sweep:
    """Put a new classifier on backbones and train it in every combination of the settings.

    The frozen part runs over the examples once for each depth, and each depth is compiled once for all its trials.
    The optimizer is Adam; the learning rate falls to a tenth in the last 40 % of the epochs. BatchNorm stays frozen,
    and dropout in the frozen part is quiet. The backbones have their own weights again afterwards.

    Parameters
    ----------
    sources
        A backbone, or several by name: ``{"ImageNet": base, "random": other}``.
    data
        ``Dataset`` (trains on its training split), ``Split``, or ``(x, y)``.
    validation_data
        ``Split`` or ``(x, y)`` on which the accuracy is measured; a data set's own validation split without it.
    frozen_to
        Blocks, layers or numbers of layers up to which to freeze; ``None`` trains everything.
    per_class
        Training examples of each class, drawn anew with each seed; ``None`` for all.
    learning_rates
        Learning rates.
    seeds
        Number of seeds, from 0, or the seeds themselves. A seed decides the examples, the new head, their order and
        what dropout drops.
    epochs, batch_size
        As in ``model.fit``.
    path
        File in which every finished trial is kept, a line each. The same call with the same path goes on where it
        was stopped or killed.
    progress
        Whether to show a bar with the time that is left.

    Returns
    -------
    Sweep
        An interrupt (the Stop button) ends the sweep after what is finished, and says so.

    Raises
    ------
    CourseError
        For settings that cannot be had, before anything is trained, or a ``path`` that holds another sweep.
    """
    bases = dict(sources) if isinstance(sources, Mapping) else {sources.name: sources}
    train, held = checks.examples(next(iter(bases.values())), data, validation_data)
    if held is None:
        raise CourseError(
            "there is nothing to measure on: give validation_data=(x, y), or a data set that has its own."
        )
    numbers = list(range(seeds)) if isinstance(seeds, int) else list(seeds)
    plan = _Plan(
        tuple("" if t is None else t for t in frozen_to),
        tuple(per_class),
        tuple(float(r) for r in learning_rates),
        tuple(numbers),
        checks.whole("epochs", epochs, 1),
        checks.whole("batch_size", batch_size, 1),
    )
    plan.check(bases, train)
    settings = plan.settings(bases, train, held)
    planned = len(bases) * plan.count
    journal = _Journal(None if path is None else Path(path), settings, planned)
    bar = _Bar(planned, len(journal.trials)) if progress else None
    try:
        for name, base in bases.items():
            for trial in plan.run(name, base, train, held, set(journal.done)):
                journal.add(trial)
                if bar is not None:
                    bar.step()
    except KeyboardInterrupt:
        print(f"\nstopped: {len(journal.trials)} of {planned} trials are finished.")
    return Sweep(settings, tuple(journal.trials), planned)


@dataclass(frozen=True)
class _Plan:
    frozen_to: tuple[str | int, ...]
    per_class: tuple[int | None, ...]
    learning_rates: tuple[float, ...]
    seeds: tuple[int, ...]
    epochs: int
    batch_size: int

    @property
    def count(self) -> int:
        return len(self.frozen_to) * len(self.per_class) * len(self.learning_rates) * len(self.seeds)

    def check(self, bases: Mapping[str, Any], train: checks.Examples) -> None:
        """Find what cannot be done before hours have gone into it."""
        from ..models.surgery import boundary

        for name in ("frozen_to", "per_class", "learning_rates", "seeds"):
            values = getattr(self, name)
            if not values:
                raise CourseError(f"{name} is empty: give one value or more.")
            if len(set(values)) < len(values):
                raise CourseError(f"{name} holds a value twice: {', '.join(map(str, values))}.")
        for learning_rate in self.learning_rates:
            if not 0 < learning_rate < math.inf:
                raise CourseError(f"{learning_rate} is no learning rate: give a number above 0, such as 1e-3.")
        for labels in self.per_class:
            if labels is not None:
                subset(train.y, labels, 0)
        for base in bases.values():
            for to in self.frozen_to:
                boundary(base, to or None)

    def settings(self, bases: Mapping[str, Any], train: checks.Examples, held: checks.Examples) -> dict[str, Any]:
        """Return what makes two sweeps comparable, and what tells a file of another one."""
        import keras

        content = hashlib.blake2b(digest_size=8)
        for array in (*train.arrays, train.y, *held.arrays, held.y):
            content.update(repr((array.shape, str(array.dtype))).encode())
            content.update(np.ascontiguousarray(array).data)
        for base in bases.values():
            for weight in base.get_weights():
                content.update(np.ascontiguousarray(weight).data)
        return {
            "epochs": self.epochs,
            "batch_size": self.batch_size,
            "optimizer": "adam, a tenth of the rate in the last 40 % of the epochs",
            "sources": {name: base.name for name, base in bases.items()},
            "input": list(next(iter(bases.values())).input.shape[1:]),
            "training": len(train),
            "held_out": len(held),
            "keras": keras.__version__,
            "backend": keras.backend.backend(),
            "content": content.hexdigest(),
        }

    def run(
        self, name: str, base: Any, train: checks.Examples, held: checks.Examples, done: set[tuple[Any, ...]]
    ) -> Iterator[Trial]:
        """Yield the trials of one source that are not done yet, one after the other."""
        original = base.get_weights()
        conditions = list(product(self.learning_rates, self.per_class, self.seeds))
        try:
            for to in self.frozen_to:
                left = [w for w in conditions if (train.name, name, str(to), w[1], w[0], w[2]) not in done]
                if left:
                    base.set_weights(original)
                    yield from self._depth(name, base, train, held, to, left)
        finally:
            base.set_weights(original)

    def _depth(
        self,
        name: str,
        base: Any,
        train: checks.Examples,
        held: checks.Examples,
        frozen_to: str | int,
        conditions: Sequence[tuple[float, int | None, int]],
    ) -> Iterator[Trial]:
        from .optimizers import FlatAdam
        from .prefix import split

        model = classifier(base, len(np.unique(train.y)))
        plan = freeze(model, frozen_to or None)
        part = split(model)
        trained = part.suffix if part.prefix is not None else model
        x, x_held = (forward(part.prefix, e.x) if part.prefix is not None else [np.asarray(e.x)] for e in (train, held))
        trainer = Trainer(
            trained,
            optimizer=FlatAdam(conditions[0][0]),
            loss="sparse_categorical_crossentropy",
            metrics=[],
            cache="off",
        )
        start = trained.get_weights()
        for learning_rate, labels, seed in conditions:
            chosen = np.arange(len(train)) if labels is None else subset(train.y, labels, seed)
            accuracies = self._trial(
                trainer, start, [a[chosen] for a in x], train.y[chosen], x_held, held.y, learning_rate, seed
            )
            yield Trial(
                train.name, name, str(frozen_to), labels, learning_rate, seed, plan.trainable_params, *accuracies
            )

    def _trial(
        self,
        trainer: Trainer,
        start: list[NDArray[Any]],
        x: list[NDArray[Any]],
        y: NDArray[Any],
        x_held: list[NDArray[Any]],
        y_held: NDArray[Any],
        learning_rate: float,
        seed: int,
    ) -> tuple[float, float]:
        import keras

        model, weights = trainer.model, list(start)
        # the last two are the head's kernel and bias
        weights[-2] = np.asarray(keras.initializers.GlorotUniform(seed=seed)(weights[-2].shape), "float32")
        model.set_weights(weights)
        # dropout goes on counting from one fit to the next, whatever the global seed
        kept = {id(w) for w in model.weights}
        for i, generator in enumerate(v for v in model.variables if id(v) not in kept):
            generator.assign(np.array([seed, i], generator.dtype))
        trainer.fit(
            (x if len(x) > 1 else x[0], y), epochs=self.epochs, seed=seed, batch_size=self.batch_size,
            learning_rate=learning_rate, callbacks=[late_drop(learning_rate, self.epochs)],
        )  # fmt: skip

        def accuracy(inputs: list[NDArray[Any]], labels: NDArray[Any]) -> float:
            (scores,) = forward(model, inputs if len(inputs) > 1 else inputs[0])
            return float((scores.argmax(axis=1) == labels).mean())

        return accuracy(x_held, y_held), accuracy(x, y)


class _Journal:
    """The finished trials, each written to a file as soon as it is there."""

    def __init__(self, path: Path | None, settings: dict[str, Any], planned: int) -> None:
        self.path = path
        self.trials: list[Trial] = []
        if path is None:
            return
        head = json.dumps({"schema": SCHEMA, "settings": settings})
        if path.exists() and path.stat().st_size:
            first, *lines = path.read_bytes().split(b"\n")
            if first.decode("utf-8", "replace") != head:
                raise CourseError(
                    f"{path} holds another sweep (other settings, examples or weights): "
                    "give another path, or delete it."
                )
            # a line without its end was being written when the sweep was killed
            self.trials = [Trial(**json.loads(line)) for line in lines[:-1]]
            whole = b"".join(line + b"\n" for line in (first, *lines[:-1]))
            if whole != path.read_bytes():
                path.write_bytes(whole)
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(head + "\n", "utf-8")

    @property
    def done(self) -> list[tuple[Any, ...]]:
        return [(*t.condition, t.seed) for t in self.trials]

    def add(self, trial: Trial) -> None:
        self.trials.append(trial)
        if self.path is not None:
            with self.path.open("a", encoding="utf-8") as f:
                f.write(json.dumps(asdict(trial)) + "\n")


class _Bar:
    """A line with what is done and the time that is left, drawn again in place."""

    def __init__(self, planned: int, before: int) -> None:
        self.planned, self.done, self.before, self.start = planned, before, before, time.monotonic()

    def step(self) -> None:
        self.done += 1
        each = (time.monotonic() - self.start) / (self.done - self.before)
        left = each * (self.planned - self.done)
        bar = "=" * round(20 * self.done / self.planned)
        words = f"{left / 60:.0f} min left" if left >= 90 else f"{left:.0f} s left"
        end = "\n" if self.done == self.planned else ""
        print(
            f"\r[{bar:<20}] {self.done} of {self.planned} trials, {words if left else 'done'}   ", end=end, flush=True
        )
