"""Run something in the kernel's main thread, where training and the interrupt button belong."""

from __future__ import annotations

import threading
from collections.abc import Callable

from ._cells import _shell

__all__ = ["in_main_thread"]


def in_main_thread(action: Callable[[], object]) -> None:
    """Call ``action`` now, or as soon as the main thread is free.

    Some front ends have messages of widgets delivered in a thread beside (a subshell), which they also need for the
    next message: a training in it could not be stopped, and Keras' settings are those of the main thread.
    """
    shell = _shell()
    if shell is None or threading.current_thread() is threading.main_thread():
        action()
        return

    def as_a_message() -> None:
        shell.events.trigger("pre_execute")
        try:
            action()
        finally:
            shell.events.trigger("post_execute")

    shell.kernel.io_loop.add_callback(as_a_message)
