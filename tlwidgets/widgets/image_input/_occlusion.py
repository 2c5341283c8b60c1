"""What in an image a prediction rests on: occlusion sensitivity."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

__all__ = ["Occlusion", "occlusion"]

_ACROSS = 5  # patches side by side


@dataclass(frozen=True, eq=False)
class Occlusion:
    """What happens to the probability of a class when a part of the image is covered."""

    drop: npt.NDArray[np.float32]
    """Shape (height, width): by how much the probability falls where the pixel is covered, mean over the patches that
    cover it. Below 0 where covering helps."""
    whole: float
    """Probability for the whole image."""
    lowest: float
    """Lowest probability with one patch covered."""
    box: tuple[float, float, float, float]
    """That patch: left, top, width, height, as shares of the image."""


def occlusion(
    image: npt.NDArray[np.uint8],
    probability: Callable[[npt.NDArray[np.uint8]], npt.NDArray[np.floating]],
) -> Occlusion:
    """Cover one square after another with the image's mean colour and see how far a probability falls.

    The squares are a fifth of the image wide and half overlap. It needs nothing but predictions, so it works for any
    network; what it shows is what the *network* used, not what is in the image.

    Parameters
    ----------
    image
        ``uint8 (height, width, 3)``.
    probability
        Takes images ``uint8 (n, height, width, 3)`` and returns ``(n,)``.

    References
    ----------
    M. D. Zeiler and R. Fergus, "Visualizing and understanding convolutional networks", ECCV 2014, section 4.2.
    """
    height, width = image.shape[:2]
    grey = image.reshape(-1, 3).mean(0).round().astype("uint8")
    places = [(top, left) for top in _steps(height) for left in _steps(width)]
    high, wide = _patch(height), _patch(width)
    covered = np.repeat(image[None], len(places) + 1, axis=0)
    for one, (top, left) in zip(covered[1:], places, strict=True):
        one[top : top + high, left : left + wide] = grey
    found = np.asarray(probability(covered), "float64")
    whole, parts = float(found[0]), found[1:]
    drop, count = np.zeros((height, width)), np.zeros((height, width))
    for value, (top, left) in zip(parts, places, strict=True):
        drop[top : top + high, left : left + wide] += whole - value
        count[top : top + high, left : left + wide] += 1
    most = int(parts.argmin())
    top, left = places[most]
    box = (left / width, top / height, wide / width, high / height)
    return Occlusion((drop / count).astype("float32"), whole, float(parts[most]), box)


def _patch(side: int) -> int:
    return max(1, round(side / _ACROSS))


def _steps(side: int) -> list[int]:
    patch = _patch(side)
    step = max(1, patch // 2)
    return sorted({*range(0, side - patch, step), side - patch})
