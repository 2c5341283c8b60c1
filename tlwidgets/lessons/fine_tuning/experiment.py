"""Fine-tuning everything: at which rate, with which head, for how long, and what it forgets."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...course.experiments import Examples, Experiment, Network, Runner, Trial, grid, load_examples, new_head
from ...models import backbone, classifier, freeze
from .sharing import MITIGATIONS, SourceAndTarget, forget, two_heads

__all__ = [
    "EXPERIMENTS",
    "FORGETTING",
    "GRADIENTS",
    "LEARNING_RATES",
    "LONG",
    "RATES",
    "factors",
    "measured_on",
    "new_head",
    "train_head",
]

SEEDS = range(5)
SETTINGS: dict[str, Any] = {
    "backbone": "efficientnet-lite0",
    "data": "styles",
    "domain": "openmoji_black",
    "size": 64,
    "per_class": 20,
    "epochs": 10,
    "batch_size": 20,
    "head_epochs": 100,
    "head_learning_rate": 3e-3,
}
"""Of the larger network. The head alone is given enough to converge, on features that are computed once."""
HEADS = ("new", "trained")
LEARNING_RATES = (1e-4, 3e-4, 1e-3)
"""Of Adam, everything tuned."""
HEAD_ALONE = (1e-4, 1e-3, 1e-2, 1e-1)
SLOWER_BELOW = round(100 ** (1 / 9), 3)
"""Each part at a rate so many times smaller than the part above it: a hundredfold from the head to the stem."""


def factors(parts: Sequence[str]) -> dict[str, float]:
    """Return part of a network, last part first → what its rate is multiplied by: from 1 to 0.01."""
    last = len(parts) - 1
    return {part: 100 ** ((i - last) / last) for i, part in reversed(list(enumerate(parts)))}


def measured_on(model: Any, x: Any, labels: NDArray[Any]) -> tuple[float, float]:
    """Return accuracy and mean cross-entropy of a classifier."""
    from ...training.extraction import forward

    (scores,) = forward(model, x)
    right = np.clip(scores[np.arange(len(labels)), labels].astype("float64"), 1e-7, 1.0)
    return float((scores.argmax(axis=1) == labels).mean()), float(-np.log(right).mean())


def train_head(
    model: Any,
    x: Any,
    y: Any,
    *,
    seed: int,
    learning_rate: float = SETTINGS["head_learning_rate"],
    epochs: int = SETTINGS["head_epochs"],
) -> None:
    """Give a classifier a new head and train it alone, on features that are computed once.

    Parameters
    ----------
    model
        A classifier made by :func:`tlwidgets.classifier`. Only its layer ``head`` changes.
    x, y
        Images and labels.
    seed
        Of the new head and the order of the images.
    learning_rate, epochs
        For Adam, in batches of 20; a tenth of the rate in the last 40 % of the epochs.
    """
    import keras

    from ...training.extraction import forward

    new_head(model, seed)
    head = model.get_layer("head")
    (features,) = forward(keras.Model(model.inputs, head.input), x)
    alone = keras.Sequential([keras.Input(features.shape[1:]), keras.layers.Dense(head.units, "softmax", name="head")])
    net = Network(alone)
    net.begin(seed)
    net.fit(
        Examples(features, np.asarray(y)),
        learning_rate=learning_rate,
        epochs=epochs,
        batch_size=SETTINGS["batch_size"],
        late_drop=True,
    )
    head.set_weights(alone.get_weights())


# ---------------------------------------------------------------- the larger network


def drawings(split: str) -> Examples:
    """Return black line drawings."""
    return load_examples("styles", SETTINGS["domain"], size=SETTINGS["size"], splits=(split,))


def network(optimizer: str, slower_below: float, classes: int) -> Network:
    """Return EfficientNet-Lite0 with a new head; everything trains but BatchNorm, which is frozen."""
    import keras

    from ...training.optimizers import FlatAdam
    from ...training.recipes import discriminative

    model = classifier(backbone(SETTINGS["backbone"], size=SETTINGS["size"]), classes)
    freeze(model, None)
    pattern = FlatAdam() if optimizer == "adam" else keras.optimizers.SGD(momentum=0.9)
    return Network(model, optimizer=pattern if slower_below == 1 else discriminative(model, pattern, slower_below))


def begun(runner: Runner, trial: Trial, **made: Any) -> tuple[Network, Examples]:
    """Return the network with the trial's head, and its labelled drawings."""
    train = runner.once(drawings, "train")
    few = train.sample(SETTINGS["per_class"], trial.seed)
    net = runner.once(network, made.get("optimizer", "adam"), made.get("slower_below", 1.0), train.classes)
    net.begin(trial.seed)
    if trial["head"] == "trained":
        train_head(net.model, few.x, few.y, seed=trial.seed)
    return net, few


