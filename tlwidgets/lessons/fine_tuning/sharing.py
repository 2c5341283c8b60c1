"""Two tasks on one network: what it forgets of the source while it learns the target, and what helps."""

from __future__ import annotations

from contextlib import nullcontext
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...course.experiments import new_head
from ...errors import CourseError, unknown

__all__ = ["MITIGATIONS", "SourceAndTarget", "forget", "two_heads"]

MITIGATIONS = ("none", "frozen", "l2_sp", "replay")
EPOCHS = 20
BATCH = 20
REPLAYED = 20
"""How many kept source images join each batch."""
SOURCE_CLASSES = 10


def two_heads(*, seed: int = 0) -> Any:
    """Build the tiny network with two heads on one base: clothes, which it knows, and digits, which are new.

    Hard sharing of weights (Caruana 1997, "Multitask learning"). The heads are softmax layers side by side: of the 20
    outputs, 0 … 9 are the clothes and 10 … 19 the digits. A label of one task gives the other head no gradient:
    cross-entropy normalizes over all 20, but the sum of each head is 1 whatever it says.

    Parameters
    ----------
    seed
        For the new head.

    Returns
    -------
    keras.Model
        Images (n, 32, 32, 3), 0 … 255 → (n, 20). Layers ``clothes`` and ``digits`` are the heads.
    """
    import keras

    from ...models import backbone

    known = backbone("tiny", size=32, weights="fashion_mnist", top=True)
    pooled = known.get_layer("top_pool").output
    clothes = keras.layers.Dense(SOURCE_CLASSES, "softmax", name="clothes")
    digits = keras.layers.Dense(10, "softmax", name="digits")
    model = keras.Model(known.inputs, keras.layers.Concatenate(name="both")([clothes(pooled), digits(pooled)]))
    clothes.set_weights(known.get_layer("predictions").get_weights())
    new_head(model, seed, layer="digits")
    return model


class SourceAndTarget:
    """Fashion-MNIST as the source and digits as the target, in the labels of :func:`two_heads`.

    Attributes
    ----------
    source, target : Dataset
        As they were loaded, 32 pixels.
    """

    def __init__(self) -> None:
        from ...data import load
        from ...models import to_rgb

        self.source = load("fashion_mnist", size=32)
        self.target = load("digits", size=32)
        self._source_test = to_rgb(self.source.test.x).astype("float32")
        self._target_test = to_rgb(self.target.test.x).astype("float32")

    def digits(self, per_class: int, seed: int) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
        """Return labelled digits (n, 32, 32, 3), labels 10 … 19."""
        return self._drawn(self.target, per_class, seed, SOURCE_CLASSES)

    def clothes(self, per_class: int, seed: int) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
        """Return labelled images of the source (n, 32, 32, 3), labels 0 … 9."""
        return self._drawn(self.source, per_class, seed, 0)

    @staticmethod
    def _drawn(data: Any, per_class: int, seed: int, first: int) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
        from ...models import to_rgb
        from ...training import subset

        chosen = subset(data.train.y, per_class, seed)
        return to_rgb(data.train.x[chosen]).astype("float32"), data.train.y[chosen] + first

    def accuracy(self, model: Any) -> tuple[float, float]:
        """Return the accuracies of a model with two heads on the test images of source and target.

        Each head is asked about the images of its own task.
        """
        from ...training.extraction import forward

        clothes = forward(model, self._source_test, 100)[0][:, :SOURCE_CLASSES]
        digits = forward(model, self._target_test, 100)[0][:, SOURCE_CLASSES:]
        return (
            float((clothes.argmax(axis=1) == self.source.test.y).mean()),
            float((digits.argmax(axis=1) == self.target.test.y).mean()),
        )


def forget(
    model: Any,
    tasks: SourceAndTarget,
    *,
    learning_rate: float,
    seed: int,
    mitigation: str = "none",
    strength: float = 0.0,
    per_class: int = 10,
    epochs: int = EPOCHS,
    callbacks: Any = (),
) -> dict[str, float]:
    """Tune a model with two heads on digits, then ask it about clothes; it gets its weights back.

    Adam in batches of 20, BatchNorm frozen throughout.

    Parameters
    ----------
    model
        Made by :func:`two_heads`.
    tasks
        Source and target.
    learning_rate
        Learning rate.
    seed
        Chooses the digits, the kept source images, the new head and the order.
    mitigation
        ``"none"``; ``"frozen"``: only the new head trains; ``"l2_sp"``: a penalty for leaving the pretrained weights;
        ``"replay"``: 20 kept source images join every batch.
    strength
        α of L2-SP, or how many source images of each class are kept.
    per_class
        Labelled digits of each class.
    epochs
        Passes over the digits.
    callbacks
        Keras callbacks for ``fit``.

    Returns
    -------
    dict
        ``source_accuracy`` and ``target_accuracy`` on test images; ``changed``: distance of the base's weights from the
        pretrained ones, as a share of their length.
    """
    import keras

    from ...models.surgery import freeze
    from ...training.optimizers import FlatAdam
    from ...training.recipes import Batches, Replay, l2_sp
    from ...training.recipes._parts import unchanged

    if mitigation not in MITIGATIONS:
        raise unknown("mitigation", mitigation, MITIGATIONS)
    if mitigation == "replay" and not (strength >= 1 and float(strength).is_integer()):
        raise CourseError(f"replay keeps a whole number of images per class, 1 or more, not {strength}.")
    x, y = tasks.digits(per_class, seed)
    with unchanged(model):
        new_head(model, seed, layer="digits")
        freeze(model, "clothes" if mitigation == "frozen" else None)
        keras.utils.set_random_seed(seed)
        batches = Batches(x, y, batch_size=BATCH, seed=seed)
        if mitigation == "replay":
            kept = tasks.clothes(int(strength), seed)
            batches = Replay(x, y, *kept, kept=REPLAYED, batch_size=BATCH, seed=seed)
        body = [v for layer in model.layers if layer.name not in ("clothes", "digits") for v in layer.trainable_weights]
        start = [np.asarray(v).copy() for v in body]
        with l2_sp(model, alpha=strength, beta=0.0, head="digits") if mitigation == "l2_sp" else nullcontext():
            model.compile(FlatAdam(learning_rate), "sparse_categorical_crossentropy", metrics=[])
            model.fit(batches, epochs=epochs, shuffle=False, verbose=0, callbacks=list(callbacks))
        source, target = tasks.accuracy(model)
        far = sum(float(((np.asarray(v) - a) ** 2).sum()) for v, a in zip(body, start, strict=True))
    length = sum(float((a**2).sum()) for a in start)
    return {
        "source_accuracy": source,
        "target_accuracy": target,
        "changed": float(np.sqrt(far / length)) if start else 0.0,
    }
