"""What a lesson's notebook calls: predictions, claims, exercises, quizzes."""

from __future__ import annotations

import html
import logging
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from ..errors import unknown
from . import checks, claims, content, evidence
from .progress import Progress

if TYPE_CHECKING:
    from .live import LiveRun

__all__ = ["CLAIM_TYPE", "Lesson", "lesson"]

CLAIM_TYPE = "application/vnd.tlwidgets.claim+json"
"""Media type under which a claim's verdict is stored in an executed notebook."""


def _show(text: str) -> None:
    """Display a sentence as a box, with the same words as plain text."""
    from IPython.display import display

    box = f'<div style="border-left:4px solid #0072B2;padding:.3em .8em;white-space:pre-wrap">{html.escape(text)}</div>'
    display({"text/plain": text, "text/html": box}, raw=True)


def _number(value: float) -> str:
    return f"{value:.3g}" if abs(value) < 1000 else f"{value:,.0f}"


def _not_of_retracing(record: logging.LogRecord) -> bool:
    """Leave out TensorFlow's advice on retracing: a lesson builds many models, and trains each for a moment."""
    return "triggered tf.function retracing" not in record.getMessage()


class Lesson:
    """The moving parts of one lesson.

    Attributes
    ----------
    settings : SimpleNamespace
        Sizes of the experiments in the chosen profile.
    """

    def __init__(self, name: str, profile: str = "cpu", *, progress: Progress | None = None) -> None:
        if profile not in content.PROFILES:
            raise unknown("profile", profile, content.PROFILES)
        self.content = content.read(name)
        self.name = name
        self.profile = profile
        self.settings: SimpleNamespace = self.content.settings[profile]
        self._progress = progress or Progress()
        logging.getLogger("tensorflow").addFilter(_not_of_retracing)

    def __repr__(self) -> str:
        seconds = self.content.seconds.get(self.profile)
        took = f"about {seconds:.0f} s of computing on two cores" if seconds else "time not measured"
        return f"{self.content.title}. Profile {self.profile}: {took}."

    # -- predictions

    def predict(self, key: str) -> Any:
        """Ask for a guess before the experiment. It is kept, and :meth:`compare` shows it beside the result."""
        from ..widgets import Predict

        question = self._find("prediction", key, self.content.predictions)
        widget = Predict(
            question=question.question,
            low=question.low,
            high=question.high,
            unit=question.unit,
            value=self._progress.get(self.name, f"predict/{key}"),
        )
        widget.observe(lambda change: self._keep(f"predict/{key}", change["new"]), "value")
        return widget

    def compare(self, key: str, measured: float) -> None:
        """Show the guess beside what was measured."""
        unit = self._find("prediction", key, self.content.predictions).unit
        guess = self._progress.get(self.name, f"predict/{key}")
        said = f"You said {_number(guess)}{unit}." if guess is not None else "You made no guess this time."
        _show(f"{said} Measured: {_number(measured)}{unit}.")

    # -- live runs

    def live(self, label: str, function: Callable[[], Any]) -> LiveRun:
        """Return a button that calls ``function`` when it is pressed and shows what it prints and returns.

        Parameters
        ----------
        label
            Words on the button: what it does and about how long it takes.
        function
            Called without arguments. Nothing runs before the button is pressed.
        """
        from .live import LiveRun

        return LiveRun(label, function)

    # -- claims

    def claim(
        self,
        id: str,
        said: str,
        found: bool | evidence.Cases,
        *,
        expect: str = "more",
        controls: evidence.Cases | None = None,
        second_best: evidence.Cases | None = None,
        untuned: str = "",
        when: str = "",
        elsewhere: evidence.Cases | None = None,
        left_out: str = "",
        figures: Mapping[str, float | Sequence[float]] | None = None,
    ) -> None:
        """State whether something that is said about transfer learning held in the experiment above.

        Parameters
        ----------
        id
            Row of the claims ledger (``tlwidgets claims``).
        said
            The claim in words.
        found
            What decides: a difference with its interval and margin (:func:`tlwidgets.transfer.compare`), or several
            by name, of which every one has to bear the claim out. For what is counted and not sampled, whether it
            is so.
        expect
            What the claim says of the difference: ``"more"`` (default), ``"less"`` or ``"same"``.
        controls
            What would come out the same if the reason that is given were wrong. Where it does, the claim is not
            settled.
        second_best
            The differences again, with the second-best setting of what was tuned. Where the verdict changes, the claim
            is not settled.
        untuned
            In place of ``second_best`` where nothing was tuned: what was taken as it is.
        when
            The condition under which it holds, where it does not hold always.
        elsewhere
            What was measured where the condition is not met.
        left_out
            What else is a sample, but not in the interval.
        figures
            Other figures worth telling: numbers, or one per seed, told as mean ± standard deviation.

        Raises
        ------
        CourseError
            For an unknown row, a condition that was not varied or that changes nothing, or a claim that rests on
            nothing.
        """
        from IPython.display import display

        claims.check_row(id)
        record = evidence.record(
            id,
            said,
            found,
            expect=expect,
            controls=controls,
            second_best=second_best,
            untuned=untuned,
            when=when,
            elsewhere=elsewhere,
            left_out=left_out,
            figures=figures,
        )
        text = "\n".join(evidence.as_lines(record))
        display({"text/plain": text, "text/html": evidence.as_html(record), CLAIM_TYPE: record}, raw=True)

    # -- exercises

    def exercise(self, key: str, *answer: Any) -> Any:
        """Check an answer, and return the exercise with its verdict, hints one by one, and its solution.

        Parameters
        ----------
        key
            Name of the exercise.
        *answer
            What the check tries: usually the learner's function.
        """
        from ..widgets import Exercise

        words = self._find("exercise", key, self.content.exercises)

        def check() -> checks.Outcome:
            outcome = checks.run(f"{self.name}/{key}", answer)
            return replace(outcome, message=outcome.message + self._problem())

        widget = Exercise(
            words.title,
            check=check,
            hints=words.hints,
            solution=words.solution,
            value=self._progress.get(self.name, f"exercise/{key}"),
            hints_shown=self._progress.get(self.name, f"hints/{key}", 0),
            solution_seen=self._progress.get(self.name, f"solution_seen/{key}", False),
            keep=lambda name, value: self._keep(f"{name}/{key}", value),
        )
        widget.check()
        return widget

    def progress(self) -> Any:
        """Return what is done of each lesson: guesses made, quizzes answered, exercises passed."""
        from ..widgets import Progress as ProgressView

        return ProgressView([self._done(content.read(name)) for name in content.lesson_names()])

    def _done(self, lesson: content.Content) -> dict[str, Any]:
        def kept(kind: str, keys: Iterable[str]) -> list[Any]:
            return [self._progress.get(lesson.name, f"{kind}/{key}") for key in keys]

        guesses, quizzes = kept("predict", lesson.predictions), kept("quiz", lesson.quizzes)
        exercises = kept("exercise", lesson.exercises)
        return {
            "title": f"{lesson.number:02} {lesson.title}",
            "guesses": (sum(value is not None for value in guesses), len(guesses)),
            "quizzes": (sum(value is not None for value in quizzes), len(quizzes)),
            "exercises": (exercises.count("passed"), len(exercises)),
        }

    # -- quizzes

    def quiz(self, key: str) -> Any:
        """Ask a question; every choice answers with a reason."""
        from ..widgets import Quiz

        quiz = self._find("quiz", key, self.content.quizzes)
        widget = Quiz(
            question=quiz.question,
            choices=[{"text": c.text, "reason": c.reason, "right": c.right} for c in quiz.choices],
            value=self._progress.get(self.name, f"quiz/{key}"),
        )
        widget.observe(lambda change: self._keep(f"quiz/{key}", change["new"]), "value")
        return widget

    # -- inside

    def _find(self, kind: str, key: str, where: dict[str, Any]) -> Any:
        if key not in where:
            raise unknown(kind, key, where, f"({self.name} has no other.)")
        return where[key]

    def _keep(self, key: str, value: Any) -> None:
        self._progress.put(self.name, key, value)

    def _problem(self) -> str:
        return f" ({self._progress.problem})" if self._progress.problem else ""


def lesson(name: str, profile: str | None = None) -> Lesson:
    """Open a lesson.

    Parameters
    ----------
    name
        Name of the lesson: that of its notebook, without number and ending.
    profile
        ``"smoke"`` (for tests: small), ``"cpu"`` (two cores) or ``"gpu"``; ``cpu`` unless ``TLWIDGETS_PROFILE`` says
        otherwise.
    """
    return Lesson(name, profile or os.environ.get("TLWIDGETS_PROFILE", "cpu"))
