"""Load a data set by name, with a budget of labels."""

from __future__ import annotations

import hashlib
import json
import operator
from dataclasses import replace
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, SupportsIndex

import numpy as np
from PIL import Image

from .. import _paths
from ..errors import CourseError, unknown
from .readers import HOLDS, READERS
from .records import SPLITS, Dataset, DatasetInfo, Examples, Split

__all__ = ["describe", "kept", "list_datasets", "load", "whole"]

SIZES = (8, 512)
LIST = "tlwidgets.data.list_datasets() lists them."


def load(
    name: str,
    domain: str | None = None,
    *,
    per_class: int | None = None,
    size: int | None = None,
    seed: int = 0,
) -> Dataset:
    """Load a data set that comes with the course.

    Parameters
    ----------
    name
        For example ``"styles"``, ``"digits"``, ``"glosses"``; :func:`list_datasets` lists them.
    domain
        Which domain of it, for example ``"noto"``. Only for data sets that have domains, and then needed.
    per_class
        Budget of labels: how many training images, or texts, of each class. Drawn by ``seed``; with the same
        seed a smaller budget is the beginning of a larger one, so that more labels means more, not others.
        The classes then take turns. Without a budget: all of them, class by class.
        Validation and test stay whole whatever the budget.
    size
        Side of the images in pixels, 8 to 512; otherwise as they are kept. Not for texts.
    seed
        Which draw of the budget, 0 or more.

    Returns
    -------
    Dataset
        Its ``train``, ``validation`` and ``test`` each hold ``x``, ``uint8`` of shape
        ``(n, size, size, channels)``, or ``str`` of shape ``(n,)`` where the set holds texts; ``y``, ``int64`` of
        shape ``(n,)``; and ``names``.

    Raises
    ------
    CourseError
        For a name that is not known, a budget or size that cannot be had, or a file that is damaged.
    """
    card = _card(name)
    holds = HOLDS[card["kind"]]
    if holds == "words":
        raise CourseError(
            f"{card['name']!r} holds vectors of words, not labelled examples: call word_vectors() for it."
        )
    part = _part(card, domain)
    budget = None if per_class is None else whole("per_class", per_class)
    side = None if size is None else whole("size", size)
    draw = whole("seed", seed)
    if draw < 0:
        raise CourseError(f"seed={draw} is below 0: give 0 or more.")
    if side is not None and holds == "texts":
        raise CourseError(f"{card['name']!r} holds texts, which have no size: leave size={side} out.")
    if side is not None and not SIZES[0] <= side <= SIZES[1]:
        raise CourseError(f"size={side} is outside {SIZES[0]} to {SIZES[1]} pixels: give a size within.")
    if budget is not None:
        _check_budget(card, part, budget)

    splits = _read(str(_folder(card["name"])), part.get("domain"))
    parts = dict(splits)
    if budget is not None:
        parts["train"] = _drawn(parts["train"], budget, draw, len(card["classes"]))
    parts = {key: replace(s, x=_resized(s.x, side), y=s.y.copy()) for key, s in parts.items()}
    return Dataset(
        name=card["name"],
        domain=part.get("domain"),
        classes=tuple(card["classes"]),
        train=parts["train"],
        validation=parts["validation"],
        test=parts["test"],
        license=part["license"],
        credit=part["credit"],
    )


def list_datasets() -> list[DatasetInfo]:
    """Return what is known about every data set that comes with the course, in order of name."""
    out = []
    for card in _cards().values():
        keys = {part.get("domain") or card["name"]: part for part in card["parts"]}
        out.append(
            DatasetInfo(
                name=card["name"],
                title=card["title"],
                version=card["version"],
                holds=HOLDS[card["kind"]],
                classes=tuple(card["classes"]),
                domains=tuple(part["domain"] for part in card["parts"] if part.get("domain")),
                shape=tuple(card["shape"]),
                bytes=sum(part.get("bytes", 0) for part in card["parts"]),
                license={key: part["license"] for key, part in keys.items()},
                counts={key: part["counts"] for key, part in keys.items()},
                sha256={key: part.get("sha256") for key, part in keys.items()},
            )
        )
    return out


def describe() -> str:
    """Return every data set as a table of plain text, a line for each domain, 100 columns wide at most.

    ``train``, ``val.`` and ``test`` are numbers of images or texts; ``kB`` is the size on the disk, ``sha256`` the
    beginning of the file's checksum. A dash: the images come with a library.
    """
    rows = [("data set", "holds", "shape", "classes", *SPLITS[:1], "val.", "test", "kB", "license", "sha256")]
    for card in _cards().values():
        holds = HOLDS[card["kind"]]
        for part in card["parts"]:
            counts = {split: sum(n.values()) for split, n in part["counts"].items()}
            rows.append(
                (
                    "/".join(filter(None, (card["name"], part.get("domain")))),
                    f"{counts['all']} words" if holds == "words" else holds,
                    "x".join(map(str, card["shape"])) or "-",
                    str(len(card["classes"]) or "-"),
                    *(str(counts.get(split, "-")) for split in SPLITS),
                    str(round(part["bytes"] / 1000)) if part.get("file") else "-",
                    part["license"].removeprefix("LicenseRef-"),
                    (part.get("sha256") or "-")[:8],
                )
            )
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    right = {3, 4, 5, 6, 7}  # numbers
    lines = (
        " ".join(c.rjust(w) if i in right else c.ljust(w) for i, (c, w) in enumerate(zip(row, widths, strict=True)))
        for row in rows
    )
    return "\n".join(line.rstrip() for line in lines)


