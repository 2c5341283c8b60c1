"""What ``fit`` does to a BatchNorm layer, for every way in which a base and a head are put together."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, Any

import numpy as np

from ...errors import unknown

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["MODELS", "VECTORS", "assemble", "what_fit_does"]

VECTORS = ("gamma", "beta", "moving_mean", "moving_variance")
"""The four vectors of a BatchNorm layer, in the order of ``layer.weights``."""
MODELS = ("flat", "nested", "subclassed", "call(x) only")
"""How base and head are put together; see :func:`assemble`."""
STEPS = 10
"""Of every ``fit``; with fewer, TensorFlow warns that it builds many training steps for few calls: here on purpose."""


def assemble(model: str, base: Any, head: Any, training: bool | None) -> Any:
    """Put a base and a head together.

    Parameters
    ----------
    model
        ``"flat"``: every layer of the base is called anew in one functional model, BatchNorm with the argument
        ``training``; ``"nested"``: the base is one layer of a functional model and is called with it;
        ``"subclassed"``: a class of its own whose ``call(x, training=None)`` calls the base with it;
        ``"call(x) only"``: the same, but ``call`` takes no argument ``training``, so that ``fit`` cannot pass one on.
    base, head
        A built functional or Sequential model, and a layer or model that takes its output.
    training
        The argument, ``None`` for leaving it out.
    """
    import keras

    if model not in MODELS:
        raise unknown("kind of model", model, MODELS)
    given = {} if training is None else {"training": training}
    if model in MODELS[2:]:
        return _subclassed(base, head, given, takes_training=model == "subclassed")
    x = inputs = keras.Input(base.inputs[0].shape[1:])
    if model == "nested":
        return keras.Model(inputs, head(base(inputs, **given)))
    for layer in base.layers:
        x = layer(x, **given) if isinstance(layer, keras.layers.BatchNormalization) else layer(x)
    return keras.Model(inputs, head(x))


def _subclassed(base: Any, head: Any, given: dict[str, bool], *, takes_training: bool) -> Any:
    import keras

    class Silent(keras.Model):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.base, self.head = base, head

        def call(self, x: Any) -> Any:
            return self.head(self.base(x, **given))

    class Classifier(Silent):
        def call(self, x: Any, training: bool | None = None) -> Any:
            return super().call(x)

    made = Classifier() if takes_training else Silent()
    made(np.zeros((1, *base.inputs[0].shape[1:]), "float32"))
    return made


def what_fit_does() -> pd.DataFrame:
    """Measure what ten steps of ``fit`` do to a BatchNorm layer, on the Keras that is installed: some five seconds.

    A convolution, a BatchNorm layer and a head are put together anew for each of :data:`MODELS`, with ``training`` left
    out or ``False``, and for both positions of the layer's flag ``trainable``.

    Returns
    -------
    pandas.DataFrame
        A row for each combination. ``normalizes_with``: the statistics of the batch, or the layer's own running ones.
        Then for each of the four vectors whether it ``moves`` or ``stays`` to the last bit. ``still``: whether the
        layer computed what it computes in inference, and all four stayed.
    """
    import pandas as pd

    combinations = product(MODELS, (None, False), (True, False))
    return pd.DataFrame([_measured(*combination) for combination in combinations])


def _measured(kind: str, training: bool | None, trainable: bool) -> dict[str, Any]:
    import keras

    rng = np.random.default_rng(0)
    x, y = rng.normal(2, 3, (32, 6, 6, 3)).astype("float32"), rng.integers(0, 2, 32)
    base = _base()
    norm = base.get_layer("bn")
    norm.trainable = trainable
    model = assemble(kind, base, keras.layers.Dense(2, "softmax", name="head"), training)
    model.compile("sgd", "sparse_categorical_crossentropy")
    inference = float(keras.ops.mean(keras.losses.sparse_categorical_crossentropy(y, model(x, training=False))))
    before = norm.get_weights()
    # one batch per epoch: the first loss that fit reports is that before any step, and in inference if BatchNorm is
    loss = model.fit(x, y, batch_size=32, epochs=STEPS, shuffle=False, verbose=0).history["loss"][0]
    of_batch = abs(loss - inference) > 1e-5
    pairs = zip(before, norm.get_weights(), strict=True)
    vectors = {name: "stays" if np.array_equal(*pair) else "moves" for name, pair in zip(VECTORS, pairs, strict=True)}
    return {
        "model": kind,
        "training": "not given" if training is None else str(training),
        "trainable": trainable,
        "normalizes_with": "the batch" if of_batch else "running statistics",
        **vectors,
        "still": not of_batch and "moves" not in vectors.values(),
    }


def _base() -> Any:
    import keras
    from keras import layers

    keras.utils.set_random_seed(0)
    return keras.Sequential(
        [
            keras.Input((6, 6, 3)),
            layers.Conv2D(4, 3, name="conv"),
            layers.BatchNormalization(momentum=0.9, name="bn"),
            layers.GlobalAveragePooling2D(name="pool"),
        ],
        name="base",
    )
