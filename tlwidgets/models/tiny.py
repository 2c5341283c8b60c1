"""A tiny residual network with BatchNorm, for everything that trains from scratch many times.

Plain 3 x 3 convolutions, because depthwise ones train more slowly on a CPU; residual blocks after He, Zhang, Ren & Sun,
"Deep Residual Learning for Image Recognition", CVPR 2016. BatchNorm's momentum is 0.9: with Keras' 0.99 the running
statistics lag so far behind on a few hundred images that a network trained from scratch looks hopeless.
"""

from __future__ import annotations

import json
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .._paths import datasets_root, verified
from ..errors import CourseError
from .records import Backbone

__all__ = ["WEIGHTS", "build", "record", "to_rgb"]

WEIGHTS = ("fashion_mnist", "fashion_mnist_shuffled", "styles")
"""Names of the embedded weights, by what they were trained on."""

# channels and stride of block1 … block4
BLOCKS = ((16, 2), (24, 2), (32, 2), (48, 1))
MOMENTUM = 0.9


def build(size: int = 32, *, top: bool = False, classes: int = 10, name: str = "tiny") -> Any:
    """Build the network with random weights.

    Parameters
    ----------
    size
        Height and width of the input in pixels; the input is RGB, 0 … 255, and is scaled inside.
    top
        Whether to end in a softmax layer over the classes instead of feature maps (n, size / 8, size / 8, 48).
    classes
        Number of classes, with ``top=True``.
    name
        Name of the model.

    Returns
    -------
    keras.Model
        Its layers are named by block: ``block1_down_conv`` … ``block4_out``.
    """
    import keras
    from keras import layers

    def conv_norm(x: Any, channels: int, stride: int, name: str) -> Any:
        x = layers.Conv2D(channels, 3, stride, "same", use_bias=False, name=f"{name}_conv")(x)
        return layers.BatchNormalization(momentum=MOMENTUM, name=f"{name}_bn")(x)

    inputs = keras.Input((size, size, 3), name="images")
    x = layers.Rescaling(1 / 64, offset=-2.0, name="rescaling")(inputs)
    for i, (channels, stride) in enumerate(BLOCKS, 1):
        block = f"block{i}"
        x = layers.ReLU(name=f"{block}_down_relu")(conv_norm(x, channels, stride, f"{block}_down"))
        y = layers.ReLU(name=f"{block}_a_relu")(conv_norm(x, channels, 1, f"{block}_a"))
        y = conv_norm(y, channels, 1, f"{block}_b")
        x = layers.ReLU(name=f"{block}_out")(layers.Add(name=f"{block}_add")([x, y]))
    if top:
        x = layers.GlobalAveragePooling2D(name="top_pool")(x)
        x = layers.Dense(classes, "softmax", name="predictions")(x)
    return keras.Model(inputs, x, name=name)


def to_rgb(images: Any) -> NDArray[Any]:
    """Repeat grey images to three channels, for a network that takes colour.

    Parameters
    ----------
    images
        Grey (n, height, width) or (n, height, width, 1), or colour (n, height, width, 3), of any dtype.

    Returns
    -------
    ndarray, (n, height, width, 3)
        Of the same dtype; colour images are returned as they are.

    Raises
    ------
    CourseError
        For any other shape.
    """
    x: NDArray[Any] = np.asarray(images)
    if x.ndim == 4 and x.shape[-1] == 3:
        return x
    if x.ndim == 4 and x.shape[-1] == 1:
        x = x[..., 0]
    if x.ndim != 3:
        raise CourseError(
            f"images (n, height, width), (n, height, width, 1) or (n, height, width, 3) were expected, not {x.shape}."
        )
    return np.repeat(x[..., None], 3, axis=-1)


def _card() -> dict[str, Any]:
    card: dict[str, Any] = json.loads((datasets_root() / "tiny" / "dataset.json").read_text("utf-8"))
    return card


def record() -> Backbone:
    """Return what is known about the network, for the registry."""
    card = _card()
    return Backbone(
        name="tiny",
        title=card["title"],
        params=100_944,
        input_size=32,
        smallest_input=16,
        largest_input=128,
        input_range="RGB, 0 … 255",
        preprocessing="x / 64 − 2",
        trained_on="Fashion-MNIST, the same with shuffled labels, or coloured drawings of the set styles",
        license=card["license"],
        source=card["source"],
        credit=card["credit"],
        sha256={name: f["sha256"] for name, f in card["files"].items()},
        measured=card["measured"],
        _build=_load,
        weights=WEIGHTS,
        megabytes=round(card["files"][f"{WEIGHTS[0]}.npz"]["bytes"] / 1e6, 1),
    )


def _load(size: int, weights: str | None, top: bool, download: bool) -> Any:
    """Build the network with embedded or random weights; the file and every shape are checked."""
    if weights is None:
        return build(size, top=top)
    file = f"{weights}.npz"
    about = _card()["files"][file]
    with np.load(verified(datasets_root() / "tiny" / file, about["sha256"]), allow_pickle=False) as archive:
        stored = {key: archive[key].astype("float32") for key in archive.files}
    model = build(size, top=top, classes=about["classes"])
    for layer in model.layers:
        if layer.weights:
            layer.set_weights([stored.pop(f"{layer.name}/{i}") for i in range(len(layer.weights))])
    left = [key for key in stored if top or not key.startswith("predictions/")]
    if left:
        raise CourseError(f"the weights {weights} do not fit the tiny network: {sorted(left)[:3]} … were left over.")
    return model
