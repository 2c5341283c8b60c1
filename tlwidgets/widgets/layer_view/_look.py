"""What a layer gives for some images, made small enough to send. TensorFlow is imported when it is needed."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ...errors import CourseError, unknown
from ...models import surgery
from ...models.graph import flatten, layer_outputs

__all__ = ["Look", "Looker"]

Array = npt.NDArray[np.float32]

_SIDE = 32  # rows and columns of a sent map, at most
_BYTES = 4_000_000  # of the maps of one layer, at most (smaller maps then)
_KERNEL = 16  # rows and columns of a filter that is drawn, at most


@dataclass(frozen=True)
class Look:
    """What one layer gives for all images."""

    maps: npt.NDArray[np.int8]
    """(n, channels, height, width): -127 to 127, where 127 is the strongest response of the channel to any image."""
    scores: Array
    """(n, channels): strongest response of a channel to an image, at any place; NaN where it is no number."""
    size: tuple[int, int]
    """Height and width of the maps before they were made smaller; (1, 1) for a layer without places."""
    places: bool
    """Whether the layer gives maps; else one number a channel."""
    filters: npt.NDArray[np.int8] | None
    """(channels, height, width, 1 or 3): what each channel multiplies the image (or its own channel) with, scaled
    to ±127 for each channel; None where a filter has too many input channels to be drawn."""
    filter_words: str

    @property
    def dead(self) -> npt.NDArray[np.bool_]:
        """(channels,): 0 everywhere, for every image."""
        return np.asarray(~self.maps.any(axis=(0, 2, 3)) & np.isfinite(self.scores).all(axis=0))

    @property
    def broken(self) -> npt.NDArray[np.bool_]:
        """(channels,): NaN or infinite for an image."""
        return np.asarray(~np.isfinite(self.scores).all(axis=0))

    def best(self, channel: int, count: int) -> list[int]:
        """Return the images that excite a channel most, the strongest first."""
        scores = np.where(np.isfinite(self.scores[:, channel]), self.scores[:, channel], -np.inf)
        return [int(i) for i in np.argsort(-scores, kind="stable")[:count]]


def _smaller(maps: Array, side: int) -> Array:
    """Average maps (n, h, w, c) over neighbouring places until no side is longer than ``side``."""
    for axis in (1, 2):
        length = maps.shape[axis]
        if length > side:
            edges = np.linspace(0, length, side + 1).astype(int)
            shape = [1] * 4
            shape[axis] = side
            maps = np.add.reduceat(maps, edges[:-1], axis=axis) / np.diff(edges).reshape(shape).astype("float32")
    return maps


def _scaled(values: Array, axes: tuple[int, ...]) -> npt.NDArray[np.int8]:
    """Return values as -127 … 127 of the largest of them along axes. What is not zero does not become zero."""
    largest = np.abs(values).max(axis=axes, keepdims=True, initial=0.0)
    share = values / np.where(largest > 0, largest, 1.0)
    return np.asarray(np.sign(share) * np.ceil(np.abs(share) * 127), "int8")


class Looker:
    """Runs a model up to one of its layers.

    Parameters
    ----------
    model
        A built functional or Sequential model with one input; models inside it are looked through.
    names
        Layers, in order; all that give maps or vectors when None.
    """

    def __init__(self, model: Any, names: list[str] | None) -> None:
        surgery.list_layers(model)  # says what to do when the model is not built
        self._flat = flatten(model)
        self._layers = {layer.name: layer for layer in self._flat.layers}
        outputs = {name: tensor for name, tensor in layer_outputs(self._flat).items() if _fits(tensor)}
        inputs = {layer.name for layer in self._flat.layers if type(layer).__name__ == "InputLayer"}
        known = {name: tensor for name, tensor in outputs.items() if name not in inputs}
        for name in names or ():
            if name in self._layers and name not in known:
                raise CourseError(
                    f"{name!r} gives neither maps (n, h, w, c) nor vectors (n, c), so there is nothing to draw: "
                    "choose another layer."
                )
            if name not in known:
                raise unknown("layer", name, known)
        self._outputs = {name: known[name] for name in names} if names else known
        if not self._outputs:
            raise CourseError(f"no layer of {model.name!r} gives maps (n, h, w, c) or vectors (n, c).")

    @property
    def names(self) -> list[str]:
        """Names of the layers."""
        return list(self._outputs)

    @property
    def flat(self) -> Any:
        """The model without models inside it."""
        return self._flat

    def kind(self, name: str) -> str:
        """Return the class of a layer, for example ``"Conv2D"``."""
        return type(self._layers[name]).__name__

    def look(self, name: str, images: npt.NDArray[Any], batch_size: int = 16) -> Look:
        """Run the images through the model up to a layer, in inference mode."""
        import keras

        part = keras.Model(self._flat.input, self._outputs[name])
        count = len(images)
        parts: list[Array] = []
        scores: list[Array] = []
        size, places = (1, 1), False
        for start in range(0, count, batch_size):
            out = keras.ops.convert_to_numpy(part(images[start : start + batch_size], training=False)).astype("float32")
            places = out.ndim == 4
            out = out if places else out[:, None, None, :]
            size = (out.shape[1], out.shape[2])
            good = np.isfinite(out)
            scores.append(np.where(good.all(axis=(1, 2)), np.where(good, out, 0).max(axis=(1, 2)), np.nan))
            fits = math.isqrt(max(1, _BYTES // max(1, count * out.shape[3])))
            parts.append(_smaller(np.where(good, out, 0), max(4, min(_SIDE, fits))))
        maps = np.concatenate(parts).transpose(0, 3, 1, 2)
        filters, words = self._filters(name)
        return Look(_scaled(maps, (0, 2, 3)), np.concatenate(scores), size, places, filters, words)

    def _filters(self, name: str) -> tuple[npt.NDArray[np.int8] | None, str]:
        import keras

        layer = self._layers[name]
        kernel = getattr(layer, "kernel", None)
        if kernel is None or len(kernel.shape) != 4:
            return None, "" if kernel is not None else "This layer has no filters."
        weights = keras.ops.convert_to_numpy(kernel).astype("float32")
        weights = np.where(np.isfinite(weights), weights, 0)
        if max(weights.shape[:2]) > _KERNEL:
            return None, f"Its filters of {weights.shape[0]} × {weights.shape[1]} are too large to draw."
        if type(layer).__name__ == "DepthwiseConv2D":
            # (h, w, channels, multiplier): each channel has filters of its own
            found = weights.reshape(*weights.shape[:2], -1).transpose(2, 0, 1)[..., None]
            return _scaled(found, (1, 2, 3)), "Each filter reads one channel of the layer before."
        if weights.shape[2] in (1, 3):
            of = "the colours of the image" if weights.shape[2] == 3 else "one channel"
            return _scaled(weights.transpose(3, 0, 1, 2), (1, 2, 3)), f"Each filter reads {of}."
        if weights.shape[:2] == (1, 1):
            return None, f"Its filters only mix the {weights.shape[2]} channels before it: there is no shape to draw."
        return None, f"Its filters read {weights.shape[2]} channels each: too many for one image."


def _fits(tensor: Any) -> bool:
    shape = getattr(tensor, "shape", None)
    return shape is not None and len(shape) in (2, 4) and shape[-1] is not None
