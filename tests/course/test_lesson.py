"""What a learner meets in a lesson: predictions, claims, checks, hints, quizzes, progress."""

from __future__ import annotations

import json

import pytest

import tlwidgets as tl
from tlwidgets.course import checks, content
from tlwidgets.course.notebook import CLAIM_TYPE
from tlwidgets.course.progress import Progress
from tlwidgets.grading.generate import tasks_of


@pytest.fixture
def said(monkeypatch):
    """Collect what is displayed."""
    shown: list[dict] = []
    monkeypatch.setattr("IPython.display.display", lambda data=None, **_: shown.append(data))
    return shown


def _hold(layers):
    for layer in layers:
        layer.trainable = False


def words(shown):
    return "\n".join(d["text/plain"] for d in shown)


@pytest.mark.parametrize("name", content.lesson_names())
def test_every_solution_passes_its_own_check(name):
    lesson = tl.lesson(name, "smoke")
    for key, (_, arguments) in tasks_of(name).items():
        exercise = lesson.content.exercises[key]
        scope = {"tl": tl, "lesson": lesson}
        exec("import keras, numpy as np", scope)
        if "base" in exercise.solution or "classifier" in exercise.solution:
            scope["base"] = tl.backbone(size=32)
            scope["classifier"] = tl.classifier(scope["base"], 6)
            scope["slider"] = tl.FreezeSlider(scope["classifier"])
        exec(exercise.solution, scope)
        shown = eval(f"lesson.exercise({key!r}, {arguments})", scope)
        assert shown.value == "passed", (key, shown.message)


@pytest.mark.parametrize("name", content.lesson_names())
def test_every_exercise_has_a_check_and_three_hints(name):
    lesson = content.read(name)
    for key, exercise in lesson.exercises.items():
        assert key in checks.checks_of(name)
        assert len(exercise.hints) == 3
        assert len(set(exercise.hints)) == 3
    for quiz in lesson.quizzes.values():
        assert sum(c.right for c in quiz.choices) == 1
        assert all(c.reason for c in quiz.choices)


@pytest.mark.parametrize(
    ("key", "wrong", "words_expected"),
    [
        ("freezing/freeze_to", lambda m, k: None, "should stay as it is"),
        ("freezing/freeze_to", lambda m, k: _hold(m.layers[: k + 1]), "should train"),
        ("freezing/freeze_to", lambda m, k: _hold(m.layers[:k]), "train again"),
        ("freezing/freeze_to", lambda m, k: 1 / 0, "stopped with ZeroDivisionError"),
        ("freezing/uses", lambda m, b: any(l.name == "inside" for l in m.layers), "should be True"),
        ("freezing/uses", lambda m, b: True, "should be False"),
    ],
)  # fmt: skip
def test_a_wrong_answer_gets_a_sentence_that_helps(key, wrong, words_expected):
    outcome = checks.run(key, (wrong,))
    assert not outcome.passed
    assert outcome.attempted
    assert words_expected in outcome.message


def test_an_untouched_stub_is_not_attempted():
    for key in ("freezing/freeze_to", "freezing/uses"):
        assert not checks.run(key, (lambda *_: ...,)).attempted


def test_move_tells_too_little_from_too_much():
    model = tl.classifier(tl.backbone(size=32), 6)
    assert not checks.run("start_here/move", (..., model)).attempted
    assert "not moved" in checks.run("start_here/move", (5, model)).message
    tl.freeze(model, "block4")
    assert "further right" in checks.run("start_here/move", (5, model)).message
    tl.freeze(model, len(tl.list_layers(model)))
    assert "head is frozen too" in checks.run("start_here/move", (5, model)).message
    tl.freeze(model, "head_pool")
    assert "not what the widget says" in checks.run("start_here/move", (5, model)).message
    assert checks.run("start_here/move", (1280 * 6 + 6, model)).passed


