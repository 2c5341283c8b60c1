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
    probe,
    weights_of,
)
from ...models import backbone, classifier, tiny

__all__ = ["BUDGETS", "CURVE_BUDGET", "CURVE_STEPS", "EXPERIMENTS", "LABELS", "SETTINGS"]

SEEDS = range(5)
SOURCE_SEED = 100
SETTINGS: dict[str, Any] = {
    "network": "tiny",
    "size": {"digits": 16, "digits inverted": 16, "emoji": 32},
    "pixels": {"digits": 8, "emoji": 16},
    "steps": 300,
    "batch_size": 32,
    "source_steps": 600,
    "learning_rate": {"digits, scratch": 3e-3, "emoji, scratch": 1e-3, "tuned": 3e-3},
    "drop": "a tenth of the learning rate in the last 40 % of the steps",
    "photographs": "efficientnet-lite0 at 96 pixels",
    "photographs_tuned": {"frozen_to": "block5c", "learning_rate": 1e-3, "epochs": 15, "batch_size": 20},
    "seeds": len(SEEDS),
}
BUDGETS = {"digits": (2, 5, 10, 20, 50, 100), "emoji": (2, 5, 10, 20)}
"""Labels per class that were measured, by task."""
CURVE_BUDGET = 10
"""Labels per class for the learning curves, and for what is measured with one budget only."""
CURVE_STEPS = (0, 5, 10, 15, 20, 30, 40, 60, 80, 120, 180, 240, 300)
"""Steps at which the learning curves were measured."""
CURVES = (("none", "scratch"), ("typeset", "tuned"), ("typeset", "head kept"))
"""Source and method on the digits with a learning curve."""

