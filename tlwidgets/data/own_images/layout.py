"""Which folders are the classes, whatever lies above and below them."""

from __future__ import annotations

from dataclasses import dataclass

from ...errors import CourseError
from .sources import Found, Source

__all__ = ["Layout", "Placed", "laid_out"]

# what the folders of a ready split are called, in lower case
SIDES = {
    "train": "train",
    "training": "train",
    "val": "validation",
    "valid": "validation",
    "validation": "validation",
    "dev": "validation",
    "test": "test",
    "testing": "test",
}
SUFFIXES = (".jpg", ".jpeg", ".png", ".webp", ".gif", ".bmp", ".tif", ".tiff", ".avif", ".heic", ".heif")

LOOSE = "not in a class folder"


@dataclass(frozen=True)
class Placed:
    """A file with its class, and its split where the folders say one."""

    found: Found
    label: int
    side: str | None


@dataclass(frozen=True)
class Layout:
    """The classes, what is in them, and what was passed over or put together."""

    classes: tuple[str, ...]
    placed: list[Placed]
    passed: list[tuple[str, str]]
    merged: list[str]


def laid_out(source: Source) -> Layout:
    """Return the classes of a folder: those below a folder that wraps them all, or below train, validation and test."""
    depth = _wrappers(source)
    sides = _sides(source, depth)
    at = depth + (1 if sides else 0)  # the place of the class in the parts of a path
    passed, inside = [], []
    for found in source.files:
        side = sides.get(found.parts[depth]) if len(found.parts) > depth else None
        if len(found.parts) < at + 2:
            passed.append((found.name, LOOSE))
        elif sides and side is None:
            passed.append((found.name, "beside the folders train, validation and test"))
        else:
            inside.append((found, found.parts[at], side))

    # Windows and macOS hold Cat and cat for one folder, so they are one class on every system
    folders = {p[at] for p in source.folders if len(p) == at + 1 and (not sides or p[depth] in sides)}
    spellings: dict[str, list[str]] = {}
    for folder in sorted(folders):
        spellings.setdefault(folder.strip().casefold(), []).append(folder)
    keys = sorted(spellings)
    label = {folder: i for i, key in enumerate(keys) for folder in spellings[key]}
    return Layout(
        classes=tuple(spellings[key][0].strip() for key in keys),
        placed=[Placed(found, label[folder], side) for found, folder, side in inside],
        passed=passed,
        merged=[" = ".join(names) for names in spellings.values() if len(names) > 1],
    )


def _below(source: Source, top: tuple[str, ...]) -> list[str]:
    """Return the names of the folders directly below a folder."""
    n = len(top)
    return sorted({p[n] for p in source.folders if len(p) == n + 1 and p[:n] == top})


def _wrappers(source: Source) -> int:
    """Return how many folders stand above the classes, one in the other."""
    top: tuple[str, ...] = ()
    while len(names := _below(source, top)) == 1:
        inner = (*top, names[0])
        further = _below(source, inner)
        images = any(
            len(f.parts) == len(inner) + 1 and f.parts[:-1] == inner and f.name.lower().endswith(SUFFIXES)
            for f in source.files
        )
        if not further or (images and len(further) == 1):
            break
        top = inner
    return len(top)


def _sides(source: Source, depth: int) -> dict[str, str]:
    """Return which split each folder is, if train and another are there; else nothing."""
    names = {p[depth] for p in source.folders if len(p) == depth + 1}
    sides = {n: SIDES[n.casefold()] for n in names if n.casefold() in SIDES}
    if "train" not in sides.values() or len(set(sides.values())) < 2:
        return {}
    deeper = {p[depth] for p in source.folders if len(p) == depth + 2 and p[depth] in sides}
    if not deeper and len(sides) == len(names):
        raise CourseError(
            f"the folders {' and '.join(sorted(names))} of {source.name!r} hold no class folders: "
            "put the images of each class into a folder named after it."
        )
    return sides if deeper else {}
