"""Which image goes into which split: by its content and the seed, near copies together."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence

from ...errors import CourseError

__all__ = ["rank", "split_up"]


def rank(seed: int, digest: bytes) -> bytes:
    """Return what images are sorted by: a hash of seed and file, the same whatever the files are called."""
    return hashlib.sha256(f"{seed}/".encode() + digest).digest()


def split_up(
    labels: Sequence[int],
    groups: Sequence[Sequence[int]],
    sides: Sequence[str | None],
    classes: Sequence[str],
    shares: Mapping[str, float],
) -> list[str]:
    """Return the split of each image.

    Parameters
    ----------
    labels
        The label of each image.
    groups
        Images that stay together, in the order in which they are drawn.
    sides
        The split that is given for an image; all images of a group have the same.
    classes
        Names of the classes.
    shares
        Share of the images of each class for ``"validation"`` and ``"test"``. A split that is given for some
        images is drawn for none.

    Raises
    ------
    CourseError
        If a class has too few images for every split.
    """
    out: list[str] = [side or "train" for side in sides]
    drawn = [split for split in ("test", "validation") if split not in sides]
    for label, name in enumerate(classes):
        # near copies in several classes stay in train; which of their labels is right, nobody knows
        free = [g for g in groups if sides[g[0]] in (None, "train") and any(labels[i] == label for i in g)]
        own = [g for g in free if all(labels[i] == label for i in g)]
        mixed = len(own) < len(free)
        if len(own) + mixed < len(drawn) + 1 or len(own) < len(drawn):
            raise CourseError(
                f"class {name!r} needs at least {len(drawn) + 1} usable images that are no copies of one another "
                f"(one for each split) and has {len(free)}: add images, or move the folder away."
            )
        total = sum(map(len, own))
        for split in drawn:
            after = len(drawn) - drawn.index(split) - mixed
            wanted = min(max(1, round(shares[split] * total)), len(own) - after)
            taken = _filled(own, wanted)
            own = [g for g in own if g not in taken]
            for i in (i for g in taken for i in g):
                out[i] = split
    for split in ("train", "validation", "test"):
        there = {label for label, side in zip(labels, out, strict=True) if side == split}
        missing = [name for label, name in enumerate(classes) if label not in there]
        if missing:
            raise CourseError(
                f"the folder of {split} has no usable image of {', '.join(missing[:3])}: put some there, or put "
                "the images of all splits together, class by class, and they are split for you."
            )
    return out


def _filled(groups: Sequence[Sequence[int]], wanted: int) -> list[Sequence[int]]:
    """Return groups from the beginning with no more than ``wanted`` images; else the smallest one."""
    taken: list[Sequence[int]] = []
    for group in groups:
        if sum(map(len, taken)) + len(group) <= wanted:
            taken.append(group)
    return taken or [min(groups, key=len)]