def tune(runner: Runner, trial: Trial) -> dict[str, float]:
    """Train everything, or the head alone, for ten epochs at a learning rate.

    ``before``: test accuracy before it (chance with a new head). ``changed``: distance of the base's weights from the
    pretrained ones, as a share of their length.
    """
    import keras

    net, few = begun(runner, trial, optimizer=trial["optimizer"], slower_below=trial["slower_below"])
    held_out = {split: runner.once(drawings, split) for split in ("validation", "test")}
    body = [v for v in net.model.trainable_variables if not v.path.startswith("head/")]
    start = [np.asarray(v).copy() for v in body]
    rate, epochs = trial.learning_rate, SETTINGS["epochs"]
    before = 1 / few.classes
    if trial["head"] == "trained":
        before, _ = measured_on(net.model, held_out["test"].x, held_out["test"].y)
    if trial.method == "head":
        train_head(net.model, few.x, few.y, seed=trial.seed, learning_rate=rate, epochs=epochs)
        before, _ = measured_on(net.model, held_out["test"].x, held_out["test"].y)
    else:
        keras.utils.set_random_seed(trial.seed)
        net.fit(few, learning_rate=rate, epochs=epochs, batch_size=SETTINGS["batch_size"], late_drop=True)
    after = {name: measured_on(net.model, e.x, e.y) for name, e in {"train": few, **held_out}.items()}
    moved = [(np.asarray(v) - then).astype("float64") for v, then in zip(body, start, strict=True)]
    far = np.sqrt(sum(float((step**2).sum()) for step in moved))
    length = np.sqrt(sum(float((then.astype("float64") ** 2).sum()) for then in start))
    return {
        "before": before,
        **{name: accuracy for name, (accuracy, _) in after.items()},
        "train_loss": after["train"][1],
        "test_loss": after["test"][1],
        "changed": float(far / length),
    }


def gradients(runner: Runner, trial: Trial) -> list[dict[str, Any]]:
    """Measure the gradient in every part of the network, mean over batches of 20; nothing is trained but the head."""
    from ...training.recipes import gradient_norms

    net, few = begun(runner, trial)
    found = gradient_norms(net.model, few.x.astype("float32"), few.y, batch_size=SETTINGS["batch_size"])
    return [{"part": part, "norm": norm} for part, norm in zip(found.parts, found.norms, strict=True)]


_TUNED: dict[str, Any] = {"method": "everything", "optimizer": "adam", "slower_below": 1.0}
RATES = Experiment(
    "fine_tuning",
    "rates",
    "Accuracy by learning rate, head and optimizer",
    [
        *grid(method="head", head="new", optimizer="adam", slower_below=1.0, learning_rate=HEAD_ALONE, seed=SEEDS),
        *grid(**_TUNED, head=HEADS, learning_rate=LEARNING_RATES, seed=SEEDS),
        *grid(**{**_TUNED, "slower_below": SLOWER_BELOW}, head="new", learning_rate=1e-3, seed=SEEDS),
        *grid(**{**_TUNED, "optimizer": "sgd"}, head=HEADS, learning_rate=1e-3, seed=SEEDS),
    ],
    tune,
    SETTINGS,
    again=grid(method="head", head="new", optimizer="adam", slower_below=1.0, learning_rate=1e-3, seed=0),
    agree={"test": 0.03, "changed": 0},
)
GRADIENTS = Experiment(
    "fine_tuning",
    "gradients",
    "Size of the gradient by part of the network",
    grid(head=HEADS, seed=SEEDS),
    gradients,
    SETTINGS,
    again=grid(head="trained", seed=0),
    agree={"norm": 0.05},
)


# ---------------------------------------------------------------- for longer and longer

LONG_SETTINGS: dict[str, Any] = {"network": "tiny", "size": 32, "learning_rate": 1e-3, "batch_size": 20}
TARGETS = {"styles": ("noto", "styles", 20), "digits": (None, "fashion_mnist", 10)}
"""Target → domain, what the tiny network was trained on, labelled images per class."""
EPOCHS_LOOKED_AT = (1, 2, 3, 5, 8, 12, 20, 30, 50)


