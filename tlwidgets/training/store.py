"""Keep features between runs: in memory for this kernel, and on the disk for the next one.

Features are found by what they were made from: a hash over layers, weights, pictures and versions. Whatever changes
one of them changes the hash, so that nothing stale can be read; what is old and unused is deleted when room is needed.
"""

from __future__ import annotations

import hashlib
import json
import math
import os
import platform
import shutil
import time
import warnings
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from contextlib import suppress
from itertools import chain
from pathlib import Path
from typing import Any, BinaryIO, TypeAlias
from uuid import uuid4

import numpy as np
from numpy.typing import NDArray

from ..errors import CourseError
from .prefix import connections
from .run import backend_version

__all__ = ["Features", "clear", "digest", "get", "keep", "limit", "location"]

Features: TypeAlias = tuple[NDArray[Any], ...]
_Spec: TypeAlias = tuple[tuple[int, ...], str]

IN_MEMORY = 256 * 2**20
"""Bytes of features that are kept in this kernel."""
_HEADER = 128  # bytes at the beginning of a .npy file
_UNFINISHED = ".unfinished-"
_ABANDONED = 3600.0  # seconds after which a folder that was never finished is taken for abandoned

_memory: OrderedDict[str, Features] = OrderedDict()
_complained = False


# ---------------------------------------------------------------- where, and how much


def location() -> Path | None:
    """Return the folder of the store, or ``None`` if it is switched off.

    ``TLWIDGETS_STORE`` is a folder, or ``off``; otherwise it is the user's cache folder.
    """
    wanted = os.environ.get("TLWIDGETS_STORE", "")
    if wanted.lower() == "off":
        return None
    if wanted:
        return Path(wanted).expanduser()
    import platformdirs

    return Path(platformdirs.user_cache_dir("tlwidgets", appauthor=False)) / "features"


def limit() -> int:
    """Return how many bytes the store may take: ``TLWIDGETS_STORE_MB`` megabytes, 1000 unless told."""
    text = os.environ.get("TLWIDGETS_STORE_MB", "1000")
    try:
        megabytes = float(text)
    except ValueError:
        megabytes = -1.0
    if not megabytes >= 0:
        raise CourseError(f"TLWIDGETS_STORE_MB is a number of megabytes, 0 or more, not {text!r}.")
    return int(megabytes * 1e6)


# ---------------------------------------------------------------- what features are made from


def digest(prefix: Any, arrays: Sequence[NDArray[Any]], **settings: Any) -> str:
    """Return a hash (hex) over everything that features depend on.

    Parameters
    ----------
    prefix
        Keras model that makes them: its layers with their settings, how they are connected, and its weights.
    arrays
        What it is run on, every byte of it.
    settings
        Whatever else matters, of JSON types.
    """
    import keras

    def config(operation: Any) -> Any:
        # names are counted up by Keras, and a layer that is here does not train whatever its flag says
        return {k: v for k, v in operation.get_config().items() if k not in ("name", "trainable")}

    settings |= {
        "layers": [[type(op).__module__, type(op).__qualname__, config(op)] for op in prefix.operations],
        "calls": connections(prefix),
        "versions": [keras.__version__, np.__version__, backend_version()],
        # another number of threads, another device or another way to round may give other last bits
        "machine": [platform.machine(), os.cpu_count(), keras.distribution.list_devices()],
        "rounding": [os.environ.get("TF_ENABLE_ONEDNN_OPTS"), keras.config.floatx()],
    }
    h = hashlib.blake2b(json.dumps(settings, sort_keys=True, default=repr).encode(), digest_size=16)
    for array in [*(w.numpy() for w in prefix.weights), *arrays]:
        h.update(f"{array.dtype} {array.shape}".encode())
        h.update(np.ascontiguousarray(array).data)
    return h.hexdigest()


# ---------------------------------------------------------------- in memory


def get(key: str) -> Features | None:
    """Return the features of a hash, from memory or from the disk (memory-mapped), or ``None``."""
    if key in _memory:
        _memory.move_to_end(key)
        return _memory[key]
    found = _read(key)
    if found is not None:
        _remember(key, found)
    return found


def _remember(key: str, features: Features) -> None:
    for array in features:
        array.flags.writeable = False  # they are shared by every run that finds them
    _memory[key] = features
    while sum(_resident(f) for f in _memory.values()) > IN_MEMORY and len(_memory) > 1:
        _memory.popitem(last=False)


def _resident(features: Features) -> int:
    return sum(array.nbytes for array in features if not isinstance(array, np.memmap))


def clear(*, disk: bool = True) -> None:
    """Forget all features.

    Parameters
    ----------
    disk
        Whether to delete those on the disk too.
    """
    _memory.clear()
    root = location()
    if disk and root is not None:
        shutil.rmtree(root, ignore_errors=True)


