"""Accuracy by the number of labels, from scratch and with transfer: the measurement of lesson 01."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...course.experiments import Table, read_table
from ...errors import CourseError, unknown
from ...transfer.comparison import Comparison, compare

__all__ = [
    "BUDGETS",
    "SETTINGS",
    "SOURCES",
    "LabelBudget",
    "crossing",
    "label_budget",
    "label_budget_curve",
    "label_budget_point",
    "labels_needed",
    "steps_needed",
]

SETTINGS: dict[str, Any] = {
    "network": "tiny",
    "size": {"digits": 16, "digits inverted": 16, "emoji": 32},
    "pixels": {"digits": 8, "emoji": 16},
    "steps": 300,
    "batch_size": 32,
    "source_steps": 600,
    "learning_rate": {"digits, scratch": 3e-3, "emoji, scratch": 1e-3, "tuned": 3e-3},
    "drop": "a tenth of the rate in the last 40 % of the steps",
    "photographs": "efficientnet-lite0 at 96 pixels",
    "photographs_tuned": {"frozen_to": "block5c", "learning_rate": 1e-3, "epochs": 15, "batch_size": 20},
}
"""What the measurement was made with."""

BUDGETS = {"digits": (2, 5, 10, 20, 50, 100), "digits inverted": (10,), "emoji": (2, 5, 10, 20)}
"""Labels of each class that were measured, by target."""

SOURCES = ("typeset", "few typeset", "clothes")
"""What a tiny network was trained on here: 200 digits a class drawn from fonts, 10 a class of them, or 400 images a
class of Fashion-MNIST."""

CURVE_BUDGET = 10
"""Labels of each class for the learning curves."""

CURVE_STEPS = (0, 5, 10, 15, 20, 30, 40, 60, 80, 120, 180, 240, 300)
"""Steps at which the learning curves were measured."""

_KINDS: dict[str, dict[str, tuple[str, ...]]] = {
    "digits": {
        "none": ("scratch", "pixels"),
        "random": ("frozen",),
        "typeset": ("frozen", "tuned", "head kept"),
        "few typeset": ("frozen", "tuned"),
        "clothes": ("frozen", "tuned"),
        "photographs": ("frozen",),
    },
    "digits inverted": {"typeset": ("frozen", "tuned")},
    "emoji": {"none": ("scratch", "pixels"), "random": ("frozen",), "photographs": ("frozen", "tuned")},
}

Weights = dict[str, list[NDArray[Any]]]


@dataclass(frozen=True)
class _Images:
    """Training and held-out images (n, size, size, 3), uint8, with their labels."""

    x: NDArray[Any]
    y: NDArray[Any]
    x_held: NDArray[Any]
    y_held: NDArray[Any]
    classes: int


@lru_cache(maxsize=6)
def _images(name: str, size: int, choosing: bool = False) -> _Images:
    """Return a target, or a source, at a size; with ``choosing`` the validation images are the held-out ones."""
    from ...data import load
    from ...models.tiny import to_rgb

    known = {"typeset": "simulated_digits", "few typeset": "simulated_digits", "clothes": "fashion_mnist"}
    if name == "emoji":
        data = load("styles", "noto", size=size)
        held = [data.validation] if choosing else [data.validation, data.test]
    else:
        data = load(known.get(name, "digits"), size=size)
        held = [data.validation] if choosing else [data.test]
    x, x_held = to_rgb(data.train.x), np.concatenate([to_rgb(part.x) for part in held])
    y, y_held = data.train.y, np.concatenate([part.y for part in held])
    if name.endswith("inverted"):
        x, x_held = 255 - x, 255 - x_held
    if name.startswith("few"):
        few = _draw(y, 10, 0)
        x, y = x[few], y[few]
    return _Images(x, y, x_held, y_held, len(data.classes))


def _draw(labels: NDArray[Any], per_class: int, seed: int) -> NDArray[np.int64]:
    from ...training import subset

    return subset(labels, per_class, seed)


# ---------------------------------------------------------------- the tiny network


@lru_cache(maxsize=4)
def _model(size: int, classes: int, freeze_batchnorm: bool) -> Any:
    """Return a compiled classifier that is given its weights anew each time; ``still``: BatchNorm does not move."""
    import keras

    from ...models import classifier, freeze, tiny

    model = classifier(tiny.build(size), classes)
    freeze(model, 0, freeze_batchnorm=freeze_batchnorm)
    # XLA takes half as long again on a CPU
    model.compile(keras.optimizers.Adam(), "sparse_categorical_crossentropy", jit_compile=False)
    model.optimizer.build(model.trainable_variables)
    return model


@lru_cache(maxsize=2)
def _base(size: int) -> Any:
    """Return the network without a head, to be given weights and asked for features."""
    from ...models import tiny

    return tiny.build(size)


@lru_cache(maxsize=4)
def _fresh(size: int, classes: int, seed: int) -> Weights:
    """Return random weights by layer."""
    import keras

    from ...models import classifier, tiny

    keras.utils.set_random_seed(seed)
    return _weights(classifier(tiny.build(size), classes, seed=seed))


def _weights(model: Any) -> Weights:
    return {layer.name: layer.get_weights() for layer in model.layers if layer.weights}


def _accuracy(model: Any, x: NDArray[Any], y: NDArray[Any]) -> float:
    from ...training.extraction import forward

    (scores,) = forward(model, x, batch_size=250)
    return float((scores.argmax(axis=1) == y).mean())


def _train(
    model: Any, start: Weights, x: NDArray[Any], y: NDArray[Any], *, learning_rate: float, steps: int, seed: int,
    stops: Sequence[int] = (),
) -> Any:  # fmt: skip
    """Train from given weights; yield the number of steps taken at each stop and at the end."""
    import keras

    for layer in model.layers:
        if layer.name in start:
            layer.set_weights(start[layer.name])
    for variable in model.optimizer.variables:
        variable.assign(np.zeros(variable.shape, variable.dtype))
    keras.utils.set_random_seed(seed)
    rng = np.random.default_rng([seed, 1])
    batch, drop = min(SETTINGS["batch_size"], len(x)), round(0.6 * steps)
    order = np.concatenate([rng.permutation(len(x)) for _ in range(-(-steps * batch // len(x)))])
    at = 0
    for stop in sorted({*stops, drop, steps}):
        if stop > at:
            model.optimizer.learning_rate = learning_rate if at < drop else learning_rate / 10
            part = order[at * batch : stop * batch]
            model.fit(x[part].astype("float32"), y[part], batch_size=batch, shuffle=False, verbose=0)
            at = stop
        if at in stops or at == steps:
            yield at


@lru_cache(maxsize=4)
def _source(name: str, size: int) -> Weights:
    """Train the tiny network on a source and return its weights."""
    data = _images(name, size)
    model = _model(size, data.classes, False)
    start = _fresh(size, data.classes, 100)
    for _ in _train(model, start, data.x, data.y, learning_rate=3e-3, steps=SETTINGS["source_steps"], seed=100):
        pass
    return _weights(model)


@lru_cache(maxsize=4)
def _photographs(target: str, weights: str | None) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return the features of a target's images, training and held out, from the large network."""
    import keras

    from ...models import backbone
    from ...training import extract_features

    if weights is None:
        keras.utils.set_random_seed(0)
    base = backbone("efficientnet-lite0", size=96, weights=weights)
    data = _images(target, 96)
    return extract_features(base, data.x), extract_features(base, data.x_held)


