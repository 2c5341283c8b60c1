"""What came out, as the claims of the lesson need it: whether each test drawing was recognised, seed by seed."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ...course.experiments import hits, values
from .experiment import EDGES, FED, OTHERS, PROBED

__all__ = ["edges", "fed", "on_others", "probed"]

Hits = NDArray[np.bool_]


def probed(method: str, source: str = "photographs", task: str = "noto") -> Hits:
    """Return which test drawings of a style were recognised, shape (5 seeds, drawings).

    Parameters
    ----------
    method
        A cut (``"block6b"``, ``"block6d"``, ``"block7a"``, ``"top"``), ``"designed"`` or ``"pixels"``.
    source
        ``"photographs"``, ``"random"`` (weights), or ``"none"`` for what needs no network.
    task
        The style.
    """
    return hits(PROBED.read(), task=task, source=source, method=method)


def on_others(cut: str, source: str = "photographs") -> Hits:
    """Return which test drawings of the five other styles were recognised, side by side: (5 seeds, 5 × 97)."""
    return np.concatenate([probed(cut, source, style) for style in OTHERS], axis=1)


def fed(mistake: str, when: str = "in use") -> Hits:
    """Return which coloured emoji were recognised that were fed in some way.

    Parameters
    ----------
    mistake
        ``"right"``, ``"divided by 255"``, ``"scaled to -1 … 1"``, ``"red and blue exchanged"`` or ``"mirrored"``.
    when
        ``"in use"``: the probe was trained on right images; ``"in training and in use"``: on such ones.
    """
    return hits(FED.read(), task=mistake, method=when)


def edges(block: str, source: str = "photographs") -> list[float]:
    """Return how much of a block is colour and edges at its place (0 … 1), for five groups of drawings."""
    return values(EDGES.read(), "explained", method=block, source=source)
