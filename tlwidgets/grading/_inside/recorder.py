"""Recording an answer: as JSON, as an array, or as a Keras model, and as nothing else."""

from __future__ import annotations

import io
import json
import re
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

__all__ = ["Recorder"]

_PLAIN = (bool, int, float, str, type(None))


def _plain(value: Any, depth: int = 0) -> Any:
    """Return a copy made of plain values only; the exact type counts, so nothing can pretend."""
    import numpy as np

    kind = type(value)
    if depth > 20:
        raise TypeError("an answer nested this deeply cannot be recorded")
    if kind in _PLAIN:
        return value
    if kind in (list, tuple):
        return [_plain(v, depth + 1) for v in value]
    if kind is dict:
        return {str(k): _plain(v, depth + 1) for k, v in value.items()}
    if issubclass(kind, np.generic):
        return _plain(value.item(), depth + 1)
    raise TypeError(f"an answer of the type {kind.__name__} cannot be recorded")


class Recorder:
    """Writes down what an answer does, for the judge.

    Parameters
    ----------
    send
        Called with a name, a file ending and the bytes.
    """

    def __init__(self, send: Callable[[str, str, bytes], None]) -> None:
        self._send = send

    def __call__(self, name: str, value: Any) -> None:
        """Record a value: plain values and lists of them, an array of numbers, or a Keras model."""
        import sys

        import numpy as np

        if not re.fullmatch(r"[\w.-]{1,80}", name):
            raise ValueError(f"{name!r} is no name for a recorded answer")
        keras = sys.modules.get("keras")
        if type(value) is np.ndarray:
            if value.dtype.kind not in "biufc":
                raise TypeError(f"an array of {value.dtype} cannot be recorded")
            buffer = io.BytesIO()
            np.save(buffer, value, allow_pickle=False)
            self._send(name, "npy", buffer.getvalue())
        elif keras is not None and issubclass(type(value), keras.Model):
            with tempfile.TemporaryDirectory() as folder:
                path = Path(folder) / "answer.keras"
                value.save(path)
                self._send(name, "keras", path.read_bytes())
        else:
            self._send(name, "json", json.dumps(_plain(value)).encode())
