"""Deliver widget messages while the main thread is inside ``model.fit``.

Jupyter hands a widget's messages (a button pressed, a slider moved) to Python only when the running cell has
finished, so Stop would arrive when there is nothing left to stop. :class:`Pump` reads the kernel's own queue
between two batches: messages of widgets are delivered at once, everything else (for example the next cell) is
given back in order.

The attributes of ipykernel that this needs are private. They are tested for, and whenever anything is
unfamiliar the pump switches itself off and says so in :attr:`Pump.error`; the kernel's interrupt button still
stops the training.
"""

from __future__ import annotations

import asyncio
import os
import threading
import time
from collections.abc import Callable
from typing import Any

from ._cells import _shell, quiet

__all__ = ["Pump"]

_WIDGET_MESSAGES = ("comm_msg", "comm_open", "comm_close")


class Pump:
    """Call it often from the main thread: it delivers what has arrived for widgets.

    Parameters
    ----------
    min_interval
        Seconds between two looks at the queue; calls in between cost about a microsecond.
    """

    def __init__(self, min_interval: float = 0.05) -> None:
        self.min_interval = min_interval
        self.delivered = 0
        """Number of messages delivered so far."""
        self.error: Exception | None = None
        """Why the pump is off, if something went wrong."""
        self._kernel: Any = None
        self._socket: Any = None
        self._give_back: Callable[[Any], Any] = lambda msg: None
        self._last = 0.0
        self._busy = False
        if not os.environ.get("TLWIDGETS_NO_PUMP"):
            try:
                self._connect()
            except Exception as error:
                self.error, self._socket = error, None

    def _connect(self) -> None:
        shell = _shell()
        if shell is None or threading.current_thread() is not threading.main_thread():
            return
        kernel = shell.kernel
        # The loop hands the messages back after the cell; without a loop nothing may be taken from the queue.
        asyncio.get_running_loop()
        channel = getattr(kernel, "shell_channel_thread", None)
        if channel is not None:  # ipykernel 7
            pair = channel.manager._shell_channel_to_main
            # Through the stream's own callback: any shorter way overtakes a cell that waits already.
            callback = pair.to_stream._recv_callback
            if not callable(callback):
                raise RuntimeError("the kernel's shell stream has no callback")
            self._give_back = lambda msg: asyncio.ensure_future(callback(msg))
            socket = pair.to_socket
        else:  # ipykernel 6
            self._give_back = lambda msg: kernel.schedule_dispatch(kernel.dispatch_shell, msg)
            socket = kernel.shell_stream.socket
        for needed in (kernel.dispatch_shell, kernel.set_parent, kernel.get_parent, socket.recv_multipart):
            if not callable(needed):
                raise RuntimeError("this kernel is built differently")
        self._kernel, self._socket = kernel, socket

    @property
    def active(self) -> bool:
        """Whether messages are delivered during the cell."""
        return self._socket is not None

    def __call__(self) -> int:
        """Deliver what has arrived.

        Returns
        -------
        int
            Number of widget messages delivered by this call.
        """
        now = time.monotonic()
        if self._socket is None or self._busy or now - self._last < self.min_interval:
            return 0
        if threading.current_thread() is not threading.main_thread():
            return 0
        self._last, self._busy = now, True
        try:
            count = self._drain()
        finally:
            self._busy = False
        self.delivered += count
        return count

    def _drain(self) -> int:
        from zmq import NOBLOCK, Again  # type: ignore[attr-defined]

        count = 0
        restore: Callable[[], None] | None = None
        # Read until nothing is left, also after an error: ZeroMQ tells the loop about new messages only once,
        # so what stays in the queue would lie there until the next message comes.
        while True:
            try:
                msg = self._socket.recv_multipart(NOBLOCK, copy=False)
            except Again:
                break
            if self.error is not None or not self._is_for_widget(msg):
                # At once, so that it keeps its place before everything that the kernel's loop reads later
                # (for example the end of aborting after an error); it is handled when the cell lets the loop
                # run.
                self._give_back(msg)
                continue
            try:
                restore = restore or self._remember_cell()
                self._deliver(msg)
                count += 1
            except Exception as error:
                self.error = error
        if restore is not None:
            try:
                restore()
            except Exception as error:
                self.error = error
        if self.error is not None:
            self._socket = None
        return count

    def _is_for_widget(self, msg: list[Any]) -> bool:
        """Look at the type without checking the signature: a message may be checked only once."""
        try:
            _, frames = self._kernel.session.feed_identities(msg, copy=False)
            header = self._kernel.session.unpack(frames[1].bytes)
            return header["msg_type"] in _WIDGET_MESSAGES
        except Exception:
            return False  # for example the kernel's own "stop aborting", which is no Jupyter message

    def _remember_cell(self) -> Callable[[], None]:
        """Return an action that makes prints and displays belong to the running cell again."""
        kernel = self._kernel
        ident, parent = kernel._parent_ident["shell"], kernel.get_parent("shell")
        # the kernel's hooks around a message would make our own SIGINT handler the one that it restores in
        # the end
        sigint = getattr(kernel, "saved_sigint_handler", None)

        def restore() -> None:
            kernel.set_parent(ident, parent, channel="shell")
            kernel.saved_sigint_handler = sigint
            # the "idle" of the delivered message would let the front end believe that the cell is over
            kernel._publish_status("busy", "shell")

        return restore

    def _deliver(self, msg: list[Any]) -> None:
        # The kernel's own handler, because it also publishes the busy and idle messages that the front end
        # waits for before it sends the next value. Handlers of widget messages do not wait, so one step
        # finishes the coroutine.
        with quiet():
            coroutine = self._kernel.dispatch_shell(msg)
            try:
                coroutine.send(None)
            except StopIteration:
                return
        coroutine.close()
        raise RuntimeError("the kernel's handler of a widget message waits for something")
