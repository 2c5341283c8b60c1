"""What came out, as the figures and claims of the lesson need it."""

from __future__ import annotations

from ...course.experiments import values
from .experiment import DIGITS, METHODS

__all__ = ["methods"]


def methods(per_class: int) -> dict[str, list[float]]:
    """Return method → accuracy (0 … 1) of each seed."""
    table = DIGITS.read()
    return {method: values(table, "accuracy", method=method, per_class=per_class) for method in METHODS}
