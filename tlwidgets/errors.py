"""The one error class of the package."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

__all__ = ["CourseError", "unknown"]


class CourseError(ValueError):
    """Something that the caller can put right: one sentence that says what was wrong and what to do.

    Raised before anything is written, so nothing is left half done.
    """


def unknown(kind: str, name: object, known: Iterable[str], how: str = "") -> CourseError:
    """Return the error for a name that is not known, with the nearest known names.

    Parameters
    ----------
    kind
        What the name should have been, for example ``"data set"``.
    name
        What was given.
    known
        The names that exist.
    how
        Optional last words that say how to list or get more.
    """
    names = list(known)
    lower = {n.lower(): n for n in names}
    near = [lower[n] for n in difflib.get_close_matches(str(name).lower(), list(lower), n=3, cutoff=0.5)]
    hint = f"did you mean {' or '.join(near)}?" if near else f"known: {', '.join(names)}."
    return CourseError(f"unknown {kind} {str(name)!r}; {hint}{' ' + how if how else ''}")
