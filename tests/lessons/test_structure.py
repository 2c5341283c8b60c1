"""Every lesson has the shape that the course promises, and is committed clean."""

from __future__ import annotations

import ast
import re
import statistics
from pathlib import Path

import nbformat
import pytest

from tlwidgets.course import content

NOTEBOOKS = sorted((Path(__file__).resolve().parents[2] / "notebooks").glob("[0-9]*.ipynb"))
LESSONS = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)


def read(path):
    notebook = nbformat.read(path, as_version=4)
    return notebook, [c for c in notebook.cells if c.cell_type == "code"]


def tags(cell):
    return cell.metadata.get("tags", [])


def test_every_notebook_has_its_words_and_the_other_way_round():
    assert [p.stem for p in NOTEBOOKS] == content.lesson_names()


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
        if cell.cell_type == "code":
            assert before.cell_type == "markdown", f"nothing explains the cell {cell.source[:60]!r}"


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
        for word in ("tl.lesson(", "lesson.predict(", "lesson.compare(", "lesson.check(", "lesson.quiz(")
    ]
    assert order == sorted(order)
    assert re.search(r"tl\.(FreezeSlider|LiveCurves|FigureSlider)\(", source)
    assert "## What you have seen" in last


@LESSONS
def test_it_uses_all_of_its_words_and_only_those(path):
    lesson = content.read(path.stem)
    source = "\n".join(c.source for c in read(path)[1])
    for kind, known in (
        ("predict", lesson.predictions),
        ("quiz", lesson.quizzes),
        ("check", lesson.exercises),
        ("hint", lesson.exercises),
    ):
        assert set(re.findall(rf'lesson\.{kind}\("(\w+)"', source)) == set(known), kind


@LESSONS
def test_exercises_carry_the_marks_that_nbgrader_reads(path):
    lesson = content.read(path.stem)
    graded = [c.metadata.nbgrader for c in read(path)[1] if "nbgrader" in c.metadata]
    assert [g["grade_id"] for g in graded] == list(lesson.exercises)
    for g in graded:
        assert g["schema_version"] == 3
        assert g["grade"]
        assert g["solution"]
        assert g["points"] > 0


@LESSONS
def test_links_to_files_lead_somewhere(path):
    for cell in read(path)[0].cells:
        if cell.cell_type == "markdown":
            for target in re.findall(r"\]\(([^)#]+)\)", cell.source):
                if "://" not in target:
                    assert (path.parent / target).exists(), target
