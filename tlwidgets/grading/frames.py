"""How a sandbox talks to the grader: frames, each a line of JSON and then bytes. What it says is never trusted."""

from __future__ import annotations

import json
import os
import select
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO

__all__ = ["Frame", "read", "write"]

_LONGEST_LINE = 1 << 20


@dataclass(frozen=True)
class Frame:
    """One message of a sandbox."""

    head: dict[str, Any]
    body: bytes = b""

    @property
    def kind(self) -> str:
        """What the message is about."""
        return str(self.head.get("kind", ""))


def write(stream: BinaryIO, kind: str, body: bytes = b"", **head: Any) -> None:
    """Send one frame."""
    line = json.dumps({"kind": kind, **head, "size": len(body)}).encode()
    stream.write(line + b"\n" + body)
    stream.flush()


def read(fd: int, *, limit: int, deadline: float, stop: Any = None, over: Any = None) -> Iterator[Frame]:
    """Yield the frames that arrive on ``fd`` until it ends.

    Parameters
    ----------
    fd
        Read end of a pipe.
    limit
        Most bytes to take in all; what comes later is read and thrown away.
    deadline
        Time on the monotonic clock at which ``TimeoutError`` is raised.
    stop
        Called now and then; may raise to end the reading.
    over
        Called when nothing arrives; true when nothing will any more, although something still holds the pipe open.

    Anything that is no frame ends the sequence with a frame of the kind ``"garbled"``.
    """
    waiting, taken, garbled = bytearray(), 0, False
    head: dict[str, Any] | None = None
    while True:
        left = deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        if stop is not None:
            stop()
        if not select.select([fd], [], [], min(left, 0.25))[0]:
            if over is not None and over():
                return
            continue
        part = os.read(fd, 1 << 18)
        if not part:
            return
        if garbled:
            continue
        taken += len(part)
        waiting += part
        while not garbled:
            if head is None:
                end = waiting.find(b"\n")
                if end < 0:
                    garbled = len(waiting) > _LONGEST_LINE
                    break
                try:
                    head = json.loads(bytes(waiting[:end]))
                    del waiting[: end + 1]
                    if not isinstance(head, dict) or not 0 <= int(head["size"]) <= limit:
                        garbled = True
                except (ValueError, KeyError, TypeError, RecursionError):
                    garbled = True
            if head is not None and not garbled:
                size = int(head["size"])
                if len(waiting) < size:
                    break
                yield Frame(head, bytes(waiting[:size]))
                del waiting[:size]
                head = None
        garbled = garbled or taken > limit
        if garbled:
            waiting.clear()
            yield Frame({"kind": "garbled"})
