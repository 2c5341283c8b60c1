"""Train a network whose lower part is frozen, without running the frozen part again in every epoch."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import CourseError
from ..models.graph import inline, layer_outputs
from ..models.surgery import count_params, leaf_layers
from . import checks, compiled, cost, store
from .checks import Examples
from .prefix import Split, split
from .run import Run, peak_megabytes, versions

__all__ = ["fit"]

_SHORT = 10**9
"""Multiply-adds of an epoch that is over in an instant: an interrupt need not come before its end."""
_COPIED = 64 * 2**20
"""Bytes of features of which Keras may make a shuffled copy in each epoch."""


def fit(
    model: Any,
    data: Any,
    *,
    epochs: int,
    seed: int = 0,
    batch: int = 32,
    validation: Any = None,
    optimizer: Any = None,
    loss: Any = None,
    metrics: Any = None,
    callbacks: Sequence[Any] = (),
    class_weight: dict[int, float] | None = None,
    shuffle: bool = True,
    cache: str = "auto",
    views: int | None = None,
    verbose: int = 0,
) -> Run:
    """Train a Keras model under whatever is frozen in it, and return a record of the run.

    Gives the numbers of ``keras.utils.set_random_seed(seed); model.fit(...)`` with the same arguments. What is frozen
    at the bottom and cannot change runs over the examples once, if that is worth it; see ``docs/training.md``.

    Parameters
    ----------
    model
        A built Keras model of any kind, with its ``trainable`` flags set (``tlwidgets.freeze``). If you have compiled
        it, it is trained with that, and its optimizer goes on where it is, as with ``model.fit``. Otherwise it is
        compiled here, with a new optimizer for each call.
    data
        ``Dataset`` (its training and validation splits; the test split is never touched), ``Split``, or ``(x, y)``.
    epochs, batch, shuffle, class_weight, verbose
        As in ``model.fit``; ``epochs`` and ``batch`` from 1.
    seed
        For the order of the examples and whatever else is random.
    validation
        ``Split`` or ``(x, y)``, instead of the data set's own.
    optimizer, loss, metrics
        As in ``model.compile``. Giving one compiles the model anew. An optimizer object is a description: it is copied,
        never changed. Without: Adam, the loss that fits the last layer and the labels
        (:func:`tlwidgets.training.checks.fitting_loss`), and accuracy for classes.
    callbacks
        Keras callbacks. Their ``model`` is the model given here, whatever part of it trains.
    cache
        ``"auto"``: keep the frozen part's output if that saves a tenth of the work or more; ``"on"``: whenever it can
        be done; ``"off"``: never; ``"float16"``: as ``"on"`` in half the memory, rounded to three digits.
    views
        Draw this many augmented versions of each picture once and take turns: epoch ``e`` sees version ``e mod views``.
        Not the numbers of plain ``fit``, which draws anew in every epoch.

    Returns
    -------
    Run
        Also of a fit that a callback ended early.

    Raises
    ------
    CourseError
        For data, labels or settings that do not fit, before anything is changed; and if the loss becomes NaN or
        infinite: then the weights are those from before this call.
    KeyboardInterrupt
        Passed on. The model keeps the weights of the last step and can be trained again.
    """
    wall, cpu = time.perf_counter(), time.process_time()
    epochs, batch = checks.whole("epochs", epochs, 1), checks.whole("batch", batch, 1)
    seed, cache = checks.whole("seed", seed, 0), checks.check_cache(cache)
    views = None if views is None else checks.whole("views", views, 1)
    trainable, total = count_params(model)
    if not trainable:
        raise CourseError(
            f"nothing in {model.name!r} trains: unfreeze a layer, for example tlwidgets.freeze(model, n)."
        )
    train, held = checks.examples(model, data, validation)
    settings = _settings(model, train, optimizer, loss, metrics)
    checks.check_labels(model, settings.options["loss"], "training", train)
    if held is not None:
        checks.check_labels(model, settings.options["loss"], "validation", held)

    part, why, kept = _kept(model, train, held, epochs, batch, seed, cache, views, list(callbacks))
    by_row = kept is not None and (views is not None or cache == "float16" or _mapped(kept))
    whole = (
        kept is not None
        and not by_row
        and class_weight is None
        and _whole_epochs(part, kept[0], len(train), settings, callbacks, verbose)
    )
    suffix = part.suffix if kept is not None else None
    ready = compiled.trainer(model, suffix, settings, by_row=by_row, whole=batch if whole else 0)
    recorder = _train(
        model, ready, train, held, kept, by_row,
        epochs=epochs, batch=batch, seed=seed, views=views or 1, callbacks=callbacks,
        shuffle=shuffle, class_weight=class_weight, verbose=verbose,
    )  # fmt: skip
    import keras

    return Run(
        model=model.name,
        data=train.name,
        examples=len(train),
        held=0 if held is None else len(held),
        history={name: tuple(map(float, values)) for name, values in model.history.history.items()},
        batch_losses=tuple(recorder.losses),
        seed=seed,
        batch=batch,
        epochs=epochs,
        optimizer=_plain(keras.optimizers.serialize(ready.optimizer)),
        loss=checks.loss_name(settings.options["loss"]),
        trained=tuple(layer.name for layer in leaf_layers(model) if layer.trainable_weights),
        trainable_params=trainable,
        total_params=total,
        ended="stopped" if recorder.stopped and len(model.history.epoch) < epochs else "finished",
        cache=why,
        seconds=time.perf_counter() - wall,
        cpu_seconds=time.process_time() - cpu,
        peak_mb=peak_megabytes(),
        device=", ".join(keras.distribution.list_devices()),
        versions=versions(),
    )


def _plain(config: dict[str, Any]) -> dict[str, Any]:
    """Return settings as plain JSON values."""
    kept = {k: config[k] for k in ("class_name", "config")}
    return dict(json.loads(json.dumps(kept, default=str)))


def _settings(model: Any, train: Examples, optimizer: Any, loss: Any, metrics: Any) -> compiled.Settings:
    """Return what to compile with: what is given here, what the user compiled with, or what fits."""
    if optimizer is None and loss is None and metrics is None:
        found = compiled.given(model)
        if found is not None:
            return found
    if loss is None:
        loss, fitting = checks.fitting_loss(model, train.y)
        metrics = fitting if metrics is None else metrics
    options = {"optimizer": "adam" if optimizer is None else optimizer, "loss": loss, "metrics": metrics}
    return compiled.Settings(options, own=True)


# ---------------------------------------------------------------- the part that does not change


def _kept(
    model: Any,
    train: Examples,
    held: Examples | None,
    epochs: int,
    batch: int,
    seed: int,
    cache: str,
    views: int | None,
    callbacks: list[Any],
) -> tuple[Split, str, tuple[store.Features, store.Features | None] | None]:
    """Return the split, what was decided in words, and the features for training and validation if they are kept."""
    import keras

    part = split(model, augmented=views is not None)
    if any(isinstance(c, keras.callbacks.BackupAndRestore) for c in callbacks):
        return part, "not cached: BackupAndRestore has to see the fit of the whole model", None
    if cache == "off" or part.prefix is None:
        decision = cost.decide(part, cache=cache, examples=0, held=0, epochs=1, have=False, room=0, bytes_each=0)
        return part, decision.why, None
    tensorflow = keras.backend.backend() == "tensorflow"
    if not tensorflow and (views is not None or cache == "float16"):
        raise CourseError("views= and cache='float16' need Keras on TensorFlow.")

    half = cache == "float16"
    sets: list[tuple[Examples, int]] = [(train, views or 0), *([(held, 0)] if held is not None else [])]
    keys = [
        store.digest(
            part.prefix,
            e.arrays,
            batch=batch,
            half=half,
            views=v,
            seed=seed if v else None,
        )
        for e, v in sets
    ]
    found = [store.get(key) for key in keys]
    each = sum(cost.bytes_of(t, half) for t in part.prefix.outputs)
    decision = cost.decide(
        part,
        cache=cache,
        examples=len(train) * (views or 1),
        held=0 if held is None else len(held),
        epochs=epochs,
        have=all(f is not None for f in found),
        room=max(cost.MEMORY, store.limit() if tensorflow and store.location() is not None else 0),
        bytes_each=each,
    )
    if not decision.keep:
        return part, decision.why, None
    mapped = each * sum(len(e) * max(1, v) for e, v in sets) > cost.MEMORY
    features: list[store.Features] = []
    for key, known, (given, v) in zip(keys, found, sets, strict=True):
        if known is None:
            parts = _augmented(part.prefix, given, batch, v, seed) if v else _computed(part.forward, given, batch)
            if half:
                parts = ([a.astype("float16") if a.dtype.kind == "f" else a for a in rows] for rows in parts)
            try:
                known = store.keep(key, parts, len(given) * max(1, v), mapped=mapped)
            except OSError as error:
                return part, f"not cached: the features are too many for memory, and {error.strerror or error}", None
        features.append(known)
    return part, decision.why, (features[0], features[1] if held is not None else None)


def _mapped(kept: tuple[store.Features, store.Features | None]) -> bool:
    size = sum(a.nbytes for features in kept if features is not None for a in features)
    return size > cost.MEMORY


def _computed(forward: Any, given: Examples, batch: int) -> Iterator[list[NDArray[Any]]]:
    """Yield the output of a prefix, in the batches that Keras makes of the examples."""
    for x in _batches(given, batch):
        yield _arrays(forward(x))


def _augmented(prefix: Any, given: Examples, batch: int, views: int, seed: int) -> Iterator[list[NDArray[Any]]]:
    """Yield the output of a prefix with its random layers at work, one view of all examples after the other."""
    weights = {id(w) for w in prefix.weights}
    generators = [v for v in prefix.variables if id(v) not in weights]
    before = [compiled.copy(g) for g in generators]
    for i, generator in enumerate(generators):
        generator.assign(np.array([seed, i], generator.dtype))
    try:
        for _ in range(views):
            for x in _batches(given, batch):
                yield _arrays(prefix(x, training=True))
    finally:
        for generator, state in zip(generators, before, strict=True):
            generator.assign(state)


def _batches(given: Examples, batch: int) -> Iterator[Any]:
    import keras

    for start in range(0, len(given), batch):
        yield keras.tree.map_structure(lambda a, at=start: a[at : at + batch], given.x)


def _arrays(tensors: Any) -> list[NDArray[Any]]:
    import keras

    arrays = [np.asarray(keras.ops.convert_to_numpy(t)) for t in keras.tree.flatten(tensors)]
    # kinds that NumPy does not know by itself (bfloat16) go into float32 without loss
    return [a if a.dtype.kind in "fiub" else a.astype("float32") for a in arrays]


# ---------------------------------------------------------------- the part that trains


def _whole_epochs(
    part: Split, features: store.Features, n: int, settings: compiled.Settings, callbacks: Sequence[Any], verbose: int
) -> bool:
    """Whether an epoch is so short, and so little is asked at its batches, that it can be one call of a graph."""
    import keras

    listening = [f"on_{kind}batch_{when}" for kind in ("", "train_", "test_") for when in ("begin", "end")]
    base = keras.callbacks.Callback
    return (
        keras.backend.backend() == "tensorflow"
        and all(d.startswith("cpu") for d in keras.distribution.list_devices())  # elsewhere Keras compiles with XLA
        and not verbose
        and 3 * n * cost.multiply_adds(part.nodes_after) <= _SHORT
        and sum(a.nbytes for a in features) <= _COPIED
        and not settings.options.get("run_eagerly")
        and settings.options.get("steps_per_execution", 1) == 1
        and all(getattr(type(c), name) is getattr(base, name) for c in callbacks for name in listening)
        # an instance may have one of its own, as LambdaCallback does
        and not any(name in vars(c) for c in callbacks for name in listening)
    )


def _train(
    model: Any,
    ready: compiled.Trainer,
    train: Examples,
    held: Examples | None,
    kept: tuple[store.Features, store.Features | None] | None,
    by_row: bool,
    *,
    epochs: int,
    batch: int,
    seed: int,
    views: int,
    callbacks: Sequence[Any],
    shuffle: bool,
    class_weight: dict[int, float] | None,
    verbose: int,
) -> Any:
    """Train what trains, and return the recorder."""
    import keras

    from .epochs import WholeEpochs
    from .recorder import Recorder
    from .rows import numbers

    trained = model if ready.part is None else ready.part
    x: Any = train.x
    x_held: Any = None if held is None else held.x
    source = None
    if kept is not None:
        x, x_held = (None if f is None else f[0] if len(f) == 1 else list(f) for f in kept)
    if kept is not None and by_row:
        source = trained.get_layer("rows").source
        source.train, source.held, source.n = kept[0], kept[1] or (), len(train)
        x, x_held = numbers(len(train)), None if held is None else numbers(len(held), held=True)
    if trained is not model:
        # some callbacks ask the model for its metrics, which Keras makes with the first batch
        _make_metrics(model, train.y)
        trained.history = None

    recorder = Recorder(trained, len(train), batch, source, views)
    every = keras.callbacks.CallbackList(
        [*callbacks, recorder], add_history=True, add_progbar=verbose != 0, model=model,
        verbose=verbose, epochs=epochs, steps=-(-len(train) // batch),
    )  # fmt: skip
    weights = [compiled.copy(w) for w in trained.weights]
    slots = compiled.values(ready.optimizer)
    model.stop_training = False
    held_out = None if held is None else (x_held, held.y)
    keras.utils.set_random_seed(seed)
    try:
        if isinstance(trained, WholeEpochs):
            trained.train(x, train.y, epochs=epochs, seed=seed, shuffle=shuffle, callbacks=every, held=held_out)
        else:
            trained.fit(
                x, train.y, epochs=epochs, batch_size=batch, callbacks=every, verbose=verbose,
                validation_data=held_out, shuffle=shuffle, class_weight=class_weight,
            )  # fmt: skip
    except BaseException:
        compiled.forget(model, ready)
        raise
    finally:
        if source is not None:
            source.train = source.held = ()
    if recorder.broken is not None:
        name = _first_broken(model, train, batch)
        for weight, value in zip(trained.weights, weights, strict=True):
            weight.assign(value)
        compiled.restore(ready.optimizer, slots)
        epoch, step = recorder.broken
        raise CourseError(
            f"the loss was not finite in epoch {epoch}, batch {step} ({name}), so training ended and the weights are "
            f"those from before it: try a smaller learning rate than {float(ready.optimizer.learning_rate):g}, "
            "or an optimizer with clipnorm=1."
        )
    return recorder


def _make_metrics(model: Any, y: Any) -> None:
    """Let Keras make a model's metrics without running the model."""
    import keras

    def zeros(tensor: Any) -> Any:
        return keras.ops.zeros((1, *(d or 1 for d in tensor.shape[1:])), tensor.dtype)

    one = keras.tree.map_structure(lambda a: keras.ops.convert_to_tensor(a[:1]), y)
    outputs = model.outputs[0] if len(model.outputs) == 1 else model.output
    model.compute_metrics(None, one, keras.tree.map_structure(zeros, outputs), None)
    model.reset_metrics()


def _first_broken(model: Any, train: Examples, batch: int) -> str:
    """Return the first layer whose weights are not finite, or else whose output is not, in words."""
    import keras

    for layer in leaf_layers(model):
        if any(not np.isfinite(w).all() for w in layer.get_weights()):
            return f"the first layer whose weights are not finite is {layer.name!r}"
    try:
        outputs = layer_outputs(flat := inline(model))
    except CourseError:
        return "all weights are finite"
    x = keras.tree.map_structure(lambda a: a[:batch], train.x)
    for name, made in keras.Model(flat.input, outputs).predict(x, batch_size=batch, verbose=0).items():
        if any(not np.isfinite(t).all() for t in keras.tree.flatten(made)):
            return f"the first layer whose output is not finite is {name!r}"
    return "all weights and outputs are finite, so look at the loss"