# ---------------------------------------------------------------- points


def _check(target: str, source: str, method: str, per_class: int) -> None:
    if target not in _KINDS:
        raise unknown("target", target, _KINDS)
    if source not in _KINDS[target]:
        raise unknown(f"source for {target}", source, _KINDS[target])
    if method not in _KINDS[target][source]:
        raise unknown(f"way with the source {source!r}", method, _KINDS[target][source])
    smallest = {"emoji": 21}.get(target, 104)
    if not 1 <= per_class <= smallest:
        raise CourseError(
            f"per_class={per_class} cannot be had: give 1 to {smallest}, the training images of the smallest class."
        )


def label_budget_point(
    target: str,
    source: str,
    method: str,
    per_class: int,
    seed: int,
    *,
    learning_rate: float | None = None,
    choosing: bool = False,
) -> dict[str, Any]:
    """Measure one point: learn a target from few labels, from scratch or with transfer.

    Parameters
    ----------
    target
        ``"digits"`` (written by hand), ``"digits inverted"`` (dark on light) or ``"emoji"`` (*styles*, noto).
    source
        ``"none"``, ``"random"`` (random weights), one of :data:`SOURCES` or ``"photographs"`` (EfficientNet-Lite0).
    method
        ``"scratch"``: the tiny network from random weights. ``"pixels"``: logistic regression on the pixels.
        ``"frozen"``: logistic regression on the features of the source. ``"tuned"``: a new head, and all layers of the
        tiny network train (of EfficientNet-Lite0 those above ``block5c``), BatchNorm frozen. ``"head kept"``: the same
        with the head of the source, which has the same classes.
    per_class
        Labelled images of each class.
    seed
        Chooses the images, the random weights and the order.
    learning_rate
        Learning rate at the beginning; that of the measurement unless told.
    choosing
        Measure on validation images: for choosing a rate.

    Returns
    -------
    dict
        A row of the measurement: ``target``, ``source``, ``method``, ``per_class``, ``step``, ``seed``, ``accuracy`` on
        held-out images and ``train_accuracy``, both 0 … 1.
    """
    _check(target, source, method, per_class)
    if method in ("frozen", "pixels"):
        accuracies = _probe(target, source, method, per_class, seed)
        return _row(target, source, method, per_class, 0, seed, *accuracies)
    if source == "photographs":
        return _tuned_photographs(target, per_class, seed)
    *_, last = _curve(target, source, method, per_class, seed, learning_rate, choosing, ())
    return last


