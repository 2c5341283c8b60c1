"""How a lesson asks and answers: predictions, claims, exercises, quizzes, progress."""

from .content import lesson_names
from .doctor import check_setup
from .notebook import CLAIM_TYPE, Lesson, lesson

__all__ = ["CLAIM_TYPE", "Lesson", "check_setup", "lesson", "lesson_names"]
