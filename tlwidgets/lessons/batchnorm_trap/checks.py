"""Public checks of the exercises."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...course.checks import Outcome

__all__ = ["CHECKS"]

_VECTORS = ("gamma", "beta", "the running mean", "the running variance")


def _running(function: Any) -> Outcome:
    from keras import layers, ops

    rng = np.random.default_rng(1)
    start = rng.normal(size=3)
    batches = [rng.normal(2, 3, (n, 3)).astype("float32") for n in (16, 8, 5)]
    for momentum in (0.9, 0.99):
        norm = layers.BatchNormalization(momentum=momentum)
        norm.build((None, 3))
        norm.moving_mean.assign(start)
        for batch in batches:
            norm(batch, training=True)
        right = ops.convert_to_numpy(norm.moving_mean)
        answer = function(start.copy(), [batch.copy() for batch in batches], momentum)
        if answer is ... or answer is None:
            return Outcome(False, "The function returns nothing yet.", False)
        found = np.asarray(answer, "float64")
        if found.shape != right.shape:
            return Outcome(
                False, f"There should be one number per channel, shape {right.shape}; your answer has the shape "
                f"{found.shape}: take the mean of a batch over its images, axis 0."
            )  # fmt: skip
        swapped = start
        for batch in batches:
            swapped = (1 - momentum) * swapped + momentum * batch.mean(axis=0)
        if np.allclose(found, swapped, atol=1e-4):
            return Outcome(
                False, "The past should weigh momentum and the batch 1 - momentum; yours is the other way round."
            )
        once = momentum * start + (1 - momentum) * np.concatenate(batches).mean(axis=0)
        if np.allclose(found, once, atol=1e-5):
            return Outcome(False, "That is one step with all images together; every batch makes a step of its own.")
        if not np.allclose(found, right, atol=1e-4):
            return Outcome(
                False, f"With momentum {momentum}, Keras' own layer ends at {np.round(right, 3)}, "
                f"your function at {np.round(found, 3)}."
            )  # fmt: skip
    return Outcome(True, "Your running mean is that of Keras' own layer, for two values of the momentum.")


def _base(name: str) -> Any:
    import keras
    from keras import layers

    return keras.Sequential(
        [
            keras.Input((6, 6, 3)),
            layers.Conv2D(4, 3, name=f"{name}_conv"),
            layers.BatchNormalization(name=f"{name}_norm"),
        ],
        name=name,
    )


def _models() -> dict[str, Any]:
    """Return new models by how they are built; the base of the last one is frozen as a whole."""
    import keras
    from keras import layers

    def nested(base: Any) -> Any:
        inputs = keras.Input((6, 6, 3))
        x = layers.GlobalAveragePooling2D()(base(inputs, training=False))
        return keras.Model(inputs, layers.Dense(2, "softmax", name="head")(x))

    keras.utils.set_random_seed(2)
    flat = keras.Sequential([*_base("flat").layers, layers.Flatten(), layers.Dense(2, "softmax", name="head")])
    flat.build((None, 6, 6, 3))
    outer = keras.Sequential([keras.Input((6, 6, 3)), _base("inner"), layers.ReLU()], name="outer")
    frozen = _base("frozen")
    frozen.trainable = False
    return {
        "flat": flat,
        "nested": nested(_base("base")),
        "nested two deep": nested(outer),
        "nested, its base frozen before": nested(frozen),
    }


def _freeze_batchnorm(function: Any) -> Outcome:
    from ...models.structure import is_batchnorm, leaf_layers

    rng = np.random.default_rng(0)
    x, y = rng.normal(1, 2, (16, 6, 6, 3)).astype("float32"), rng.integers(0, 2, 16)
    for words, model in _models().items():
        if function(model) is ...:
            return Outcome(False, "Write the body of the function in place of the dots.", False)
        model.compile("sgd", "sparse_categorical_crossentropy")
        before = {id(layer): layer.get_weights() for layer in leaf_layers(model)}
        model.fit(x, y, batch_size=4, epochs=3, verbose=0)
        for layer in leaf_layers(model):
            pairs = zip(before[id(layer)], layer.get_weights(), strict=True)
            moved = [not np.array_equal(old, new) for old, new in pairs]
            if is_batchnorm(layer) and any(moved):
                which = ", ".join(name for name, m in zip(_VECTORS, moved, strict=True) if m)
                return Outcome(False, f"In the model that is {words}, training moved {which} of {layer.name}.")
            if moved and not is_batchnorm(layer) and not all(moved):
                return Outcome(False, f"In the model that is {words}, {layer.name} should train, but it did not move.")
    return Outcome(
        True, "In four models, trained for three epochs, all four vectors stayed to the last bit, and all else moved."
    )


CHECKS = {"running": _running, "freeze_batchnorm": _freeze_batchnorm}
