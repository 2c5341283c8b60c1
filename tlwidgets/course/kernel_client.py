"""A kernel client that hears an answer which arrives while it writes.

While a cell runs, nbclient tells the kernel what an ``ipywidgets.Output`` holds, over the socket on which it waits
for the cell's answer. ``jupyter_client.session.Session.send`` writes past zmq.asyncio, and writing takes the one sign
that libzmq gives of messages that have come (``ZMQ_FD`` in its ``zmq_getsockopt``): an answer that is just there is
not noticed until the time limit, or never. Reading ``EVENTS`` through zmq.asyncio lets it notice.
"""

from __future__ import annotations

from typing import Any

from jupyter_client.asynchronous.client import AsyncKernelClient
from jupyter_client.channels import AsyncZMQSocketChannel
from jupyter_client.manager import AsyncKernelManager
from traitlets import Type
from zmq.constants import SocketOption

__all__ = ["Manager"]


class Channel(AsyncZMQSocketChannel):
    """Looks for what has come after each message that it sends."""

    def send(self, msg: dict[str, Any]) -> None:
        """Send a message."""
        super().send(msg)
        self.socket.get(SocketOption.EVENTS)


class Client(AsyncKernelClient):
    """Sends over such channels."""

    shell_channel_class = Type(Channel)
    control_channel_class = Type(Channel)
    stdin_channel_class = Type(Channel)


class Manager(AsyncKernelManager):
    """Starts a kernel and gives such a client: for ``kernel_manager_class`` of nbclient and papermill."""

    client_factory = Type(Client)
