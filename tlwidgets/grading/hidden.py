"""What the author of hidden tests needs."""

from __future__ import annotations

from typing import Any

__all__ = ["points"]


def points(task: str, points: float, title: str, hint: str = "") -> Any:
    """Mark a hidden test with what it is worth.

    Parameters
    ----------
    task
        ``grade_id`` of the answer that it tests.
    points
        What passing it earns.
    title
        What the learner reads about it, passed or not: never what the test expects.
    hint
        Read by learners who did not pass it.
    """
    import pytest

    return pytest.mark.points(task=task, points=points, title=title, hint=hint)
