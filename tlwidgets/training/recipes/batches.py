"""Shuffled batches whose order depends on a seed alone, and batches that keep some of the source in view.

Both are ``keras.utils.PyDataset``, which ``fit`` takes on every backend. This module imports Keras.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..._keras import keras
from ...errors import CourseError
from ._parts import check_examples

__all__ = ["Batches", "Replay"]


class Batches(keras.utils.PyDataset):  # type: ignore[misc]
    """Examples in batches, in a new order each epoch.

    The order of epoch ``e`` is NumPy's permutation with the seed ``(seed, e)``: the same for ``fit`` on every backend
    and for a loop of one's own. Make a new object for every run, and call ``fit(batches, shuffle=False)``: with
    ``shuffle=True``, its default, Keras changes the order of whole batches once more, with Python's random numbers.

    Parameters
    ----------
    x, y
        Arrays (n, …) and (n, …).
    batch_size
        Examples a batch; the last one may be smaller.
    seed
        Seed of the orders.
    """

    def __init__(self, x: Any, y: Any, *, batch_size: int = 32, seed: int = 0) -> None:
        super().__init__()
        check_examples(x, y)
        if batch_size < 1:
            raise CourseError(f"a batch has one example or more, not {batch_size}.")
        self.x, self.y = np.asarray(x), np.asarray(y)
        self.batch_size, self.seed, self.epoch = batch_size, seed, -1
        self.on_epoch_end()

    def __len__(self) -> int:
        """Number of batches."""
        return math.ceil(len(self.x) / self.batch_size)

    def __getitem__(self, index: int) -> tuple[Any, Any]:
        """Return one batch of this epoch."""
        if not 0 <= index < len(self):
            raise IndexError(index)
        chosen = self.order[index * self.batch_size : (index + 1) * self.batch_size]
        return self.x[chosen], self.y[chosen]

    def on_epoch_end(self) -> None:
        """Go on to the order of the next epoch."""
        self.epoch += 1
        self.order = np.random.default_rng([self.seed, self.epoch]).permutation(len(self.x))


class Replay(Batches):
    """Batches of new examples in which some kept examples of the source are repeated, against forgetting.

    Rehearsal: Robins, "Catastrophic forgetting, rehearsal and pseudorehearsal", Connection Science 1995; with a small
    memory, Chaudhry et al., "On tiny episodic memories in continual learning", 2019. Each batch of the loss
    Σ ℓ(new) gets Σ ℓ(kept) added, with kept examples drawn at random from the memory.

    Parameters
    ----------
    x, y
        The new examples; an epoch passes over them once.
    kept_x, kept_y
        The kept examples, labelled in the same output as the new ones.
    kept
        How many kept examples join each batch of ``batch_size`` new ones.
    batch_size, seed
        As :class:`Batches`.
    """

    def __init__(
        self, x: Any, y: Any, kept_x: Any, kept_y: Any, *, kept: int = 8, batch_size: int = 32, seed: int = 0
    ) -> None:
        super().__init__(x, y, batch_size=batch_size, seed=seed)
        check_examples(kept_x, kept_y)
        self.kept_x, self.kept_y, self.kept = np.asarray(kept_x), np.asarray(kept_y), kept
        if kept < 1:
            raise CourseError(f"one kept example or more joins each batch, not {kept}: use Batches for none.")
        if self.kept_x.shape[1:] != self.x.shape[1:] or self.kept_y.shape[1:] != self.y.shape[1:]:
            raise CourseError(
                f"kept examples have the shape {self.kept_x.shape[1:]} and new ones {self.x.shape[1:]}: "
                "bring both to one shape."
            )

    def __getitem__(self, index: int) -> tuple[Any, Any]:
        """Return one batch of this epoch, the new examples first."""
        x, y = super().__getitem__(index)
        rng = np.random.default_rng([self.seed, self.epoch, index])
        chosen = rng.choice(len(self.kept_x), self.kept, replace=self.kept > len(self.kept_x))
        return np.concatenate([x, self.kept_x[chosen]]), np.concatenate([y, self.kept_y[chosen]])
