"""Accuracy by the number of labels, from scratch and with transfer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from ...course.experiments import Examples, Experiment, Runner, Trainer, Trial, Weights, grid, weights_of

__all__ = ["BUDGETS", "CURVE_BUDGET", "CURVE_STEPS", "EXPERIMENTS", "LABELS", "SETTINGS"]

SEEDS = range(5)
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

DATA = {"typeset": "simulated_digits", "few typeset": "simulated_digits", "clothes": "fashion_mnist"}
"""Data set of what is not handwritten digits: sources of 200 typeset digits per class, 10 of them, 400 clothes."""


def images(name: str, size: int, *splits: str) -> Examples:
    """Return splits of a task or a source."""
    from ...course.experiments import load_examples

    emoji = name == "emoji"
    data = load_examples("styles" if emoji else DATA.get(name, "digits"), "noto" if emoji else None, size=size, splits=splits)
    if name == "digits inverted":
        return Examples(255 - data.x, data.y)
    return data.sample(10, 0) if name == "few typeset" else data


def held_out(name: str, size: int) -> Examples:
    """Return what a task is measured on: nothing was chosen by the validation emoji, so they count as well."""
    return images(name, size, *(("validation", "test") if name == "emoji" else ("test",)))


def network(size: int, classes: int, freeze_batchnorm: bool) -> Trainer:
    """Return the tiny network, to be trained."""
    from ...models import tiny

    return Trainer.on(tiny.build(size), classes, freeze_batchnorm=freeze_batchnorm)


def random_weights(size: int, classes: int, seed: int) -> Weights:
    """Return the weights with which Keras builds the tiny network."""
    import keras

    from ...models import classifier, tiny

    keras.utils.set_random_seed(seed)
    return weights_of(classifier(tiny.build(size), classes, seed=seed))


def source_weights(runner: Runner, source: str, size: int) -> Weights:
    """Train the tiny network on a source, and return its weights."""
    data = runner.once(images, source, size, "train")
    trainer = runner.once(network, size, data.classes, False)
    trainer.begin(100, runner.once(random_weights, size, data.classes, 100))
    for _ in train(trainer, data, learning_rate=3e-3, steps=SETTINGS["source_steps"], seed=100):
        pass
    return weights_of(trainer.model)


def train(
    trainer: Trainer, data: Examples, *, learning_rate: float, steps: int, seed: int, stops: Sequence[int] = ()
) -> Iterator[int]:
    """Train for a number of steps, whatever the number of images; yield the steps taken at each stop and at the end."""
    batch, drop = min(SETTINGS["batch_size"], len(data)), round(0.6 * steps)
    rng = np.random.default_rng([seed, 1])
    order = np.concatenate([rng.permutation(len(data)) for _ in range(-(-steps * batch // len(data)))])
    at = 0
    for stop in sorted({*stops, drop, steps}):
        if stop > at:
            part = data[order[at * batch : stop * batch]]
            trainer.fit(part, learning_rate=learning_rate / (1 if at < drop else 10), batch_size=batch, shuffle=False)
            at = stop
        if at in stops or at == steps:
            yield at


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
    size = SETTINGS["size"][trial.task]
    test = runner.once(held_out, trial.task, size)
    return learning_curve(runner, trial, test, CURVE_STEPS if curve else ())


def learning_curve(runner: Runner, trial: Trial, test: Examples, stops: Sequence[int]) -> list[dict[str, Any]]:
    """Train the tiny network, and measure it at every stop and at the end."""
    size, scratch = SETTINGS["size"][trial.task], trial.method == "scratch"
    data = runner.once(images, trial.task, size, "train")
    few = data.sample(trial.per_class, trial.seed)
    start = dict(runner.once(random_weights, size, data.classes, trial.seed))
    if not scratch:
        learnt = runner.once(source_weights, runner, trial.source, size)
        start |= {name: learnt[name] for name in start if name != "head" or trial.method == "head kept"}
    rates = SETTINGS["learning_rate"]
    rate = trial.learning_rate or rates[f"{trial.task}, scratch" if scratch else "tuned"]
    trainer = runner.once(network, size, data.classes, not scratch)
    trainer.begin(trial.seed, start)
    return [
        {
            "step": step,
            "accuracy": trainer.accuracy(test, batch_size=250),
            "train_accuracy": trainer.accuracy(few, batch_size=250),
        }
        for step in train(
            trainer, few, learning_rate=rate, steps=SETTINGS["steps"], seed=trial.seed, stops=stops
        )
    ]


def probed(runner: Runner, trial: Trial) -> dict[str, float]:
    """Return the accuracies of a linear classifier on pixels or frozen features."""
    from ...training import probe

    train, test = described(runner, trial)
    few = train.sample(trial.per_class, trial.seed)
    return {"accuracy": probe(few.x, few.y, test.x, test.y), "train_accuracy": probe(few.x, few.y, few.x, few.y)}


def described(runner: Runner, trial: Trial) -> tuple[Examples, Examples]:
    """Return training and held-out images of a task as numbers: their pixels, or the features of a source."""
    if trial.method == "pixels":
        both = (runner.once(part, trial.task, SETTINGS["pixels"][trial.task]) for part in (training, held_out))
        channels = 3 if trial.task == "emoji" else 1  # the digits are grey
        train, test = (Examples(d.x[..., :channels].reshape(len(d), -1) / 255, d.y) for d in both)
        return train, test
    if trial.source == "photographs" or trial.task == "emoji":
        weights = "imagenet" if trial.source == "photographs" else None
        return runner.once(features_of_photographs, runner, trial.task, weights)
    seed = trial.seed if trial.source == "random" else -1
    return runner.once(features_of_tiny, runner, trial.task, trial.source, seed)


def training(task: str, size: int) -> Examples:
    """Return the training images of a task."""
    return images(task, size, "train")


def features_of_photographs(runner: Runner, task: str, weights: str | None) -> tuple[Examples, Examples]:
    """Return the features of EfficientNet-Lite0, or of the same network with random weights."""
    import keras

    from ...models import backbone
    from ...training import features

    keras.utils.set_random_seed(0)
    base = backbone("efficientnet-lite0", size=96, weights=weights)
    train, test = (runner.once(part, task, 96) for part in (training, held_out))
    return Examples(features(base, train.x), train.y), Examples(features(base, test.x), test.y)


def features_of_tiny(runner: Runner, task: str, source: str, seed: int) -> tuple[Examples, Examples]:
    """Return the features of the tiny network as a source has left it; ``random``: as it is born."""
    from ...models import tiny
    from ...training import features

    size = SETTINGS["size"][task]
    train, test = (runner.once(part, task, size) for part in (training, held_out))
    if source == "random":
        weights = runner.once(random_weights, size, train.classes, seed)
    else:
        weights = runner.once(source_weights, runner, source, size)
    base = runner.once(tiny.build, size)
    for layer in base.layers:
        layer.set_weights(weights.get(layer.name, []))
    return Examples(features(base, train.x, batch=250), train.y), Examples(features(base, test.x, batch=250), test.y)


def lite0(classes: int) -> Trainer:
    """Return EfficientNet-Lite0 with its lower part frozen, to be trained."""
    from ...models import backbone

    frozen_to = SETTINGS["photographs_tuned"]["frozen_to"]
    return Trainer.on(backbone("efficientnet-lite0", size=96), classes, frozen_to=frozen_to)


def tuned_photographs(runner: Runner, trial: Trial) -> dict[str, float]:
    """Tune EfficientNet-Lite0 above ``block5c``."""
    how = SETTINGS["photographs_tuned"]
    images_, held = (runner.once(part, trial.task, 96) for part in (training, held_out))
    trainer = runner.once(lite0, images_.classes)
    train, test = (runner.once(trainer.prepare, examples) for examples in (images_, held))
    few = train.sample(trial.per_class, trial.seed)
    trainer.begin(trial.seed)
    trainer.fit(
        few, learning_rate=how["learning_rate"], epochs=how["epochs"], batch_size=how["batch_size"], late_drop=True
    )
    return {"accuracy": trainer.accuracy(test), "train_accuracy": trainer.accuracy(few)}


# ---------------------------------------------------------------- the learning rates


def choose(runner: Runner, trial: Trial) -> dict[str, float]:
    """Return the accuracy on validation images, with a seed that is used for nothing else."""
    validation = runner.once(images, trial.task, SETTINGS["size"][trial.task], "validation")
    *_, last = learning_curve(runner, trial, validation, ())
    return {"validation": last["accuracy"]}


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
