"""The public checks of the exercises: they try what an answer does, never how it is written."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

__all__ = ["CHECKS", "Outcome", "run"]


@dataclass(frozen=True)
class Outcome:
    """What a check found, in one sentence that helps."""

    passed: bool
    message: str
    attempted: bool = True


CHECKS: dict[str, Callable[..., Outcome]] = {}
