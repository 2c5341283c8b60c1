"""What is done of a course, lesson by lesson."""

from __future__ import annotations

import html
from collections.abc import Iterable, Mapping
from typing import Any

import traitlets

from ...errors import CourseError, unknown
from .._bundle import css, esm
from .._words import WordsWidget

__all__ = ["Progress"]

KINDS = {"guesses": "Guesses", "quizzes": "Quizzes", "exercises": "Exercises", "claims": "Claims"}
"""Kinds of things to do, in the order in which they are shown."""


class Progress(WordsWidget):
    """Show how much of each lesson is done: guesses made, quizzes answered, exercises passed, claims tried.

    Parameters
    ----------
    record
        One entry a lesson, in order: ``{"title": "Freezing", "guesses": (1, 2), "exercises": (0, 3)}``. A pair is what
        is done and how many there are; what a lesson does not have is left out.

    Examples
    --------
    >>> Progress([{"title": "Start here", "guesses": (1, 1), "quizzes": (2, 3)}]).done
    (3, 4)
    """

    _esm = esm("progress")
    _css = css("progress")

    _alone = traitlets.Bool(True).tag(sync=True)
    value = traitlets.List(traitlets.Dict()).tag(sync=True)
    """The record. Set it anew to show what has changed."""
    _kinds = traitlets.Dict(KINDS).tag(sync=True)

    def __init__(self, record: Iterable[Mapping[str, Any]] = (), **traits: Any) -> None:
        super().__init__(value=[dict(lesson) for lesson in record], **traits)

    @traitlets.validate("value")
    def _plain(self, proposal: Any) -> list[dict[str, Any]]:
        return [_checked(lesson) for lesson in proposal["value"]]

    @property
    def done(self) -> tuple[int, int]:
        """How many things are done, and how many there are."""
        pairs = [lesson[kind] for lesson in self.value for kind in KINDS if kind in lesson]
        return sum(pair[0] for pair in pairs), sum(pair[1] for pair in pairs)

    def summary(self) -> str:
        """Return a line for each lesson, then all of them together."""
        lines = []
        for lesson in self.value:
            parts = [f"{KINDS[k].lower()} {lesson[k][0]} of {lesson[k][1]}" for k in KINDS if k in lesson]
            lines.append(f"{lesson['title']}: {', '.join(parts) or 'nothing to do'}.")
        return "\n".join([*lines, "All lessons: {} of {} done.".format(*self.done) if lines else "No lessons."])

    def as_html(self) -> str:
        """Return the same as a table."""
        shown = [kind for kind in KINDS if any(kind in lesson for lesson in self.value)]
        head = "".join(f'<th scope="col">{name}</th>' for name in ("Lesson", *(KINDS[k] for k in shown)))
        rows = "".join(
            f'<tr><th scope="row">{html.escape(lesson["title"])}</th>'
            + "".join(f"<td>{'{} of {}'.format(*lesson[k]) if k in lesson else ''}</td>" for k in shown)
            + "</tr>"
            for lesson in self.value
        )
        return f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"


def _checked(lesson: Mapping[str, Any]) -> dict[str, Any]:
    if not isinstance(lesson.get("title"), str):
        raise CourseError("every lesson of the record needs a title.")
    found: dict[str, Any] = {"title": lesson["title"]}
    for kind, pair in lesson.items():
        if kind == "title":
            continue
        if kind not in KINDS:
            raise unknown("kind of thing to do", kind, KINDS)
        try:
            done, total = (int(number) for number in pair)
        except (TypeError, ValueError):
            raise CourseError(f"{kind} of {lesson['title']!r} should be (done, of how many), not {pair!r}.") from None
        if not 0 <= done <= total:
            raise CourseError(f"{kind} of {lesson['title']!r} cannot be {done} of {total}.")
        if total:
            found[kind] = [done, total]
    return found
