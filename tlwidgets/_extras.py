"""What an extra of the package brings, and the sentence for what is missing."""

from __future__ import annotations

import importlib
import os
import sys
from pathlib import Path
from typing import Any

from ._paths import PACKAGE
from .errors import CourseError

__all__ = ["how_to_install", "how_to_open", "missing", "need"]

_COURSE = ("", "cpu", "course")  # what `make setup` installs


def _made_by_setup() -> bool:
    """Whether this Python is the one that ``tools/setup.py`` has made in a checkout."""
    return (PACKAGE.parent / "tools/setup.py").is_file() and Path(sys.prefix).resolve() == (
        PACKAGE.parent / ".venv"
    ).resolve()


def how_to_install(extra: str = "") -> str:
    """Return the command that installs an extra, or the core without a name, for the way this Python was set up."""
    if not _made_by_setup():
        return f'pip install "tlwidgets[{extra}]"' if extra else "pip install tlwidgets"
    if os.name == "nt":  # which has no make
        return "python tools/setup.py" if extra in _COURSE else "python tools/setup.py dev"
    return "make setup" if extra in _COURSE else "make setup-dev"


def how_to_open(port: int | None = None) -> str:
    """Return the command that opens the course, at a port if one is given."""
    if _made_by_setup() and os.name != "nt":
        return "make lab" + (f" PORT={port}" if port else "")
    return "tlwidgets lab" + (f" --port {port}" if port else "")


def missing(what: str, extra: str) -> CourseError:
    """Return the error for something that an extra would have brought."""
    return CourseError(f"{what} is not installed: {how_to_install(extra)}")


def need(module: str, extra: str, what: str = "") -> Any:
    """Import a package that is no dependency of the core.

    Parameters
    ----------
    module
        Its name in an ``import``.
    extra
        The extra that brings it.
    what
        How people call it; the name of the module unless told.

    Raises
    ------
    CourseError
        It is not installed; the sentence says how to install it.
    """
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as e:
        if e.name != module.split(".")[0]:  # something else is broken, and its traceback says what
            raise
        raise missing(what or module, extra) from None