# ---------------------------------------------------------------- what there is


def _cards() -> dict[str, dict[str, Any]]:
    """Return the content of every ``dataset.json`` that names a kind that can be read, by name."""
    cards = {}
    for path in sorted(_paths.datasets_root().glob("*/dataset.json")):
        card = json.loads(path.read_text(encoding="utf-8"))
        if card.get("kind") in HOLDS:
            cards[card["name"]] = card
    return cards


def _folder(name: str) -> Path:
    return _paths.datasets_root() / name


def _card(name: str) -> dict[str, Any]:
    cards = _cards()
    if not isinstance(name, str) or name not in cards:
        raise unknown("data set", name, cards, LIST)
    return cards[name]


def _part(card: dict[str, Any], domain: str | None) -> dict[str, Any]:
    parts: dict[str | None, dict[str, Any]] = {part.get("domain"): part for part in card["parts"]}
    if (domain is None or isinstance(domain, str)) and domain in parts:
        return parts[domain]
    if None in parts:
        raise CourseError(f"{card['name']!r} has no domains: leave domain={domain!r} out.")
    names = [str(key) for key in parts]
    if domain is None:
        raise CourseError(f"{card['name']!r} has domains: say which, domain= one of {', '.join(names)}.")
    raise unknown(f"domain of {card['name']!r}", domain, names)


def whole(what: str, value: SupportsIndex) -> int:
    """Return an argument as ``int``; NumPy's whole numbers count, floats and booleans do not."""
    if isinstance(value, bool | np.bool_):  # Python counts True as 1, which nobody means here
        raise CourseError(f"{what}={value!r} is not a whole number: give a number such as 10.")
    try:
        return operator.index(value)
    except TypeError:
        raise CourseError(f"{what}={value!r} is not a whole number: give a number such as 10.") from None


def _check_budget(card: dict[str, Any], part: dict[str, Any], budget: int) -> None:
    counts = part["counts"]["train"]
    if budget < 1:
        raise CourseError(f"per_class={budget} is below 1: give at least 1, or leave it out for all of them.")
    if budget > min(counts.values()):
        title = "/".join(filter(None, (card["name"], part.get("domain"))))
        have = ", ".join(f"{c} {n}" for c, n in counts.items())
        raise CourseError(
            f"per_class={budget} is more than {title} has: give at most {min(counts.values())} "
            f"(to train on: {have}), or leave it out for all."
        )


# ---------------------------------------------------------------- reading


def kept(name: str) -> tuple[Path, dict[str, Any]]:
    """Return the file of a data set without domains, checked against its checksum, and what is recorded of it."""
    part = _card(name)["parts"][0]
    path = _file(_folder(name), part)
    if path is None:
        raise ValueError(f"{name} is kept in no file")
    return path, part


def _file(folder: Path, part: dict[str, Any]) -> Path | None:
    return _verified(folder / part["file"], part["sha256"]) if part.get("file") else None


@cache
def _verified(path: Path, sha256: str) -> Path:
    return _paths.verified(path, sha256)


@lru_cache(maxsize=8)
def _read(folder: str, domain: str | None) -> dict[str, Split]:
    """Return the splits of a part, read-only; kept, because decoding takes longer than copying."""
    card = json.loads((Path(folder) / "dataset.json").read_text(encoding="utf-8"))
    part = next(p for p in card["parts"] if p.get("domain") == domain)
    splits = READERS[card["kind"]](_file(Path(folder), part), card)
    for split in splits.values():
        split.x.flags.writeable = False
        split.y.flags.writeable = False
    return splits


def _drawn(split: Split, budget: int, seed: int, classes: int) -> Split:
    """Return ``budget`` examples of each class. The classes take turns, so smaller budgets are beginnings.

    The draw goes by a hash of the names: it is the same with every version of NumPy, and takes the same
    concepts in domains that share their names.
    """

    def rank(place: int) -> bytes:
        return hashlib.sha256(f"{seed}/{split.y[place]}/{split.names[place]}".encode()).digest()

    columns = [sorted(np.flatnonzero(split.y == label).tolist(), key=rank)[:budget] for label in range(classes)]
    take = [place for row in zip(*columns, strict=True) for place in row]
    return Split(split.x[take], split.y[take], tuple(split.names[i] for i in take))


def _resized(x: Examples, side: int | None) -> Examples:
    """Return a fresh copy: of images ``(n, h, w, c)`` as ``(n, side, side, c)``, or as they are without a side."""
    if side is None or x.shape[1:3] == (side, side):
        return x.copy()
    out = np.empty((len(x), side, side, x.shape[3]), np.uint8)
    for i, image in enumerate(x):
        drawn = Image.fromarray(image[..., 0] if x.shape[3] == 1 else image)
        small = np.asarray(drawn.resize((side, side), Image.Resampling.LANCZOS))
        out[i] = small[..., None] if x.shape[3] == 1 else small
    return out
