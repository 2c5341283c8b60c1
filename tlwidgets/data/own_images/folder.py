"""Load a folder or ZIP archive of the learner's own images as a data set."""

from __future__ import annotations

import hashlib
import operator
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, SupportsIndex

import numpy as np

from ...errors import CourseError
from ..records import SPLITS, Dataset, Images, Split
from .copies import Bits, fingerprint, near_groups
from .decoding import decoded
from .layout import Layout, laid_out
from .report import ImageReport, LeftOut
from .sources import clean, opened
from .splitting import rank, split_up

__all__ = ["OwnImages", "load_folder"]

SIZES = (8, 512)
MAX_IMAGES = 20_000
MAX_MEMORY = 512 * 2**20  # bytes of all images together


@dataclass(frozen=True, eq=False, repr=False)
class OwnImages(Dataset):
    """The learner's own images as a data set, with the report of what became of the files.

    In the splits, ``names`` are the paths of the files under the folder. They say nothing of concepts. Images that
    are nearly equal are in the same split.

    Attributes
    ----------
    report
        Which files were left out or changed, and why.
    """

    report: ImageReport = field(kw_only=True)

    def info(self) -> dict[str, Any]:
        """Return the card of any data set, and the report."""
        return super().info() | {"report": self.report.to_json()}

    def __repr__(self) -> str:
        """The line of any data set, then the report."""
        return f"{super().__repr__()}\n{self.report!r}"

    def _repr_html_(self) -> str:
        return super()._repr_html_() + self.report._repr_html_()


