"""EfficientNet-Lite0 as a plain functional Keras model.

Tan & Le, "EfficientNet: Rethinking Model Scaling for Convolutional Neural Networks", ICML 2019; the Lite variant
(2020) drops squeeze-and-excitation and swish so that it runs well on small devices. Layer names follow
``keras.applications.EfficientNetB0``.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

# repeats, kernel, stride of the first, expansion, channels out: one row a stage
STAGES = (
    (1, 3, 1, 1, 16),
    (2, 3, 2, 6, 24),
    (2, 5, 2, 6, 40),
    (3, 3, 2, 6, 80),
    (3, 5, 1, 6, 112),
    (4, 5, 2, 6, 192),
    (1, 3, 1, 6, 320),
)


def build(size: int, *, top: bool = False, name: str = "efficientnet-lite0") -> Any:
    """Build the network with random weights.

    Parameters
    ----------
    size
        Height and width of the input in pixels; the input is RGB, 0 … 255, and is scaled inside.
    top
        Whether to end in the 1000 ImageNet classes (softmax) instead of feature maps
        (n, size / 32, size / 32, 1280).
    name
        Name of the model.

    Returns
    -------
    keras.Model
    """
    import keras
    from keras import layers

    def norm_act(x: Any, name: str) -> Any:
        x = layers.BatchNormalization(epsilon=1e-3, name=f"{name}bn")(x)
        return layers.ReLU(6.0, name=f"{name}relu")(x)

    inputs = keras.Input((size, size, 3), name="images")
    # (x - 127) / 128 is what the weights were trained with
    x = layers.Rescaling(1 / 128, offset=-127 / 128, name="rescaling")(inputs)
    x = layers.Conv2D(32, 3, 2, "same", use_bias=False, name="stem_conv")(x)
    x = norm_act(x, "stem_")
    channels = 32
    for stage, (repeats, kernel, stride, expansion, out) in enumerate(STAGES, 1):
        for i in range(repeats):
            block = f"block{stage}{'abcd'[i]}_"
            shortcut = x
            if expansion != 1:
                x = layers.Conv2D(channels * expansion, 1, use_bias=False, name=f"{block}expand_conv")(x)
                x = norm_act(x, f"{block}expand_")
            x = layers.DepthwiseConv2D(kernel, stride if i == 0 else 1, "same", use_bias=False, name=f"{block}dwconv")(
                x
            )
            x = norm_act(x, block)
            x = layers.Conv2D(out, 1, use_bias=False, name=f"{block}project_conv")(x)
            x = layers.BatchNormalization(epsilon=1e-3, name=f"{block}project_bn")(x)
            if i > 0:
                x = layers.Add(name=f"{block}add")([shortcut, x])
            channels = out
    x = layers.Conv2D(1280, 1, use_bias=False, name="top_conv")(x)
    x = norm_act(x, "top_")
    if top:
        x = layers.GlobalAveragePooling2D(name="top_pool")(x)
        x = layers.Dense(1000, "softmax", name="predictions")(x)
    return keras.Model(inputs, x, name=name)


def unpacked(stored: dict[str, NDArray[Any]]) -> dict[str, NDArray[np.float32]]:
    """Return embedded weights as float32.

    Parameters
    ----------
    stored
        Arrays by ``layer/index``: float16, or int8 beside a ``layer/index:scale`` (one factor an output) that it is
        multiplied by.
    """
    return {
        name: value.astype("float32") * stored.get(f"{name}:scale", np.float32(1))
        for name, value in stored.items()
        if not name.endswith(":scale")
    }
