"""Where the lessons and the data are: at the top of a checkout, or inside an installed package."""

from __future__ import annotations

import hashlib
from pathlib import Path

from .errors import CourseError

PACKAGE = Path(__file__).resolve().parent


def _root(inside: str, checkout: str) -> Path:
    for path in (PACKAGE / inside, PACKAGE.parent / checkout):
        if path.is_dir():
            return path
    raise CourseError(f"the folder {checkout!r} is missing from this installation: install tlwidgets again.")


def notebooks_root() -> Path:
    """Folder of the lessons."""
    return _root("_notebooks", "notebooks")


def datasets_root() -> Path:
    """Folder of the data sets and embedded networks, one folder each."""
    return _root("_datasets", "datasets")


def verified(path: Path, sha256: str) -> Path:
    """Return ``path`` if the file has this SHA-256 (hex), else raise a :class:`CourseError` that says what to do."""
    if not path.is_file():
        raise CourseError(
            f"{path.name} is missing from {path.parent}: restore it (git checkout) or install tlwidgets again."
        )
    with path.open("rb") as f:
        found = hashlib.file_digest(f, "sha256").hexdigest()
    if found != sha256:
        raise CourseError(
            f"{path} is damaged (its checksum {found[:8]}… should be {sha256[:8]}…): "
            "restore it (git checkout) or install tlwidgets again."
        )
    return path
