"""Check what is to be trained on before anything happens, and choose the loss that fits."""

from __future__ import annotations

import operator
import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..data.records import Dataset, Split
from ..errors import CourseError, unknown
from ..models.preprocessing import check_images
from ..models.surgery import leaf_layers

__all__ = ["CACHES", "Examples", "check_labels", "examples", "fitting_loss", "loss_name", "whole"]

CACHES = ("auto", "on", "off")


@dataclass(frozen=True, eq=False)
class Examples:
    """Inputs, as the model takes them, and labels; ``classes`` if their names are known."""

    name: str
    x: Any
    y: Any
    classes: tuple[str, ...] = ()

    def __len__(self) -> int:
        """Number of examples."""
        return len(self.arrays[0])

    @property
    def arrays(self) -> list[NDArray[Any]]:
        """The inputs, one array for each input of the model."""
        import keras

        return list(keras.tree.flatten(self.x))


def whole(name: str, value: Any, least: int) -> int:
    """Return a whole number that is not below ``least``."""
    try:
        number = operator.index(value)
    except TypeError:
        raise CourseError(f"{name}={value!r} is not a whole number.") from None
    if isinstance(value, bool) or number < least:
        raise CourseError(f"{name}={value!r} should be {least} or more.")
    return number


def examples(model: Any, data: Any, validation_data: Any) -> tuple[Examples, Examples | None]:
    """Return training and validation examples after checking them against a model.

    Parameters
    ----------
    model
        Built Keras model.
    data
        :class:`tlwidgets.data.Dataset`, :class:`tlwidgets.data.Split` or ``(x, y)``.
    validation_data
        Split or ``(x, y)``; ``None`` for the data set's own, if it is one.
    """
    if isinstance(data, Dataset):
        name = data.name + (f"/{data.domain}" if data.domain else "")
        train = Examples(name, data.train.x, data.train.y, data.classes)
        if validation_data is None and len(data.validation):
            validation_data = data.validation
    else:
        train = Examples("data", *_pair("data", data))
    held = (
        None
        if validation_data is None
        else Examples("validation", *_pair("validation", validation_data), train.classes)
    )
    train = _checked(model, "training", train)
    return train, None if held is None else _checked(model, "validation", held)


def _pair(what: str, data: Any) -> tuple[Any, Any]:
    if isinstance(data, Split):
        return data.x, data.y
    if isinstance(data, tuple | list) and len(data) == 2:
        return data[0], data[1]
    wanted = "a data set, a split or (x, y)" if what == "data" else "a split or (x, y)"
    raise CourseError(f"{what} should be {wanted}, not {type(data).__name__}.")


def _checked(model: Any, what: str, given: Examples) -> Examples:
    import keras

    x, y = keras.tree.map_structure(np.asarray, given.x), keras.tree.map_structure(np.asarray, given.y)
    found = Examples(given.name, x, y, given.classes)
    inputs, labels = found.arrays, keras.tree.flatten(y)
    for array in (*inputs, *labels):
        if array.ndim == 0 or array.dtype.kind not in "fiub":
            raise CourseError(f"the {what} data should be arrays of numbers, not {array.dtype} {array.shape}.")
        if len(array) != len(inputs[0]):
            raise CourseError(f"there are {len(inputs[0])} {what} inputs but {len(array)} labels.")
        _check_finite(what, array)
    if len(inputs[0]) == 0:
        raise CourseError(f"there are no {what} examples.")
    expected = [tuple(t.shape) for t in getattr(model, "inputs", None) or ()]
    if expected and len(expected) != len(inputs):
        raise CourseError(f"{model.name!r} takes {len(expected)} inputs, not {len(inputs)}.")
    for array, shape in zip(inputs, expected, strict=False):
        one = array.shape[1:]
        if len(one) != len(shape) - 1 or any(w is not None and w != s for w, s in zip(shape[1:], one, strict=True)):
            wanted = ", ".join("any" if d is None else str(d) for d in shape[1:])
            raise CourseError(f"{model.name!r} takes inputs of shape (n, {wanted}), but the {what} x is {array.shape}.")
    if expected and len(inputs) == 1 and len(expected[0]) == 4:
        check_images(model, inputs[0])  # warns of pixels in a range that the model was not made for
    return found


def _check_finite(what: str, array: NDArray[Any]) -> None:
    if array.dtype.kind != "f":
        return
    for start in range(0, len(array), 256):  # a mask of all of them would be as large as they are
        finite = np.isfinite(array[start : start + 256])
        if not finite.all():
            place = tuple(map(int, np.argwhere(~finite)[0]))
            where = (place[0] + start, *place[1:])
            value = array[where]
            raise CourseError(
                f"the {what} data hold {value} at index {where if len(where) > 1 else where[0]}: "
                "look at that example, and leave it out or repair it."
            )


# ---------------------------------------------------------------- loss and labels


def loss_name(loss: Any) -> str:
    """Return the name of a loss in the form of ``keras.losses``: ``sparse_categorical_crossentropy``."""
    if isinstance(loss, str):
        name = loss
    else:
        name = getattr(loss, "name", None) or getattr(loss, "__name__", "") or type(loss).__name__
    aliases = {"mse": "mean_squared_error", "mae": "mean_absolute_error"}
    return aliases.get(name, name)


