"""Every lesson has the shape that the course promises, and is committed clean."""

from __future__ import annotations

import ast
import re
import statistics
from pathlib import Path

import nbformat
import pytest

from tlwidgets import widgets
from tlwidgets.course import content

NOTEBOOKS = sorted((Path(__file__).resolve().parents[2] / "notebooks").glob("[0-9]*.ipynb"))
LESSONS = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)


def read(path):
    notebook = nbformat.read(path, as_version=4)
    return notebook, [c for c in notebook.cells if c.cell_type == "code"]


def topic(path):
    return path.stem.split("_", 1)[1]


def tags(cell):
    return cell.metadata.get("tags", [])


def test_every_notebook_has_its_words_and_the_other_way_round():
    assert [p.stem for p in NOTEBOOKS] == [content.read(name).notebook for name in content.lesson_names()]


@LESSONS
def test_it_is_committed_without_outputs(path):
    notebook, code = read(path)
    nbformat.validate(notebook)
    assert not any(c.outputs or c.execution_count for c in code)
    assert "widgets" not in notebook.metadata
    assert notebook.metadata.kernelspec.name == "python3"


@LESSONS
def test_cells_are_short_and_explained(path):
    notebook, code = read(path)
    lines = [len(c.source.splitlines()) for c in code]
    assert statistics.median(lines) <= 6
    assert max(lines) <= 25
    for before, cell in zip(notebook.cells, notebook.cells[1:], strict=False):
        if cell.cell_type == "code" and not cell.source.startswith("lesson.quiz("):  # a quiz asks its own question
            assert before.cell_type == "markdown", f"nothing explains the cell {cell.source[:60]!r}"


def prose(path):
    return "\n\n".join(c.source for c in read(path)[0].cells if c.cell_type == "markdown")


@LESSONS
def test_it_tells_more_than_it_computes(path):
    _, code = read(path)
    words = len(re.sub(r"[^\w\s]", " ", prose(path)).split())
    lines = sum(len(c.source.splitlines()) for c in code)
    assert 400 <= words <= 3500
    assert words >= 3.5 * lines


@LESSONS
def test_results_are_never_typed_into_the_prose(path):
    """Accuracies and the like come from cells, or the prose would be wrong on another machine."""
    text = re.sub(r"`[^`]*`|\$[^$]*\$", "", prose(path))
    assert not re.findall(r"(?<![\d.])0\.\d\d|± ?\d", text)


@LESSONS
def test_tags_and_names_of_cells(path):
    notebook, code = read(path)
    assert [c.id for c in notebook.cells] == [f"cell-{i:02d}" for i in range(1, len(notebook.cells) + 1)]
    assert {tag for c in notebook.cells for tag in tags(c)} <= {"parameters", "nbval-ignore-output"}
    assert sum("parameters" in tags(c) for c in code) == 1


@LESSONS
def test_only_one_figure_a_cell(path):
    for cell in read(path)[1]:
        body = ast.parse(cell.source).body
        drawn = [n for n in body if isinstance(n, ast.Expr) and re.match(r"(figures\.|tl\.[A-Z])", ast.unparse(n))]
        assert len(drawn) <= 1
        assert drawn in ([], body[-1:]), "a figure is shown by the last line of its cell"


@LESSONS
def test_claims_rest_on_figures_and_ideas_on_sources(path):
    calls = [
        node
        for cell in read(path)[1]
        for node in ast.walk(ast.parse(cell.source))
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "lesson.claim"
    ]
    for call in calls:
        assert [k for k in call.keywords if k.arg != "when"], f"{call.args[0].value} rests on no figure"
    if path.stem != "00_start_here":
        assert calls
        assert re.search(r"\b(19|20)\d\d\b", read(path)[0].cells[-1].source), "no source is cited"


@LESSONS
def test_the_minutes_it_states_are_within_the_learners_budget(path):
    runs = content.measured(topic(path))["runs"]
    assert 0 < runs["cpu"]["seconds"] <= 180
    assert runs["cpu"]["peak_memory_mb"] <= 1500
    assert 0 < runs["smoke"]["seconds"] <= 60


def test_all_lessons_in_smoke_take_minutes():
    assert sum(content.measured(name)["runs"]["smoke"]["seconds"] for name in content.lesson_names()) <= 360


@LESSONS
def test_no_helper_of_more_than_five_statements_lives_in_a_notebook(path):
    for cell in read(path)[1]:
        for node in ast.walk(ast.parse(cell.source)):
            if isinstance(node, ast.FunctionDef):
                assert sum(isinstance(n, ast.stmt) for n in ast.walk(node)) - 1 <= 7, node.name
                assert len(node.body) <= 5, node.name


@LESSONS
def test_it_has_front_matter_parameters_prediction_exercise_quiz_and_summary(path):
    notebook, code = read(path)
    first, last = notebook.cells[0].source, notebook.cells[-1].source
    assert "**Afterwards you can**" in first
    assert "**You need**" in first
    assert [tags(c) for c in code].index(["parameters"]) == 0
    source = "\n".join(c.source for c in code)
    order = [
        source.index(word)
        for word in ("tl.lesson(", "lesson.predict(", "lesson.compare(", "lesson.exercise(", "lesson.quiz(")
    ]
    assert order == sorted(order)
    moved = set(widgets.__all__) - {"Exercise", "Predict", "Progress", "Quiz"}
    assert any(re.search(rf"\b{name}\(", source) for name in moved)
    assert "## What you have seen" in last


@LESSONS
def test_it_uses_all_of_its_words_and_only_those(path):
    lesson = content.read(topic(path))
    source = "\n".join(c.source for c in read(path)[1])
    for kind, known in (
        ("predict", lesson.predictions),
        ("quiz", lesson.quizzes),
        ("exercise", lesson.exercises),
    ):
        assert set(re.findall(rf'lesson\.{kind}\("(\w+)"', source)) == set(known), kind


@LESSONS
def test_the_heading_of_an_exercise_is_its_title(path):
    exercises = content.read(topic(path)).exercises
    numbers = [f" {i}" for i in range(1, len(exercises) + 1)] if len(exercises) > 1 else [""]
    expected = [f"## Exercise{n}: {e.title}" for n, e in zip(numbers, exercises.values(), strict=True)]
    assert re.findall(r"^## Exercise.*$", prose(path), re.MULTILINE) == expected


@LESSONS
def test_it_ends_with_what_is_done(path):
    assert [c.source for c in read(path)[1]][-1] == "lesson.progress()"
