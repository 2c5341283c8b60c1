"""The records that cross from the data to everything else: a split, a data set, what is known about one."""

from __future__ import annotations

import base64
import html
import io
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
from PIL import Image

__all__ = ["Counts", "Dataset", "DatasetInfo", "Examples", "Images", "Labels", "Split"]

Examples: TypeAlias = npt.NDArray[Any]  # images or texts
Images: TypeAlias = npt.NDArray[np.uint8]
Labels: TypeAlias = npt.NDArray[np.int64]
Counts: TypeAlias = Mapping[str, Mapping[str, int]]

SPLITS = ("train", "validation", "test")


@dataclass(frozen=True, eq=False, repr=False)
class Split:
    """Images or texts, their labels and their names.

    Attributes
    ----------
    x
        Images, ``uint8`` of shape ``(n, height, width, channels)``, 0 to 255; 3 channels or 1.
        Or texts, ``str`` (``<U…``) of shape ``(n,)``.
    y
        Labels, ``int64`` of shape ``(n,)``: places in the data set's ``classes``.
    names
        A name for each, unique in its class. What stands before ``_`` is the concept that it shows:
        the clip-art ``"cat_02"`` shows the concept ``"cat"``.
    """

    x: Examples
    y: Labels
    names: tuple[str, ...]

    def __len__(self) -> int:
        """Number of images or texts."""
        return len(self.y)

    def __repr__(self) -> str:
        """One short line."""
        return f"<Split: {len(self)} {_what(self)}>"


@dataclass(frozen=True, eq=False, repr=False)
class Dataset:
    """A data set, or one domain of it, split into train, validation and test.

    The arrays belong to whoever loaded them: changing them changes no later ``load``.

    Attributes
    ----------
    name, domain
        What was asked for; ``domain`` is ``None`` where a data set has only one.
    classes
        Names of the classes, in the order of the labels.
    train, validation, test
        The three splits. No concept is in two of them.
    license
        SPDX identifier of the license of these images or texts.
    credit
        Whom to name when they are shown.
    """

    name: str
    domain: str | None
    classes: tuple[str, ...]
    train: Split
    validation: Split
    test: Split
    license: str
    credit: str

    @property
    def splits(self) -> dict[str, Split]:
        """The three splits by name."""
        return {"train": self.train, "validation": self.validation, "test": self.test}

    @property
    def counts(self) -> dict[str, dict[str, int]]:
        """Number of images or texts by split and class."""
        return {
            name: {c: int(n) for c, n in zip(self.classes, np.bincount(s.y, minlength=len(self.classes)), strict=True)}
            for name, s in self.splits.items()
        }

    def info(self) -> dict[str, Any]:
        """Return the card of what was loaded, of plain types that ``json.dumps`` takes.

        ``majority`` is the accuracy on the test split of always answering its commonest class: the least that
        a classifier must beat.
        """
        counts = self.counts
        return {
            "name": self.name,
            "domain": self.domain,
            "classes": list(self.classes),
            "shape": list(self.test.x.shape[1:]),
            "counts": counts,
            "majority": round(max(counts["test"].values()) / len(self.test), 4),
            "license": self.license,
            "credit": self.credit,
        }

    def _title(self) -> str:
        return self.name + (f"/{self.domain}" if self.domain else "")

    def __repr__(self) -> str:
        """One short line with the counts and the license."""
        sizes = " + ".join(f"{len(s)} {name}" for name, s in self.splits.items())
        shape = " × ".join(map(str, self.test.x.shape[1:])) or "texts"
        return f"<Dataset {self._title()}: {len(self.classes)} classes, {sizes}, {shape}, {self.license}>"

    def _repr_html_(self) -> str:
        """Return a table with a row of sample images, or sample texts, for each class."""
        rows = []
        for label, name in enumerate(self.classes):
            counts = " + ".join(str(self.counts[s][name]) for s in SPLITS)
            shown = np.flatnonzero(self.train.y == label)
            samples = self._sample_texts(shown[:3]) if self.train.x.ndim == 1 else self._sample_images(name, shown[:8])
            rows.append(
                f'<tr><th scope="row" style="text-align:left">{html.escape(name)}</th>'
                f'<td>{counts}</td><td style="text-align:left">{samples}</td></tr>'
            )
        return (
            f"<table><caption>{html.escape(repr(self)[1:-1])}. {html.escape(self.credit)}</caption>"
            f'<thead><tr><th scope="col">class</th><th scope="col">{" + ".join(SPLITS)}</th>'
            f'<th scope="col">samples of train</th></tr></thead><tbody>{"".join(rows)}</tbody></table>'
        )

    def _sample_images(self, name: str, places: Labels) -> str:
        names = ", ".join(self.train.names[i] for i in places)
        words = html.escape(f"{len(places)} samples of the class {name}: {names}", quote=True)
        return f'<img src="{_strip(self.train.x[places])}" height="48" alt="{words}">'

    def _sample_texts(self, places: Labels) -> str:
        return "<br>".join(html.escape(str(text)) for text in self.train.x[places])


@dataclass(frozen=True)
class DatasetInfo:
    """What is known about a data set without loading it.

    Attributes
    ----------
    name, title, version
        Its name for :func:`tlwidgets.data.load`, a title for people, the version of its files.
    holds
        ``"images"`` or ``"texts"``, which ``load`` gives, or ``"words"``: vectors of words, which
        :func:`tlwidgets.data.word_vectors` gives.
    classes
        Names of the classes; empty for words.
    domains
        Names of its domains; empty where it has none to choose from.
    shape
        Height, width and channels of an image; ``()`` for texts; numbers in a vector for words.
    bytes
        Size of its files on the disk.
    license
        SPDX identifier by domain; the key is the data set's name where it has no domains.
    counts, sha256
        Images or texts by split and class, and checksum of the file (SHA-256, hex), by the same keys. Words
        have the one split ``"all"`` and the one class ``"words"``. The checksum is ``None`` where the images
        come with a library and not in a file of ours.
    """

    name: str
    title: str
    version: str
    holds: str
    classes: tuple[str, ...]
    domains: tuple[str, ...]
    shape: tuple[int, ...]
    bytes: int
    license: Mapping[str, str]
    counts: Mapping[str, Counts]
    sha256: Mapping[str, str | None]

    def info(self) -> dict[str, Any]:
        """Return the same as plain types that ``json.dumps`` takes."""
        return {
            "name": self.name,
            "title": self.title,
            "version": self.version,
            "holds": self.holds,
            "classes": list(self.classes),
            "domains": list(self.domains),
            "shape": list(self.shape),
            "bytes": self.bytes,
            "license": dict(self.license),
            "counts": {key: {s: dict(n) for s, n in counts.items()} for key, counts in self.counts.items()},
            "sha256": dict(self.sha256),
        }


def _what(split: Split) -> str:
    return "texts" if split.x.ndim == 1 else f"images of {' × '.join(map(str, split.x.shape[1:]))}"


def _strip(x: Images, height: int = 48) -> str:
    """Return images side by side as a data address of a small PNG, no higher than ``height``."""
    side = min(height, x.shape[1])
    page = Image.new("RGB", (max(1, len(x)) * (side + 2), side), "white")
    for i, image in enumerate(x):
        drawn = Image.fromarray(image[..., 0] if image.shape[-1] == 1 else image).convert("RGB")
        page.paste(drawn.resize((side, side), Image.Resampling.LANCZOS), (i * (side + 2), 0))
    out = io.BytesIO()
    page.quantize(64, dither=Image.Dither.NONE).save(out, "PNG", optimize=True)
    return "data:image/png;base64," + base64.b64encode(out.getvalue()).decode()
