"""How deep to freeze, how much of a pretrained network must be kept, and which end of it."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...course.experiments import Examples, Experiment, Network, Runner, Trial, Weights, grid, load_examples, weights_of
from ...models import backbone, classifier, cut

__all__ = ["DEPTH", "EXPERIMENTS", "HEAD", "INHERIT", "NOTHING", "SCRATCH", "SHORTEN", "TASKS"]

SEEDS = range(5)
TASKS = ("noto", "openmoji_black")
"""Domains of *styles*: coloured emoji and black line drawings."""
NOTHING = "nothing"
"""What a depth is called at which no block is frozen."""
ENDS = ("first", "last")
DEPTH_SETTINGS: dict[str, Any] = {
    "backbone": "efficientnet-lite0",
    "size": 96,
    "per_class": 20,
    "epochs": 15,
    "batch_size": 20,
}
TINY_SETTINGS: dict[str, Any] = {"backbone": "tiny", "source": "styles", "size": 32, "per_class": 20, "batch_size": 20}
TUNED: dict[str, Any] = {**TINY_SETTINGS, "epochs": 20, "learning_rate": 1e-3}
SCRATCH_SETTINGS: dict[str, Any] = {**TINY_SETTINGS, "source": "none", "epochs": 60}
EARLY = 3
"""How many epochs count as early."""


def drawings(domain: str, size: int, split: str) -> Examples:
    """Return drawings: ``"train"``, or ``"held out"``, validation and test together, as nothing is chosen by them."""
    splits = ("train",) if split == "train" else ("validation", "test")
    return load_examples("styles", domain, size=size, splits=splits)


def held_out(runner: Runner) -> dict[str, int]:
    """Return how many drawings the accuracies are measured on."""
    return {"held_out": len(runner.once(drawings, TASKS[0], 32, "held out"))}


# ---------------------------------------------------------------- how deep


def frozen_to(depth: str, classes: int) -> Network:
    """Return EfficientNet-Lite0 with a new head, frozen up to a block."""
    base = backbone("efficientnet-lite0", size=DEPTH_SETTINGS["size"])
    return Network.on(base, classes, frozen_to=None if depth == NOTHING else depth)


def tune(runner: Runner, trial: Trial) -> dict[str, Any]:
    """Fine-tune what is not frozen, BatchNorm frozen throughout."""
    data = {split: runner.once(drawings, trial.task, 96, split) for split in ("train", "held out")}
    net = runner.once(frozen_to, trial["frozen_to"], data["train"].classes)
    train, test = (runner.once(net.prepare, examples) for examples in data.values())
    few = train.sample(trial.per_class, trial.seed)
    net.begin(trial.seed)
    training = {k: DEPTH_SETTINGS[k] for k in ("epochs", "batch_size")}
    net.fit(few, learning_rate=trial.learning_rate, **training, late_drop=True)
    return {
        "trainable_params": net.trainable_params,
        "accuracy": net.accuracy(test),
        "train_accuracy": net.accuracy(few),
    }


# ---------------------------------------------------------------- how much, and which end


def mixed_weights(end: str, layers: int, seed: int) -> Weights:
    """Return the weights of the tiny network: pretrained at the first or last convolutions, random at the others."""
    known, random = (
        weights_of(backbone("tiny", size=32, weights=weights, seed=seed)) for weights in (TUNED["source"], None)
    )
    # a convolution and its BatchNorm layer have one name, up to the last word
    parts = list(dict.fromkeys(name.rsplit("_", 1)[0] for name in known))
    chosen = parts[:layers] if end == "first" else parts[len(parts) - layers :]
    return {name: known[name] if name.rsplit("_", 1)[0] in chosen else random[name] for name in known}


def whole(classes: int) -> Network:
    """Return the whole tiny network with a head; everything and BatchNorm train."""
    return Network.on(backbone("tiny", size=32, weights=None), classes, freeze_batchnorm=False)


def shortened(end: str, blocks: int, classes: int) -> Any:
    """Return the first or last blocks of the tiny network with a head.

    In place of early blocks that are taken away the image is shrunk to the size that the next block expects, and one
    new 1 x 1 convolution with BatchNorm makes as many channels.
    """
    import keras

    base = backbone("tiny", size=32, weights=TUNED["source"])
    if end == "first":
        return classifier(cut(base, f"block{blocks}")[0], classes)
    lower, upper = cut(base, f"block{4 - blocks}")
    inputs = keras.Input(base.input.shape[1:])
    side, channels = lower.output.shape[2:]
    x = keras.layers.Rescaling(1 / 64, offset=-2.0)(inputs)
    x = keras.layers.AveragePooling2D(32 // side)(x)
    x = keras.layers.Conv2D(channels, 1, use_bias=False, name="adapter_conv")(x)
    x = keras.layers.BatchNormalization(momentum=0.9, name="adapter_bn")(x)
    return classifier(keras.Model(inputs, upper(keras.layers.ReLU(name="adapter_relu")(x))), classes)


def short(end: str, blocks: int, classes: int) -> Network:
    """Return the shortened network, to be trained."""
    return Network(shortened(end, blocks, classes))


def train(
    runner: Runner, trial: Trial, net: Network, weights: Weights, *, learning_rate: float, epochs: int
) -> dict[str, Any]:
    """Train everything from given weights."""
    few = load_examples("styles", trial.task, size=32, per_class=TUNED["per_class"], seed=trial.seed)
    net.begin(trial.seed, weights)
    history = net.fit(few, learning_rate=learning_rate, epochs=epochs, batch_size=TUNED["batch_size"], late_drop=True)
    return {
        "params": net.model.count_params(),
        "accuracy": net.accuracy(runner.once(drawings, trial.task, 32, "held out")),
        "early_loss": float(np.mean(history["loss"][:EARLY])),
    }


def inherit(runner: Runner, trial: Trial) -> dict[str, Any]:
    """Give pretrained weights to the first or the last convolutions only, random ones to the others; train all."""
    weights = mixed_weights(trial["end"], trial["layers"], trial.seed)
    net = runner.once(whole, 6)
    return train(runner, trial, net, weights, learning_rate=TUNED["learning_rate"], epochs=TUNED["epochs"])


def shorten(runner: Runner, trial: Trial) -> dict[str, Any]:
    """Keep only the first or the last blocks, of three convolutions each; train all."""
    import keras

    shape = trial["end"], trial["layers"] // 3, 6
    net = runner.once(short, *shape)
    keras.utils.set_random_seed(trial.seed)
    made = shortened(*shape).layers  # with another adapter for every seed
    weights = {mine.name: new.get_weights() for mine, new in zip(net.model.layers, made, strict=True)}
    del weights["head"]
    return train(runner, trial, net, weights, learning_rate=TUNED["learning_rate"], epochs=TUNED["epochs"])


def scratch(runner: Runner, trial: Trial) -> dict[str, Any]:
    """Train the tiny network from random weights, for longer."""
    weights = weights_of(backbone("tiny", size=32, weights=None, seed=trial.seed))
    epochs = SCRATCH_SETTINGS["epochs"]
    return train(runner, trial, runner.once(whole, 6), weights, learning_rate=trial.learning_rate, epochs=epochs)


# ---------------------------------------------------------------- the plans

ABOUT_12 = 12 / 154
"""Twelve drawings of 154 is what rounding in another order may change."""

DEPTH = Experiment(
    "freezing",
    "freeze_depth",
    "Accuracy by freeze depth and learning rate",
    grid(
        task=TASKS,
        frozen_to=(NOTHING, "block2b", "block4c", "block5c", "block6b", "block6d", "top"),
        per_class=DEPTH_SETTINGS["per_class"],
        learning_rate=(2e-4, 1e-3),
        seed=SEEDS,
    ),
    tune,
    DEPTH_SETTINGS,
    held_out,
    digits=16,
    again=grid(task="openmoji_black", frozen_to="block6d", per_class=20, learning_rate=1e-3, seed=(0, 1)),
    agree={"accuracy": ABOUT_12, "train_accuracy": 0.1},
)
INHERIT = Experiment(
    "freezing",
    "inherit",
    "Pretrained weights at one end only",
    [
        *grid(task="noto", end="first", layers=(0, 12), seed=SEEDS),
        *grid(task="noto", end=ENDS, layers=(2, 6, 10), seed=SEEDS),
    ],
    inherit,
    TUNED,
    held_out,
    again=grid(task="noto", end="last", layers=2, seed=1),
    agree={"accuracy": ABOUT_12, "params": 0},
)
SHORTEN = Experiment(
    "freezing",
    "shorten",
    "One end of the network only",
    grid(task="noto", end=ENDS, layers=(3, 6, 9), seed=SEEDS),
    shorten,
    TUNED,
    held_out,
    again=grid(task="noto", end="last", layers=6, seed=1),
    agree={"accuracy": ABOUT_12, "params": 0},
)
SCRATCH = Experiment(
    "freezing",
    "scratch",
    "The tiny network from random weights",
    grid(task=TASKS, learning_rate=(1e-3, 3e-3), seed=SEEDS),
    scratch,
    SCRATCH_SETTINGS,
    held_out,
    agree={"accuracy": ABOUT_12},
)
HEAD = Experiment(
    "freezing",
    "head_rates",
    "Accuracy of the head alone by learning rate",
    grid(
        task=TASKS, frozen_to="top", per_class=DEPTH_SETTINGS["per_class"], learning_rate=(3e-3, 1e-2, 3e-2), seed=SEEDS
    ),
    tune,
    DEPTH_SETTINGS,
    held_out,
    digits=16,
    agree={"accuracy": ABOUT_12, "train_accuracy": 0.1},
)
EXPERIMENTS = (DEPTH, INHERIT, SHORTEN, SCRATCH, HEAD)
