"""How a lesson asks and answers: predictions, claims, exercises, quizzes, progress."""

from .content import lesson_names
from .lesson import CLAIM_TYPE, Lesson, lesson

__all__ = ["CLAIM_TYPE", "Lesson", "lesson", "lesson_names"]
