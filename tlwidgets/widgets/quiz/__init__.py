"""A question with one right answer and a reason for every choice."""

from __future__ import annotations

import html
from typing import Any

import traitlets

from ...errors import CourseError
from .._bundle import css, esm
from .._words import WordsWidget

__all__ = ["Quiz"]


class Quiz(WordsWidget):
    """Ask one question; choosing an answer shows why it is right or wrong, and another may be chosen.

    Parameters
    ----------
    question : str
        The question.
    choices : list of dict
        Each with ``text``, ``reason`` and ``right`` (bool); one of them is right.
    value : int or None
        Index of the chosen answer, ``None`` until one is chosen.
    """

    _esm = esm("quiz")
    _css = css("quiz")
    _alone = traitlets.Bool(True).tag(sync=True)
    question = traitlets.Unicode().tag(sync=True)
    choices = traitlets.List(traitlets.Dict()).tag(sync=True)
    value = traitlets.Int(None, allow_none=True).tag(sync=True)

    def __init__(self, **traits: Any) -> None:
        choices = traits.get("choices", [])
        if not all(isinstance(c, dict) and {"text", "reason", "right"} <= c.keys() for c in choices):
            raise CourseError("every choice of a quiz needs a text, a reason, and right (True or False).")
        if len(choices) < 2 or sum(bool(c["right"]) for c in choices) != 1:
            raise CourseError("a quiz needs two choices or more, exactly one of them right.")
        super().__init__(**traits)

    @traitlets.validate("value")
    def _one_of_them(self, proposal: Any) -> int | None:
        value = proposal["value"]
        return value if value is not None and 0 <= value < len(self.choices) else None

    @property
    def right(self) -> bool | None:
        """Whether the chosen answer is right; ``None`` before one is chosen."""
        return None if self.value is None else bool(self.choices[self.value]["right"])

    def summary(self) -> str:
        """Return the question, the choices and, once one is chosen, its reason."""
        lines = [
            self.question,
            *(f"  {'(x)' if i == self.value else '( )'} {c['text']}" for i, c in enumerate(self.choices)),
        ]
        if self.value is not None:
            lines.append(f"  {'Right.' if self.right else 'Not so.'} {self.choices[self.value]['reason']}")
        return "\n".join(lines)

    def as_html(self) -> str:
        """Return the question with every answer folded under it."""
        items = "".join(
            f"<li><details><summary>{html.escape(c['text'])}</summary>"
            f"{'Right.' if c['right'] else 'Not so.'} {html.escape(c['reason'])}</details></li>"
            for c in self.choices
        )
        return f"<p><strong>{html.escape(self.question)}</strong></p><ul>{items}</ul>"