SINGLE = (
    ("digits", "typeset", "head kept"),
    ("digits", "few typeset", "frozen"),
    ("digits", "few typeset", "tuned"),
    ("digits inverted", "typeset", "frozen"),
    ("digits inverted", "typeset", "tuned"),
)
"""Task, source and method, measured with one budget."""
LINES = (
    ("digits", "none", "pixels"),
    ("digits", "random", "frozen"),
    ("digits", "typeset", "frozen"),
    ("digits", "clothes", "frozen"),
    ("digits", "photographs", "frozen"),
    ("emoji", "none", "pixels"),
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


PLAN = [t for line in SINGLE for t in _line(line, [CURVE_BUDGET])]
PLAN += [t for line in LINES for t in _line(line, BUDGETS[line[0]])]


# ---------------------------------------------------------------- images and networks

DATA = {"emoji": "styles", "typeset": "simulated_digits", "few typeset": "simulated_digits", "clothes": "fashion_mnist"}
"""Data set of what is not handwritten digits. Sources: 200 typeset digits per class, 10 of them, 400 clothes."""


def images(name: str, size: int, split: str) -> Examples:
    """Return images of a task or a source: ``"train"``, ``"validation"`` or ``"held out"``."""
    # nothing is chosen by the validation emoji, so they count as well; the digits are enough without
    held_out = ("validation", "test") if name == "emoji" else ("test",)
    splits = held_out if split == "held out" else (split,)
    data = load_examples(DATA.get(name, "digits"), "noto" if name == "emoji" else None, size=size, splits=splits)
    if name == "digits inverted":
        return Examples(255 - data.x, data.y)
    return data.sample(10, 0) if name == "few typeset" else data


def pixels(task: str, split: str) -> Examples:
    """Return the pixels of images, side by side, 0 … 1; those of the digits once, because they are grey."""
    data = images(task, SETTINGS["pixels"][task], split)
    channels = 3 if task == "emoji" else 1
    return Examples(data.x[..., :channels].reshape(len(data), -1) / 255, data.y)


def network(size: int, classes: int, freeze_batchnorm: bool) -> Network:
    """Return the tiny network, to be trained."""
    return Network.on(tiny.build(size), classes, freeze_batchnorm=freeze_batchnorm)


def random_weights(size: int, classes: int, seed: int) -> Weights:
    """Return the weights with which Keras builds the tiny network."""
    import keras

    keras.utils.set_random_seed(seed)
    return weights_of(classifier(tiny.build(size), classes, seed=seed))


def source_weights(runner: Runner, source: str, size: int) -> Weights:
    """Train the tiny network on a source, and return its weights."""
    data = images(source, size, "train")
    net = runner.once(network, size, data.classes, False)
    net.begin(SOURCE_SEED, random_weights(size, data.classes, SOURCE_SEED))
    list(train(net, data, learning_rate=3e-3, steps=SETTINGS["source_steps"], seed=SOURCE_SEED))
    return weights_of(net.model)


def photographs(weights: str | None) -> Any:
    """Return EfficientNet-Lite0."""
    import keras

    keras.utils.set_random_seed(0)
    return backbone("efficientnet-lite0", size=96, weights=weights)


def features(runner: Runner, task: str, source: str, seed: int, split: str) -> Examples:
    """Return the features of a source; the random ones of the tiny network are those of the seed."""
    if source == "photographs" or task == "emoji":
        base = runner.once(photographs, None if source == "random" else "imagenet")
        return describe(base, runner.once(images, task, 96, split))
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


def measure(runner: Runner, trial: Trial) -> list[dict[str, Any]]:
    """Learn a task from few labels, from scratch or with transfer.

    ``scratch``: the tiny network from random weights. ``pixels``: logistic regression on the pixels. ``frozen``:
    logistic regression on the features of the source. ``tuned``: a new head, and all layers of the tiny network train
    (of EfficientNet-Lite0 those above ``block5c``), BatchNorm frozen. ``head kept``: the same with the head of the
    source, which has the same classes.
    """
    if trial.method in ("frozen", "pixels"):
        return [{"step": 0, **probed(runner, trial)}]
    if trial.source == "photographs":
        return [{"step": 0, **tuned_photographs(runner, trial)}]
    curve = trial.task == "digits" and trial.per_class == CURVE_BUDGET and (trial.source, trial.method) in CURVES
    return learning_curve(runner, trial, "held out", CURVE_STEPS if curve else ())


def probed(runner: Runner, trial: Trial) -> dict[str, float]:
    """Train a linear classifier on pixels or frozen features."""
    if trial.method == "pixels":
        train_, test = (runner.once(pixels, trial.task, split) for split in ("train", "held out"))
    else:
        # a trained source is the same whatever the seed
        of = trial.task, trial.source, trial.seed if trial.source == "random" and trial.task != "emoji" else 0
        train_, test = (runner.once(features, runner, *of, split) for split in ("train", "held out"))
    few = train_.sample(trial.per_class, trial.seed)
    return {"accuracy": probe(few, test), "train_accuracy": probe(few, few)}


def tuned_photographs(runner: Runner, trial: Trial) -> dict[str, float]:
    """Tune EfficientNet-Lite0 above ``block5c``."""
    how = SETTINGS["photographs_tuned"]
    data = {split: runner.once(images, trial.task, 96, split) for split in ("train", "held out")}
    net = runner.once(upper_part, data["train"].classes)
    train_, test = (runner.once(net.prepare, examples) for examples in data.values())
    few = train_.sample(trial.per_class, trial.seed)
    net.begin(trial.seed)
    training = {k: how[k] for k in ("learning_rate", "epochs", "batch_size")}
    net.fit(few, **training, late_drop=True)
    return {"accuracy": net.accuracy(test), "train_accuracy": net.accuracy(few)}


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
        head = known if trial.method == "head kept" else start
        start = {**known, "head": head["head"]}
    net = runner.once(network, size, data.classes, not scratch)
    net.begin(trial.seed, start)
    learning_rates = SETTINGS["learning_rate"]
    learning_rate = trial.learning_rate or learning_rates[f"{trial.task}, scratch" if scratch else "tuned"]
    return [
        {
            "step": step,
            "accuracy": net.accuracy(test, batch_size=250),
            "train_accuracy": net.accuracy(few, batch_size=250),
        }
        for step in train(net, few, learning_rate=learning_rate, steps=SETTINGS["steps"], seed=trial.seed, stops=stops)
    ]


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
    """Return the accuracy on validation images, with a seed that is used for nothing else."""
    (end,) = learning_curve(runner, trial, "validation", ())
    return {"validation": end["accuracy"]}


CHOICE = [
    trial
    for task, source, method in (
        ("emoji", "none", "scratch"),
        *(("digits", *curve) for curve in CURVES),
        ("digits", "clothes", "tuned"),
    )
    for trial in grid(
        task=task, source=source, method=method, per_class=CURVE_BUDGET, learning_rate=(1e-3, 3e-3), seed=len(SEEDS)
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
RATES = Experiment(
    "why_transfer",
    "learning_rates",
    "Accuracy on validation images by learning rate, with which the rates were chosen",
    CHOICE,
    choose,
    SETTINGS,
    digits=4,
    agree={"validation": 0.08},
)
EXPERIMENTS = (LABELS, RATES)
