"""What BatchNorm costs in fine-tuning, by what is done about it."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...course.experiments import (
    Examples,
    Experiment,
    Network,
    Runner,
    Trial,
    describe,
    grid,
    load_examples,
    new_head,
    probe,
)
from ...models import backbone
from ...models.structure import is_batchnorm
from .idioms import assemble

__all__ = ["BATCH_SIZES", "COSTS", "EXPERIMENTS", "LEFT_FREE", "METHODS", "SETTINGS", "STATISTICS"]

SEEDS = range(5)
SETTINGS: dict[str, Any] = {
    "backbone": "efficientnet-lite0",
    "data": "styles",
    "domain": "noto",
    "size": 64,
    "per_class": 10,
    "learning_rate": 2e-4,
    "epochs": 12,
}
DATA: dict[str, Any] = {"name": "styles", "domain": SETTINGS["domain"], "size": SETTINGS["size"]}
METHODS = ("left free", "nested, training=False", "subclassed, training=False", "trainable=False")
"""What is done about the BatchNorm layers of a base that is fine-tuned."""
LEFT_FREE = METHODS[0]
BATCH_SIZES = (8, 32)


# ---------------------------------------------------------------- images and networks


def sample(seed: int) -> Examples:
    """Return the training drawings of a seed."""
    return load_examples(**DATA, per_class=SETTINGS["per_class"], seed=seed)


def held_out() -> Examples:
    """Return what is measured on: validation and test drawings, because nothing is chosen by them."""
    return load_examples(**DATA, splits=("validation", "test"))


def network() -> Any:
    """Return the pretrained base."""
    return backbone(SETTINGS["backbone"], size=SETTINGS["size"])


def norms(base: Any) -> list[Any]:
    """Return the BatchNorm layers of a base."""
    return [layer for layer in base.layers if is_batchnorm(layer)]


def classifier(method: str, momentum: float, classes: int) -> tuple[Any, Network]:
    """Return a base, and the classifier that is put together with it by one of :data:`METHODS`."""
    import keras

    base = network()
    for layer in norms(base):
        layer.momentum, layer.trainable = momentum, method != "trainable=False"
    head = keras.Sequential([keras.layers.GlobalAveragePooling2D(), keras.layers.Dense(classes, "softmax")])
    head.build(base.outputs[0].shape)
    # flat and nested take the same steps, so what is not subclassed is nested
    model = "subclassed" if method.startswith("subclassed") else "nested"
    return base, Network(assemble(model, base, head, False if "training=" in method else None), metrics=["accuracy"])


def recalibrate(base: Any, x: Any) -> None:
    """Replace all running statistics by those of these images, taken as one batch, under the weights of now."""
    layers = norms(base)
    usual = [layer.momentum for layer in layers]
    for layer in layers:
        layer.momentum = 0.0
    base(np.asarray(x, "float32"), training=True)
    for layer, momentum in zip(layers, usual, strict=True):
        layer.momentum = momentum


# ---------------------------------------------------------------- one trial


def tune(runner: Runner, trial: Trial) -> dict[str, Any]:
    """Fine-tune EfficientNet-Lite0 on a few drawings: all of it trains, but for what the method freezes."""
    few, test = sample(trial.seed), runner.once(held_out)
    base, net = runner.once(classifier, trial.method, trial["momentum"], few.classes)
    net.begin(trial.seed, head=None)
    new_head(net.model.layers[-1], trial.seed)
    before = [layer.get_weights()[2:] for layer in norms(base)]
    training = {k: SETTINGS[k] for k in ("learning_rate", "epochs")}
    history = net.fit(few, **training, batch_size=trial["batch_size"], late_drop=True)
    pairs = zip(before, (layer.get_weights()[2:] for layer in norms(base)), strict=True)
    changed = sum(not all(map(np.array_equal, old, new)) for old, new in pairs)
    row = {
        "fit_accuracy": float(history["accuracy"][-1]),
        "train_accuracy": net.accuracy(few),
        "accuracy": net.accuracy(test),
    }
    if changed:
        recalibrate(base, few.x)
    return {**row, "recalibrated": net.accuracy(test) if changed else None, "changed": changed}


def replace(runner: Runner, trial: Trial) -> dict[str, Any]:
    """Probe the pretrained features before and after the running statistics are those of the drawings."""
    few, test = sample(trial.seed), runner.once(held_out)
    base = runner.once(network)
    start = base.get_weights()
    before = probe(describe(base, few), describe(base, test))
    recalibrate(base, few.x)
    after = probe(describe(base, few), describe(base, test))
    base.set_weights(start)
    return {"accuracy": before, "recalibrated": after, "changed": len(norms(base))}


def facts(runner: Runner) -> dict[str, Any]:
    """Return what the accuracies are to be seen against."""
    import keras

    y = runner.once(held_out).y
    commonest = round(float(np.bincount(y).max() / len(y)), 5)
    layers = len(norms(runner.once(network)))
    return {"held_out": len(y), "commonest_class": commonest, "layers": layers, "keras": keras.__version__}


# ---------------------------------------------------------------- the plans

COSTS = Experiment(
    "batchnorm_trap",
    "costs",
    "What BatchNorm costs in fine-tuning",
    [
        *grid(method=METHODS, batch_size=BATCH_SIZES, momentum=0.99, seed=SEEDS),
        *grid(method=LEFT_FREE, batch_size=BATCH_SIZES, momentum=0.9, seed=SEEDS),
    ],
    tune,
    SETTINGS,
    facts=facts,
    again=grid(method=LEFT_FREE, batch_size=32, momentum=0.99, seed=2),
    agree={"fit_accuracy": 0.08, "accuracy": 0.08, "changed": 0},  # 12 of 154 drawings
)
STATISTICS = Experiment(
    "batchnorm_trap",
    "statistics",
    "Nothing is trained but a probe, and the running statistics are replaced by those of its training drawings",
    grid(seed=SEEDS),
    replace,
    SETTINGS,
    again=grid(seed=1),
    agree={"accuracy": 0.03, "recalibrated": 0.03, "changed": 0},
)
EXPERIMENTS = (COSTS, STATISTICS)
