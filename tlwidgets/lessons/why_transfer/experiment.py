"""Accuracy by the number of labels, from scratch and with transfer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from ...course.experiments import (
    Examples,
    Experiment,
    Network,
    Runner,
    Trial,
    Weights,
    describe,
    grid,
    load_examples,
    packed,
    probe,
    probe_hits,
    weights_of,
)
from ...models import backbone, classifier, tiny
from ...training import extract_features_by_block, handcrafted_features

__all__ = ["BUDGETS", "EXPERIMENTS", "LABELS", "OTHER_RATE", "SETTINGS", "learning_curve"]

SEEDS = range(5)
SOURCE_SEED = 100
"""Of the first training of a source; that of the second is one higher, and so on."""
SETTINGS: dict[str, Any] = {
    "network": "tiny",
    "size": {"digits": 16, "digits inverted": 16, "emoji": 32},
    "pixels": {"digits": 8, "digits inverted": 8, "emoji": 16},
    "steps": 300,
    "batch_size": 32,
    "source_steps": 600,
    "drop": "a tenth of the learning rate in the last 40 % of the steps",
    "photographs": "efficientnet-lite0 at 96 pixels",
    "photographs_tuned": {"frozen_to": "block5c", "learning_rate": 1e-3, "epochs": 15, "batch_size": 20},
    "seeds": len(SEEDS),
}
BUDGETS = {"digits": (2, 5, 10, 20, 50, 100), "emoji": (2, 5, 10, 20)}
"""Labels per class that were measured, by task."""
TEN = 10
"""Labels per class for what is measured with one budget only."""
RATES = {
    ("digits", "none", "scratch"): (1e-3, 3e-3, 1e-2),
    ("digits", "typeset", "tuned"): (3e-4, 1e-3, 3e-3, 1e-2),
    ("digits", "clothes", "tuned"): (1e-3, 3e-3, 1e-2),
    ("digits", "few typeset", "tuned"): (3e-4, 1e-3, 3e-3, 1e-2),
    ("digits inverted", "none", "scratch"): (1e-3, 3e-3, 1e-2, 3e-2, 1e-1),
    ("digits inverted", "typeset", "tuned"): (3e-4, 1e-3, 3e-3, 1e-2),
    ("emoji", "none", "scratch"): (1e-3, 3e-3, 1e-2, 3e-2),
}
"""Task, source and method → learning rates that were tried on validation images."""
BEST = {
    ("digits", "none", "scratch"): (3e-3, 1e-2),
    ("digits", "typeset", "tuned"): (1e-3, 3e-4),
    ("digits", "clothes", "tuned"): (3e-3, 1e-2),
    ("digits", "few typeset", "tuned"): (1e-3, 3e-3),
    ("digits inverted", "none", "scratch"): (3e-2, 1e-2),
    ("digits inverted", "typeset", "tuned"): (3e-3, 1e-3),
    ("emoji", "none", "scratch"): (1e-2, 1e-3),
}
"""The best of them, and the second-best."""

SINGLE = (
    ("digits", "typeset", "head kept"),
    ("digits", "few typeset", "frozen"),
    ("digits", "few typeset", "tuned"),
    ("digits", "few typeset 2", "tuned"),
    ("digits", "few typeset 3", "tuned"),
    ("digits", "typeset 2", "tuned"),
    ("digits", "typeset 3", "tuned"),
    ("digits", "clothes 2", "tuned"),
    ("digits", "clothes 3", "tuned"),
    ("digits inverted", "none", "scratch"),
    ("digits inverted", "typeset", "frozen"),
    ("digits inverted", "typeset", "tuned"),
    ("digits inverted", "typeset 2", "tuned"),
    ("digits inverted", "typeset 3", "tuned"),
)
"""Task, source and method, measured with one budget."""
LINES = (
    ("digits", "none", "pixels"),
    ("digits", "random", "frozen"),
    ("digits", "typeset", "frozen"),
    ("digits", "typeset 2", "frozen"),
    ("digits", "typeset 3", "frozen"),
    ("digits", "clothes", "frozen"),
    ("digits", "clothes 2", "frozen"),
    ("digits", "clothes 3", "frozen"),
    ("digits", "photographs", "frozen"),
    ("digits", "photographs", "frozen, cut after block6d"),
    ("digits", "photographs", "frozen, cut after block5c"),
    ("digits", "random photographs", "frozen, cut after block6d"),
    ("emoji", "none", "pixels"),
    ("emoji", "none", "designed"),
    ("emoji", "random", "frozen"),
    ("emoji", "photographs", "frozen"),
    ("digits", "none", "scratch"),
    ("digits", "typeset", "tuned"),
    ("digits", "clothes", "tuned"),
    ("emoji", "none", "scratch"),
    ("emoji", "photographs", "tuned"),
)
"""Measured with every budget of the task."""


def _line(line: tuple[str, str, str], budgets: Sequence[int], seeds: Sequence[int] = SEEDS) -> tuple[Trial, ...]:
    task, source, method = line
    return grid(task=task, source=source, method=method, per_class=budgets, seed=seeds)


PLAN = [t for line in LINES for t in _line(line, BUDGETS[line[0]])]
PLAN += [t for line in SINGLE for t in _line(line, [TEN])]


# ---------------------------------------------------------------- images and networks

DATA = {"emoji": "styles", "typeset": "simulated_digits", "few typeset": "simulated_digits", "clothes": "fashion_mnist"}
"""Data set of what is not handwritten digits. Sources: 200 typeset digits per class, 10 of them, 400 clothes."""


def images(name: str, size: int, split: str) -> Examples:
    """Return images of a task or a source: ``"train"``, ``"validation"`` or ``"test"``."""
    data = load_examples(DATA.get(name, "digits"), "noto" if name == "emoji" else None, size=size, splits=(split,))
    if name == "digits inverted":
        return Examples(255 - data.x, data.y)
    return data.sample(10, 0) if name == "few typeset" else data


def pixels(task: str, split: str) -> Examples:
    """Return the pixels of images, side by side, 0 … 1; those of the digits once, because they are grey."""
    data = images(task, SETTINGS["pixels"][task], split)
    channels = 3 if task == "emoji" else 1
    return Examples(data.x[..., :channels].reshape(len(data), -1) / 255, data.y)


def designed(task: str, split: str) -> Examples:
    """Return features of images that were designed by hand (:func:`tlwidgets.training.handcrafted_features`)."""
    data = images(task, 96, split)
    return Examples(handcrafted_features(data.x), data.y)


def network(size: int, classes: int, freeze_batchnorm: bool) -> Network:
    """Return the tiny network, to be trained."""
    return Network.on(tiny.build(size), classes, freeze_batchnorm=freeze_batchnorm)


def random_weights(size: int, classes: int, seed: int) -> Weights:
    """Return the weights with which Keras builds the tiny network."""
    import keras

    keras.utils.set_random_seed(seed)
    return weights_of(classifier(tiny.build(size), classes, seed=seed))


def _training(source: str) -> tuple[str, int]:
    """Return the source, and which of its trainings is meant: ``"clothes 2"`` is the second on clothes."""
    return (source[:-2], int(source[-1])) if source[-1].isdigit() else (source, 1)


def best_rate(trial: Trial) -> tuple[float, float]:
    """Return the best learning rate for a trial on validation images, and the second-best."""
    method = "tuned" if trial.method == "head kept" else trial.method
    return BEST[trial.task, _training(trial.source)[0], method]


def source_weights(runner: Runner, source: str, size: int) -> Weights:
    """Train the tiny network on a source, and return its weights."""
    name, number = _training(source)
    seed = SOURCE_SEED + number - 1
    data = images(name, size, "train")
    net = runner.once(network, size, data.classes, False)
    net.begin(seed, random_weights(size, data.classes, seed))
    list(train(net, data, learning_rate=3e-3, steps=SETTINGS["source_steps"], seed=seed))
    return weights_of(net.model)


def photographs(weights: str | None) -> Any:
    """Return EfficientNet-Lite0."""
    import keras

    keras.utils.set_random_seed(0)
    return backbone("efficientnet-lite0", size=96, weights=weights)


def features(runner: Runner, task: str, source: str, cut: str, seed: int, split: str) -> Examples:
    """Return the features of a source; the random ones of the tiny network are those of the seed."""
    if "photographs" in source or task == "emoji":
        base = runner.once(photographs, None if "random" in source else "imagenet")
        data = runner.once(images, task, 96, split)
        if cut:
            return Examples(extract_features_by_block(base, data.x, at=[cut], batch_size=32)[cut], data.y)
        return describe(base, data)
    size = SETTINGS["size"][task]
    data, base = runner.once(images, task, size, split), runner.once(tiny.build, size)
    if source == "random":
        weights = runner.once(random_weights, size, data.classes, seed)
    else:
        weights = runner.once(source_weights, runner, source, size)
    for layer in base.layers:
        layer.set_weights(weights.get(layer.name, []))
    return describe(base, data, batch_size=250)


# ---------------------------------------------------------------- one trial


def measure(runner: Runner, trial: Trial) -> dict[str, Any]:
    """Learn a task from few labels, from scratch or with transfer.

    ``scratch``: the tiny network from random weights. ``pixels``, ``designed``: logistic regression on the pixels, or
    on features designed by hand. ``frozen``: the same on the features of the source. ``tuned``: a new head, and all
    layers of the tiny network train (of EfficientNet-Lite0 those above ``block5c``), BatchNorm frozen. ``head kept``:
    the same with the head of the source, which has the same classes.
    """
    if trial.method.split(",")[0] in ("frozen", "pixels", "designed"):
        return probed(runner, trial)
    if trial.source == "photographs":
        return tuned_photographs(runner, trial)
    (end,) = learning_curve(runner, trial, "test", ())
    return {name: end[name] for name in ("accuracy", "train_accuracy", "hits")}


def probed(runner: Runner, trial: Trial) -> dict[str, Any]:
    """Train a linear classifier on pixels, designed or frozen features."""
    if trial.method in ("pixels", "designed"):
        train_, test = (runner.once(globals()[trial.method], trial.task, split) for split in ("train", "test"))
    else:
        # a trained source is the same whatever the seed
        of = trial.task, trial.source, trial.method.partition("after ")[2]
        seed = trial.seed if trial.source == "random" and trial.task != "emoji" else 0
        train_, test = (runner.once(features, runner, *of, seed, split) for split in ("train", "test"))
    few = train_.sample(trial.per_class, trial.seed)
    return _scored(probe_hits(few, test), probe(few, few))


def _scored(hits: Any, train_accuracy: float) -> dict[str, Any]:
    return {"accuracy": float(hits.mean()), "train_accuracy": train_accuracy, "hits": packed(hits)}


def tuned_photographs(runner: Runner, trial: Trial) -> dict[str, Any]:
    """Tune EfficientNet-Lite0 above ``block5c``."""
    how = SETTINGS["photographs_tuned"]
    data = {split: runner.once(images, trial.task, 96, split) for split in ("train", "test")}
    net = runner.once(upper_part, data["train"].classes)
    train_, test = (runner.once(net.prepare, examples) for examples in data.values())
    few = train_.sample(trial.per_class, trial.seed)
    net.begin(trial.seed)
    training = {k: how[k] for k in ("learning_rate", "epochs", "batch_size")}
    net.fit(few, **training, late_drop=True)
    return _scored(net.hits(test), net.accuracy(few))


def upper_part(classes: int) -> Network:
    """Return EfficientNet-Lite0 with its lower part frozen."""
    return Network.on(photographs("imagenet"), classes, frozen_to=SETTINGS["photographs_tuned"]["frozen_to"])


def learning_curve(runner: Runner, trial: Trial, split: str, stops: Sequence[int]) -> list[dict[str, Any]]:
    """Train the tiny network, and measure it at every stop and at the end."""
    size, scratch = SETTINGS["size"][trial.task], trial.method == "scratch"
    data, test = (runner.once(images, trial.task, size, part) for part in ("train", split))
    few = data.sample(trial.per_class, trial.seed)
    start = runner.once(random_weights, size, data.classes, trial.seed)
    if not scratch:
        known = runner.once(source_weights, runner, trial.source, size)
        start = known if trial.method == "head kept" else {**known, "head": start["head"]}
    net = runner.once(network, size, data.classes, not scratch)
    net.begin(trial.seed, start)
    learning_rate = trial.learning_rate or best_rate(trial)[0]
    curve = []
    for step in train(net, few, learning_rate=learning_rate, steps=SETTINGS["steps"], seed=trial.seed, stops=stops):
        scores = net.scores(test.x, batch_size=250)
        loss = -np.log(np.maximum(scores[np.arange(len(test)), test.y], 1e-7)).mean()
        found = _scored(scores.argmax(axis=1) == test.y, net.accuracy(few, batch_size=250))
        curve.append({"step": step, "loss": float(loss), **found})
    return curve


def train(
    net: Network, data: Examples, *, learning_rate: float, steps: int, seed: int, stops: Sequence[int] = ()
) -> Iterator[int]:
    """Train for a number of steps, whatever the number of images; yield the steps taken at each stop and at the end."""
    batch, drop = min(SETTINGS["batch_size"], len(data)), round(0.6 * steps)
    rng = np.random.default_rng([seed, 1])
    order = np.concatenate([rng.permutation(len(data)) for _ in range(-(-steps * batch // len(data)))])
    at = 0
    for stop in sorted({*stops, drop, steps}):
        if stop > at:
            part = data[order[at * batch : stop * batch]]
            learning_rate = learning_rate if at < drop else learning_rate / 10
            net.fit(part, learning_rate=learning_rate, batch_size=batch, shuffle=False)
            at = stop
        if at in stops or at == steps:
            yield at


# ---------------------------------------------------------------- the learning rates


def choose(runner: Runner, trial: Trial) -> dict[str, float]:
    """Return the accuracy on validation images."""
    (end,) = learning_curve(runner, trial, "validation", ())
    return {"validation": end["accuracy"]}


CHOICE = [
    trial
    for (task, source, method), rates in RATES.items()
    for trial in grid(task=task, source=source, method=method, per_class=TEN, learning_rate=rates, seed=SEEDS)
]

SECOND = [
    trial
    for (task, source, method), budgets in {
        ("digits", "none", "scratch"): (2, 10, 100),
        ("digits", "typeset", "tuned"): (2, 10, 100),
        ("digits", "clothes", "tuned"): (2, 10, 100),
        ("digits inverted", "none", "scratch"): (10,),
        ("digits inverted", "typeset", "tuned"): (10,),
    }.items()
    for trial in grid(
        task=task,
        source=source,
        method=method,
        per_class=budgets,
        learning_rate=BEST[task, source, method][1],
        seed=SEEDS,
    )
]

LABELS = Experiment(
    "why_transfer",
    "label_budget",
    "Accuracy by the number of labels, from scratch and with transfer",
    PLAN,
    measure,
    SETTINGS,
    digits=4,
    again=[
        *grid(task="digits", source="none", method=("pixels", "scratch"), per_class=5, seed=1),
        *grid(task="digits", source="random", method="frozen", per_class=5, seed=1),
    ],
    agree={"accuracy": 0.08},  # small networks from random weights differ more over machines than over seeds
)
RATE_CHOICE = Experiment(
    "why_transfer",
    "learning_rates",
    "Accuracy on validation images by learning rate, with which the rates were chosen",
    CHOICE,
    choose,
    SETTINGS,
    digits=4,
    agree={"validation": 0.08},
)
OTHER_RATE = Experiment(
    "why_transfer",
    "second_best_rate",
    "Accuracy by the number of labels, with the second-best learning rate",
    SECOND,
    measure,
    SETTINGS,
    digits=4,
    agree={"accuracy": 0.08},
)
EXPERIMENTS = (RATE_CHOICE, LABELS, OTHER_RATE)
