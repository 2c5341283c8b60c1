"""Exercise and Progress: states, what is kept, what is not in the page before it is asked for."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from tlwidgets.errors import CourseError
from tlwidgets.widgets.exercise import Exercise
from tlwidgets.widgets.progress import Progress

HOSTILE = '<img src=x onerror="window.hacked=1">'


def outcome(passed, message, attempted=True):
    return SimpleNamespace(passed=passed, message=message, attempted=attempted)


@pytest.fixture
def exercise():
    """An exercise whose answer is ``answer[0]``, and what it keeps."""
    answer, kept = [...], []

    def check():
        if answer[0] is ...:
            return outcome(False, "Put a number in place of the dots.", False)
        return outcome(10 / answer[0] == 5, "Ten divided by it should be five.")

    made = Exercise(
        "Which number makes `10 / n` five?",
        check=check,
        hints=["It is small.", "It is even."],
        solution="n = 2",
        keep=lambda name, value: kept.append((name, value)),
    )
    made.answer, made.kept = answer, kept
    return made


def test_not_attempted_not_yet_passed(wire, exercise, message_from_browser):
    message_from_browser(exercise, {"kind": "check"})
    assert (exercise.value, exercise.message) == ("", "Put a number in place of the dots.")
    assert exercise.kept == [], "nothing was tried"
    exercise.answer[0] = 3
    assert exercise.check() is False
    assert (exercise.value, exercise.state) == ("tried", "Not yet.")
    exercise.answer[0] = 2
    message_from_browser(exercise, {"kind": "check"})
    assert (exercise.value, exercise.state) == ("passed", "Passed.")
    assert exercise.kept == [("exercise", "tried"), ("exercise", "passed")]


def test_an_answer_that_raises_is_not_yet(wire, exercise):
    exercise.answer[0] = 0
    assert exercise.check() is False
    assert exercise.message == "Your answer stopped with ZeroDivisionError: division by zero"
    assert not exercise.checking


def test_the_same_sentence_twice_is_two_answers(wire, exercise):
    exercise.answer[0] = 3
    exercise.check()
    exercise.check()
    assert wire.updates("_checks") == [1, 2]


def test_hints_one_by_one(wire, exercise, message_from_browser):
    assert "It is small" not in str(exercise.get_state()), "not in the page before it is asked for"
    message_from_browser(exercise, {"kind": "hint"})
    assert exercise._hints == ["It is small."]
    assert exercise.hint() == "It is even."
    assert exercise.hint() is None
    assert exercise.kept == [("hints", 1), ("hints", 2)]


def test_the_solution_is_noted_once(wire, exercise, message_from_browser):
    assert "n = 2" not in str(exercise.get_state())
    message_from_browser(exercise, {"kind": "solution"})
    assert exercise._solution == "n = 2"
    assert exercise.show_solution() == "n = 2"
    assert exercise.kept == [("solution_seen", True)]
    assert "solution has been seen" in exercise.summary()


def test_goes_on_where_it_was(wire):
    again = Exercise("Do.", check=lambda: None, hints=["a", "b"], solution="s", value="tried", hints_shown=1,
                     solution_seen=True)  # fmt: skip
    assert (again.value, again._hints, again._solution) == ("tried", ["a"], "s")
    new = Exercise("Do.", check=lambda: None, hints=["a"], value=None, hints_shown=9)
    assert (new.value, new._hints) == ("", ["a"])


def test_strange_messages_do_nothing(wire, exercise, message_from_browser):
    for strange in (None, "check", {}, {"kind": ["check"]}):
        message_from_browser(exercise, strange)
    assert exercise.message == ""
    Exercise("Do.", check=lambda: None)._on_message(None, {"kind": "solution"}, [])


@pytest.mark.parametrize(
    ("task", "options", "word"),
    [("", {}, "needs a task"), ("a", {"check": 3}, "a function"), ("a", {"hints": "one"}, "a list")],
)
def test_bad_exercises(wire, task, options, word):
    with pytest.raises(CourseError, match=word):
        Exercise(task, **{"check": lambda: None, **options})


def test_exercise_without_a_kernel_is_words(wire):
    exercise = Exercise(HOSTILE, check=lambda: outcome(False, HOSTILE), hints=[HOSTILE], solution=HOSTILE)
    exercise.check()
    exercise.hint()
    exercise.show_solution()
    data, _ = exercise._repr_mimebundle_()
    assert "<img" not in data["text/html"]
    assert data["text/html"].count("&lt;img") == 4
    assert "Not yet. The solution has been seen." in data["text/plain"]


# ---------------------------------------------------------------- Progress

RECORD = [
    {"title": "Start here", "guesses": (1, 1), "quizzes": (1, 2), "exercises": (0, 1), "claims": (0, 0)},
    {"title": HOSTILE, "guesses": (0, 2)},
]


def test_progress_in_words(wire):
    progress = Progress(RECORD)
    assert progress.done == (2, 6)
    data, _ = progress._repr_mimebundle_()
    assert data["text/plain"].splitlines()[0] == "Start here: guesses 1 of 1, quizzes 1 of 2, exercises 0 of 1."
    assert data["text/plain"].endswith("All lessons: 2 of 6 done.")
    assert "<img" not in data["text/html"]
    assert "Claims" not in data["text/html"], "no lesson has any"
    progress.value = [{"title": "Start here", "guesses": [1, 1]}]
    assert progress.done == (1, 1)
    assert wire.updates("value")[-1] == [{"title": "Start here", "guesses": [1, 1]}]
    assert Progress().summary() == "No lessons."


@pytest.mark.parametrize(
    ("lesson", "word"),
    [
        ({}, "title"),
        ({"title": "a", "quizes": (0, 1)}, "did you mean quizzes"),
        ({"title": "a", "quizzes": 3}, "done, of how many"),
        ({"title": "a", "quizzes": (2, 1)}, "cannot be 2 of 1"),
        ({"title": "a", "quizzes": (-1, 1)}, "cannot be -1 of 1"),
    ],
)
def test_bad_records(wire, lesson, word):
    with pytest.raises(CourseError, match=word):
        Progress([lesson])
