"""An exercise: a task, a check that helps, hints one by one, and a solution that is noted as seen."""

from __future__ import annotations

import html
from collections.abc import Callable, Sequence
from typing import Any, Protocol

import traitlets

from ...errors import CourseError
from .._bundle import css, esm
from .._main_thread import in_main_thread
from .._words import WordsWidget

__all__ = ["Exercise", "Outcome"]


class Outcome(Protocol):
    """What a check returns, for example :class:`tlwidgets.course.checks.Outcome`."""

    @property
    def passed(self) -> bool:
        """Whether the answer is right."""

    @property
    def attempted(self) -> bool:
        """Whether there is an answer."""

    @property
    def message(self) -> str:
        """One sentence that helps."""


class Exercise(WordsWidget):
    """Show a task with a button that checks the answer, hints one by one, and the solution.

    Hints and solution are not in the page before they are asked for. :meth:`check`, :meth:`hint` and
    :meth:`show_solution` do what the buttons do.

    Parameters
    ----------
    task
        What to do. Text between backticks is shown as code.
    check
        Called without arguments for each check; returns the outcome. An exception is an answer that does not work yet.
    hints
        They say more and more.
    solution
        Source code of a solution.
    value
        What was reached before: ``""`` (not attempted), ``"tried"`` or ``"passed"``.
    hints_shown, solution_seen
        What was seen before.
    keep
        Called as ``keep(name, value)`` when something is to be remembered: ``"exercise"`` with ``"tried"`` or
        ``"passed"``, ``"hints"`` with the number shown, ``"solution_seen"`` with True.
    """

    _esm = esm("exercise")
    _css = css("exercise")

    task = traitlets.Unicode().tag(sync=True)
    value = traitlets.Enum(("", "tried", "passed"), "").tag(sync=True)
    """``""`` (not attempted), ``"tried"`` or ``"passed"``: the outcome of the last check that had an answer."""
    message = traitlets.Unicode("", read_only=True).tag(sync=True)
    """What the last check said."""
    hints_shown = traitlets.Int(0, read_only=True).tag(sync=True)
    solution_seen = traitlets.Bool(False, read_only=True).tag(sync=True)
    checking = traitlets.Bool(False, read_only=True).tag(sync=True)
    _attempted = traitlets.Bool(True).tag(sync=True)  # whether the last check found an answer
    _checks = traitlets.Int(0).tag(sync=True)  # so that the same sentence twice is heard twice
    _hints = traitlets.List(traitlets.Unicode()).tag(sync=True)  # those shown
    _hint_count = traitlets.Int(0).tag(sync=True)
    _solution = traitlets.Unicode("").tag(sync=True)
    _has_solution = traitlets.Bool(False).tag(sync=True)

    def __init__(
        self,
        task: str,
        *,
        check: Callable[[], Outcome],
        hints: Sequence[str] = (),
        solution: str = "",
        value: str | None = "",
        hints_shown: int = 0,
        solution_seen: bool = False,
        keep: Callable[[str, Any], object] | None = None,
        **traits: Any,
    ) -> None:
        if not isinstance(task, str) or not task.strip():
            raise CourseError("an exercise needs a task: one or more sentences.")
        if not callable(check):
            raise CourseError("check should be a function without arguments that returns the outcome.")
        if isinstance(hints, str):
            raise CourseError("hints should be a list of sentences, not one text.")
        self._check, self._all_hints, self._source = check, tuple(hints), solution
        self._keep = keep or (lambda name, value: None)
        super().__init__(
            task=task,
            value=value if value in ("tried", "passed") else "",
            _hint_count=len(self._all_hints),
            _has_solution=bool(solution),
            **traits,
        )
        self._show_hints(int(hints_shown or 0))
        if solution_seen and solution:
            self.set_trait("solution_seen", True)
            self._solution = solution
        self.on_msg(self._on_message)

    # -- what the buttons do

    def check(self) -> bool | None:
        """Check the answer.

        Returns
        -------
        bool or None
            Whether it passed; None if there is no answer yet.
        """
        self.set_trait("checking", True)
        try:
            outcome = self._check()
            passed, attempted, message = bool(outcome.passed), bool(outcome.attempted), str(outcome.message)
        except Exception as error:
            passed, attempted, message = False, True, f"Your answer stopped with {type(error).__name__}: {error}"
        finally:
            self.set_trait("checking", False)
        with self.hold_sync():
            self.set_trait("message", message)
            self._attempted = attempted
            self._checks += 1
            if attempted:
                self.value = "passed" if passed else "tried"
        if attempted:
            self._keep("exercise", self.value)
        return passed if attempted else None

    def hint(self) -> str | None:
        """Show one more hint and return it; None when there is no other."""
        if self.hints_shown >= len(self._all_hints):
            return None
        self._show_hints(self.hints_shown + 1)
        self._keep("hints", self.hints_shown)
        return str(self._all_hints[self.hints_shown - 1])

    def show_solution(self) -> str:
        """Show the solution and return it. It is noted as seen."""
        if not self._source:
            raise CourseError("this exercise has no solution to show.")
        if not self.solution_seen:
            self.set_trait("solution_seen", True)
            self._solution = self._source
            self._keep("solution_seen", True)
        return self._source

    def _show_hints(self, count: int) -> None:
        count = max(0, min(count, len(self._all_hints)))
        self.set_trait("hints_shown", count)
        self._hints = list(self._all_hints[:count])

    def _on_message(self, _: Any, content: Any, buffers: Any) -> None:
        kind = content.get("kind") if isinstance(content, dict) else None
        if kind == "check" and not self.checking:
            in_main_thread(self.check)
        elif kind == "hint":
            self.hint()
        elif kind == "solution" and self._source:
            self.show_solution()

    # -- words

    @property
    def state(self) -> str:
        """Return where the exercise stands, in words."""
        words = {"": "Not attempted yet.", "tried": "Not yet.", "passed": "Passed."}[self.value]
        return words + (" The solution has been seen." if self.solution_seen else "")

    def summary(self) -> str:
        """Return the task, where it stands, and the hints and the solution that were shown."""
        lines = [f"Exercise: {self.task}", f"{self.state} {self.message}".strip()]
        lines += [f"Hint {i} of {self._hint_count}: {text}" for i, text in enumerate(self._hints, 1)]
        return "\n".join([*lines, *([f"Solution:\n{self._solution}"] if self._solution else [])])

    def as_html(self) -> str:
        """Return the same as HTML."""
        hints = "".join(f"<li>{html.escape(text)}</li>" for text in self._hints)
        return (
            f"<p><strong>Exercise.</strong> {html.escape(self.task)}</p>"
            f"<p>{html.escape(f'{self.state} {self.message}'.strip())}</p>"
            + (f"<ol>{hints}</ol>" if hints else "")
            + (f"<pre>{html.escape(self._solution)}</pre>" if self._solution else "")
        )
