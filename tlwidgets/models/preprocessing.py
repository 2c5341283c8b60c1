"""The preprocessing of a pretrained network as its first layers, and a check of what is fed to it."""

from __future__ import annotations

import math
import warnings
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import CourseError
from .surgery import leaf_layers

__all__ = ["PREPROCESSING", "CourseWarning", "check_images", "prepared", "takes_raw_images"]

INPUT = "images"
"""Name of the input layer of every network that takes raw images."""

# ImageNet's channel means and standard deviations, RGB, of values 0 … 1, as keras.applications has them
IMAGENET_MEAN = (0.485, 0.456, 0.406)
IMAGENET_STD = (0.229, 0.224, 0.225)

PREPROCESSING = {
    "tf": "x / 127.5 − 1",
    "torch": "(x / 255 − mean) / std, both ImageNet's, for each channel",
    "caffe": "BGR − mean (103.939, 116.779, 123.68)",
}


class CourseWarning(UserWarning):
    """Something that runs but is most likely not meant: one sentence."""


def prepared(images: Any, mode: str) -> Any:
    """Put the preprocessing of ``keras.applications`` after an input, as layers without trainable weights.

    Parameters
    ----------
    images
        Keras tensor (n, h, w, 3), RGB, 0 … 255.
    mode
        A key of :data:`PREPROCESSING`, named as in ``keras.applications.imagenet_utils.preprocess_input``.

    Returns
    -------
    Keras tensor
        What ``preprocess_input`` gives, exactly for ``caffe``, within rounding for the others.
    """
    import keras
    from keras import layers

    if mode == "tf":
        return layers.Rescaling(1 / 127.5, offset=-1.0, name="preprocessing")(images)
    if mode == "torch":
        mean, variance = [255 * m for m in IMAGENET_MEAN], [(255 * s) ** 2 for s in IMAGENET_STD]
        return layers.Normalization(mean=mean, variance=variance, name="preprocessing")(images)
    # an operation, because Keras has no layer that reorders channels; it is saved with the model like a layer
    reversed_channels = keras.ops.flip(images, axis=-1)
    means = [103.939, 116.779, 123.68]
    return layers.Normalization(mean=means, variance=[1.0, 1.0, 1.0], name="preprocessing")(reversed_channels)


def takes_raw_images(model: Any) -> bool:
    """Return whether a model says that it takes raw images (0 … 255).

    It does if its input is called ``images`` and a layer that scales comes next, as in every network of
    :func:`tlwidgets.backbone`; so a head on such a network says it too, and a saved copy. A network inside another
    model counts if nothing but it stands behind the outer input. Other models say nothing, and are not checked.
    """
    found = leaf_layers(model)
    while found and type(found[0]).__name__ == "InputLayer" and len(found) > 1:
        if found[0].name == INPUT:
            return type(found[1]).__name__ in ("Rescaling", "Normalization")
        found = found[1:]
    return False


def check_images(model: Any, x: Any) -> NDArray[Any]:
    """Return images as an array that a model can take, or say what is wrong with them.

    A wrong shape is an error: nothing sensible can be computed. A wrong range is a warning: it computes, badly, and
    showing that is what one lesson is about. The range is only judged for models that take raw images
    (:func:`takes_raw_images`), and over all images together, so one dark or white image is not suspicious.
    What cannot be known from the numbers is not judged: the order of the channels, for one.

    Parameters
    ----------
    model
        A built Keras model with one input (n, height, width, channels).
    x
        The images.

    Returns
    -------
    ndarray
        ``x`` as an array, its values and dtype unchanged.

    Raises
    ------
    CourseError
        Wrong shape, not numbers, NaN or infinity; says what to do.

    Warns
    -----
    CourseWarning
        Values that are not 0 … 255 for a model that takes raw images.
    """
    shapes = [tuple(tensor.shape) for tensor in model.inputs]
    if len(shapes) != 1:
        raise CourseError(f"{model.name} has {len(shapes)} inputs, and images alone are not enough for it.")
    try:
        images: NDArray[Any] = np.asarray(x)
    except ValueError:
        raise CourseError("the images have different sizes: bring them to one size first.") from None
    if images.dtype.kind not in "uif":
        raise CourseError(f"images are arrays of numbers, not of {images.dtype}.")
    expected = shapes[0][1:]
    if not _fits(images.shape, (None, *expected)):
        wanted = ", ".join("any" if n is None else str(n) for n in expected)
        raise CourseError(
            f"{model.name} takes images of shape (n, {wanted}), not {images.shape}{_remedy(images.shape, expected)}."
        )
    if images.dtype.kind == "f" and not np.isfinite(images).all():
        raise CourseError("the images contain NaN or infinity.")
    if images.size and takes_raw_images(model):
        wrong = _wrong_range(images)
        if wrong:
            warnings.warn(
                f"{model.name} takes raw images, RGB, 0 … 255, and scales them itself, but these {wrong}.",
                CourseWarning,
                stacklevel=3,
            )
    return images


def _fits(shape: tuple[int, ...], expected: tuple[int | None, ...]) -> bool:
    return len(shape) == len(expected) and all(e is None or e == s for s, e in zip(shape, expected, strict=True))


def _remedy(shape: tuple[int, ...], expected: tuple[int | None, ...]) -> str:
    """Return what to do about a wrong shape, or nothing if that is not known."""
    if len(expected) != 3:
        return ""
    h, w, channels = expected
    if _fits(shape, expected):
        return ": give a single image as x[None]"
    if channels == 3 and _fits(shape, (None, h, w)):
        return ": repeat the grey channel with np.repeat(x[..., None], 3, axis=-1)"
    if channels == 3 and _fits(shape, (None, h, w, 1)):
        return ": repeat the grey channel with np.repeat(x, 3, axis=-1)"
    if channels == 3 and _fits(shape, (None, h, w, 4)):
        return ": leave out the transparency with x[..., :3]"
    if channels == 1 and _fits(shape, (None, h, w, 3)):
        return ": make them grey with x.mean(axis=-1, keepdims=True)"
    if _fits(shape, (None, channels, h, w)):
        return ": the channels stand first, move them with np.moveaxis(x, 1, -1)"
    if len(shape) == 4 and shape[-1] == channels and h is not None and w is not None:
        return ": resize the images, or build the network for their size"
    return ""


def _wrong_range(images: NDArray[Any]) -> str:
    """Return what is suspicious about the values, or nothing.

    Bicubic resizing may overshoot black and white a little, hence the margins.
    """
    low, high = float(images.min()), float(images.max())
    between = f"lie between {low:.3g} and {high:.3g}"
    if high > 255 + 48:
        return f"{between}: bring them to 0 … 255"
    if low >= 0 and high <= 1:
        # next to nothing but zeros: black images, which say nothing about the range
        if math.isclose(high, 0) or np.count_nonzero(images) < 0.01 * images.size:
            return ""
        return f"{between}: give x * 255" if images.dtype.kind == "f" else f"{between}: bring them to 0 … 255"
    if low < 0 and low >= -1.001 and high <= 1.001:
        return f"{between}: give (x + 1) * 127.5"
    if low < 0 and high < 16:
        return f"{between}: they seem to be standardised, give them as they were before"
    if low < -48:
        return f"{between}: they seem to have a mean taken away, give them as they were before"
    return ""
