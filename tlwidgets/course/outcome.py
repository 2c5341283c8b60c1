"""What a check returns."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Outcome"]


@dataclass(frozen=True)
class Outcome:
    """What a check found, in one sentence that helps."""

    passed: bool
    message: str
    attempted: bool = True
