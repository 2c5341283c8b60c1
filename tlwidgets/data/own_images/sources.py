"""The files of a folder or of a ZIP archive, found without following links and without writing to the disk."""

from __future__ import annotations

import os
import re
import stat
import unicodedata
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from ...errors import CourseError
from .report import LeftOut

__all__ = ["Found", "Source", "opened"]

MAX_FILES = 100_000  # listed; a home folder given by mistake has more
MAX_BYTES = 256 * 2**20  # one file
MAX_TOTAL = 8 * 2**30  # all that an archive unpacks to
MAX_RATIO = 200  # unpacked to packed; photographs are near 1, drawings in BMP near 50

JUNK = re.compile(r"\..*|__macosx|thumbs\.db|ehthumbs\.db|desktop\.ini|\$recycle\.bin|@eadir|icon\r", re.IGNORECASE)

HIDDEN = "hidden or made by the system"
LINK = "links, which are not followed"
UNREADABLE = "that cannot be opened (permissions)"
UNSAFE = "with an unsafe path in the archive"


@dataclass(frozen=True)
class Found:
    """A file: the parts of its path below the top, and how to get its content."""

    parts: tuple[str, ...]
    read: Callable[[], bytes]

    @property
    def name(self) -> str:
        """The path below the top."""
        return "/".join(self.parts)


@dataclass(frozen=True)
class Source:
    """What is in a folder or archive: files, folders, and what was passed over with the reason."""

    name: str
    files: list[Found] = field(default_factory=list)
    folders: set[tuple[str, ...]] = field(default_factory=set)
    passed: list[tuple[str, str]] = field(default_factory=list)

    def add(self, found: Found) -> None:
        """Take a file in; too many are refused."""
        self.files.append(found)
        if len(self.files) > MAX_FILES:
            raise CourseError(
                f"{self.name!r} holds more than {MAX_FILES:,} files: give the folder that has one subfolder a class."
            )


@contextmanager
def opened(path: str | os.PathLike[str]) -> Iterator[Source]:
    """Give the files of a folder or ZIP archive; they can be read while this is open."""
    if not isinstance(path, str | os.PathLike) or not os.fspath(path) or isinstance(os.fspath(path), bytes):
        raise CourseError(f"path={path!r} is not a path: give the folder of your images, or a ZIP archive of it.")
    if re.match(r"[a-z]+://", os.fspath(path), re.IGNORECASE):
        raise CourseError(f"{os.fspath(path)!r} is an address on the web: download it first, then give the folder.")
    top = Path(path).expanduser()
    try:
        name, there, folder = clean(top.resolve().name), top.exists(), top.is_dir()
    except (OSError, ValueError):  # a name that is too long, or has a null character in it
        name, there, folder = "", False, False
    if not there:
        where = "" if top.is_absolute() else f" in {clean(str(Path.cwd()))!r}"
        raise CourseError(f"there is no {clean(str(path))!r}{where}: check the path.")
    if folder:
        source = Source(name)
        _walk(top, (), source)
        yield source
        return
    if not top.is_file() or not (zipfile.is_zipfile(top) or top.suffix.lower() == ".zip"):
        raise CourseError(f"{name!r} is neither a folder nor a ZIP archive: give one with one subfolder a class.")
    try:
        archive = zipfile.ZipFile(top)
    except PermissionError:
        raise CourseError(f"{name!r} cannot be opened: check its permissions.") from None
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        raise CourseError(f"{name!r} is damaged, or no ZIP archive: pack or download it again.") from None
    with archive:
        source = Source(name)
        _list(archive, source)
        yield source


def clean(name: str) -> str:
    """Return a name composed (NFC, which macOS does not), printable, and such as UTF-8 can hold."""
    whole = unicodedata.normalize("NFC", name.encode("utf-8", "replace").decode())
    return "".join(c if c.isprintable() else "\ufffd" for c in whole)


def _walk(folder: Path, parts: tuple[str, ...], source: Source) -> None:
    pending = [(folder, parts)]
    while pending:
        here, below = pending.pop()
        try:
            entries = sorted(os.scandir(here), key=lambda e: e.name)
        except OSError:
            if not below:
                raise CourseError(f"the folder {source.name!r} cannot be opened: check its permissions.") from None
            source.passed.append(("/".join(below), UNREADABLE))
            continue
        for entry in entries:
            own = (*below, clean(entry.name))
            name = "/".join(own)
            if JUNK.fullmatch(entry.name):
                source.passed.append((name, HIDDEN))
            elif entry.is_symlink() or getattr(entry, "is_junction", bool)():
                source.passed.append((name, LINK))
            elif entry.is_dir(follow_symlinks=False):
                source.folders.add(own)
                pending.append((Path(entry.path), own))
            elif entry.is_file(follow_symlinks=False):
                source.add(Found(own, _file_reader(entry.path)))
            else:
                source.passed.append((name, "that are no ordinary files"))


def _file_reader(path: str) -> Callable[[], bytes]:
    def read() -> bytes:
        try:
            with Path(path).open("rb") as f:
                return _limited(f.read(MAX_BYTES + 1))
        except OSError:
            raise LeftOut(UNREADABLE) from None

    return read


def _limited(data: bytes) -> bytes:
    if len(data) > MAX_BYTES:
        raise LeftOut(f"over {MAX_BYTES // 2**20} MB")
    return data


# ---------------------------------------------------------------- archives


def _list(archive: zipfile.ZipFile, source: Source) -> None:
    total = 0
    for info in archive.infolist():
        path = info.filename.replace("\\", "/")  # some old Windows programs write it that way round
        parts = tuple(clean(p) for p in path.split("/") if p not in ("", "."))
        if path.startswith("/") or ".." in parts or re.match(r"[A-Za-z]:", path):
            source.passed.append((clean(info.filename), UNSAFE))
        elif any(JUNK.fullmatch(p) for p in parts):
            source.passed.append(("/".join(parts), HIDDEN))
        elif stat.S_ISLNK(info.external_attr >> 16):
            source.passed.append(("/".join(parts), LINK))
        elif path.endswith("/") or not parts:
            source.folders.update(parts[:n] for n in range(1, len(parts) + 1))
        else:
            source.folders.update(parts[:n] for n in range(1, len(parts)))
            source.add(Found(parts, _entry_reader(archive, info)))
            total += info.file_size
    if total > MAX_TOTAL:
        raise CourseError(
            f"{source.name!r} would unpack to {total / 2**30:.0f} GB, more than {MAX_TOTAL // 2**30}: "
            "give an archive with fewer or smaller images."
        )


def _entry_reader(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Callable[[], bytes]:
    def read() -> bytes:
        if info.flag_bits & 1:
            raise LeftOut("locked with a password in the archive")
        if info.file_size > 2**20 and info.file_size > MAX_RATIO * info.compress_size:
            raise LeftOut(f"packed more than {MAX_RATIO} times (a ZIP bomb)")
        try:
            with archive.open(info) as f:
                return _limited(f.read(MAX_BYTES + 1))
        except LeftOut:
            raise
        except Exception:  # each way of packing has errors of its own for damaged data
            raise LeftOut("damaged in the archive") from None

    return read