def fitting_loss(model: Any, y: Any) -> tuple[Any, list[Any]]:
    """Return the loss and the metrics that fit the last layer of a model and the labels.

    ========================  ==============================  ==========================================
    last layer                labels                          loss
    ========================  ==============================  ==========================================
    softmax                   integers ``(n,)``               sparse categorical cross-entropy
    softmax                   one-hot ``(n, k)``              categorical cross-entropy
    sigmoid                   0 and 1                         binary cross-entropy
    none, several outputs     integers ``(n,)``               sparse categorical cross-entropy of logits
    none, one output          integers, only 0 and 1          binary cross-entropy of logits
    none                      other numbers                   mean squared error
    ========================  ==============================  ==========================================
    """
    import keras

    if not isinstance(y, np.ndarray) or len(getattr(model, "outputs", None) or [0]) != 1:
        raise CourseError(f"{model.name!r} has several outputs or labels: say which loss=, as model.compile takes it.")
    last = leaf_layers(model)[-1]
    activation = getattr(getattr(last, "activation", None), "__name__", type(last).__name__.lower())
    whole_numbers = y.dtype.kind in "iub"
    flat = y.ndim == 1 or y.shape[1:] == (1,)
    if activation == "softmax":
        return "sparse_categorical_crossentropy" if flat else "categorical_crossentropy", ["accuracy"]
    if activation == "sigmoid":
        return "binary_crossentropy", ["accuracy"]
    if not isinstance(getattr(model, "output_shape", None), tuple):  # a class of one's own does not say what comes out
        raise CourseError(
            f"{model.name!r} does not end in softmax or sigmoid: say which loss=, as model.compile takes it."
        )
    width = int(model.output_shape[-1] or 0)
    if whole_numbers and flat and width > 1:
        return keras.losses.SparseCategoricalCrossentropy(from_logits=True), ["accuracy"]
    if whole_numbers and flat and width == 1 and set(np.unique(y)) <= {0, 1}:
        return (
            keras.losses.BinaryCrossentropy(from_logits=True),
            [keras.metrics.BinaryAccuracy("accuracy", threshold=0.0)],
        )
    return "mean_squared_error", []


def check_labels(model: Any, loss: Any, what: str, given: Examples) -> None:
    """Check labels against a loss, where the loss is one of Keras' cross-entropies and there is one output."""
    y, name = given.y, loss_name(loss)
    if not isinstance(y, np.ndarray) or not isinstance(getattr(model, "output_shape", None), tuple):
        return
    width = int(model.output_shape[-1] or 0)
    if name == "sparse_categorical_crossentropy":
        if y.ndim > 1 and y.shape[-1] == width > 1:
            raise CourseError(
                f"the {what} labels are one-hot {y.shape}, but the loss {name!r} takes class numbers: "
                "give y.argmax(-1), or loss='categorical_crossentropy'."
            )
        _check_classes(what, given, width)
    elif name == "categorical_crossentropy" and (y.ndim < 2 or y.shape[-1] != width):
        raise CourseError(
            f"the {what} labels have the shape {y.shape}, but the loss {name!r} takes one-hot labels (n, {width}): "
            "give keras.utils.to_categorical(y), or loss='sparse_categorical_crossentropy'."
        )
    elif name == "binary_crossentropy":
        if y.ndim == 1 and width > 1:
            raise CourseError(
                f"the {what} labels have the shape {y.shape}, but the network ends in {width} outputs with the loss "
                f"{name!r}: give labels (n, {width}), or end in a softmax layer."
            )
        if y.min() < 0 or y.max() > 1:
            raise CourseError(f"the loss {name!r} takes labels from 0 to 1, not {y.min()} to {y.max()}.")


def _check_classes(what: str, given: Examples, width: int) -> None:
    y = given.y.reshape(-1)
    if y.dtype.kind == "f" and not (y == np.floor(y)).all():
        raise CourseError(f"the {what} labels should be whole class numbers, not {y[y != np.floor(y)][0]}.")
    low, high = int(y.min()), int(y.max())
    if low < 0 or high >= width:
        raise CourseError(
            f"the {what} labels go from {low} to {high}, but the network has {width} outputs, for classes 0 to "
            f"{width - 1}."
        )
    if what != "training":
        return
    there = np.unique(y)
    if len(there) == 1 and width > 1:
        raise CourseError(
            f"all {len(y)} training labels are {int(there[0])}: give examples of two classes or more, "
            "or the network learns to say one word."
        )
    missing = sorted(set(range(width)) - set(there.astype(int).tolist()))
    if missing:
        shown = ", ".join(given.classes[i] if i < len(given.classes) else str(i) for i in missing[:5])
        more = f" and {len(missing) - 5} others" if len(missing) > 5 else ""
        warnings.warn(f"there are no training examples of class {shown}{more}.", stacklevel=4)


def check_cache(cache: Any) -> str:
    """Return a name of a way to use the cache."""
    if cache not in CACHES:
        raise unknown("cache", cache, CACHES)
    return str(cache)
