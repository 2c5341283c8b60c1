"""TrainingPanel: what is frozen, the learning rate and the budget of labels; one press trains."""

from __future__ import annotations

import dataclasses
import math
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import traitlets as t

from ...data.records import Dataset, Split
from ...errors import CourseError
from ...training import checks
from ...training.checks import whole
from ...training.extraction import subset
from ...training.trainer import Trainer, compiled_by_user
from .. import _bundle
from .._main_thread import in_main_thread
from ._parts import FREEZE, LIVE, FreezePart, LivePart, PanelBase, css, mirror, state

if TYPE_CHECKING:
    from ...training.run import Run
    from .._figure import StaticFigure

__all__ = ["TrainingPanel"]

_STEPS = (1, 2, 5)
_RATES = (1e-7, 10.0)
_SETTINGS = ("learning_rate", "per_class", "seeds", "epochs", "_freeze_value", "_freeze_freeze_batchnorm")


class TrainingPanel(PanelBase):
    """Choose what is frozen, the learning rate, the budget of labels and the seeds, and press Train.

    Moving something never trains, and marks the curves that were made with other settings. Every run begins with the
    weights that the model had when the panel was made; afterwards the model has the weights of the last run. The panel
    keeps a :class:`tlwidgets.training.Trainer` for as long as the same layers are frozen, so what is frozen at the
    bottom runs once, and a second run is a matter of moments.

    Parameters
    ----------
    model
        A built Keras model. If it is compiled, its optimizer (with the panel's learning rate), loss and metrics are
        taken; otherwise Adam and the loss that fits.
    data
        ``Dataset``, ``Split`` or ``(x, y)``, as :func:`tlwidgets.fit` takes it. The budget is drawn from the training
        examples, which works where the labels are one class number each.
    validation_data
        ``Split`` or ``(x, y)``, instead of the data set's own.
    frozen_to, freeze_batchnorm
        See :class:`FreezeSlider`.
    learning_rate
        Learning rate to begin with; by default that of the model's optimizer, else 0.001.
    per_class
        Training examples of each class to begin with, None for all.
    seeds
        Runs with one press, with the seeds 0, 1, 2, …; they are drawn as one band. A seed decides which examples are
        in the budget and their order.
    epochs, batch_size
        As in ``model.fit``.
    title
        Written above the curves.

    Raises
    ------
    CourseError
        If the model is not built, or the data do not fit it.

    Examples
    --------
    >>> panel = TrainingPanel(model, data, frozen_to="block4")
    >>> panel.show()
    >>> (run,) = panel.train()  # the same as a press of Train
    """

    _esm = _bundle.esm("training_panel")
    _css = css()

    _alone = t.Bool(True).tag(sync=True)
    learning_rate = t.Float(1e-3).tag(sync=True)
    """Learning rate."""
    per_class = t.Int(None, allow_none=True).tag(sync=True)
    """Training examples of each class; None for all."""
    seeds = t.Int(1).tag(sync=True)
    epochs = t.Int(10).tag(sync=True)
    stale = t.Bool(False, read_only=True).tag(sync=True)
    """Whether the settings have changed since the last run."""
    problem = t.Unicode("", read_only=True).tag(sync=True)
    """Why the last press did not train, in one sentence."""
    training = t.Bool(False, read_only=True).tag(sync=True)
    _budgets = t.List().tag(sync=True)
    _rows = t.List().tag(sync=True)
    _examples = t.Int(0).tag(sync=True)

    def __init__(
        self,
        model: Any,
        data: Any,
        *,
        validation_data: Any = None,
        frozen_to: int | str | None = None,
        freeze_batchnorm: bool | None = None,
        learning_rate: float | None = None,
        per_class: int | None = None,
        seeds: int = 1,
        epochs: int = 10,
        batch_size: int = 32,
        title: str = "",
        **traits: Any,
    ) -> None:
        freeze = FreezePart(model, frozen_to, freeze_batchnorm=freeze_batchnorm)
        train, _ = checks.examples(model, data, validation_data)
        self._data, self._validation, self._train_set = data, validation_data, train
        self._batch_size = whole("batch_size", batch_size, 1)
        self._options = _options(model)
        self._smallest = _smallest_class(train.y)
        self._weights = [np.array(w.numpy()) for w in model.weights]
        self._runs: list[_Press] = []
        self.model = model
        self.trainer: Trainer | None = None
        """What the last run was trained with; a new one once something else is frozen."""
        self.freeze = freeze
        """The :class:`FreezeSlider` of the panel."""
        self.curves = LivePart(metrics=_metrics(model, train, self._options), title=title)
        """The :class:`LiveCurves` of the panel."""
        if learning_rate is None:
            learning_rate = _own_rate(self._options) or 1e-3
        super().__init__(
            learning_rate=learning_rate, per_class=per_class, seeds=whole("seeds", seeds, 1),
            epochs=whole("epochs", epochs, 1), _budgets=_budgets(self._smallest), _examples=len(train),
            **state(self.freeze, self.curves), **traits,
        )  # fmt: skip
        mirror(self.freeze, self, FREEZE)
        mirror(self.curves, self, LIVE)
        self.curves.post = self.send
        self.observe(self._on_settings, list(_SETTINGS))
        self.observe(lambda _: self.refresh_static(), ["_curves_hidden", "_curves_smoothing"])

    # -- settings

    @t.validate("learning_rate")  # type: ignore[untyped-decorator]
    def _rate_in_range(self, proposal: Any) -> float:
        learning_rate = float(proposal["value"])
        if not math.isfinite(learning_rate) or learning_rate <= 0:
            raise CourseError(f"the learning rate should be a number above 0, for example 0.001, not {learning_rate}.")
        return min(max(learning_rate, _RATES[0]), _RATES[1])

    @t.validate("per_class")  # type: ignore[untyped-decorator]
    def _budget_there(self, proposal: Any) -> int | None:
        budget: int | None = proposal["value"]
        if budget is None:
            return None
        if self._smallest is None:
            raise CourseError("a budget of labels needs one class number for each example: leave per_class out.")
        if budget < 1:
            raise CourseError(f"per_class={budget} is below 1: give at least 1, or None for all examples.")
        return min(budget, self._smallest)

    @t.validate("seeds", "epochs")  # type: ignore[untyped-decorator]
    def _at_least_one(self, proposal: Any) -> int:
        return max(1, int(proposal["value"]))

    @property
    def value(self) -> dict[str, Any]:
        """The settings of now.

        ``frozen_to`` (layers), ``freeze_batchnorm``, ``learning_rate``, ``per_class``, ``seeds``, ``epochs``.
        """
        return {
            "frozen_to": self.freeze.value,
            "freeze_batchnorm": self.freeze.freeze_batchnorm,
            "learning_rate": self.learning_rate,
            "per_class": self.per_class,
            "seeds": self.seeds,
            "epochs": self.epochs,
        }

    def _on_settings(self, _: Any) -> None:
        self._mark()
        self.refresh_static()

    def _mark(self) -> None:
        """Say which runs were made with the settings of now."""
        now = self.value
        self.set_trait("stale", bool(self._runs) and self._runs[-1].settings != now)
        self._rows = [{**press.row(), "now": press.settings == now} for press in self._runs]

    # -- training

    def train(self) -> tuple[Run, ...]:
        """Train with the settings of now and draw the curves. Stop ends the run and all further seeds.

        Returns
        -------
        tuple of Run
            One for each seed, as :func:`tlwidgets.fit` gives them.

        Raises
        ------
        CourseError
            For settings that do not train, and if the loss is not finite. The panel shows the sentence as well.
        """
        if self.training:
            raise CourseError("the panel is training: press Stop, or wait until it has finished.")
        settings = self.value
        name = self._name(settings)
        done: list[Run] = []
        self.set_trait("problem", "")
        self.set_trait("training", True)
        try:
            for seed in range(self.seeds):
                done.append(self._run(name, settings, seed))
                if done[-1].ended == "stopped":
                    break
        except CourseError as error:
            self.set_trait("problem", str(error))
            raise
        finally:
            if done:
                self._runs.append(_Press(name, settings, tuple(done)))
            self.set_trait("training", False)
            self._mark()
            self.refresh_static()
        return tuple(done)

    def _run(self, name: str, settings: Mapping[str, Any], seed: int) -> Run:
        for variable, weights in zip(self.model.weights, self._weights, strict=True):
            variable.assign(weights)
        callback = self.curves.callback(name if settings["seeds"] == 1 else f"{name}, seed {seed}",
                                        group=name if settings["seeds"] > 1 else None)  # fmt: skip
        try:
            if self.trainer is None or self.trainer.changed:
                self.trainer = Trainer(
                    self.model, optimizer=_optimizer(self._options.get("optimizer")),
                    loss=self._options.get("loss"), metrics=self._options.get("metrics"),
                )  # fmt: skip
            return self.trainer.fit(
                self._budget(settings["per_class"], seed), validation_data=self._validation, epochs=settings["epochs"],
                seed=seed, batch_size=self._batch_size, learning_rate=settings["learning_rate"], callbacks=[callback],
            )  # fmt: skip
        except BaseException:
            callback.failed()
            self.curves.status = "error"  # also where fit found the fault after its last callback
            raise

    def _budget(self, per_class: int | None, seed: int) -> Any:
        if per_class is None:
            return self._data
        import keras

        y = np.asarray(self._train_set.y).reshape(-1)
        chosen = subset(y, per_class, seed)
        if isinstance(self._data, Dataset):
            split = self._data.train
            part = Split(split.x[chosen], split.y[chosen], tuple(split.names[i] for i in chosen))
            return dataclasses.replace(self._data, train=part)
        return keras.tree.map_structure(lambda a: a[chosen], self._train_set.x), self._train_set.y[chosen]

    def _name(self, settings: Mapping[str, Any]) -> str:
        """Return a name for a run that begins with its number and says the regime, which decides the colour."""
        frozen, with_weights = (
            settings["frozen_to"],
            [layer for layer in self.freeze._leaves if layer.trainable_weights],
        )
        trains = [layer for layer in with_weights if layer.trainable]
        number = self._number = self._number + 1
        if not any(layer.weights for layer in self.freeze._leaves[:frozen]):
            return f"{number}: fine-tuned"
        return f"{number}: frozen base" if len(trains) <= 1 else f"{number}: partial, {frozen} frozen_to"

    _number = 0

    # -- runs

    @property
    def runs(self) -> tuple[Run, ...]:
        """All runs so far, in order."""
        return tuple(run for press in self._runs for run in press.runs)

    def results(self) -> list[dict[str, Any]]:
        """Return a row for each press of Train: the settings, and the accuracy on the validation examples.

        ``pandas.DataFrame(panel.results())`` makes a table of it. ``accuracy`` is the mean over the seeds after the
        last epoch (the loss, in ``loss``, where the network has no accuracy); None without validation examples.
        """
        return [press.row() for press in self._runs]

    def clear(self) -> None:
        """Forget all runs. The trainer and the model's weights stay."""
        self._runs.clear()
        self._number = 0
        self.curves.clear()
        self.set_trait("problem", "")
        self._mark()
        self.refresh_static()

    # -- words and figure

    def summary(self) -> str:
        """Return the settings, the results and the curves in words."""
        now = self.value
        budget = "all training examples" if now["per_class"] is None else f"{now['per_class']} examples of each class"
        words = [
            self.freeze.summary().replace("; compile again to apply", ""),
            f"Learning rate {now['learning_rate']:g}, {budget}, {now['epochs']} epochs, {now['seeds']} "
            f"{'seed' if now['seeds'] == 1 else 'seeds'}.",
        ]
        words += [f"{row['name']}: {_accuracy_words(row)}." for row in self.results()]
        if self.stale:
            words.append("The settings have changed since the last run.")
        if self.problem:
            words.append(self.problem)
        return " ".join([*words, self.curves.summary() if self._runs else "Nothing has been trained yet."])

    def static(self) -> StaticFigure:
        """Return the layers, and the curves once there are any, as one figure with alternative text."""
        from ._draw import draw as drawn

        figures = [self.freeze.static()]
        if self._runs:
            figures.append(self.curves.static())
        return drawn(figures, self.summary())

    # -- the browser

    def _on_message(self, widget: Any, content: Any, buffers: Any) -> None:
        super()._on_message(widget, content, buffers)
        kind = content.get("kind") if isinstance(content, dict) else None
        if kind == "train" and not self.training:
            shown = content.get("settings", {})
            self.set_state({name: shown[name] for name in _SETTINGS if name in shown})
            in_main_thread(self._pressed)
        elif kind == "clear" and not self.training:
            self.clear()

    def _pressed(self) -> None:
        """Train as Python would; there is no cell that could show an error."""
        begun = time.monotonic()
        self._browser_is_changing = True  # the saved figure waits until the hand has left the panel
        try:
            self.train()
        except CourseError:
            pass  # shown already
        except KeyboardInterrupt:
            self.set_trait("problem", "Training was interrupted.")
        except Exception as error:
            self.set_trait("problem", f"Training ended with {type(error).__name__}: {error}")
            raise
        finally:
            self._browser_is_changing = False
            if self._left > begun:
                self.refresh_static()


