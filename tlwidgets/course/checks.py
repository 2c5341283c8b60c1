"""The public checks of the exercises: they try what an answer does, never how it is written.

They live with their lesson, ``tlwidgets/lessons/NAME/checks.py``: a dictionary ``CHECKS``, exercise → function of the
answer.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib import import_module
from typing import Any

from ..errors import unknown
from .outcome import Outcome

__all__ = ["Outcome", "checks_of", "run"]


def checks_of(lesson: str) -> dict[str, Callable[..., Outcome]]:
    """Return the checks of a lesson by exercise; ``lesson`` is the name of its folder."""
    found: dict[str, Callable[..., Outcome]] = import_module(f"tlwidgets.lessons.{lesson}.checks").CHECKS
    return found


def run(name: str, answer: Sequence[Any]) -> Outcome:
    """Run the check ``LESSON/EXERCISE`` on an answer.

    An answer that raises an error is not passed, and the sentence says which error.
    """
    lesson, _, exercise = name.partition("/")
    known = checks_of(lesson)
    if exercise not in known:
        raise unknown("exercise", exercise, known)
    try:
        return known[exercise](*answer)
    except Exception as e:
        return Outcome(False, f"Your answer stopped with {type(e).__name__}: {e}")
