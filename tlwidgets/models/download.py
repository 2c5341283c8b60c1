"""Weight files on this machine, and their download when it is asked for.

Nothing here opens a connection unless ``download=True`` is given. The standard library is enough: ``urllib`` is also
what ``keras.utils.get_file`` uses, so proxies and certificates behave as a Keras user knows them.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import http.client
import os
import re
import shutil
import ssl
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..errors import CourseError

__all__ = ["NotHere", "WeightFile", "keras_cache", "locate"]

TIMEOUT = 15.0
"""Seconds without a byte after which a connection counts as broken."""
CHUNK = 1 << 18


class NotHere(CourseError):
    """The weights are not on this machine and could not, or should not, be fetched."""


@dataclass(frozen=True)
class WeightFile:
    """A file that can be downloaded."""

    name: str
    url: str
    """Folder of the file at its publisher, with a slash at the end."""
    megabytes: float
    """About how large it is."""
    md5: str | None
    """What the publisher says its MD5 is; None where nothing is published."""


def keras_cache() -> Path:
    """Return the folder in which Keras keeps downloaded weights (``$KERAS_HOME/models``)."""
    return Path(os.environ.get("KERAS_HOME") or Path.home() / ".keras").expanduser() / "models"


def _place() -> str:
    return os.environ.get("TLWIDGETS_WEIGHTS", "").strip()


def _is_url(place: str) -> bool:
    return place.lower().startswith(("http://", "https://"))


def _md5(path: Path) -> str:
    with path.open("rb") as f:
        return hashlib.file_digest(f, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()


def locate(file: WeightFile, *, wanted_by: str, download: bool = False) -> Path:
    """Return where a weight file is on this machine; download it first if that is allowed.

    Looked for in the folder ``TLWIDGETS_WEIGHTS``, then in Keras' own cache. A download goes into Keras' cache, so
    that plain Keras finds it too; it comes from ``TLWIDGETS_WEIGHTS`` if that is an ``http(s)`` address.

    Parameters
    ----------
    file
        Which file.
    wanted_by
        Name of the network, for the messages.
    download
        Whether a missing or damaged file may be fetched.

    Raises
    ------
    NotHere
        The file is missing and was not fetched; says how to get it.
    CourseError
        The file is here but its checksum is wrong.
    """
    place = _place()
    folder = None if not place or _is_url(place) else Path(place).expanduser()
    if folder is not None and not folder.is_dir():
        raise CourseError(f"TLWIDGETS_WEIGHTS names a folder that is not there: {folder}.")
    cached = keras_cache() / file.name
    for path in ([folder / file.name] if folder is not None else []) + [cached]:
        if not path.is_file():
            continue
        if file.md5 is None or _md5(path) == file.md5:
            return path
        if not (download and path == cached):
            raise damaged(path)
    if not download:
        raise NotHere(
            f"the weights of {wanted_by} are not on this machine: download=True fetches them "
            f"(about {file.megabytes:.0f} MB), or set TLWIDGETS_WEIGHTS to a folder or a mirror that has {file.name}; "
            "tl.backbone('efficientnet-lite0') needs no download."
        )
    base = place.rstrip("/") + "/" if _is_url(place) else file.url
    return fetch(base + file.name, cached, md5=file.md5)


def damaged(path: Path) -> CourseError:
    """Return the error for a weight file that cannot be used."""
    return CourseError(
        f"{path} is damaged or not the file that Keras publishes: delete it, then give download=True or copy it again."
    )


def fetch(url: str, target: Path, *, md5: str | None = None) -> Path:
    """Download a file; an interrupted download goes on where it stopped when it is asked for again.

    The bytes go into ``target.name + ".part"`` beside the target, which is renamed when it is complete and its
    checksum is right. Without a published MD5 the one that the server sends (``x-goog-hash``) is compared. A second
    process that wants the same file waits for the first.

    Parameters
    ----------
    url
        Address, http or https.
    target
        Where the file should be.
    md5
        Published checksum (hex).

    Raises
    ------
    NotHere
        No connection, an error of the server, a connection that broke, a wrong checksum, a full disk.
    """
    part = target.with_name(f"{target.name}.part")
    before = _stamp(target)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        lock = part.with_suffix(".lock")
        with _alone(lock):
            if _stamp(target) != before:
                return target  # another process fetched it while this one waited
            expected = _receive(url, part, md5)
            wanted = md5 or expected
            if wanted is not None and _md5(part) != wanted:
                _forget(part)
                raise NotHere(f"{url} sent other bytes than were published (wrong checksum); nothing was kept.")
            part.replace(target)
            _forget(part)
            with contextlib.suppress(OSError):  # Windows keeps open files
                lock.unlink()
    except urllib.error.HTTPError as error:
        raise NotHere(f"{url} is not to be had: the server answers {error.code} {error.reason}.") from None
    except (urllib.error.URLError, TimeoutError, ConnectionError, ssl.SSLError, http.client.HTTPException) as error:
        reason = getattr(error, "reason", None) or error or type(error).__name__
        kept = f"; {_have(part) / 1e6:.1f} MB are kept and the next try goes on from there" if _have(part) else ""
        raise NotHere(f"the connection to {urllib.parse.urlsplit(url).netloc} failed ({reason}){kept}.") from None
    except OSError as error:
        _forget(part)
        raise NotHere(f"{target.name} cannot be written to {target.parent}: {error.strerror or error}.") from None
    return target


def _stamp(path: Path) -> tuple[int, int] | None:
    """Return what changes when another process replaces a file."""
    try:
        stat = path.stat()
    except OSError:
        return None
    return stat.st_ino, stat.st_mtime_ns


def _forget(part: Path) -> None:
    for path in (part, _version_file(part)):
        with contextlib.suppress(OSError):
            path.unlink()


def _have(part: Path) -> int:
    """Return how many bytes of a partial download can be kept: none if nothing tells which file they belong to."""
    return part.stat().st_size if part.is_file() and _version_file(part).is_file() else 0


def _version_file(part: Path) -> Path:
    """Holds the version of the file that a partial download belongs to, as the server named it."""
    return part.with_suffix(".part-version")


def _receive(url: str, part: Path, md5: str | None) -> str | None:
    """Append what is missing to ``part``; return the MD5 that the server promised, if it did."""
    have = _have(part)
    version = _version_file(part).read_text("utf-8") if have else ""
    headers = {"Accept-Encoding": "identity", "User-Agent": "tlwidgets"}
    if have:
        headers["Range"] = f"bytes={have}-"
        if version:
            headers["If-Range"] = version  # a file that has changed since is sent whole
    try:
        response = urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=TIMEOUT)
    except urllib.error.HTTPError as error:
        if error.code != 416:
            raise
        _forget(part)  # longer than the file: it belongs to another one
        return _receive(url, part, md5)
    with response:
        begins = re.match(r"bytes (\d+)-", response.headers.get("Content-Range", ""))
        resumes = response.status == 206 and begins is not None and int(begins[1]) == have
        if response.status == 206 and not resumes:
            _forget(part)
            return _receive(url, part, md5)
        have = have if resumes else 0
        length = response.headers.get("Content-Length")
        total = have + int(length) if length else None
        if total is not None and total - have > shutil.disk_usage(part.parent).free:
            _forget(part)
            raise NotHere(f"there is no room for {total / 1e6:.0f} MB in {part.parent}: free some and try again.")
        version = response.headers.get("ETag") or response.headers.get("Last-Modified") or ""
        version = "" if version.startswith("W/") else version  # a weak tag may stay the same while bytes change
        if version or md5:
            _version_file(part).write_text(version, "utf-8")
        bar = _progress(url, part, have, total)
        with part.open("r+b" if resumes else "wb") as f:
            f.seek(have)
            while chunk := response.read1(CHUNK):
                f.write(chunk)
                have += len(chunk)
                if bar is not None:
                    bar.update(min(have, total or have))
        if total is not None and have < total:
            raise ConnectionError(f"it ended after {have / 1e6:.1f} of {total / 1e6:.1f} MB")
        return _promised(response.headers.get("x-goog-hash", ""))


def _promised(header: str) -> str | None:
    found = re.search(r"md5=([A-Za-z0-9+/=]+)", header)
    return base64.b64decode(found[1]).hex() if found else None


def _progress(url: str, part: Path, have: int, total: int | None) -> Any:
    """Say what is downloaded, and return Keras' progress bar where somebody can see it move."""
    size = f" ({total / 1e6:.1f} MB)" if total else ""
    again = f", from byte {have}" if have else ""
    print(f"Downloading {part.stem}{size} from {urllib.parse.urlsplit(url).netloc} to {part.parent}{again}")
    if total is None or not (sys.stdout.isatty() or "ipykernel" in sys.modules):
        return None
    import keras

    return keras.utils.Progbar(total, unit_name="byte")


@contextlib.contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Hold a lock that the system gives back even when the process dies."""
    with path.open("a+b") as f:
        said = False
        while not _try_lock(f.fileno()):
            if not said:
                print(f"Waiting: another process is downloading {path.stem}")
                said = True
            time.sleep(0.2)
        yield


def _try_lock(fd: int) -> bool:
    """Lock an open file without waiting; closing it unlocks it."""
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(fd, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        if sys.platform == "win32":
            return False
        raise
    return True