def label_budget_curve(
    target: str, source: str, method: str, per_class: int, seed: int, *, stops: Sequence[int] = CURVE_STEPS
) -> list[dict[str, Any]]:
    """Measure a learning curve: the rows of :func:`label_budget_point` after some of the steps of one training."""
    _check(target, source, method, per_class)
    if method in ("frozen", "pixels") or source == "photographs":
        raise CourseError(
            f"{method!r} with the source {source!r} has no steps; take 'scratch', 'tuned' or 'head kept'."
        )
    return _curve(target, source, method, per_class, seed, None, False, stops)


def _row(
    target: str, source: str, method: str, per_class: int, step: int, seed: int, accuracy: float, train_accuracy: float
) -> dict[str, Any]:
    return {
        "target": target, "source": source, "method": method, "per_class": per_class, "step": step, "seed": seed,
        "accuracy": accuracy, "train_accuracy": train_accuracy,
    }  # fmt: skip


def _probe(target: str, source: str, method: str, per_class: int, seed: int) -> tuple[float, float]:
    from ...training import extract_features, linear_probe

    size = SETTINGS["pixels" if method == "pixels" else "size"][target]
    data = _images(target, size)
    rows = _draw(data.y, per_class, seed)
    train: NDArray[Any]
    held: NDArray[Any]
    if method == "pixels":
        channels = 3 if target == "emoji" else 1  # the digits are grey
        train, held = (x[..., :channels].reshape(len(x), -1) / 255 for x in (data.x[rows], data.x_held))
    elif source == "photographs" or target == "emoji":
        train, held = _photographs(target, "imagenet" if source == "photographs" else None)
        train = train[rows]
    else:
        weights = _fresh(size, data.classes, seed) if source == "random" else _source(source, size)
        base = _base(size)
        for layer in base.layers:
            layer.set_weights(weights.get(layer.name, []))
        train, held = (
            extract_features(base, data.x[rows], batch_size=250),
            extract_features(base, data.x_held, batch_size=250),
        )
    y = data.y[rows]
    return linear_probe(train, y, held, data.y_held), linear_probe(train, y, train, y)


def _curve(
    target: str, source: str, method: str, per_class: int, seed: int, learning_rate: float | None, choosing: bool,
    stops: Sequence[int],
) -> list[dict[str, Any]]:  # fmt: skip
    size = SETTINGS["size"][target]
    data = _images(target, size, choosing)
    rows = _draw(data.y, per_class, seed)
    start = dict(_fresh(size, data.classes, seed))
    if method != "scratch":
        learnt = _source(source, size)
        start |= {name: learnt[name] for name in start if name != "head" or method == "head kept"}
    model = _model(size, data.classes, method != "scratch")
    x, y = data.x[rows], data.y[rows]
    learning_rate = learning_rate or SETTINGS["learning_rate"][f"{target}, scratch" if method == "scratch" else "tuned"]
    return [
        _row(
            target, source, method, per_class, step, seed,
            _accuracy(model, data.x_held, data.y_held), _accuracy(model, x, y),
        )
        for step in _train(
            model, start, x, y, learning_rate=learning_rate, steps=SETTINGS["steps"], seed=seed, stops=stops
        )
    ]  # fmt: skip


@lru_cache(maxsize=1)
def _lite0() -> Any:
    from ...models import backbone

    return backbone("efficientnet-lite0", size=96)


def _tuned_photographs(target: str, per_class: int, seed: int) -> dict[str, Any]:
    from ...training import sweep

    data, how = _images(target, 96), SETTINGS["photographs_tuned"]
    (trial,) = sweep(
        _lite0(), (data.x, data.y), validation_data=(data.x_held, data.y_held), frozen_to=[how["frozen_to"]],
        per_class=[per_class], learning_rates=[how["learning_rate"]], seeds=[seed], epochs=how["epochs"],
        batch_size=how["batch_size"], progress=False,
    ).trials  # fmt: skip
    return _row(target, "photographs", "tuned", per_class, 0, seed, trial.accuracy, trial.train_accuracy)


