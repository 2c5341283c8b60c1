"""Three kinds of shift on photographs of clothes, and a network that meets them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ...data import corrupt, list_corruptions, load
from ...errors import CourseError, unknown
from ...models import backbone, to_rgb
from ...training.extraction import forward
from ...transfer import adapt_batchnorm

__all__ = ["FOLDS", "SUMMER", "ShiftKinds"]

FOLDS = 5
"""Parts of the test images; a seed is the number of the part that is measured."""
SUMMER = ("t-shirt", "trouser", "dress", "sandal", "bag")
"""Classes that stay common when the shares of the classes change."""
MERGED = ("shirt", "coat", "pullover")
"""Classes that are counted as t-shirts, one more with each strength of the concept shift."""


class ShiftKinds:
    """The tiny network, what it gives for an image, and the images that it is measured on.

    Attributes
    ----------
    network : keras.Model
        The tiny network with the classes of Fashion-MNIST.
    data : tlwidgets.data.Dataset
        Fashion-MNIST at 32 pixels.
    """

    def __init__(self) -> None:
        import keras

        self.network = backbone("tiny", weights="fashion_mnist", top=True)
        # the same layers, with pooled features (n, 48) and probabilities (n, 10) as outputs
        outputs = [self.network.get_layer("top_pool").output, self.network.output]
        self._observed = keras.Model(self.network.input, outputs)
        self.data = load("fashion_mnist", size=32)

    def images(self, kind: str, strength: int, seed: int) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
        """Return a fifth of the test images and their classes after a shift.

        Parameters
        ----------
        kind
            ``"label shift"``: the classes that are not in :data:`SUMMER` keep a share of ``2**-strength``;
            ``"concept shift"``: ``strength`` classes (0 to 3) are counted as t-shirts from now on, the images stay;
            or a corruption of :func:`tlwidgets.corrupt`. ``"none"``: as they are.
        strength
            0 to 5; 0 is no shift.
        seed
            Which fifth, 0 to 4, and what is random in the corruption.
        """
        if not 0 <= seed < FOLDS:
            raise CourseError(f"seed={seed} is no fifth of the test images: give 0 to {FOLDS - 1}.")
        highest = {"none": 0, "concept shift": len(MERGED)}.get(kind, 5)
        if not 0 <= strength <= highest:
            raise CourseError(f"strength={strength} is not known for {kind!r}: give 0 to {highest}.")
        test, classes = self.data.test, list(self.data.classes)
        fold = np.concatenate([np.array_split(np.flatnonzero(test.y == c), FOLDS)[seed] for c in range(len(classes))])
        x, y = test.x[fold], test.y[fold]
        if kind == "none":
            return x, y
        if kind == "label shift":
            of_class = [np.flatnonzero(y == c) for c in range(len(classes))]
            few = max(1, len(of_class[0]) >> strength)
            pairs = zip(classes, of_class, strict=True)
            rows = np.concatenate([rows if name in SUMMER else rows[:few] for name, rows in pairs])
            return x[rows], y[rows]
        if kind == "concept shift":
            merged = [classes.index(name) for name in MERGED[:strength]]
            return x, np.where(np.isin(y, merged), classes.index("t-shirt"), y)
        known = [c.name for c in list_corruptions()]
        if kind not in known:
            raise unknown("kind of shift", kind, ["label shift", "concept shift", *known])
        return corrupt(x, kind, strength, seed=seed), y

    def answers(self, x: NDArray[np.uint8]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Return pooled features (n, 48) and class probabilities (n, 10) of grey images (n, 32, 32, 1)."""
        features, probabilities = forward(self._observed, to_rgb(x), 100)
        return features, probabilities

    def probabilities(self, x: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Return class probabilities (n, 10) of grey images (n, 32, 32, 1)."""
        return self.answers(x)[1]

    def adapted(
        self, x: NDArray[np.uint8], unlabelled: NDArray[np.uint8]
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Return :meth:`answers` with BatchNorm statistics of other images (AdaBN); the network stays as it is."""
        before = self.network.get_weights()
        try:
            adapt_batchnorm(self.network, to_rgb(unlabelled))
            return self.answers(x)
        finally:
            self.network.set_weights(before)
