"""Compile what trains in a model once, and train it as often as wanted.

Building the graph of a training step takes longer than a short training. A loop over seeds or learning rates keeps a
:class:`Trainer` for as long as it runs; :func:`tlwidgets.fit` makes a new one for every call.
"""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from ..errors import CourseError
from ..models.surgery import count_params, leaf_layers
from . import checks, cost, store
from .checks import Examples
from .prefix import SplitModel, split
from .run import Run, peak_megabytes, versions

__all__ = ["Trainer", "compiled_by_user"]

_MARK = "tlwidgets_fit"
"""What stands on Keras' record of a compilation that was made here; ``compile`` makes a new record."""


@dataclass(frozen=True, eq=False)
class _Kept:
    """The output of the frozen part."""

    train: store.Features
    held: store.Features | None


class Trainer:
    """A model and what it is trained with, compiled once for any number of runs.

    Every :meth:`fit` gives the numbers that a fresh ``compile`` and ``fit`` give: the optimizer starts anew each time,
    unless the model's user compiled it; then the optimizer goes on, as with ``model.fit``. What was compiled holds for
    the model as it was. Weights may change between two runs; after anything else (layers, activations, what is frozen)
    make a new ``Trainer``.

    Parameters
    ----------
    model, optimizer, loss, metrics, cache
        As in :func:`tlwidgets.fit`.

    Raises
    ------
    CourseError
        If nothing trains, for an optimizer that has trained before, or a model that was frozen differently since it
        was compiled.

    Examples
    --------
    >>> trainer = Trainer(model, optimizer=keras.optimizers.Adam(1e-3))
    >>> start, runs = model.get_weights(), []
    >>> for seed in range(2):
    ...     model.set_weights(start)
    ...     runs.append(trainer.fit(data, epochs=2, seed=seed))
    """

    def __init__(
        self, model: Any, *, optimizer: Any = None, loss: Any = None, metrics: Any = None, cache: str = "auto"
    ) -> None:
        self.model = model
        self.cache = checks.check_cache(cache)
        self._trainable, self._total = count_params(model)
        if not self._trainable:
            raise CourseError(
                f"nothing in {model.name!r} trains: unfreeze a layer, for example tlwidgets.freeze(model, n)."
            )
        self._options: dict[str, Any] | None = None
        """What to compile with; without a loss given it waits for the labels."""
        given = compiled_by_user(model) if optimizer is None and loss is None and metrics is None else None
        self._goes_on = given is not None
        if given is not None:
            self._options, self.optimizer = given, given["optimizer"]
            _check_compiled(model)
        else:
            import keras

            self.optimizer = keras.optimizers.get("adam" if optimizer is None else optimizer)
            if self.optimizer.built:
                raise CourseError(
                    "this optimizer has trained before: make a new one, or compile the model with it and leave "
                    "optimizer= out to go on where it is."
                )
        self._given = loss, metrics
        self._seen = _built_in(model)
        self._split: SplitModel | None = None
        self._trained: Any = None
        """The model that is compiled: all of it, or what is left without the frozen part."""
        self._start: list[NDArray[Any]] | None = None
        """What the variables of the optimizer began with."""

    def fit(
        self,
        data: Any,
        *,
        epochs: int,
        seed: int = 0,
        batch_size: int = 32,
        validation_data: Any = None,
        learning_rate: float | None = None,
        callbacks: Sequence[Any] = (),
        class_weight: dict[int, float] | None = None,
        shuffle: bool = True,
        verbose: int = 0,
    ) -> Run:
        """Train, and return a record of the run.

        Parameters
        ----------
        learning_rate
            To begin with, instead of the optimizer's own.
        data, epochs, seed, batch_size, validation_data, callbacks, class_weight, shuffle, verbose
            As in :func:`tlwidgets.fit`.

        Raises
        ------
        CourseError
            As :func:`tlwidgets.fit`, and if what trains in the model has changed since this object was made.
        """
        wall, cpu = time.perf_counter(), time.process_time()
        epochs, batch_size = checks.whole("epochs", epochs, 1), checks.whole("batch_size", batch_size, 1)
        seed = checks.whole("seed", seed, 0)
        if self.changed:
            raise CourseError(
                f"{self.model.name!r} is not as it was when this Trainer was made (other weights train, another "
                "regularizer or dropout rate, or compiled again): make a new one."
            )
        train, held = checks.examples(self.model, data, validation_data)
        options = self._settle(train)
        checks.check_labels(self.model, options["loss"], "training", train)
        if held is not None:
            checks.check_labels(self.model, options["loss"], "validation", held)

        kept, why = self._keep(train, held, epochs, batch_size, list(callbacks))
        self._compile(options, kept is not None)
        if learning_rate is not None:
            self.optimizer.learning_rate = learning_rate
        recorder = self._train(
            train, held, kept, epochs, batch_size, seed, callbacks,
            shuffle=shuffle, class_weight=class_weight, verbose=verbose,
        )  # fmt: skip
        return self._record(
            recorder, train, held, batch_size, epochs, seed, why, time.perf_counter() - wall, time.process_time() - cpu
        )

    @property
    def changed(self) -> bool:
        """Whether the model is frozen, regularized or compiled otherwise than when this object was made."""
        compiled_anew = self._goes_on and self.model.optimizer is not self.optimizer
        return compiled_anew or _built_in(self.model).ids != self._seen.ids

    def _record(
        self,
        recorder: Any,
        train: Examples,
        held: Examples | None,
        batch_size: int,
        epochs: int,
        seed: int,
        why: str,
        seconds: float,
        cpu_seconds: float,
    ) -> Run:
        import keras

        history = self.model.history
        return Run(
            model=self.model.name,
            data=train.name,
            examples=len(train),
            n_val=0 if held is None else len(held),
            history={name: tuple(map(float, values)) for name, values in history.history.items()},
            batch_losses=tuple(recorder.losses),
            seed=seed,
            batch_size=batch_size,
            epochs=epochs,
            optimizer=_plain(keras.optimizers.serialize(self.optimizer)),
            loss=checks.loss_name((self._options or {})["loss"]),
            trained=tuple(layer.name for layer in leaf_layers(self.model) if layer.trainable_weights),
            trainable_params=self._trainable,
            total_params=self._total,
            ended="stopped" if recorder.stopped and len(history.epoch) < epochs else "finished",
            cache=why,
            seconds=seconds,
            cpu_seconds=cpu_seconds,
            peak_mb=peak_megabytes(),
            device=", ".join(keras.distribution.list_devices()),
            versions=versions(),
        )

    # -- what to compile

    def _settle(self, train: Examples) -> dict[str, Any]:
        """Return what to compile with."""
        if self._options is None:
            loss, metrics = self._given
            if loss is None:
                loss, fitting = checks.fitting_loss(self.model, train.y)
                metrics = fitting if metrics is None else metrics
            self._options = {"loss": loss, "metrics": metrics}
        return self._options

    def _compile(self, options: dict[str, Any], kept: bool) -> None:
        """Compile what is to train, unless it is, and let an optimizer of our own begin anew."""
        model = self.model
        trained = self._split.suffix if kept and self._split is not None else model
        if self._trained is not trained:
            if trained is not model:
                trained.compile(**{**options, "optimizer": self.optimizer})
                self.optimizer = trained.optimizer  # with mixed precision Keras puts a scaler around it
            self._trained = trained
        if not self._goes_on and getattr(model, "optimizer", None) is not self.optimizer:
            # also where a part of it trains, so that it can be evaluated and called back
            model.compile(**{**options, "optimizer": self.optimizer})
            setattr(model._compile_config, _MARK, True)
            self.optimizer = model.optimizer
        _build(self.optimizer, trained.trainable_variables)
        if not self._goes_on:
            if self._start is None:
                self._start = _values(self.optimizer)
            _restore(self.optimizer, self._start)

    # -- the part that does not change

    def _keep(
        self, train: Examples, held: Examples | None, epochs: int, batch_size: int, callbacks: list[Any]
    ) -> tuple[_Kept | None, str]:
        """Return the output of the frozen part if it is worth keeping, and what was decided in words."""
        import keras

        if any(isinstance(c, keras.callbacks.BackupAndRestore) for c in callbacks):
            return None, "not cached: BackupAndRestore has to see the fit of the whole model"
        if self.cache == "off":
            return None, "not cached: switched off"
        if self._split is None:
            self._split = split(self.model)
        part = self._split
        worth, why = cost.decide(
            part, cache=self.cache, examples=len(train), n_val=0 if held is None else len(held), epochs=epochs
        )
        if not worth:
            return None, why
        features, known = zip(*(_features(part, e, batch_size) for e in (train, held) if e is not None), strict=True)
        return _Kept(features[0], features[1] if held is not None else None), why + (
            ", from an earlier run" if all(known) else ""
        )

    # -- the part that trains

    def _train(
        self,
        train: Examples,
        held: Examples | None,
        kept: _Kept | None,
        epochs: int,
        batch_size: int,
        seed: int,
        callbacks: Sequence[Any],
        *,
        shuffle: bool,
        class_weight: dict[int, float] | None,
        verbose: int,
    ) -> Any:
        """Train what trains, and return the recorder."""
        import keras

        from .recorder import Recorder, first_broken

        model, trained = self.model, self._trained
        x: Any = train.x
        x_held: Any = None if held is None else held.x
        if kept is not None:
            x, x_held = (None if f is None else f[0] if len(f) == 1 else list(f) for f in (kept.train, kept.held))
        if trained is not model:
            # some callbacks ask the model for its metrics, which Keras makes with the first batch
            _make_metrics(model, train.y)
            trained.history = None  # the callbacks write it on the whole model
        recorder = Recorder(trained, len(train), batch_size)
        every = keras.callbacks.CallbackList(
            [*callbacks, recorder], add_history=True, add_progbar=verbose != 0, model=model,
            verbose=verbose, epochs=epochs, steps=-(-len(train) // batch_size),
        )  # fmt: skip
        weights, slots = [_copy(w) for w in trained.weights], _values(self.optimizer)
        frozen = None if kept is None else _checksum(self._split)
        model.stop_training = False
        keras.utils.set_random_seed(seed)
        try:
            trained.fit(
                x, train.y, epochs=epochs, batch_size=batch_size, callbacks=every, verbose=verbose,
                validation_data=None if held is None else (x_held, held.y), shuffle=shuffle, class_weight=class_weight,
            )  # fmt: skip
        except BaseException:
            self._forget()
            raise
        if recorder.broken is not None:
            name = first_broken(model, train.x, batch_size)
            for weight, value in zip(trained.weights, weights, strict=True):
                weight.assign(value)
            _restore(self.optimizer, slots)
            epoch, step = recorder.broken
            raise CourseError(
                f"the loss was not finite in epoch {epoch}, batch {step} ({name}), so training ended and the weights "
                f"are those from before it: try a smaller learning rate than {float(self.optimizer.learning_rate):g}, "
                "or an optimizer with clipnorm=1."
            )
        if frozen is not None and (frozen != _checksum(self._split) or model.optimizer is not self.optimizer):
            raise CourseError(
                f"the frozen part of {model.name!r} changed while the rest trained on its old output: a callback set "
                "weights or compiled. Begin again from the first weights, with cache='off'."
            )
        return recorder

    def _forget(self) -> None:
        """Build the step anew next time: an exception while it is built leaves it half made."""
        self._trained = None
        if self.model.compiled:
            self.model.make_train_function(force=True)
            self.model.make_test_function(force=True)


# ---------------------------------------------------------------- features


def _features(part: SplitModel, given: Examples, batch_size: int) -> tuple[store.Features, bool]:
    """Return the output of a prefix, and whether it was there."""
    import keras

    key = store.digest(part.graph, part.prefix.variables if part.prefix else (), given.arrays, batch_size)
    found = None if key is None else store.get(key)
    if found is not None:
        return found, True
    batches = []
    # in the batches that Keras makes of the examples
    for start in range(0, len(given), batch_size):
        x = keras.tree.map_structure(lambda a, at=start: a[at : at + batch_size], given.x)
        batches.append([_array(t) for t in keras.tree.flatten(part.forward(x))])
    made = tuple(np.concatenate(tensors) for tensors in zip(*batches, strict=True))
    if key is not None:
        store.put(key, made)
    return made, False


def _array(tensor: Any) -> NDArray[Any]:
    import keras

    array = np.asarray(keras.ops.convert_to_numpy(tensor))
    # kinds that NumPy does not know by itself (bfloat16) go into float32 without loss
    return array if array.dtype.kind in "fiub" else array.astype("float32")


def _checksum(part: SplitModel | None) -> int:
    """Return a sum that changes with any weight of a prefix."""
    found = 0
    for weight in part.prefix.weights if part is not None and part.prefix is not None else ():
        found = crc32(_copy(weight).tobytes(), found)
    return found


# ---------------------------------------------------------------- Keras' compiled state


def compiled_by_user(model: Any) -> dict[str, Any] | None:
    """Return what the user of a model compiled it with, or ``None`` if it is not compiled or was compiled here."""
    if not model.compiled or hasattr(model._compile_config, _MARK):
        return None
    # the one place where Keras keeps the very objects; get_compile_config() turns them into text
    return {**model._compile_config.config, "optimizer": model.optimizer}


@dataclass(frozen=True, eq=False)
class _BuiltIn:
    """What a compiled step has built in beside the layers' own code."""

    ids: list[Any]
    objects: list[Any]
    """Held, so that no other object gets their ids."""


def _built_in(model: Any) -> _BuiltIn:
    variables = model.trainable_variables
    objects = [*variables, *(v.regularizer for v in variables)]
    flags = [(layer.trainable, getattr(layer, "rate", None)) for layer in leaf_layers(model)]
    return _BuiltIn([*map(id, objects), *flags], objects)


def _check_compiled(model: Any) -> None:
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


def _build(optimizer: Any, variables: Sequence[Any]) -> None:
    """Make the variables of an optimizer, or none."""
    if optimizer.built:
        return
    try:
        optimizer.build(variables)
    except BaseException:
        # Keras calls it built before it is
        for half in (optimizer, getattr(optimizer, "inner_optimizer", None)):
            if half is not None:
                half.built = False
        raise


def _copy(variable: Any) -> NDArray[Any]:
    return np.array(variable.numpy())


def _values(optimizer: Any) -> list[NDArray[Any]]:
    return [_copy(v) for v in optimizer.variables]


def _restore(optimizer: Any, before: list[NDArray[Any]]) -> None:
    for variable, value in zip(optimizer.variables, before, strict=True):
        variable.assign(value)


def _make_metrics(model: Any, y: Any) -> None:
    """Let Keras make a model's metrics without running the model."""
    import keras

    def zeros(tensor: Any) -> Any:
        return keras.ops.zeros((1, *(d or 1 for d in tensor.shape[1:])), tensor.dtype)

    one = keras.tree.map_structure(lambda a: keras.ops.convert_to_tensor(a[:1]), y)
    outputs = model.outputs[0] if len(model.outputs) == 1 else model.output
    model.compute_metrics(None, one, keras.tree.map_structure(zeros, outputs), None)
    model.reset_metrics()


def _plain(config: dict[str, Any]) -> dict[str, Any]:
    """Return settings as plain JSON values."""
    kept = {k: config[k] for k in ("class_name", "config")}
    return dict(json.loads(json.dumps(kept, default=str)))
