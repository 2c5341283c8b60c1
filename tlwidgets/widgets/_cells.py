"""Know when a notebook cell, or the message of a widget, is over."""

from __future__ import annotations

import weakref
from collections.abc import Callable
from typing import Any

__all__ = ["after_each_cell", "at_cell_end", "in_kernel", "quiet"]

_quiet = 0  # depth of widget messages that are delivered inside a running cell


def _shell() -> Any | None:
    """Return the running IPython shell of a Jupyter kernel, or None in plain Python and in a terminal."""
    try:
        from IPython import get_ipython
    except ImportError:
        return None
    shell = get_ipython()  # type: ignore[no-untyped-call]
    return shell if getattr(shell, "kernel", None) is not None else None


def in_kernel() -> bool:
    """Return whether this is a Jupyter kernel."""
    return _shell() is not None


class quiet:
    """Marks the time in which widget messages are delivered *inside* a cell: that is not the cell's end."""

    def __enter__(self) -> None:
        global _quiet
        _quiet += 1

    def __exit__(self, *exc: object) -> None:
        global _quiet
        _quiet -= 1


def at_cell_end(action: Callable[[], object]) -> bool:
    """Call ``action`` once when the running cell or widget message is over, also after an exception in it.

    Returns
    -------
    bool
        False outside a Jupyter kernel: nothing is registered and the caller decides.
    """
    shell = _shell()
    if shell is None:
        return False

    def once(*_: object) -> None:
        if not _quiet:
            shell.events.unregister("post_execute", once)
            action()

    # post_execute comes after cells and after widget messages; post_run_cell would miss training from a
    # button
    shell.events.register("post_execute", once)
    return True


def after_each_cell(method: Callable[[], object]) -> None:
    """Call a bound method after every cell for as long as its object lives."""
    shell = _shell()
    if shell is None:
        return
    ref = weakref.WeakMethod(method)

    def each(*_: object) -> None:
        alive = ref()
        if alive is None:
            shell.events.unregister("post_execute", each)
        elif not _quiet:
            alive()

    shell.events.register("post_execute", each)
