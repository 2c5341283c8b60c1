"""Images, or features of them, with their labels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...models import to_rgb
from ...training import extract_features, linear_probe, subset
from ...training.extraction import linear_predictions

__all__ = ["Examples", "describe", "load_examples", "probe", "probe_hits"]


@dataclass(frozen=True, eq=False)
class Examples:
    """Images or features with their labels.

    Attributes
    ----------
    x
        Images (n, height, width, 3), 0 … 255, or features (n, d).
    y
        Labels (n,), from 0.
    """

    x: NDArray[Any]
    y: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.y)

    def __getitem__(self, rows: Any) -> Examples:
        """Return some of them: a slice, a mask or indices."""
        return Examples(self.x[rows], self.y[rows])

    @property
    def classes(self) -> int:
        """Number of classes."""
        return int(self.y.max()) + 1

    def sample(self, per_class: int, seed: int) -> Examples:
        """Return ``per_class`` of each class, chosen by the seed (:func:`tlwidgets.subset`)."""
        return self[subset(self.y, per_class, seed)]


def load_examples(
    name: str,
    domain: str | None = None,
    *,
    size: int,
    splits: tuple[str, ...] = ("train",),
    per_class: int | None = None,
    seed: int = 0,
) -> Examples:
    """Return splits of a data set, one after the other, as RGB images (n, size, size, 3), uint8.

    Parameters
    ----------
    name, domain, per_class, seed
        As in :func:`tlwidgets.load`, whose samples are others than those of :meth:`Examples.sample`.
    size
        Height and width in pixels.
    splits
        ``"train"``, ``"validation"``, ``"test"``.
    """
    from ...data import load

    data = load(name, domain, size=size, per_class=per_class, seed=seed)
    parts = [data.splits[split] for split in splits]
    return Examples(np.concatenate([to_rgb(part.x) for part in parts]), np.concatenate([part.y for part in parts]))


def describe(base: Any, examples: Examples, *, batch_size: int = 32) -> Examples:
    """Return the features of images (:func:`tlwidgets.extract_features`) with their labels."""
    return Examples(extract_features(base, examples.x, batch_size=batch_size), examples.y)


def probe(train: Examples, test: Examples) -> float:
    """Return the test accuracy (0 … 1) of a linear classifier on features (:func:`tlwidgets.linear_probe`)."""
    return linear_probe(train.x, train.y, test.x, test.y)


def probe_hits(train: Examples, test: Examples) -> NDArray[np.bool_]:
    """Return for each test image whether the linear classifier of :func:`probe` recognises it, shape (n,)."""
    return np.asarray(linear_predictions(train.x, train.y, test.x) == test.y)
