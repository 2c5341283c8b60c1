"""Finds what each learner handed in, in folders, zips of Moodle and Canvas, nbgrader trees, GitHub Classroom clones."""

from __future__ import annotations

import io
import os
import re
import unicodedata
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath

from ..errors import CourseError
from .merge import MAX_NOTEBOOK

__all__ = ["Submission", "find"]

_MOODLE = re.compile(r"^(?P<name>.+)_(?P<moodle>\d+)_assignsubmission_(?:file|onlinetext)_?$")
_CANVAS = re.compile(r"^(?P<name>[^_]+)_(?P<late>LATE_)?(?P<canvas>\d+)_\d+_.+$")
_EXCHANGE = re.compile(r"^(?P<name>[^+]+)\+(?P<assignment>[^+]+)\+(?P<time>[^+]+)")
_COPY = re.compile(r" ?\(\d+\)$")
_MEMBERS = 2000


@dataclass(frozen=True)
class _File:
    """One file, wherever it is."""

    parts: tuple[str, ...]
    size: int
    time: float
    read: Callable[[int], bytes] = field(compare=False)
    """Return at most so many bytes."""

    @property
    def name(self) -> str:
        return self.parts[-1]


@dataclass(frozen=True)
class Submission:
    """What one learner handed in."""

    learner: str
    read: Callable[[], bytes] = field(compare=False)
    """Return the bytes of the notebook, a little more than :data:`~merge.MAX_NOTEBOOK` of them at most."""
    notes: tuple[str, ...] = ()
    handed_in: datetime | None = None
    late: bool = False
    """Whether the LMS said that it is late."""
    ids: tuple[tuple[str, str], ...] = ()
    """Numbers by which Moodle and Canvas know the learner."""


def _nothing() -> bytes:
    return b""


def _folder(root: Path) -> tuple[list[_File], list[str], dict[str, str]]:
    """Return files, top folders and notes (top name → what is odd) of a folder; links are not followed."""
    files: list[_File] = []
    tops = [p.name for p in sorted(root.iterdir()) if p.is_dir() and not p.is_symlink() and not p.name.startswith(".")]
    odd: dict[str, str] = {}
    for here, folders, names in os.walk(root):
        folders[:] = sorted(f for f in folders if f not in ("__MACOSX", "__pycache__") and not f.startswith("."))
        for name in sorted(names):
            path = Path(here) / name
            parts = path.relative_to(root).parts
            if name.startswith("."):
                continue
            if path.is_symlink() or not path.is_file():
                odd[parts[0]] = f"{name} is a link or no ordinary file and was not read."
                continue

            def read(limit: int, path: Path = path) -> bytes:
                with path.open("rb") as f:
                    return f.read(limit)

            stat = path.stat()
            files.append(_File(parts, stat.st_size, stat.st_mtime, read))
    return files, tops, odd


def _archive(source: Callable[[], bytes] | Path, prefix: tuple[str, ...] = ()) -> tuple[list[_File], str]:
    """Return the files in a zip, and what is odd about it. Nothing is unpacked to disk."""
    try:
        handle = zipfile.ZipFile(source if isinstance(source, Path) else io.BytesIO(source()))
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as e:
        return [], f"The archive cannot be opened ({e})."
    files, odd = [], ""
    for info in handle.infolist()[: _MEMBERS if prefix else None]:
        path = PurePosixPath(info.filename.replace("\\", "/"))
        if info.is_dir() or any(p.startswith((".", "__MACOSX")) and p != ".." for p in path.parts):
            continue
        if path.is_absolute() or ".." in path.parts or ":" in path.parts[0]:
            odd = "The archive holds a file whose path leads out of it; that file was not read."
            continue

        def read(limit: int, name: str = info.filename) -> bytes:
            try:
                with handle.open(name) as f:
                    return f.read(limit)
            except (zipfile.BadZipFile, OSError, RuntimeError, NotImplementedError, ValueError, EOFError):
                return b""  # damaged or encrypted: said when the notebook is read

        try:
            when = datetime(*info.date_time, tzinfo=UTC).timestamp()
        except ValueError:
            when = 0.0
        files.append(_File((*prefix, *path.parts), info.file_size, when, read))
    return files, odd


def _name(text: str) -> str:
    return unicodedata.normalize("NFC", "".join(c for c in text if c.isprintable())).strip() or "(no name)"


def _who(top: str, assignment: str, is_file: bool) -> tuple[str, dict[str, str]]:
    """Return a learner's name and ids from the name of a file or folder."""
    stem = PurePosixPath(top).stem if is_file else top
    for pattern in (_MOODLE, _CANVAS) if is_file else (_MOODLE, _EXCHANGE, _CANVAS):
        if match := pattern.match(stem):
            found = {k: v for k, v in match.groupdict().items() if v and k in ("moodle", "canvas", "late", "time")}
            return _name(match["name"]), found
    return _name(_COPY.sub("", stem.removeprefix(f"{assignment}-"))), {}


def _time(text: str) -> datetime | None:
    """Read a time as nbgrader writes it; UTC when it does not say."""
    text = text.strip().replace(" UTC", "+00:00")
    for candidate in (text, text[:26]):
        try:
            when = datetime.fromisoformat(candidate)
        except ValueError:
            continue
        return when if when.tzinfo else when.replace(tzinfo=UTC)
    return None