@dataclass(frozen=True)
class LabelBudget:
    """The measurement: a row a training and, for some, a row a point of its learning curve."""

    table: Table

    def line(self, target: str, source: str, method: str, value: str = "accuracy") -> dict[int, list[float]]:
        """Return labels of each class → accuracy (0 … 1) of each seed, after the last step."""
        _check(target, source, method, 1)
        rows = self.table.where(target=target, source=source, method=method)
        last = rows.where(step=max(rows.distinct("step")))
        return {n: last.values(value, per_class=n) for n in sorted(last.distinct("per_class"))}

    def curve(self, source: str, method: str, value: str = "accuracy") -> dict[int, list[float]]:
        """Return step → accuracy of each seed on the digits, with ten labels of each class."""
        rows = self.table.where(target="digits", source=source, method=method, per_class=CURVE_BUDGET)
        return {step: rows.values(value, step=step) for step in sorted(rows.distinct("step"))}

    def gain(
        self, target: str, source: str, method: str, *, over: tuple[str, str] = ("none", "scratch")
    ) -> dict[int, Comparison]:
        """Return labels of each class → the comparison, paired by seed, with another source and way."""
        mine, other = self.line(target, source, method), self.line(target, *over)
        return {n: compare(mine[n], other[n]) for n in mine}

    def crossings(self, target: str, source: str, method: str, *, scratch: str = "scratch") -> list[float | None]:
        """Return for each seed with how many labels scratch overtakes (see :func:`crossing`)."""
        mine, other = self.line(target, source, method), self.line(target, "none", scratch)
        columns = zip(zip(*mine.values(), strict=True), zip(*other.values(), strict=True), strict=True)
        return [crossing(list(mine), transfer, alone) for transfer, alone in columns]


def label_budget() -> LabelBudget:
    """Read the measurement (``datasets/label_budget``)."""
    return LabelBudget(read_table("label_budget"))


# ---------------------------------------------------------------- reading lines


def labels_needed(labels: Sequence[float], accuracy: Sequence[float], level: float) -> float | None:
    """Return with how many labels a line first reaches a level, straight between the budgets on a log axis.

    Parameters
    ----------
    labels
        Budgets, ascending.
    accuracy
        What was measured with each.
    level
        The accuracy to reach.

    Returns
    -------
    float or None
        The first budget if it is above the level already; ``None`` if no budget reaches it.
    """
    at, found = np.log(np.asarray(labels, float)), np.asarray(accuracy, float)
    if len(at) != len(found) or len(at) < 2 or (np.diff(at) <= 0).any():
        raise CourseError("give two budgets or more in ascending order, and an accuracy for each.")
    reached = np.flatnonzero(found >= level)
    if not len(reached):
        return None
    i = int(reached[0])
    if i == 0:
        return float(labels[0])
    share = (level - found[i - 1]) / (found[i] - found[i - 1])
    return float(np.exp(at[i - 1] + share * (at[i] - at[i - 1])))


def crossing(labels: Sequence[float], transfer: Sequence[float], scratch: Sequence[float]) -> float | None:
    """Return with how many labels scratch overtakes transfer for good, straight between the budgets on a log axis.

    Parameters
    ----------
    labels
        Budgets, ascending.
    transfer, scratch
        Accuracy with each.

    Returns
    -------
    float or None
        ``None`` where the lines do not cross within the budgets: scratch is behind with the most labels, or was never
        behind.
    """
    lead = np.asarray(scratch, float) - np.asarray(transfer, float)
    behind = np.flatnonzero(lead < 0)
    if not len(behind) or behind[-1] == len(lead) - 1:
        return None
    i = int(behind[-1])
    return labels_needed(labels[i : i + 2], lead[i : i + 2], 0.0)


def steps_needed(steps: Sequence[float], accuracy: Sequence[float], level: float | None = None) -> float | None:
    """Return after how many steps a learning curve first reaches a level, straight between the measured steps.

    Parameters
    ----------
    steps
        Steps at which was measured, ascending; the first is the start, the last the end.
    accuracy
        What was measured at each.
    level
        The accuracy to reach; half-way from the start to the end unless told.

    Returns
    -------
    float or None
        ``None`` if the curve stays below the level.
    """
    at, found = np.asarray(steps, float), np.asarray(accuracy, float)
    level = (found[0] + found[-1]) / 2 if level is None else level
    reached = np.flatnonzero(found >= level)
    if not len(reached):
        return None
    i = int(reached[0])
    if i == 0:
        return float(at[0])
    return float(at[i - 1] + (level - found[i - 1]) / (found[i] - found[i - 1]) * (at[i] - at[i - 1]))
