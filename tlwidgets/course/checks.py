"""The public checks of the exercises: they try what an answer does, never how it is written."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

__all__ = ["CHECKS", "Outcome", "run"]


@dataclass(frozen=True)
class Outcome:
    """What a check found, in one sentence that helps."""

    passed: bool
    message: str
    attempted: bool = True


def _move(answer: Any, model: Any) -> Outcome:
    from ..models import count_params, layers

    trainable, total = count_params(model)
    head = sum(int(np.prod(w.shape)) for w in model.get_layer("head").weights)
    if answer is ...:
        return Outcome(
            False,
            "Move the boundary, then put the number of parameters that train in place of the dots.",
            False,
        )
    if next(layer for layer in layers(model) if layer.params).trainable:
        return Outcome(False, "Everything still trains: the boundary has not moved yet.")
    if trainable > head:
        return Outcome(
            False,
            f"{trainable:,} parameters train, the head alone has {head:,}: move the boundary further right.",
        )
    if trainable < head:
        return Outcome(
            False, "Now the head is frozen too, so nothing would be learnt: move the boundary back a little."
        )
    if answer != head:
        return Outcome(False, f"The boundary is right. Your answer {answer!r} is not what the widget says trains.")
    return Outcome(True, f"Only the head trains: {head:,} of {total:,} parameters.")


def _block_features(function: Any, base: Any) -> Outcome:
    from ..training import features_by_block

    x = np.random.default_rng(7).integers(0, 256, (3, *base.input.shape[1:]), "uint8")
    before = [w.copy() for w in base.get_weights()]
    for block in ("block2b", "block6d"):
        found = function(base, x, block)
        if found is None or found is ...:
            return Outcome(False, "The function returns nothing yet.", False)
        right = features_by_block(base, x, at=[block])[block]
        found = np.asarray(found)
        if found.ndim == 4:
            return Outcome(False, f"You return feature maps {found.shape}: average them over height and width.")
        if found.shape != right.shape:
            return Outcome(
                False,
                f"For {block} the shape should be {right.shape}, not {found.shape}: is it the last layer of the block?",
            )
        if not np.allclose(found, right, atol=1e-3):
            return Outcome(
                False,
                f"The numbers for {block} differ: take the output of the block's last layer, in inference mode.",
            )
    if any(not np.array_equal(a, b) for a, b in zip(before, base.get_weights(), strict=True)):
        return Outcome(False, "The features are right, but the base has changed on the way: extracting must not train.")
    return Outcome(True, "The features are right, and not one weight of the base has moved.")


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


CHECKS: dict[str, Callable[..., Outcome]] = {
    "00_start_here/move": _move,
    "02_feature_extraction/block_features": _block_features,
    "03_freezing/freeze_to": _freeze_to,
    "03_freezing/uses": _uses,
}


def run(name: str, answer: tuple[Any, ...]) -> Outcome:
    """Run a check on an answer. An answer that raises an error is not passed, and the sentence says which error."""
    try:
        return CHECKS[name](*answer)
    except Exception as e:
        return Outcome(False, f"Your answer stopped with {type(e).__name__}: {e}")
