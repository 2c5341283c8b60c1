"""What this lesson measures: a plan of trials, and how one of them is made."""

from __future__ import annotations

from typing import Any

import keras

from ...course.experiments import Examples, Experiment, Runner, Trial, describe, grid, load_examples, probe
from ...models import backbone

__all__ = ["DIGITS", "EXPERIMENTS", "LABELS", "METHODS", "SETTINGS"]

SETTINGS: dict[str, Any] = {"network": "tiny", "size": 16}
LABELS = (5, 20)
"""Labels per class."""
METHODS = ("pixels", "random", "features")


def images(split: str) -> Examples:
    """Return handwritten digits."""
    return load_examples("digits", size=SETTINGS["size"], splits=(split,))


def network(method: str) -> Any:
    """Return the small network, which has learnt from drawings, or the same with random weights."""
    if method == "features":
        return backbone(SETTINGS["network"], size=SETTINGS["size"])
    keras.utils.set_random_seed(0)
    return backbone(SETTINGS["network"], size=SETTINGS["size"], weights=None)


def described(runner: Runner, method: str, split: str) -> Examples:
    """Return the digits as a classifier gets them."""
    data = runner.once(images, split)
    if method == "pixels":
        return Examples(data.x[..., 0].reshape(len(data), -1) / 255, data.y)
    return describe(runner.once(network, method), data)


def measure(runner: Runner, trial: Trial) -> dict[str, float]:
    """Train a linear classifier on a few digits; return its accuracy on the test digits."""
    train, test = (runner.once(described, runner, trial.method, split) for split in ("train", "test"))
    return {"accuracy": probe(train.sample(trial.per_class, trial.seed), test)}


DIGITS = Experiment(
    "{{name}}",
    "digits",
    "Accuracy on handwritten digits, from pixels, and from features of a network that is trained or random",
    grid(method=METHODS, per_class=LABELS, seed=range(5)),
    measure,
    SETTINGS,
    digits=4,
    again=grid(method=METHODS, per_class=5, seed=1),
    agree={"accuracy": 0.01},
)
EXPERIMENTS = (DIGITS,)