def load_folder(
    path: str | os.PathLike[str],
    *,
    size: SupportsIndex = 96,
    seed: SupportsIndex = 0,
    validation_split: float = 0.15,
    test_split: float = 0.25,
    per_class: SupportsIndex | None = None,
    progress: Callable[[int, int], object] | None = None,
) -> OwnImages:
    """Load your own images from a folder with one subfolder a class, or from a ZIP archive of one.

    Of each image the middle square is used, resized to ``size``. Files that cannot be used are left out, and the
    report says which and why. Nothing is written, links are not followed.

    Parameters
    ----------
    path
        The folder or archive. Its subfolders are the classes; a folder may wrap them. If it has folders train,
        validation and test (or train and one of them) with the classes in each, then these are the splits.
    size
        Side of the images in pixels, 8 to 512.
    seed
        Which split, 0 or more. The same files and seed give the same split, whatever the files are called.
    validation_split, test_split
        Share of the images of each class for validation and for test; the others are for training.
    per_class
        Budget of labels: how many training images of each class, as in :func:`tlwidgets.data.load`.
    progress
        Called as ``progress(done, total)`` after every file.

    Returns
    -------
    OwnImages
        A :class:`~tlwidgets.data.Dataset` with a ``report``. ``x`` is ``uint8`` of shape ``(n, size, size, 3)``.

    Raises
    ------
    CourseError
        If the folder cannot be used: fewer than two classes, a class with too few images, too many images.
    """
    side, draw = _whole("size", size), _whole("seed", seed)
    budget = None if per_class is None else _whole("per_class", per_class)
    if not SIZES[0] <= side <= SIZES[1]:
        raise CourseError(f"size={side} is outside {SIZES[0]} to {SIZES[1]} pixels: give a size within.")
    if draw < 0:
        raise CourseError(f"seed={draw} is below 0: give 0 or more.")
    if budget is not None and budget < 1:
        raise CourseError(f"per_class={budget} is below 1: give at least 1, or leave it out for all images.")
    for what, share in (("validation_split", validation_split), ("test_split", test_split)):
        if not isinstance(share, int | float) or not 0 < share < 1:
            raise CourseError(f"{what}={share!r} is not between 0 and 1: give a share, for example 0.2.")
    if validation_split + test_split >= 1:
        raise CourseError(
            f"validation_split={validation_split} and test_split={test_split} leave nothing to train on: "
            "give smaller shares."
        )

    with opened(path) as source:
        layout = laid_out(source)
        most = min(MAX_IMAGES, MAX_MEMORY // (3 * side**2))
        if len(layout.placed) > most:
            raise CourseError(
                f"{source.name!r} holds {len(layout.placed):,} files, and at size={side} at most {most:,} are loaded: "
                f"{'move some away' if most == MAX_IMAGES else 'give a smaller size, or move some away'}."
            )
        log = _Log(source.name)
        for name, reason in source.passed + layout.passed:
            log.left_out(reason, name)
        for name in layout.merged:
            log.changed("class folders put together (their names differ only in capitals or spaces)", name)
        pool = _read(layout, side, log, progress)
    pool.drop_copies(log)
    pool.join_near_copies(log)
    classes = pool.name_classes(layout, log)
    return _split(pool, classes, log, draw, {"validation": validation_split, "test": test_split}, budget)


def _whole(what: str, value: SupportsIndex) -> int:
    try:
        return operator.index(value)
    except TypeError:
        raise CourseError(f"{what}={value!r} is not a whole number.") from None


# ---------------------------------------------------------------- steps


class _Log:
    """Collects the report."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._out: dict[str, list[str]] = {}
        self._changed: dict[str, list[str]] = {}

    def left_out(self, reason: str, name: str) -> None:
        self._out.setdefault(reason, []).append(name)

    def changed(self, what: str, name: str) -> None:
        self._changed.setdefault(what, []).append(name)

    def report(self, counts: dict[str, dict[str, int]]) -> ImageReport:
        """Return it, the commonest reasons first."""

        def sealed(reasons: dict[str, list[str]]) -> dict[str, tuple[str, ...]]:
            order = sorted(reasons, key=lambda r: (-len(reasons[r]), r))
            return {reason: tuple(sorted(reasons[reason])) for reason in order}

        return ImageReport(self.name, counts, sealed(self._out), sealed(self._changed))


@dataclass(eq=False)
class _Image:
    place: int  # in the array of all images
    name: str
    label: int
    side: str | None
    digest: bytes  # of the file
    bits: Bits
    thumbnail: Images
    notes: tuple[str, ...]

    @property
    def order(self) -> tuple[int, bytes, str]:
        """Which of several copies is kept: the first. A test image before one to learn from."""
        return (-SPLITS.index(self.side) if self.side else 0), self.digest, self.name


class _Pool:
    """The images that could be read, and the array that holds them."""

    def __init__(self, x: Images) -> None:
        self.x = x
        self.images: list[_Image] = []
        self.groups: list[list[_Image]] = []

    def drop_copies(self, log: _Log) -> None:
        """Leave out images that are equal to another when they are done, and all of them if the labels differ."""
        equal: dict[bytes, list[_Image]] = {}
        for image in self.images:
            equal.setdefault(hashlib.sha256(self.x[image.place].data).digest(), []).append(image)
        kept = []
        for copies in equal.values():
            copies.sort(key=lambda p: p.order)
            if len({p.label for p in copies}) > 1:
                for p in copies:
                    log.left_out("in two classes (which is right?)", p.name)
                continue
            kept.append(copies[0])
            for p in copies[1:]:
                log.left_out("copies of another image", f"{p.name} = {copies[0].name}")
        self.images = sorted(kept, key=lambda p: (p.digest, p.name))
        bits = np.stack([p.bits for p in self.images]) if kept else np.empty((0, 4), np.uint64)
        thumbnails = np.stack([p.thumbnail for p in self.images]) if kept else np.empty((0, 0), np.uint8)
        self.groups = [[self.images[i] for i in group] for group in near_groups(bits, thumbnails)]

    def join_near_copies(self, log: _Log) -> None:
        """Tell of near copies; where folders give the splits, keep them in one split only."""
        for g, group in enumerate(self.groups):
            group.sort(key=lambda p: p.order)
            self.groups[g] = kept = [p for p in group if p.side == group[0].side]
            for p in group:
                if p.side != group[0].side:
                    log.left_out(f"nearly equal to an image of {group[0].side}", f"{p.name} ≈ {group[0].name}")
                    self.images.remove(p)
            names = " ≈ ".join(p.name for p in kept)
            if len({p.label for p in kept}) > 1:
                log.changed("nearly equal, in different classes (look at their labels)", names)
            elif len(kept) > 1:
                log.changed("nearly equal (kept in one split)", names)

    def name_classes(self, layout: Layout, log: _Log) -> tuple[str, ...]:
        """Return the classes that have images, and number the labels by them."""
        used = sorted({p.label for p in self.images})
        for label, name in enumerate(layout.classes):
            if label not in used:
                log.left_out("class folders without a usable image", name)
        report = log.report({})
        if not used:
            raise CourseError(
                f"{log.name!r} has no image in a class folder that can be used ({report.brief()}): "
                "give a folder with one subfolder of images per class."
            )
        if len(used) == 1:
            raise CourseError(
                f"{log.name!r} has usable images of one class only, {layout.classes[used[0]]!r} "
                f"({report.brief()}): give a folder with two class folders or more."
            )
        for p in self.images:
            p.label = used.index(p.label)
            for note in p.notes:
                log.changed(note, p.name)
        return tuple(layout.classes[label] for label in used)


def _read(layout: Layout, size: int, log: _Log, progress: Callable[[int, int], object] | None) -> _Pool:
    total = len(layout.placed)
    pool = _Pool(np.empty((total, size, size, 3), np.uint8))
    taken: set[str] = set()
    for done, item in enumerate(layout.placed, 1):
        name = item.found.name
        while name in taken:  # two names that differ only in how an accent is written
            name += "'"
        taken.add(name)
        try:
            data = item.found.read()
            image, notes = decoded(data, size)
        except LeftOut as why:
            log.left_out(str(why), name)
        else:
            place = len(pool.images)
            pool.x[place] = image
            digest = hashlib.sha256(data).digest()
            pool.images.append(_Image(place, name, item.label, item.side, digest, *fingerprint(image), notes=notes))
        if progress is not None:
            progress(done, total)
    return pool


def _split(
    pool: _Pool,
    classes: tuple[str, ...],
    log: _Log,
    seed: int,
    shares: dict[str, float],
    budget: int | None,
) -> OwnImages:
    images = pool.images
    index = {p.place: i for i, p in enumerate(images)}
    order = [rank(seed, p.digest) for p in images]
    groups = [[index[p.place] for p in group] for group in pool.groups]
    groups.sort(key=lambda g: min(order[i] for i in g))
    try:
        sides = split_up([p.label for p in images], groups, [p.side for p in images], classes, shares)
    except CourseError as why:
        raise CourseError(f"{str(why)[:-1]} ({log.report({}).brief()}).") from None

    splits = {}
    for split in SPLITS:
        columns = [
            sorted((i for i, p in enumerate(images) if sides[i] == split and p.label == label), key=order.__getitem__)
            for label in range(len(classes))
        ]
        if split == "train" and budget is not None:
            least = min(map(len, columns))
            if budget > least:
                have = ", ".join(f"{c} {len(column)}" for c, column in zip(classes, columns, strict=True))
                raise CourseError(
                    f"per_class={budget} is more than there is: give at most {least} (training images: {have}), "
                    "or leave it out for all."
                )
            take = [i for row in zip(*(column[:budget] for column in columns), strict=True) for i in row]
        else:
            take = [i for column in columns for i in column]
        splits[split] = Split(
            pool.x[[images[i].place for i in take]],
            np.array([images[i].label for i in take], np.int64),
            tuple(images[i].name for i in take),
        )
    counts = {split: {c: int((s.y == label).sum()) for label, c in enumerate(classes)} for split, s in splits.items()}
    return OwnImages(
        name=clean(log.name),
        domain=None,
        classes=classes,
        train=splits["train"],
        validation=splits["validation"],
        test=splits["test"],
        license="NOASSERTION",
        credit=f"your own images, from {log.name}",
        report=log.report(counts),
    )
