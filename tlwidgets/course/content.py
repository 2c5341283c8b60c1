"""The words and settings of a lesson, read from ``course/lessons/NAME.toml``."""

from __future__ import annotations

import json
import tomllib
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from ..errors import unknown

__all__ = ["PROFILES", "Choice", "Content", "Exercise", "Prediction", "Quiz", "lesson_names", "measured", "read"]

PROFILES = ("smoke", "cpu", "gpu")
_FOLDER = Path(__file__).parent / "lessons"


@dataclass(frozen=True)
class Prediction:
    """A question whose answer is measured later in the lesson."""

    question: str
    low: float
    high: float
    unit: str = ""


@dataclass(frozen=True)
class Choice:
    """One answer of a quiz, with the reason why it is right or wrong."""

    text: str
    reason: str
    right: bool = False


@dataclass(frozen=True)
class Quiz:
    """A question with one right answer."""

    question: str
    choices: tuple[Choice, ...]


@dataclass(frozen=True)
class Exercise:
    """A graded task: what to do, three hints that say more and more, and a solution as source code."""

    task: str
    hints: tuple[str, ...]
    solution: str


@dataclass(frozen=True)
class Content:
    """Everything that a lesson says outside its notebook."""

    name: str
    title: str
    settings: dict[str, SimpleNamespace]
    """Sizes of the experiments by profile."""
    seconds: dict[str, float]
    """Measured time of the whole notebook on two cores, for the profiles it was measured in."""
    predictions: dict[str, Prediction]
    quizzes: dict[str, Quiz]
    exercises: dict[str, Exercise]


def lesson_names() -> list[str]:
    """Names of the lessons in order."""
    return sorted(path.stem for path in _FOLDER.glob("*.toml"))


def measured() -> dict[str, Any]:
    """Return what was measured when the lessons last ran for the record: ``claims`` by lesson, ``runs`` by profile."""
    found: dict[str, Any] = json.loads((_FOLDER.parent / "measured.json").read_text("utf-8"))
    return found


def _quiz(raw: dict[str, Any]) -> Quiz:
    return Quiz(raw["question"], tuple(Choice(**choice) for choice in raw["choices"]))


def read(name: str) -> Content:
    """Read the content of a lesson; raises a :class:`CourseError` with the nearest names when there is none."""
    if name not in lesson_names():
        raise unknown("lesson", name, lesson_names())
    raw = tomllib.loads((_FOLDER / f"{name}.toml").read_text("utf-8"))
    return Content(
        name=name,
        title=raw["title"],
        settings={profile: SimpleNamespace(**raw["settings"][profile]) for profile in PROFILES},
        seconds={profile: runs[name]["seconds"] for profile, runs in measured()["runs"].items() if name in runs},
        predictions={k: Prediction(**v) for k, v in raw.get("predict", {}).items()},
        quizzes={k: _quiz(v) for k, v in raw.get("quiz", {}).items()},
        exercises={
            k: Exercise(v["task"], tuple(v["hints"]), v["solution"].strip()) for k, v in raw.get("exercise", {}).items()
        },
    )
