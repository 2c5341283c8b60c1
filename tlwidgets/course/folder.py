"""The folder that a learner works in: a checkout as it is, or a copy of the lessons of an installed package.

The copy has the shape of the repository: the lessons in ``notebooks``, and what they link to where the links lead.
``.tlwidgets.json`` in it holds the hash of every file as it was copied. An upgrade replaces what the learner has not
touched, and puts the new version beside what they have changed.
"""

from __future__ import annotations

import hashlib
import itertools
import json
import posixpath
import re
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

from .. import __version__, _paths
from ..errors import CourseError

__all__ = ["course_folder", "first_page"]

_RECORD = ".tlwidgets.json"
_LINK = re.compile(r"\]\(([^)#\s]+)")


def first_page(root: Path) -> str:
    """Return what JupyterLab opens first, relative to its root; empty where there is no first lesson."""
    found = [*root.glob("notebooks/00_*.ipynb"), *root.glob("00_*.ipynb")]
    return found[0].relative_to(root).as_posix() if found else ""


def course_folder(folder: Path | None = None, say: Callable[[str], None] = print) -> Path:
    """Return the folder to work in, after bringing it up to date if it is a copy of this package's lessons.

    Parameters
    ----------
    folder
        The learner's choice; by default a checkout itself, or ``transfer-learning-course`` here.
    say
        Where it goes what an upgrade has done, a line at a time.

    Raises
    ------
    CourseError
        The folder exists and holds no lessons, or cannot be written.
    """
    if folder is None:
        if _paths.notebooks_root().parent != _paths.PACKAGE:
            return _paths.PACKAGE.parent  # a checkout: the lessons are the learner's own already
        folder = Path("transfer-learning-course")
    try:
        if not folder.exists():
            _make(folder)
        elif (folder / _RECORD).is_file():
            for line in _update(folder):
                say(line)
        elif not any(folder.glob("*.ipynb")) and not any(folder.glob("notebooks/*.ipynb")):
            raise CourseError(f"{folder} holds no notebooks: name a new folder, and the lessons are copied there.")
    except OSError as e:
        raise CourseError(f"cannot copy the lessons to {folder} ({e.strerror}): choose another with --dir.") from None
    return folder.resolve()


def _source(name: str) -> Path | None:
    """Return the file of this installation that has a name in the repository, if there is one."""
    top, _, rest = name.partition("/")
    roots = {"notebooks": _paths.notebooks_root(), "datasets": _paths.datasets_root(), "tlwidgets": _paths.PACKAGE}
    path = roots[top] / rest if top in roots else None
    return path if path is not None and path.is_file() else None


def _links(name: str, path: Path) -> list[str]:
    """Return the names of the files that a notebook or a page links to."""
    if path.suffix == ".ipynb":
        cells = json.loads(path.read_text("utf-8"))["cells"]
        text = "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown")
    elif path.suffix == ".md":
        text = path.read_text("utf-8")
    else:
        return []
    links = [link for link in _LINK.findall(text) if "://" not in link]
    return [posixpath.normpath(posixpath.join(posixpath.dirname(name), link)) for link in links]


def _files() -> dict[str, bytes]:
    """Return the lessons and all that can be reached from them by links: name in the repository → content."""
    left = [f"notebooks/{path.name}" for path in sorted(_paths.notebooks_root().glob("*.ipynb"))]
    found: dict[str, bytes] = {}
    while left:
        name = left.pop(0)
        path = _source(name)
        if name not in found and path is not None:
            found[name] = path.read_bytes()
            left += _links(name, path)
    return found


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _write(path: Path, content: bytes) -> None:
    """Write a file whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.partial")
    try:
        partial.write_bytes(content)
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def _make(folder: Path) -> None:
    """Copy everything into a new folder, which appears whole or not at all."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    partial = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        whole = partial / "course"  # inside, because a temporary folder is the owner's alone
        _update(whole)
        whole.rename(folder)
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def _beside(path: Path, content: bytes) -> Path:
    """Return where a new version goes; an earlier one that the learner works in by now is not written over."""
    for number in itertools.count(1):
        other = path.with_stem(f"{path.stem}_{__version__}" + (f"_{number}" if number > 1 else ""))
        if not other.exists() or other.read_bytes() == content:
            break
    return other


def _update(folder: Path) -> list[str]:
    """Bring a copy up to date; return what there is to say about it."""
    record = folder / _RECORD
    try:
        before: dict[str, str] = json.loads(record.read_text("utf-8"))["files"] if record.exists() else {}
    except (ValueError, KeyError):
        before = {}  # then everything that differs counts as changed, and nothing is lost
    copied = dict(before)
    added, renewed, kept = [], [], []
    for name, content in _files().items():
        path, new = folder / name, _hash(content)
        there = _hash(path.read_bytes()) if path.exists() else ""
        if not there:
            _write(path, content)
            added.append(path.name)
        elif there == copied.get(name) != new:
            _write(path, content)
            renewed.append(path.name)
        elif there != new != copied.get(name):
            beside = _beside(path, content)
            _write(beside, content)
            kept.append(f"You have changed {path.name}: it stays, and its new version is beside it as {beside.name}.")
        copied[name] = new
    if copied != before:
        _write(record, json.dumps({"version": __version__, "files": copied}, indent=1).encode())
    said = [("New", added), ("Newer versions", renewed)]
    return [*(f"{what}: {', '.join(names)}." for what, names in said if names), *kept]
