"""A kernel client that does not sleep through an answer.

pyzmq under asyncio waits for a file descriptor that tells of new messages once only. Now and then that one sign is
missed (zeromq/pyzmq issues 1558 and 2173), and a client without a time limit then waits for ever for an answer that
lies in front of it. This one looks again every second.
"""

from __future__ import annotations

from queue import Empty
from time import monotonic
from typing import Any

from jupyter_client.asynchronous.client import AsyncKernelClient
from jupyter_client.channels import AsyncZMQSocketChannel
from jupyter_client.manager import AsyncKernelManager
from traitlets import Type

__all__ = ["Manager"]

LOOK_AGAIN = 1.0
"""Seconds."""


class Channel(AsyncZMQSocketChannel):
    """Waits in short pieces: each begins and ends with a look at the socket itself."""

    async def get_msg(  # type: ignore[override]
        self, timeout: float | None = None
    ) -> dict[str, Any]:
        """Return the next message, or raise ``queue.Empty`` after ``timeout`` seconds."""
        end = float("inf") if timeout is None else monotonic() + timeout
        while True:
            try:
                return await super().get_msg(min(LOOK_AGAIN, max(0.0, end - monotonic())))
            except Empty:
                if monotonic() >= end:
                    raise


class Client(AsyncKernelClient):
    """A client with such channels."""

    shell_channel_class = Type(Channel)
    iopub_channel_class = Type(Channel)
    stdin_channel_class = Type(Channel)
    control_channel_class = Type(Channel)


class Manager(AsyncKernelManager):
    """Starts a kernel and gives such a client: for ``kernel_manager_class`` of nbclient and papermill."""

    client_factory = Type(Client)