def _options(model: Any) -> dict[str, Any]:
    """Return what the model's user compiled it with: optimizer, loss and metrics; nothing if it is not compiled."""
    options = compiled_by_user(model) or {}
    return {key: options[key] for key in ("optimizer", "loss", "metrics") if key in options}


def _optimizer(described: Any) -> Any:
    """Return a new optimizer like the one given, at a rate that can be set."""
    import keras

    if described is None:
        return keras.optimizers.Adam()
    inner = getattr(described, "inner_optimizer", described)  # mixed precision puts a scaler around it
    made = type(inner).from_config({**inner.get_config(), "learning_rate": 1e-3})
    # what is excluded from weight decay is not in the config
    vars(made).update({k: v for k, v in vars(inner).items() if k.startswith("_exclude_from_weight_decay")})
    return made


def _own_rate(options: Mapping[str, Any]) -> float | None:
    optimizer = options.get("optimizer")
    learning_rate = None if optimizer is None else optimizer.get_config().get("learning_rate")
    return float(learning_rate) if isinstance(learning_rate, int | float) else None


def _metrics(model: Any, train: Any, options: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the metrics to draw, by the names that Keras logs."""
    if options:
        wanted = options.get("metrics") or []
    else:
        wanted = checks.fitting_loss(model, train.y)[1]
    names = []
    for metric in wanted if isinstance(wanted, list | tuple) else []:
        name = metric if isinstance(metric, str) else getattr(metric, "name", None) or getattr(metric, "__name__", "")
        if name:
            names.append(str(name))
    return tuple(dict.fromkeys(["loss", *names]))


def _smallest_class(y: Any) -> int | None:
    """Return the size of the smallest class, or None where labels are no class numbers."""
    if not isinstance(y, np.ndarray) or y.dtype.kind not in "iu" or (y.ndim != 1 and y.shape[1:] != (1,)):
        return None
    return int(np.unique(y, return_counts=True)[1].min())


def _budgets(smallest: int | None) -> list[int | None]:
    """Return the budgets that the slider offers: 1, 2, 5, 10, … of each class, then all (None)."""
    if smallest is None:
        return [None]
    steps = (first * 10**power for power in range(7) for first in _STEPS)
    return [*(step for step in steps if step <= smallest), None]


@dataclasses.dataclass(frozen=True)
class _Press:
    """One press of Train."""

    name: str
    settings: dict[str, Any]
    runs: tuple[Run, ...]

    def row(self) -> dict[str, Any]:
        """Return a line of the table of results."""
        run = self.runs[-1]
        names = [n for n in run.history if "acc" in n and not n.startswith("val_")]
        accuracies = self._last(f"val_{names[0]}") if names else []
        losses = self._last("val_loss")
        return {
            "name": self.name,
            **self.settings,
            "examples": run.examples,
            "trainable_params": run.trainable_params,
            "accuracy": _mean(accuracies),
            "lowest": min(accuracies, default=None),
            "highest": max(accuracies, default=None),
            "loss": _mean(losses),
            "train_accuracy": _mean(self._last(names[0])) if names else None,
            "done": len(self.runs),
            "epochs_done": run.done,
            "stopped": run.ended == "stopped",
            "seconds": sum(run.seconds for run in self.runs),
        }

    def _last(self, name: str) -> list[float]:
        """Return a value after the last epoch for each run that has one."""
        found = [run.final[name] for run in self.runs if name in run.final]
        return [value for value in found if math.isfinite(value)]


def _mean(values: list[float]) -> float | None:
    return sum(values) / len(values) if values else None


def _accuracy_words(row: Mapping[str, Any]) -> str:
    if row["accuracy"] is not None:
        spread = f" ({row['lowest']:.3f} to {row['highest']:.3f})" if row["done"] > 1 else ""
        return f"validation accuracy {row['accuracy']:.3f}{spread}"
    return f"validation loss {row['loss']:.3f}" if row["loss"] is not None else "no validation examples"
