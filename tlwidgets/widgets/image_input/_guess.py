"""Names and probabilities for images, from anyone's Keras classifier."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from ...errors import CourseError

__all__ = ["Classifier"]

_BATCH = 32


class Classifier:
    """A Keras model, the names of its classes, and what has to be done to images before it.

    Parameters
    ----------
    model
        Takes images ``(n, size, size, 3)``, 0 to 255 unless ``preprocess`` says otherwise, and returns probabilities
        or logits ``(n, k)``, or ``(n, 1)`` for two classes.
    classes
        Names of the classes in the order of the outputs. For 1000 outputs, those of ImageNet unless given.
    preprocess
        Applied to ``float32 (n, size, size, 3)``, 0 to 255.
    """

    def __init__(
        self, model: Any, classes: Sequence[str] | None, preprocess: Callable[[Any], Any] | None = None
    ) -> None:
        try:
            shape, out = tuple(model.input_shape), tuple(model.output_shape)
        except (AttributeError, ValueError, TypeError):
            raise CourseError("the model is not built: call it on a batch, or give its first layer a shape.") from None
        if len(shape) != 4 or shape[3] not in (3, None) or shape[1] != shape[2]:
            raise CourseError(f"the model should take square images (n, size, size, 3), not {shape}.")
        if len(out) != 2 or not out[1]:
            raise CourseError(f"the model should return one row of classes for each image, (n, k), not {out}.")
        count = max(2, int(out[1]))
        if classes is None and count == 1000:
            from ...models import imagenet_classes

            classes = imagenet_classes()
        names = [f"class {i}" for i in range(count)] if classes is None else [str(name) for name in classes]
        if len(names) != count:
            raise CourseError(f"the model tells {count} classes apart, but {len(names)} names are given.")
        self.classes = tuple(names)
        self.size: int | None = shape[1]
        self._model, self._preprocess = model, preprocess

    def probabilities(self, images: npt.NDArray[np.uint8]) -> npt.NDArray[np.float64]:
        """Return the probability of each class, shape (n, k)."""
        parts = []
        for start in range(0, len(images), _BATCH):
            x = images[start : start + _BATCH].astype("float32")
            x = x if self._preprocess is None else self._preprocess(x)
            parts.append(np.asarray(self._model.predict_on_batch(x), "float64"))
        return _normal(np.concatenate(parts)) if parts else np.zeros((0, len(self.classes)))

    def top(self, images: npt.NDArray[np.uint8], n: int = 5) -> list[list[tuple[str, float]]]:
        """Return the most likely classes of each image and their probabilities, most likely first."""
        return [
            [(self.classes[i], float(row[i])) for i in np.argsort(-row, kind="stable")[:n]]
            for row in self.probabilities(images)
        ]


def _normal(out: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return outputs as probabilities. Rows that are not shares of one are taken as logits."""
    if out.shape[1] == 1:
        inside = ((out >= 0) & (out <= 1)).all()
        yes = out if inside else 1 / (1 + np.exp(-out))
        return np.concatenate([1 - yes, yes], axis=1)
    if (out >= 0).all() and np.allclose(out.sum(1), 1, atol=1e-3):
        return out
    powers = np.exp(out - out.max(1, keepdims=True))
    return np.asarray(powers / powers.sum(1, keepdims=True))