def keep(key: str, parts: Iterable[Sequence[NDArray[Any]]], n: int, *, mapped: bool) -> Features:
    """Collect features batch by batch, keep them in memory and on the disk, and return them.

    Parameters
    ----------
    key
        What :func:`digest` returned.
    parts
        The next rows of each array, in order.
    n
        How many rows there will be in all.
    mapped
        Whether they are too large for memory: then they are on the disk only, and what is returned is mapped from
        there.

    Raises
    ------
    OSError
        If they are to be on the disk only and cannot be.
    """
    rest = iter(parts)
    first = next(rest)
    shapes = [((n, *rows.shape[1:]), rows.dtype.str) for rows in first]
    arrays = [] if mapped else [np.empty(shape, dtype) for shape, dtype in shapes]
    writer = _Writer.open(key, shapes)
    if mapped and writer is None:
        raise OSError("there is no store that they could be kept in")
    try:
        row = 0
        for part in chain([first], rest):
            for array, rows in zip(arrays, part, strict=False):
                array[row : row + len(rows)] = rows
            row += len(part[0])
            if writer is not None and not writer.add(part, must=mapped):
                writer = None
        if writer is not None:
            writer.finish(must=mapped)
            writer = None
    finally:
        if writer is not None:
            writer.abandon()
    features = tuple(arrays) if not mapped else _read(key)
    if features is None:
        raise OSError("what was written could not be read")
    _remember(key, features)
    return features


# ---------------------------------------------------------------- on the disk


def _read(key: str) -> Features | None:
    root = location()
    if root is None or not (folder := root / key).is_dir():
        return None
    try:
        names = sorted(folder.glob("*.npy"), key=lambda path: int(path.stem))
        features = tuple(np.load(path, mmap_mode="r") for path in names)
        os.utime(folder)  # used now: deleted later than others
    except (OSError, ValueError):  # gone since, or damaged: made again
        shutil.rmtree(folder, ignore_errors=True)
        return None
    return features or None


class _Writer:
    """Writes one file an array into a folder of its own, which gets its name when it is complete.

    Whoever looks finds either nothing or everything, whatever else is running and whenever the process is killed.
    """

    def __init__(self, target: Path, shapes: Sequence[_Spec]) -> None:
        self._target = target
        self._folder = target.with_name(_UNFINISHED + uuid4().hex)
        self._folder.mkdir(parents=True)
        self._files: list[BinaryIO] = []
        for i, (shape, dtype) in enumerate(shapes):
            file = (self._folder / f"{i}.npy").open("wb")
            self._files.append(file)
            header = {"descr": np.lib.format.dtype_to_descr(np.dtype(dtype)), "fortran_order": False, "shape": shape}
            np.lib.format.write_array_header_2_0(file, header)

    @classmethod
    def open(cls, key: str, shapes: Sequence[_Spec]) -> _Writer | None:
        """Make room and begin, or return ``None`` if there is no store, no room or no right to write."""
        root = location()
        size = sum(_HEADER + math.prod(shape) * np.dtype(dtype).itemsize for shape, dtype in shapes)
        if root is None or size > limit():
            return None
        try:
            _make_room(root, limit() - size)
            return cls(root / key, shapes)
        except OSError as error:
            _complain(error)
            return None

    def add(self, part: Sequence[NDArray[Any]], *, must: bool) -> bool:
        """Append rows; return whether that went well (or raise if it ``must``)."""
        try:
            # written, not mapped: a mapped file on a full disk kills the process instead of raising an error
            for file, rows in zip(self._files, part, strict=True):
                file.write(np.ascontiguousarray(rows).data)
        except OSError as error:
            self._fail(error, must)
            return False
        return True

    def finish(self, *, must: bool) -> None:
        """Give the folder its name."""
        try:
            for file in self._files:
                file.close()
            self._folder.rename(self._target)
        except OSError as error:
            if self._target.is_dir():  # another notebook was faster
                self.abandon()
            else:
                self._fail(error, must)

    def _fail(self, error: OSError, must: bool) -> None:
        self.abandon()
        _complain(error)
        if must:
            raise error

    def abandon(self) -> None:
        """Delete what was written."""
        for file in self._files:
            with suppress(OSError):
                file.close()
        shutil.rmtree(self._folder, ignore_errors=True)


def _make_room(root: Path, room: int) -> None:
    """Delete what was never finished, and the features that were used longest ago, until ``room`` bytes are taken."""
    found = []
    for folder in root.iterdir() if root.is_dir() else ():
        try:
            used = folder.stat().st_mtime
            if not folder.name.startswith(_UNFINISHED):
                found.append((used, folder, sum(f.stat().st_size for f in folder.iterdir())))
            elif time.time() - used > _ABANDONED:
                shutil.rmtree(folder, ignore_errors=True)
        except OSError:  # another process deleted it
            continue
    taken = sum(size for _, _, size in found)
    for _, folder, size in sorted(found):
        if taken <= room:
            return
        shutil.rmtree(folder, ignore_errors=True)
        taken -= size


def _complain(error: OSError) -> None:
    global _complained
    if not _complained:
        _complained = True
        warnings.warn(
            f"features cannot be kept on the disk ({error.strerror or error}), so a new kernel computes them again; "
            "TLWIDGETS_STORE names another folder, and TLWIDGETS_STORE=off does without.",
            stacklevel=2,
        )
