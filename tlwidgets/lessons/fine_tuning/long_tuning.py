"""Fine-tuning for longer and longer: when it begins to overfit (lesson 04)."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...course.experiments import new_head
from .rates import measured_on

__all__ = ["EPOCHS_LOOKED_AT", "tune_long"]

EPOCHS_LOOKED_AT = (1, 2, 3, 5, 8, 12, 20, 30, 50)
BATCH = 20


def tune_long(model: Any, data: Any, *, learning_rate: float, seed: int, per_class: int = 20) -> list[dict[str, Any]]:
    """Fine-tune everything for 50 epochs at one rate, and look at it on the way; the model gets its weights back.

    Adam in batches of 20 at a rate that stays the same, BatchNorm frozen throughout.

    Parameters
    ----------
    model
        A classifier made by :func:`tlwidgets.classifier` on a pretrained base.
    data
        What it is tuned on, all training images; grey or coloured.
    learning_rate
        Learning rate.
    seed
        Chooses the images, the new head and the order.
    per_class
        Training images of each class.

    Returns
    -------
    list of dict
        One row an epoch that was looked at: accuracy and mean cross-entropy on ``train``, ``validation`` and ``test``.
    """
    import keras

    from ...models import to_rgb
    from ...models.surgery import freeze
    from ...training import subset
    from ...training.optimizers import FlatAdam
    from ...training.recipes import Batches
    from ...training.recipes._parts import unchanged

    chosen = subset(data.train.y, per_class, seed)
    splits = {
        "train": (data.train.x[chosen], data.train.y[chosen]),
        "validation": (data.validation.x, data.validation.y),
        "test": (data.test.x, data.test.y),
    }
    images = {name: (to_rgb(x).astype("float32"), np.asarray(y)) for name, (x, y) in splits.items()}
    rows: list[dict[str, Any]] = []

    def look(epoch: int, logs: Any = None) -> None:
        if epoch + 1 in EPOCHS_LOOKED_AT:
            row: dict[str, Any] = {"data": data.name, "learning_rate": learning_rate, "seed": seed, "epoch": epoch + 1}
            for name, (x, y) in images.items():
                row[name], row[f"{name}_loss"] = measured_on(model, x, y)
            rows.append(row)

    with unchanged(model):
        new_head(model, seed)
        freeze(model, None)
        keras.utils.set_random_seed(seed)
        model.compile(FlatAdam(learning_rate), "sparse_categorical_crossentropy", metrics=[])
        model.fit(
            Batches(*images["train"], batch_size=BATCH, seed=seed),
            epochs=EPOCHS_LOOKED_AT[-1], shuffle=False, verbose=0,
            callbacks=[keras.callbacks.LambdaCallback(on_epoch_end=look)],
        )  # fmt: skip
    return rows
