"""The kernel's interrupt button during training: the first press asks, the second interrupts."""

from __future__ import annotations

import signal
import threading
from types import FrameType
from typing import Any

__all__ = ["GracefulInterrupt"]


class GracefulInterrupt:
    """A SIGINT handler that first sets :attr:`asked` and only the second time raises ``KeyboardInterrupt``.

    It works in every front end without private interfaces. Outside the main thread nothing is installed.
    """

    def __init__(self) -> None:
        self.asked = False
        """Whether the user asked to stop."""
        self._previous: Any = None
        self._installed = False

    def install(self) -> None:
        """Take over SIGINT until :meth:`restore`."""
        self.asked = False
        if self._installed or threading.current_thread() is not threading.main_thread():
            return
        self._previous = signal.signal(signal.SIGINT, self._on_signal)
        self._installed = True

    def restore(self) -> None:
        """Give SIGINT back. Does no harm when called twice, or when someone else has taken it over since."""
        if not self._installed:
            return
        self._installed = False
        if signal.getsignal(signal.SIGINT) == self._on_signal:
            signal.signal(signal.SIGINT, self._previous)

    def _on_signal(self, signum: int, frame: FrameType | None) -> None:
        if self.asked:
            raise KeyboardInterrupt
        self.asked = True
