"""Public checks of the exercises."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...course.checks import Outcome

__all__ = ["CHECKS"]


def _toy() -> Any:
    """Return a small new model with BatchNorm, for trying an answer on."""
    import keras
    from keras import layers

    keras.utils.set_random_seed(3)
    return keras.Sequential(
        [
            keras.Input((8, 8, 3)),
            layers.Conv2D(4, 3, name="conv_1"),
            layers.BatchNormalization(name="norm_1"),
            layers.Conv2D(4, 3, name="conv_2"),
            layers.GlobalAveragePooling2D(name="pool"),
            layers.Dense(3, "softmax", name="head"),
        ]
    )


def _freeze_to(function: Any) -> Outcome:
    rng = np.random.default_rng(0)
    x, y = rng.normal(1, 2, (24, 8, 8, 3)).astype("float32"), rng.integers(0, 3, 24)
    for k in (0, 2, 4):
        model = _toy()
        if function(model, k) is ...:
            return Outcome(False, "Write the body of the function in place of the dots.", False)
        model.compile("sgd", "sparse_categorical_crossentropy")
        before = {layer.name: layer.get_weights() for layer in model.layers}
        model.fit(x, y, verbose=0)
        for i, layer in enumerate(model.layers):
            if not before[layer.name]:
                continue
            moved = any(not np.array_equal(a, b) for a, b in zip(before[layer.name], layer.get_weights(), strict=True))
            if moved and i < k:
                return Outcome(
                    False,
                    f"With k = {k}, layer {i} ({layer.name}) should stay as it is, but training moved it.",
                )
            if not moved and i >= k:
                return Outcome(False, f"With k = {k}, layer {i} ({layer.name}) should train, but nothing of it moved.")
    # freezing less after freezing more
    model = _toy()
    function(model, 4)
    function(model, 0)
    if not all(layer.trainable for layer in model.layers):
        return Outcome(False, "After freeze_to(model, 4), freeze_to(model, 0) should let everything train again.")
    return Outcome(True, "The right layers moved, and only those, for three values of k, BatchNorm included.")


def _uses(function: Any) -> Outcome:
    import keras
    from keras import layers

    base = keras.Sequential([keras.Input((4,)), layers.Dense(5, name="inside")], name="base")
    inputs = keras.Input((4,))
    models = {
        "has the base as one of its layers": (keras.Model(inputs, layers.Dense(2)(base(inputs))), True),
        "continues from the base's output": (keras.Model(base.inputs, layers.Dense(2)(base.outputs[0])), True),
        "starts at the same input but leaves the base out": (
            keras.Model(base.inputs, layers.Dense(2)(base.inputs[0])), False,
        ),
        "has a layer of the same name, but another one": (
            keras.Model(inputs, layers.Dense(2)(layers.Dense(5, name="inside")(inputs))), False,
        ),
    }  # fmt: skip
    for words, (model, right) in models.items():
        answer = function(model, base)
        if answer is ... or answer is None:
            return Outcome(False, "The function returns nothing yet.", False)
        if bool(answer) is not right:
            return Outcome(False, f"For a model that {words}, the answer should be {right}.")
    return Outcome(True, "Your function tells apart models that use the base and models that only look as if they did.")


CHECKS = {"freeze_to": _freeze_to, "uses": _uses}
