"""Compile once, train often: compiled models and their optimizers, to be used again with every fit.

Building the graph of a training step takes longer than a short training, and what was built is never quite given back.
So the part that trains is compiled once for each set of settings; a new run gets an optimizer that remembers nothing.
"""

from __future__ import annotations

import json
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from ..errors import CourseError
from ..models.surgery import leaf_layers

__all__ = ["Settings", "Trainer", "copy", "forget", "given", "restore", "trainer", "values"]

KEPT = 8
"""Compiled parts that are kept for one model; a sweep over more depths should take the depths one after another."""


@dataclass(frozen=True)
class Settings:
    """What a model is to be trained with, as ``model.compile`` takes it."""

    options: dict[str, Any]
    own: bool
    """Whether :func:`tlwidgets.fit` compiles the model; otherwise its user did, and the optimizer goes on."""


@dataclass(eq=False)
class Trainer:
    """A part of a model that is compiled, and what its optimizer began with."""

    part: Any | None
    """The model that trains; ``None`` if it is the whole model."""
    optimizer: Any
    settings: Settings
    rate: float | None = None
    start: list[Any] = field(default_factory=list)

    def reset(self) -> None:
        """Let the optimizer forget what it has learnt."""
        if not self.start:
            self.start = [_compact(v) for v in values(self.optimizer)]
        else:
            restore(self.optimizer, self.start)
        if self.rate is not None:
            self.optimizer.learning_rate = self.rate


@dataclass(eq=False)
class _Known:
    trainers: OrderedDict[Any, Trainer]
    current: Trainer | None = None
    """With which the whole model is compiled now."""


# Nothing in a value may hold the model that is its key: it would never be given back.
_known: WeakKeyDictionary[Any, _Known] = WeakKeyDictionary()


def copy(variable: Any) -> NDArray[Any]:
    """Return a copy of the value of a Keras variable."""
    return np.array(variable.numpy())


def values(optimizer: Any) -> list[NDArray[Any]]:
    """Return a copy of an optimizer's variables."""
    return [copy(v) for v in optimizer.variables]


def _compact(value: NDArray[Any]) -> Any:
    """Return a number for an array that holds it everywhere, as optimizers begin with."""
    return value.flat[0] if value.size and (value == value.flat[0]).all() else value


def restore(optimizer: Any, before: list[Any]) -> None:
    """Give an optimizer's variables the values that they had."""
    for variable, value in zip(optimizer.variables, before, strict=True):
        variable.assign(np.broadcast_to(value, variable.shape).astype(variable.dtype))


def given(model: Any) -> Settings | None:
    """Return what the user of a model compiled it with, or ``None`` if it is not compiled or was compiled here."""
    if not model.compiled:
        return None
    known = _known.get(model)
    if known is not None and known.current is not None and known.current.optimizer is model.optimizer:
        return None
    # the one place where Keras keeps the very objects; get_compile_config() turns them into text
    options = dict(model._compile_config.config)
    options["optimizer"] = model.optimizer
    return Settings(options, own=False)


def trainer(model: Any, suffix: Any | None, settings: Settings, *, by_row: bool, whole: int) -> Trainer:
    """Return a compiled part of a model, made before if possible, with an optimizer that is ready.

    Parameters
    ----------
    model
        The whole model. It is compiled too, with the same optimizer, so that it can be evaluated and called back.
    suffix
        The part that trains, or ``None`` for the whole model.
    settings
        What to compile with.
    by_row
        Whether the part takes numbers of examples instead of features.
    whole
        Size of a batch if the part is to take whole epochs, otherwise 0.
    """
    import keras

    known = _known.setdefault(model, _Known(OrderedDict()))
    options, rate = settings.options, None
    if settings.own:
        words, rate = _optimizer_words(options["optimizer"])
        key: Any = ("own", words, *(_words(options[name]) for name in ("loss", "metrics")))
    else:
        key = ("given", id(options["optimizer"]), *(id(options[name]) for name in ("loss", "metrics")))
        _check_optimizer(model)
    leaves = leaf_layers(model)
    # what a trained step has built in: flags and rates as they were
    key = (key, id(suffix), by_row, whole, tuple((layer.trainable, getattr(layer, "rate", None)) for layer in leaves))

    found = known.trainers.get(key)
    if found is None:
        part = None
        if suffix is not None and by_row:
            from .rows import by_row as from_numbers

            part = from_numbers(suffix)
        elif suffix is not None and whole:
            from .epochs import WholeEpochs

            part = WholeEpochs(suffix.input, suffix.output, name=suffix.name, batch=whole)
        elif suffix is not None:
            part = keras.Model(suffix.input, suffix.output, name=suffix.name)
        if settings.own:
            optimizer = keras.optimizers.get(options["optimizer"])
            # a copy: an optimizer that is given is a description of one, and can be given again
            options = {**options, "optimizer": type(optimizer).from_config(optimizer.get_config())}
        if part is not None:
            part.compile(**options)
            options = {**options, "optimizer": part.optimizer}
        found = Trainer(part, options["optimizer"], settings, rate)
        known.trainers[key] = found
        while len(known.trainers) > KEPT:
            known.trainers.popitem(last=False)
    known.trainers.move_to_end(key)
    found.rate = rate
    if settings.own and not (known.current is found and model.optimizer is found.optimizer):
        model.compile(**{**options, "optimizer": found.optimizer})
        found.optimizer = model.optimizer  # with mixed precision Keras puts a scaler around it
        known.current = found
    if not found.optimizer.built:
        found.optimizer.build((found.part or model).trainable_variables)
    if settings.own:
        found.reset()
    return found


def forget(model: Any, trainer: Trainer) -> None:
    """Build the step anew next time: an exception while it is built leaves it half made."""
    for part in (model, trainer.part):
        if part is not None and part.compiled:
            part.make_train_function(force=True)
            part.make_test_function(force=True)


def _optimizer_words(optimizer: Any) -> tuple[str, float | None]:
    """Return settings of an optimizer as text, and apart from them its learning rate if that is a number."""
    import keras

    made = keras.optimizers.get(optimizer)
    config = {k: v for k, v in made.get_config().items() if k != "name"}  # Keras counts names up
    rate = config.get("learning_rate")
    if isinstance(rate, float | int):
        del config["learning_rate"]
    else:
        rate = None
    name = f"{type(made).__module__}.{type(made).__qualname__}"
    return f"{name} {json.dumps(config, sort_keys=True, default=_words)}", rate


def _words(value: Any) -> Any:
    """Return settings (a name, an object, a list of them) as something that is equal for equal settings."""
    if value is None or isinstance(value, str | int | float):
        return value
    if isinstance(value, list | tuple):
        return tuple(_words(v) for v in value)
    if isinstance(value, dict):
        return tuple((k, _words(v)) for k, v in sorted(value.items()))
    if hasattr(value, "get_config"):
        return f"{type(value).__module__}.{type(value).__qualname__} {value.get_config()!r}"
    return value  # a function of the user's own: the same only if it is the same object


def _check_optimizer(model: Any) -> None:
    optimizer = model.optimizer
    if optimizer is None:
        raise CourseError(f"{model.name!r} is compiled without an optimizer: compile it with one.")
    if optimizer.built and {id(v) for v in optimizer._trainable_variables} != {
        id(v) for v in model.trainable_variables
    }:
        raise CourseError(
            f"other layers of {model.name!r} are frozen than when it was trained before: compile it again, "
            "as Keras asks for after every change of what is frozen."
        )