def test_an_exercise_checks_helps_and_remembers():
    lesson = tl.lesson("freezing", "smoke")
    shown = lesson.exercise("freeze_to", lambda model, k: None)
    assert "Not yet. With k = 2" in shown.summary()
    assert "Hint" not in shown.summary()
    shown.hint()
    shown.hint()
    again = tl.lesson("freezing", "smoke").exercise("freeze_to", lambda *_: ...)
    assert again.value == "tried"
    assert again.hints_shown == 2
    assert "Write the body" in again.message
    assert "layer.trainable = i >= k" in again.show_solution()
    assert tl.lesson("freezing", "smoke").exercise("freeze_to", ...).solution_seen


def test_progress_counts_what_is_done_of_every_lesson():
    lesson = tl.lesson("freezing", "smoke")
    lesson.predict("depth").value = 40.0
    lesson.quiz("compile").value = 1
    lesson.exercise("uses", lambda model, base: True)
    by_title = {row["title"]: row for row in lesson.progress().value}
    assert list(by_title) == [f"{c.number:02} {c.title}" for c in map(content.read, content.lesson_names())]
    assert by_title["04 Freezing"] == {
        "title": "04 Freezing",
        "guesses": [1, 1],
        "quizzes": [1, 2],
        "exercises": [0, 2],
    }
    assert by_title["00 Start here"]["guesses"] == [0, 1]


def test_a_guess_survives_a_restart(said, tmp_path):
    first = tl.lesson("start_here", "smoke")
    first.predict("accuracy").value = 61.0
    again = tl.lesson("start_here", "smoke")
    assert again.predict("accuracy").value == 61.0
    again.compare("accuracy", 72.4)
    assert "You said 61 of 100. Measured: 72.4 of 100." in words(said)


def test_no_guess_is_no_error(said):
    tl.lesson("start_here", "smoke").compare("accuracy", 50)
    assert "You made no guess" in words(said)


def test_a_claim_leaves_its_verdict_in_the_notebook(said):
    lesson = tl.lesson("feature_extraction", "smoke")
    lesson.claim("C10", "features shrink <data>", True, figures={"times_smaller": 5.4})
    (data,) = said
    found = data[CLAIM_TYPE]
    assert (found["id"], found["kind"], found["verdict"]) == ("C10", "exact", "holds")
    assert found["figures"] == {"times_smaller": 5.4}
    assert data["text/plain"] == "C10: features shrink <data>.\nHolds.\ntimes smaller 5.4."
    assert "&lt;data&gt;" in data["text/html"]


def test_a_claim_over_seeds_tells_all_that_decided(said):
    lesson = tl.lesson("feature_extraction", "smoke")
    gain, none = tl.compare([0.5, 0.6, 0.7], [0.4, 0.5, 0.61]), tl.compare([0.5, 0.6, 0.7], [0.5, 0.61, 0.7])
    lesson.claim("C10", "it shrinks", gain, controls={"nothing changed": none}, when="images are large", elsewhere=none)
    (data,) = said
    assert data[CLAIM_TYPE]["verdict"] == "holds when images are large"
    assert data[CLAIM_TYPE]["cases"][0]["mean"] == pytest.approx(gain.mean)
    assert "difference: +0.097 (" in data["text/plain"]
    assert "control: nothing changed: -0.003 (" in data["text/plain"]


def test_progress_survives_a_damaged_file_and_a_folder_that_cannot_be_written(tmp_path):
    path = tmp_path / "p.json"
    path.write_text("{broken")
    progress = Progress(path)
    assert progress.get("a", "b") is None
    progress.put("a", "b", 1)
    assert json.loads(path.read_text()) == {"a/b": 1}
    nowhere = Progress(tmp_path / "missing" / "p.json")
    nowhere.put("a", "b", 2)
    assert nowhere.get("a", "b") == 2
    assert "cannot be saved" in nowhere.problem


def test_unknown_names_come_with_suggestions():
    with pytest.raises(tl.CourseError, match="did you mean freezing"):
        tl.lesson("freezng")
    with pytest.raises(tl.CourseError, match="unknown profile 'gpux'; did you mean gpu"):
        tl.lesson("freezing", "gpux")
    with pytest.raises(tl.CourseError, match="did you mean freeze_to"):
        tl.lesson("freezing").exercise("freeze")
