"""Keep features between runs: in memory for this kernel, and on the disk for the next one.

Features are found by what they were made from, byte by byte: the graph that makes them with all its constants, its
weights, the examples, and where it ran. What cannot be turned into bytes exactly is not kept.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import warnings
import zipfile
from collections import OrderedDict
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeAlias
from uuid import uuid4

import numpy as np
from numpy.typing import NDArray

from ..errors import CourseError
from .run import backend_version

__all__ = ["Features", "digest", "get", "limit", "location", "put"]

Features: TypeAlias = tuple[NDArray[Any], ...]

IN_MEMORY = 256 * 2**20
"""Bytes of features that are kept in this kernel."""

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


def digest(graph: Any, variables: Iterable[Any], arrays: Iterable[NDArray[Any]], batch_size: int) -> str | None:
    """Return a hash (hex) over everything that features depend on, or ``None`` if it cannot be had.

    Parameters
    ----------
    graph
        The ``tf.function`` that makes them; ``None`` where there is none.
    variables
        Keras variables that it may read.
    arrays
        What it is run on, every byte of it.
    batch_size
        Number of examples in a call; the sum of a matrix product may depend on it.
    """
    if graph is None:
        return None
    parts = _graph_bytes(graph.get_concrete_function(), list(variables))
    if parts is None:
        return None
    import keras

    where = {
        "batch_size": batch_size,
        "versions": [keras.__version__, np.__version__, backend_version()],
        # another number of threads, another device or another way to round may give other last bits
        "machine": [platform.machine(), os.cpu_count(), *keras.distribution.list_devices()],
        "rounding": os.environ.get("TF_ENABLE_ONEDNN_OPTS"),
    }
    h = hashlib.blake2b(json.dumps(where, sort_keys=True).encode(), digest_size=16)
    for part in (*parts, *(b for array in arrays for b in _array_bytes(array))):
        h.update(part)
    return h.hexdigest()


def _array_bytes(array: NDArray[Any]) -> Iterator[Any]:
    yield f"{array.dtype} {array.shape};".encode()
    yield np.ascontiguousarray(array).reshape(-1).view(np.uint8).data


def _graph_bytes(concrete: Any, variables: list[Any]) -> list[Any] | None:
    """Return a TensorFlow graph and what it reads as bytes that are equal for equal work, whatever things are called.

    ``None`` if it runs Python code, calls another graph, or reads anything but numbers and the given variables.
    """
    definition = concrete.graph.as_graph_def()
    if definition.library.function or any("PyFunc" in node.op for node in definition.node):
        return None
    number = {node.name: str(i) for i, node in enumerate(definition.node)}
    for node in definition.node:
        node.name = number[node.name]
        for i, name in enumerate(node.input):
            before, _, output = name.removeprefix("^").partition(":")
            node.input[i] = f"{'^' * name.startswith('^')}{number[before]}:{output}"
        for internal in [a for a in node.attr if a.startswith("_")]:  # names, and hints for the runtime
            del node.attr[internal]
    found: list[Any] = [definition.SerializeToString(deterministic=True)]
    by_handle = {id(v.value.handle): v for v in variables}
    for outside, inside in concrete.graph.captures:
        variable = by_handle.get(id(outside))
        if variable is None and not (hasattr(outside, "numpy") and outside.dtype.is_numpy_compatible):
            return None
        value = np.asarray((outside if variable is None else variable.value).numpy())
        if value.dtype.hasobject:
            return None
        found += [number[inside.op.name].encode(), *_array_bytes(value)]
    return found


# ---------------------------------------------------------------- keep and find


def get(key: str) -> Features | None:
    """Return the features of a hash, from memory or from the disk, or ``None``."""
    if key in _memory:
        _memory.move_to_end(key)
        return _memory[key]
    found = _read(key)
    if found is not None:
        _remember(key, found)
    return found


def put(key: str, features: Features) -> None:
    """Keep features in memory and, if there is a store with room for them, on the disk."""
    _remember(key, features)
    root, size = location(), sum(array.nbytes for array in features)
    if root is None or size > limit():
        return
    try:
        _make_room(root, limit() - size)
        _write(root / f"{key}.npz", features)
    except OSError as error:
        _complain(error)


def _remember(key: str, features: Features) -> None:
    for array in features:
        array.flags.writeable = False  # they are shared by every run that finds them
    _memory[key] = features
    while sum(array.nbytes for kept in _memory.values() for array in kept) > IN_MEMORY and len(_memory) > 1:
        _memory.popitem(last=False)


def _read(key: str) -> Features | None:
    root = location()
    if root is None or not (path := root / f"{key}.npz").is_file():
        return None
    try:
        with np.load(path, allow_pickle=False) as file:  # checks the sum of every array
            features = tuple(file[name] for name in file.files)
        os.utime(path)  # used now: deleted later than others
    except (OSError, ValueError, zipfile.BadZipFile):  # gone since, or damaged: made again
        with suppress(OSError):
            path.unlink(missing_ok=True)
        return None
    return features or None


def _write(path: Path, features: Features) -> None:
    """Write a file that gets its name when all of it is on the disk."""
    unfinished = path.with_name(f".{uuid4().hex}")
    try:
        with unfinished.open("wb") as file:
            np.savez(file, *features)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)


def _make_room(root: Path, room: int) -> None:
    """Delete the files that were used longest ago, until those that are left take ``room`` bytes at most."""
    root.mkdir(parents=True, exist_ok=True)
    found = []
    for path in root.iterdir():
        with suppress(OSError):  # another process deleted it
            about = path.stat()
            found.append((about.st_mtime, path, about.st_size))
    taken = sum(size for _, _, size in found)
    for _, path, size in sorted(found):
        if taken <= room:
            return
        with suppress(OSError):
            path.unlink(missing_ok=True)
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
