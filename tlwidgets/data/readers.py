"""One reader for each way in which a data set is kept; ``dataset.json`` says which (``"kind"``)."""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from ..errors import CourseError
from .records import SPLITS, Split

__all__ = ["HOLDS", "READERS", "Reader", "lines"]

Reader = Callable[[Path | None, Mapping[str, Any]], dict[str, Split]]


def read_images(path: Path | None, card: Mapping[str, Any]) -> dict[str, Split]:
    """Read a ZIP archive of images named ``split/class/name.webp``.

    Parameters
    ----------
    path
        The archive.
    card
        The data set's ``dataset.json``: gives classes and shape.

    Returns
    -------
    dict
        The splits by name; images lie class by class, and by name in a class.
    """
    if path is None:
        raise ValueError("this kind of data set is kept in a file")
    label = {name: i for i, name in enumerate(card["classes"])}
    found: dict[str, list[tuple[int, str, str]]] = {split: [] for split in SPLITS}
    with zipfile.ZipFile(path) as archive:
        for entry in archive.namelist():
            split, of, file = entry.split("/")
            found[split].append((label[of], file.rpartition(".")[0], entry))
        out = {}
        for split, items in found.items():
            items.sort()
            x = np.empty((len(items), *card["shape"]), np.uint8)
            for i, (_, _, entry) in enumerate(items):
                with Image.open(io.BytesIO(archive.read(entry))) as image:
                    x[i] = np.asarray(image.convert("RGB"))
            out[split] = Split(x, np.array([n for n, _, _ in items], np.int64), tuple(name for _, name, _ in items))
    return out


def read_arrays(path: Path | None, card: Mapping[str, Any]) -> dict[str, Split]:
    """Read a NumPy archive with ``<split>_x``, ``<split>_y`` and ``<split>_names`` for each split.

    Parameters
    ----------
    path
        The archive. ``x`` is ``uint8`` of shape ``(n, height, width)`` or with channels behind.
    card
        The data set's ``dataset.json``: gives the shape of an image.

    Returns
    -------
    dict
        The splits by name, in the order of the archive.
    """
    if path is None:
        raise ValueError("this kind of data set is kept in a file")
    with np.load(path, allow_pickle=False) as archive:
        return {
            split: Split(
                archive[f"{split}_x"].reshape(-1, *card["shape"]),
                archive[f"{split}_y"].astype(np.int64),
                tuple(name.decode() for name in archive[f"{split}_names"].tolist()),
            )
            for split in SPLITS
        }


def read_sklearn_digits(path: Path | None, card: Mapping[str, Any]) -> dict[str, Split]:
    """Read the handwritten digits that come with scikit-learn, 0 to 16 stretched to 0 to 255.

    The images of each digit keep their order, and the splits are cut one after the other, not at random:
    neighbours are by the same hand, which would otherwise be in train and test.

    Parameters
    ----------
    path
        Not used: the images come with the library.
    card
        The data set's ``dataset.json``: gives the counts, and a checksum of what is expected.

    Raises
    ------
    CourseError
        If the installed scikit-learn carries other digits.
    """
    from sklearn.datasets import load_digits

    bunch = load_digits()
    images = np.rint(bunch.images * (255 / 16)).astype(np.uint8)[..., None]
    labels = bunch.target.astype(np.int64)
    part = card["parts"][0]
    if hashlib.sha256(images.tobytes() + labels.tobytes()).hexdigest() != part["images_sha256"]:
        raise CourseError(
            "the digits of the installed scikit-learn are not the expected ones: install the pinned version."
        )
    taken = [0] * len(card["classes"])
    out = {}
    for split in SPLITS:
        take: list[int] = []
        for label, name in enumerate(card["classes"]):
            n = part["counts"][split][name]
            take += np.flatnonzero(labels == label)[taken[label] : taken[label] + n].tolist()
            taken[label] += n
        out[split] = Split(images[take], labels[take], tuple(f"digit-{i:04d}" for i in take))
    return out


def lines(packed: npt.NDArray[np.uint8]) -> list[str]:
    """Return the lines of a text that a NumPy archive keeps as its bytes in UTF-8."""
    return packed.tobytes().decode("utf-8").split("\n")


def read_texts(path: Path | None, card: Mapping[str, Any]) -> dict[str, Split]:
    """Read a NumPy archive with ``<split>_x``, ``<split>_y`` and ``<split>_names``, texts and names as lines.

    Parameters
    ----------
    path
        The archive.
    card
        Not used.

    Returns
    -------
    dict
        The splits by name, in the order of the archive; ``x`` is ``str`` of shape ``(n,)``.
    """
    if path is None:
        raise ValueError("this kind of data set is kept in a file")
    with np.load(path, allow_pickle=False) as archive:
        return {
            split: Split(
                np.array(lines(archive[f"{split}_x"])),
                archive[f"{split}_y"].astype(np.int64),
                tuple(lines(archive[f"{split}_names"])),
            )
            for split in SPLITS
        }


READERS: dict[str, Reader] = {
    "images": read_images,
    "arrays": read_arrays,
    "sklearn-digits": read_sklearn_digits,
    "texts": read_texts,
}
# what a data set of each kind holds; words have no splits, and so no reader here (words.py reads them)
HOLDS = {
    "images": "images",
    "arrays": "images",
    "sklearn-digits": "images",
    "texts": "texts",
    "word-vectors": "words",
}
