"""Make the assignment of a lesson: tasks from its notebook, solutions from its words, points from hidden tests.

Nothing of an exercise is written twice. In the notebook the Markdown cell in front of ``lesson.exercise(KEY, …)`` is
the task; ``lesson.toml`` has title, hints, solution and what the assignment needs beside them; a hidden test says
how many points it is worth. The result has nbgrader's metadata: it can be handed out and collected with nbgrader as
well.
"""

from __future__ import annotations

import ast
import json
import re
import textwrap
from collections.abc import Mapping
from typing import Any

from .._paths import notebooks_root
from ..course import content
from ..errors import CourseError

__all__ = ["BEGIN", "END", "generate", "tasks_of"]

BEGIN, END = "### BEGIN SOLUTION", "### END SOLUTION"
Cell = dict[str, Any]


def tasks_of(name: str) -> dict[str, tuple[str, str]]:
    """Return exercise → (the task in Markdown, what its check is given, as source) of a lesson's notebook."""
    lesson = content.read(name)
    raw = json.loads((notebooks_root() / f"{lesson.notebook}.ipynb").read_text("utf-8"))
    found: dict[str, tuple[str, str]] = {}
    task = ""
    for cell in raw["cells"]:
        text = "".join(cell["source"])
        if cell["cell_type"] == "markdown":
            task = re.sub(r"\A## .*\n+", "", text)
        elif "lesson.exercise(" in text:
            for key, arguments in _calls(text):
                found[key] = (task, arguments)
    if list(found) != list(lesson.exercises):
        raise CourseError(
            f"the notebook of {name} asks for {', '.join(found) or 'no exercise'}, "
            f"its lesson.toml for {', '.join(lesson.exercises) or 'none'}: they should be the same, in one order."
        )
    return found


def _calls(source: str) -> list[tuple[str, str]]:
    """Return key and further arguments of each ``lesson.exercise`` in a cell."""
    calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    return [
        (ast.literal_eval(call.args[0]), ", ".join(map(ast.unparse, call.args[1:])))
        for call in calls
        if ast.unparse(call.func) == "lesson.exercise"
    ]


def _marked(solution: str) -> str:
    """Put nbgrader's markers around what a learner has to write.

    Of a function that is its body, of anything else all of it, after a line with dots for every name that it binds.
    """
    body = ast.parse(solution).body
    lines = solution.splitlines()
    if len(body) == 1 and isinstance(body[0], ast.FunctionDef):
        first = body[0].body[0].lineno - 1
        indent = " " * body[0].body[0].col_offset
        return "\n".join([*lines[:first], indent + BEGIN, *lines[first:], indent + END])
    names = [t.id for node in body if isinstance(node, ast.Assign) for t in node.targets if isinstance(t, ast.Name)]
    return "\n".join([*(f"{name} = ..." for name in names), BEGIN, *lines, END])


def _cell(kind: str, source: str, **fields: Any) -> Cell:
    metadata = {}
    if fields:
        metadata = {"nbgrader": {"grade": False, "locked": False, "solution": False, "task": False, **fields}}
        metadata["nbgrader"]["schema_version"] = 3
    cell: Cell = {"cell_type": kind, "id": "", "metadata": metadata, "source": source}
    return {**cell, "outputs": [], "execution_count": None} if kind == "code" else cell


def generate(name: str, points: Mapping[str, float]) -> list[Cell]:
    """Return the cells of an assignment, solutions between nbgrader's markers.

    Parameters
    ----------
    name
        Name of the lesson.
    points
        Exercise → what its hidden tests are worth together.
    """
    lesson = content.read(name)
    about = lesson.assignment
    if about is None:
        raise CourseError(f"lesson.toml of {name} has no [assignment]: say what its assignment begins with.")
    head = (
        f"# Assignment: {lesson.title}\n\nIt belongs to the lesson `{lesson.notebook}.ipynb`. Write your answers "
        "where it says *your code here*; run the notebook from top to\nbottom before you hand it in. Other cells may "
        "be changed, but only your answers count. Stuck? The exercises stand in the lesson too, with three hints each."
    )
    setup = "import tlwidgets as tl\nfrom tlwidgets.course import checks\n\n" + (
        about.setup + "\n" if about.setup else ""
    )
    cells = [
        _cell("markdown", head),
        _cell("markdown", about.note),
        _cell("code", setup.strip(), grade_id="setup", locked=True),
    ]
    tasks = tasks_of(name)
    for number, (key, (task, arguments)) in enumerate(tasks.items(), 1):
        exercise = lesson.exercises[key]
        which = f"Exercise {number}" if len(tasks) > 1 else "Exercise"
        check = f"""\
            result = checks.run("{name}/{key}", [{arguments}])
            assert result.passed, result.message
            print(result.message)"""
        cells += [
            _cell("markdown", f"## {which}: {exercise.title}\n\n{task}"),
            _cell("code", _marked(exercise.solution), grade_id=key, solution=True),
            _cell("markdown", "The check tries what your answer does, and says what is missing."),
            _cell(
                "code",
                textwrap.dedent(check),
                grade_id=f"{key}_check",
                grade=True,
                locked=True,
                points=points.get(key, 0.0),
            ),
        ]
    if about.question:
        question = about.question
        cells += [
            _cell("markdown", f"## Question\n\n{question.text}"),
            _cell(
                "markdown",
                f"{BEGIN}\n{question.answer}\n{END}",
                grade_id="why",
                grade=True,
                solution=True,
                points=question.points,
            ),
        ]
    return [{**cell, "id": f"cell-{i:02d}"} for i, cell in enumerate(cells, 1)]
