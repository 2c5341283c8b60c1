"""The words and settings of a lesson, read from ``lessons/NAME/lesson.toml``, and what it took when measured."""

from __future__ import annotations

import json
import tomllib
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

from .._paths import PACKAGE
from ..errors import unknown

__all__ = [
    "PROFILES",
    "Choice",
    "Content",
    "Exercise",
    "Prediction",
    "Quiz",
    "lesson_names",
    "lessons",
    "measured",
    "read",
]

PROFILES = ("smoke", "cpu", "gpu")
_FOLDER = PACKAGE / "lessons"


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
    """A graded task: three hints that say more and more, and a solution as source code. The task is in the notebook."""

    title: str
    hints: tuple[str, ...]
    solution: str


@dataclass(frozen=True)
class Question:
    """What a graded sheet asks for in prose."""

    text: str
    answer: str
    points: float


@dataclass(frozen=True)
class AssignmentWords:
    """What the graded sheet of a lesson needs beside its exercises."""

    note: str
    """In front of the first cell."""
    setup: str
    """What the first cell does after the imports of the course."""
    preload: tuple[str, ...]
    """Modules that a grader loads once for all submissions."""
    question: Question | None


@dataclass(frozen=True)
class Content:
    """Everything that a lesson says outside its notebook."""

    name: str
    """Of its folder."""
    number: int
    """Its place in the course."""
    title: str
    goal: str
    """What a learner can do afterwards, in a few words."""
    measures: str
    """What is measured in it, in a few words."""
    needs: tuple[str, ...]
    """Names of the lessons that it rests on."""
    settings: dict[str, SimpleNamespace]
    """Sizes of the experiments by profile."""
    seconds: dict[str, float]
    """Measured time of the whole notebook on two cores, for the profiles it was measured in."""
    predictions: dict[str, Prediction]
    quizzes: dict[str, Quiz]
    exercises: dict[str, Exercise]
    assignment: AssignmentWords | None

    @property
    def notebook(self) -> str:
        """Name of its notebook, without the ending: the number, then the name."""
        return f"{self.number:02}_{self.name}"


def _raw(name: str) -> dict[str, Any]:
    return tomllib.loads((_FOLDER / name / "lesson.toml").read_text("utf-8"))


def lesson_names() -> list[str]:
    """Names of the lessons in order."""
    return sorted((path.parent.name for path in _FOLDER.glob("*/lesson.toml")), key=lambda name: _raw(name)["number"])


def lessons() -> list[Content]:
    """Read all lessons, in order."""
    return [read(name) for name in lesson_names()]


def measured(name: str) -> dict[str, Any]:
    """Return what was measured when a lesson last ran for the record: ``runs`` by profile, ``claims``, ``versions``."""
    path = _FOLDER / name / "measured.json"
    found: dict[str, Any] = json.loads(path.read_text("utf-8")) if path.exists() else {"runs": {}, "claims": []}
    return found


def _quiz(raw: dict[str, Any]) -> Quiz:
    return Quiz(raw["question"], tuple(Choice(**choice) for choice in raw["choices"]))


def _assignment(raw: dict[str, Any]) -> AssignmentWords:
    asked = raw.get("question")
    question = Question(asked["text"].strip(), asked["answer"].strip(), asked["points"]) if asked else None
    return AssignmentWords(raw["note"], raw.get("setup", "").strip(), tuple(raw.get("preload", ())), question)


def read(name: str) -> Content:
    """Read the content of a lesson; raises a :class:`CourseError` with the nearest names when there is none."""
    if name not in lesson_names():
        raise unknown("lesson", name, lesson_names())
    raw = _raw(name)
    return Content(
        name=name,
        number=raw["number"],
        title=raw["title"],
        goal=raw["goal"],
        measures=raw["measures"],
        needs=tuple(raw["needs"]),
        settings={profile: SimpleNamespace(**raw["settings"][profile]) for profile in PROFILES},
        seconds={profile: run["seconds"] for profile, run in measured(name)["runs"].items()},
        predictions={k: Prediction(**v) for k, v in raw.get("predict", {}).items()},
        quizzes={k: _quiz(v) for k, v in raw.get("quiz", {}).items()},
        exercises={
            k: Exercise(v["title"], tuple(v["hints"]), v["solution"].strip())
            for k, v in raw.get("exercise", {}).items()
        },
        assignment=_assignment(raw["assignment"]) if "assignment" in raw else None,
    )
