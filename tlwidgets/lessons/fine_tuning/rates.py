"""Fine-tuning everything at several learning rates, with a new head and with a trained one (lesson 04)."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...course.experiments import new_head
from ...errors import unknown

__all__ = ["gradient_sizes", "measured_on", "train_head", "tune_at"]

EPOCHS = 10
BATCH = 20
SETTINGS: dict[str, Any] = {
    "backbone": "efficientnet-lite0",
    "size": 64,
    "domain": "openmoji_black",
    "per_class": 20,
}
"""What all trials of ``datasets/rates`` and ``datasets/gradients`` share."""
HEADS = ("new", "trained")
OPTIMIZERS = ("adam", "sgd")
HEAD_EPOCHS, HEAD_RATE = 100, 3e-3
"""What the head alone is given to converge (Adam, on features that are computed once)."""


def measured_on(model: Any, x: Any, labels: NDArray[Any]) -> tuple[float, float]:
    """Return accuracy and mean cross-entropy of a classifier."""
    from ...training.extraction import forward

    (scores,) = forward(model, x)
    right = np.clip(scores[np.arange(len(labels)), labels].astype("float64"), 1e-7, 1.0)
    return float((scores.argmax(axis=1) == labels).mean()), float(-np.log(right).mean())


def _drawn(data: Any, per_class: int, seed: int) -> tuple[NDArray[Any], NDArray[Any]]:
    from ...training import subset

    chosen = subset(data.train.y, per_class, seed)
    return data.train.x[chosen].astype("float32"), data.train.y[chosen]


def train_head(
    model: Any, x: Any, y: Any, *, seed: int, learning_rate: float = HEAD_RATE, epochs: int = HEAD_EPOCHS
) -> NDArray[np.float32]:
    """Give a classifier a new head and train it alone, on features that are computed once.

    Parameters
    ----------
    model
        A classifier made by :func:`tlwidgets.classifier`. Only its layer ``head`` changes.
    x, y
        Images and labels.
    seed
        For the new head and the order of the images.
    learning_rate, epochs
        For Adam, in batches of 20; a tenth of the rate in the last 40 % of the epochs.

    Returns
    -------
    ndarray of float32, (n, channels)
        The features, one row an image.
    """
    import keras

    from ...training.extraction import _pooled, forward
    from ...training.fit import fit
    from ...training.optimizers import FlatAdam
    from ...training.schedule import late_drop

    new_head(model, seed)
    head = model.get_layer("head")
    (features,) = forward(_pooled(model, [head.input]), x)
    alone = keras.Sequential([keras.Input(features.shape[1:]), keras.layers.Dense(head.units, "softmax")])
    alone.set_weights(head.get_weights())
    fit(
        alone, (features, y), epochs=epochs, seed=seed, batch_size=BATCH, optimizer=FlatAdam(learning_rate),
        loss="sparse_categorical_crossentropy", metrics=[], callbacks=[late_drop(learning_rate, epochs)],
    )  # fmt: skip
    head.set_weights(alone.get_weights())
    return features


def _optimizer(name: str, learning_rate: float) -> Any:
    import keras

    from ...training.optimizers import FlatAdam

    if name not in OPTIMIZERS:
        raise unknown("optimizer", name, OPTIMIZERS)
    return FlatAdam(learning_rate) if name == "adam" else keras.optimizers.SGD(learning_rate, momentum=0.9)


def tune_at(
    model: Any,
    data: Any,
    *,
    learning_rate: float,
    seed: int,
    trains: str = "everything",
    head: str = "new",
    optimizer: str = "adam",
    slower_below: float = 1.0,
    per_class: int = 20,
) -> dict[str, Any]:
    """Measure one point: fine-tune a pretrained classifier at a rate, and give it its weights back.

    Ten epochs in batches of 20, a tenth of the rate in the last 40 % of them, BatchNorm frozen throughout.

    Parameters
    ----------
    model
        A classifier made by :func:`tlwidgets.classifier` on a pretrained base.
    data
        What it is tuned on, all training images.
    learning_rate
        Learning rate, that of the head where rates differ.
    seed
        Chooses the images, the new head and the order.
    trains
        ``"everything"`` or ``"head"``.
    head
        ``"new"``: random weights. ``"trained"``: trained alone first, until it has converged.
    optimizer
        ``"adam"``, or ``"sgd"`` with momentum 0.9.
    slower_below
        How many times smaller the rate of each part is than that of the part above it
        (:func:`tlwidgets.training.recipes.discriminative`).
    per_class
        Training images of each class.

    Returns
    -------
    dict
        ``train``, ``validation``, ``test``: accuracies; ``train_loss``, ``test_loss``; ``before``: test accuracy before
        everything was tuned (chance with a new head); ``moved``: distance of the base's weights from the pretrained
        ones, as a share of their length.
    """
    from ...models.surgery import freeze
    from ...training.fit import fit
    from ...training.recipes import discriminative
    from ...training.recipes._parts import unchanged
    from ...training.schedule import late_drop

    if trains not in ("everything", "head"):
        raise unknown("part to train", trains, ("everything", "head"))
    if head not in HEADS:
        raise unknown("head", head, HEADS)
    pattern = _optimizer(optimizer, learning_rate)
    x, y = _drawn(data, per_class, seed)
    names = {"train": (x, y), "validation": (data.validation.x, data.validation.y), "test": (data.test.x, data.test.y)}

    def measure() -> dict[str, tuple[float, float]]:
        return {name: measured_on(model, a, b) for name, (a, b) in names.items()}

    with unchanged(model):
        freeze(model, None)
        body = [v for v in model.trainable_variables if not v.path.startswith("head/")]
        start = [np.asarray(v).copy() for v in body]
        if trains == "head":
            train_head(model, x, y, seed=seed, learning_rate=learning_rate, epochs=EPOCHS)
            after = measure()
            before = after["test"][0]
        else:
            if head == "trained":
                train_head(model, x, y, seed=seed)
            else:
                new_head(model, seed)
            before = 1 / len(data.classes) if head == "new" else measured_on(model, *names["test"])[0]
            fit(
                model, (x, y), epochs=EPOCHS, seed=seed, batch_size=BATCH, cache="off", metrics=[],
                optimizer=pattern if slower_below == 1.0 else discriminative(model, pattern, slower_below),
                loss="sparse_categorical_crossentropy", callbacks=[late_drop(learning_rate, EPOCHS)],
            )  # fmt: skip
            after = measure()
        now = [np.asarray(v) for v in body]
    length = np.sqrt(sum(float((a.astype("float64") ** 2).sum()) for a in start))
    far = np.sqrt(sum(float(((a - b).astype("float64") ** 2).sum()) for a, b in zip(now, start, strict=True)))
    return {
        "trains": trains,
        "head": head,
        "optimizer": optimizer,
        "slower_below": slower_below,
        "learning_rate": learning_rate,
        "seed": seed,
        "before": before,
        "train": after["train"][0],
        "validation": after["validation"][0],
        "test": after["test"][0],
        "train_loss": after["train"][1],
        "test_loss": after["test"][1],
        "moved": float(far / length),
    }


def gradient_sizes(model: Any, data: Any, *, head: str, seed: int, per_class: int = 20) -> dict[str, float]:
    """Measure the gradient in every part of a classifier, with a new head or a trained one; nothing changes.

    Parameters
    ----------
    model, data, head, seed, per_class
        As in :func:`tune_at`.

    Returns
    -------
    dict of str to float
        Part of the network → norm of the gradient, mean over batches of 20.
    """
    from ...models.surgery import freeze
    from ...training.recipes import gradient_norms
    from ...training.recipes._parts import unchanged

    if head not in HEADS:
        raise unknown("head", head, HEADS)
    x, y = _drawn(data, per_class, seed)
    with unchanged(model):
        if head == "trained":
            train_head(model, x, y, seed=seed)
        else:
            new_head(model, seed)
        freeze(model, None)
        found = gradient_norms(model, x, y, batch_size=BATCH)
    return dict(zip(found.parts, found.norms, strict=True))