def target(name: str, split: str) -> Examples:
    """Return images of a target."""
    return load_examples(name, TARGETS[name][0], size=LONG_SETTINGS["size"], splits=(split,))


def small(source: str, classes: int) -> Network:
    """Return the tiny network with a new head; everything trains but BatchNorm, which is frozen."""
    return Network.on(backbone("tiny", size=LONG_SETTINGS["size"], weights=source), classes)


def tune_long(runner: Runner, trial: Trial) -> list[dict[str, Any]]:
    """Train everything for 50 epochs at a rate that stays the same, and look at it on the way."""
    import keras

    from ...training.recipes import Batches

    parts = {split: runner.once(target, trial.task, split) for split in ("train", "validation", "test")}
    net = runner.once(small, TARGETS[trial.task][1], parts["train"].classes)
    parts["train"] = parts["train"].sample(trial.per_class, trial.seed)
    rows: list[dict[str, Any]] = []

    def look(epoch: int, logs: Any = None) -> None:
        if epoch + 1 in EPOCHS_LOOKED_AT:
            row: dict[str, Any] = {"epoch": epoch + 1}
            for name, examples in parts.items():
                row[name], row[f"{name}_loss"] = measured_on(net.model, examples.x, examples.y)
            rows.append(row)

    x, y = parts["train"].x.astype("float32"), parts["train"].y
    net.begin(trial.seed)
    net.fit(
        Batches(x, y, batch_size=LONG_SETTINGS["batch_size"], seed=trial.seed),
        learning_rate=LONG_SETTINGS["learning_rate"],
        epochs=EPOCHS_LOOKED_AT[-1],
        shuffle=False,
        callbacks=[keras.callbacks.LambdaCallback(on_epoch_end=look)],
    )
    return rows


LONG = Experiment(
    "fine_tuning",
    "long_tuning",
    "Accuracy and loss by number of epochs",
    [t for name, (_, _, n) in TARGETS.items() for t in grid(task=name, per_class=n, seed=SEEDS)],
    tune_long,
    LONG_SETTINGS,
    agree={"test": 0.1, "test_loss": 0.5},
)


# ---------------------------------------------------------------- what is forgotten

FORGETTING_SETTINGS: dict[str, Any] = {
    "network": "tiny, fashion_mnist",
    "source": "fashion_mnist",
    "target": "digits",
    "per_class": 10,
}


def keep_or_forget(runner: Runner, trial: Trial) -> dict[str, float]:
    """Tune the network with two heads on digits, then ask it about clothes."""
    model, tasks = runner.once(two_heads), runner.once(SourceAndTarget)
    return forget(
        model,
        tasks,
        mitigation=trial.method,
        strength=trial["strength"],
        learning_rate=trial.learning_rate,
        seed=trial.seed,
        per_class=FORGETTING_SETTINGS["per_class"],
    )


def before(runner: Runner) -> dict[str, Any]:
    """Return what the network knew of its source, and on how many images that is measured."""
    tasks = runner.once(SourceAndTarget)
    source, _ = tasks.accuracy(runner.once(two_heads))
    return {"source_before": round(source, 5), "held_out_source": len(tasks.source.test.y)}


_NONE, _FROZEN, _PENALTY, _REPLAY = MITIGATIONS
FORGETTING = Experiment(
    "fine_tuning",
    "forgetting",
    "Accuracy on source and target by learning rate and mitigation",
    [
        *grid(method=_NONE, strength=0.0, learning_rate=(3e-4, 1e-3, 1e-2), seed=SEEDS),
        *grid(method=_FROZEN, strength=0.0, learning_rate=1e-2, seed=SEEDS),
        *grid(method=_PENALTY, strength=(0.1, 1.0, 10.0), learning_rate=1e-3, seed=SEEDS),
        *grid(method=_REPLAY, strength=(2.0, 10.0), learning_rate=1e-3, seed=SEEDS),
    ],
    keep_or_forget,
    FORGETTING_SETTINGS,
    before,
    again=[
        *grid(method=_NONE, strength=0.0, learning_rate=1e-3, seed=0),
        *grid(method=_REPLAY, strength=2.0, learning_rate=1e-3, seed=0),
    ],
    agree={"source_accuracy": 0.08, "target_accuracy": 0.06, "changed": 0.015},
)
EXPERIMENTS = (RATES, GRADIENTS, LONG, FORGETTING)
