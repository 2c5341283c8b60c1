"""Which images are copies of one another: equal, or saved again in another size or quality."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from PIL import Image

from ..records import Images

__all__ = ["fingerprint", "near_groups"]

Bits: TypeAlias = npt.NDArray[np.uint64]

SIDE = 16
MAX_BITS = 40  # of 256
MAX_DIFFERENCE = 6.0  # mean over the values of two thumbnails, 0 to 255


def fingerprint(image: Images) -> tuple[Bits, Images]:
    """Return 256 bits (is a pixel lighter than its neighbour: dHash, Krawetz 2013) and a thumbnail ``(768,)``."""
    drawn = Image.fromarray(image)
    grey = np.asarray(drawn.convert("L").resize((SIDE + 1, SIDE), Image.Resampling.BOX), np.int16)
    bits = np.packbits(grey[:, 1:] > grey[:, :-1]).view(np.uint64)
    return bits, np.asarray(drawn.resize((SIDE, SIDE), Image.Resampling.BOX), np.uint8).reshape(-1)


def near_groups(bits: Bits, thumbnails: Images) -> list[list[int]]:
    """Return groups of images that are nearly equal, each image in one group, most of them alone in it.

    Near copies of near copies are in one group.

    Parameters
    ----------
    bits
        ``(n, 4)``, from :func:`fingerprint`.
    thumbnails
        ``(n, 768)``, likewise.
    """
    group = list(range(len(bits)))

    def first(i: int) -> int:
        while group[i] != i:
            group[i] = group[group[i]]
            i = group[i]
        return i

    for i in range(len(bits) - 1):
        apart = np.bitwise_count(bits[i + 1 :] ^ bits[i]).sum(axis=1)
        others = i + 1 + np.flatnonzero(apart <= MAX_BITS)
        differences = np.abs(thumbnails[others] - thumbnails[i].astype(np.int16)).mean(axis=1)
        for j in others[differences <= MAX_DIFFERENCE]:
            group[first(int(j))] = first(i)
    out: dict[int, list[int]] = {}
    for i in range(len(bits)):
        out.setdefault(first(i), []).append(i)
    return list(out.values())