def _pick(files: list[_File], assignment: str, notes: list[str]) -> _File | None:
    """Choose the notebook among what one learner handed in."""
    books = [f for f in files if f.name.lower().endswith(".ipynb")]
    if not books:
        kinds = sorted({PurePosixPath(f.name).suffix or f.name for f in files if f.name != "timestamp.txt"})
        notes.append(f"There is no notebook, only {', '.join(kinds)[:80]}." if kinds else "The folder is empty.")
        return None
    exact = [f for f in books if f.name == f"{assignment}.ipynb"]
    alike = [f for f in books if assignment in f.name]
    chosen = max(exact or alike or books, key=lambda f: (f.time, f.parts))
    if len(books) > 1:
        notes.append(f"{len(books)} notebooks were handed in; {chosen.name} was taken.")
    if chosen.size == 0:
        notes.append(f"{chosen.name} is empty.")
    return chosen


def _submission(learner: str, files: list[_File], assignment: str, notes: list[str], ids: dict[str, str]) -> Submission:
    inner: list[_File] = []
    for file in files:
        if file.name.lower().endswith(".zip"):
            if file.size > MAX_NOTEBOOK:
                notes.append(f"{file.name} has {file.size / 2**20:.0f} MB and was not opened.")
                continue
            found, odd = _archive(lambda file=file: file.read(MAX_NOTEBOOK), file.parts[:-1])  # type: ignore[misc]
            inner += found
            notes += [odd] if odd else []
    stamp = next((f for f in files if f.name == "timestamp.txt"), None)
    when = _time(stamp.read(100).decode("utf-8", "replace")) if stamp else _time(ids.get("time", ""))
    chosen = _pick([f for f in files if not f.name.lower().endswith(".zip")] + inner, assignment, notes)
    late = "late" in ids
    numbers = tuple(sorted((k, v) for k, v in ids.items() if k in ("moodle", "canvas")))
    if chosen is None:
        return Submission(learner, _nothing, tuple(notes), when, late, numbers)
    return Submission(learner, lambda: chosen.read(MAX_NOTEBOOK + 1), tuple(notes), when, late, numbers)


def _unwrap(files: list[_File], assignment: str) -> list[_File]:
    """Take away one folder around everything, as some archives have it."""
    tops = {f.parts[0] for f in files}
    if len(tops) != 1 or any(len(f.parts) < 3 for f in files) or _who(next(iter(tops)), assignment, False)[1]:
        return files
    if all(f.parts[1] == assignment for f in files):
        return files
    return [_File(f.parts[1:], f.size, f.time, f.read) for f in files]


def find(source: Path, assignment: str) -> list[Submission]:
    """Return what was handed in, one entry a learner, sorted by name.

    Parameters
    ----------
    source
        A folder with one notebook or one folder a learner; an nbgrader ``submitted`` or exchange ``inbound`` folder;
        a folder of GitHub Classroom clones; a zip downloaded from Moodle or Canvas; or a single notebook.
    assignment
        Name of the assignment; folders and files of this name are preferred where there are several.
    """
    if not source.exists():
        raise CourseError(f"there is nothing at {source}: give the folder or the zip of the submissions.")
    tops: list[str] = []
    odd: dict[str, str] = {}
    if source.is_dir():
        files, tops, odd = _folder(source)
    elif source.suffix.lower() == ".zip":
        files, said = _archive(source)
        if said and not files:
            raise CourseError(f"{source.name} cannot be used: {said}")
        files = _unwrap(files, assignment)
    elif source.suffix == ".ipynb":
        files = [_File((source.name,), source.stat().st_size, 0.0, lambda limit: source.read_bytes()[:limit])]
    else:
        raise CourseError(f"{source.name} is neither a folder nor a zip nor a notebook.")
    groups: dict[str, list[tuple[_File, bool]]] = {}
    ids: dict[str, dict[str, str]] = {}
    notes: dict[str, list[str]] = {}

    def group(top: str, is_file: bool) -> str:
        learner, found = _who(top, assignment, is_file)
        newest = max(i.get("time", "") for i in (ids.get(learner, {}), found))
        if found.get("time", "") == newest:
            ids[learner] = {**ids.get(learner, {}), **found}
        notes.setdefault(learner, [])
        return learner

    for top in tops:
        groups.setdefault(group(top, False), [])
    for top, words in odd.items():
        notes[group(top, top not in tops)].append(words)
        groups.setdefault(_who(top, assignment, top not in tops)[0], [])
    tree = any(len(f.parts) > 2 and f.parts[1] == assignment for f in files)
    for file in files:
        learner = group(file.parts[0], len(file.parts) == 1)
        wanted = not tree or (len(file.parts) > 2 and file.parts[1] == assignment)
        groups.setdefault(learner, []).append((file, wanted))
    found = []
    for learner in sorted(groups):
        mine = [file for file, wanted in groups[learner] if wanted]
        if "time" in ids[learner]:  # of several hand-ins in an exchange, the newest
            last = max(f.parts[0] for f in mine)
            mine = [f for f in mine if f.parts[0] == last]
        found.append(_submission(learner, mine, assignment, notes[learner], ids[learner]))
    if not found:
        raise CourseError(f"{source} holds no submission: give the folder or the zip that holds one entry a learner.")
    return found
