"""Graded exercises: build an assignment, grade submissions in a sandbox, report."""

from __future__ import annotations

from .._lazy import lazy

_WHERE = {
    "Assignment": "assignment",
    "Limits": "sandbox",
    "build": "assignment",
    "collect": "grader",
    "grade": "grader",
    "load": "assignment",
    "verify": "soundness",
    "points": "hidden",
}

__all__ = sorted(_WHERE)
__getattr__, __dir__ = lazy(globals(), _WHERE)
