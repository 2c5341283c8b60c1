"""An assignment: its source notebook, what learners get, what instructors get, and the proof that all of it fits."""

from __future__ import annotations

import ast
import copy
import hashlib
import json
import os
import re
import tomllib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from .. import _paths
from ..course import content
from ..errors import CourseError, unknown
from .generate import BEGIN, END, generate

__all__ = ["Assignment", "Task", "assignment_names", "assignments_root", "build", "load", "write_atomic"]

METADATA = {
    "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}
STUB = {"code": "...  # your code here", "markdown": "*Your answer here*"}
Cell = dict[str, Any]


def write_atomic(path: Path, data: bytes) -> None:
    """Write a file so that it is there as a whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
    try:
        partial.write_bytes(data)
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


@dataclass(frozen=True)
class Task:
    """One thing to do in an assignment."""

    name: str
    """``grade_id`` of the answer cell."""
    points: float
    manual: bool
    """Whether a person gives the points (prose, plots)."""


@dataclass(frozen=True)
class Assignment:
    """One assignment with its hidden tests."""

    name: str
    title: str
    lesson: str
    preload: tuple[str, ...]
    cells: tuple[Cell, ...]
    """Cells of the source notebook, solutions included."""
    probes: str
    """Source of the probes."""
    hidden: dict[str, str]
    """Hidden tests, file name → source."""
    metadata: dict[str, Any]

    @cached_property
    def tasks(self) -> tuple[Task, ...]:
        """What is to be done, in order, with its points."""
        points = {
            _grade(c)["grade_id"]: float(_grade(c).get("points", 0)) for c in self.cells if _grade(c).get("grade")
        }
        found = []
        for cell in self.cells:
            grade = _grade(cell)
            if grade.get("solution"):
                name, manual = grade["grade_id"], bool(grade.get("grade"))
                found.append(Task(name, points.get(name if manual else f"{name}_check", 0.0), manual))
        return tuple(found)

    @property
    def points(self) -> float:
        """Points of all tasks together."""
        return sum(task.points for task in self.tasks)

    def _hash(self, *parts: Any) -> str:
        return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()

    @cached_property
    def run_hash(self) -> str:
        """Hash of everything that a run depends on: the cells without their solutions, and the probes."""
        return self._hash([(c["source"], _grade(c)) for c in self.release()], self.probes, self.preload)

    @cached_property
    def judge_hash(self) -> str:
        """Hash of the hidden tests and the probes that they share."""
        return self._hash(self.hidden, self.probes)

    def release(self) -> list[Cell]:
        """Return the cells that learners get: stubs in place of solutions."""
        return [_stub(cell) for cell in self.cells]

    def instructor(self) -> list[Cell]:
        """Return the cells for instructors: solutions without the markers."""
        cells = copy.deepcopy(list(self.cells))
        for cell in cells:
            cell["source"] = "\n".join(line for line in cell["source"].split("\n") if line.strip() not in (BEGIN, END))
        return cells

    def notebook(self, cells: list[Cell]) -> bytes:
        """Return cells as a notebook file."""
        whole = {"cells": cells, "metadata": self.metadata, "nbformat": 4, "nbformat_minor": 5}
        return (json.dumps(whole, indent=1, ensure_ascii=False) + "\n").encode()


def _grade(cell: Cell) -> dict[str, Any]:
    found = cell.get("metadata", {}).get("nbgrader", {})
    return found if isinstance(found, dict) else {}


def _stub(cell: Cell) -> Cell:
    """Replace what stands between the markers by a stub, as nbgrader does."""
    cell = copy.deepcopy(cell)
    kept: list[str] = []
    inside = False
    for line in cell["source"].split("\n"):
        if line.strip() == BEGIN:
            inside = True
            kept.append(line[: len(line) - len(line.lstrip())] + STUB[cell["cell_type"]])
        elif line.strip() == END:
            inside = False
        elif not inside:
            kept.append(line)
    if inside:
        raise CourseError(
            f"a solution in the cell {_grade(cell).get('grade_id', cell.get('id'))} has no {END!r}: add it."
        )
    cell["source"] = "\n".join(kept)
    return cell


def assignments_root(folder: Path | None = None) -> Path:
    """Folder of the assignments: the one given, ``TLWIDGETS_ASSIGNMENTS``, or that of a checkout.

    The package that learners install has none, because the hidden tests are in it.
    """
    named = folder or (Path(os.environ["TLWIDGETS_ASSIGNMENTS"]) if "TLWIDGETS_ASSIGNMENTS" in os.environ else None)
    path = named or _paths.PACKAGE.parent / "assignments"
    if not path.is_dir():
        if named is None:
            raise CourseError(
                "assignments come with the repository, not with the installed package: "
                "name a folder of them with --assignments."
            )
        raise CourseError(f"there is no folder of assignments at {path}: name one with --assignments.")
    return path


def assignment_names(folder: Path | None = None) -> list[str]:
    """Names of the assignments: those of the lessons in their order, then those of an instructor."""
    found = {p.parent.name for p in assignments_root(folder).glob("*/probes.py")}
    lessons = [name for name in content.lesson_names() if name in found]
    return [*lessons, *sorted(found - set(lessons))]


def load(name: str, folder: Path | None = None) -> Assignment:
    """Read an assignment; raises a :class:`CourseError` that says what is wrong with it.

    Its folder holds ``probes.py`` and hidden tests. It is generated from the lesson of the same name;
    an instructor's own brings ``NAME.ipynb`` and ``assignment.toml`` (title, lesson, preload).
    """
    root = assignments_root(folder)
    if name not in assignment_names(root):
        raise unknown("assignment", name, assignment_names(root))
    here = root / name
    try:
        probes = (here / "probes.py").read_text("utf-8")
        hidden = {p.name: p.read_text("utf-8") for p in sorted((here / "hidden").glob("*.py"))}
        if (here / "assignment.toml").exists():
            settings = tomllib.loads((here / "assignment.toml").read_text("utf-8"))
            raw = json.loads((here / f"{name}.ipynb").read_text("utf-8"))
            cells, metadata = [_clean(cell) for cell in raw["cells"]], raw["metadata"]
        else:
            lesson = content.read(name)
            preload = lesson.assignment.preload if lesson.assignment else ()
            settings = {"title": lesson.title, "lesson": name, "preload": preload}
            cells, metadata = generate(name, _points(hidden)), METADATA
    except (OSError, ValueError) as e:
        raise CourseError(f"the assignment {name} cannot be read ({e}): repair the file.") from None
    return Assignment(
        name=name,
        title=settings["title"],
        lesson=settings["lesson"],
        preload=tuple(settings.get("preload", ())),
        cells=tuple(cells),
        probes=probes,
        hidden=hidden,
        metadata=metadata,
    )


def _clean(cell: Cell) -> Cell:
    """Return a cell of a file without what a run has left in it."""
    text = "".join(cell["source"])
    clean = {"cell_type": cell["cell_type"], "id": cell["id"], "metadata": cell["metadata"], "source": text}
    return {**clean, "outputs": [], "execution_count": None} if cell["cell_type"] == "code" else clean


def _points(hidden: dict[str, str]) -> dict[str, float]:
    """Return exercise → points of its hidden tests together."""
    found: dict[str, float] = {}
    for source in hidden.values():
        for task, points in re.findall(r'@points\(\s*"(\w+)",\s*([\d.]+)', source):
            found[task] = found.get(task, 0.0) + float(points)
    return found


def build(assignment: Assignment, out: Path) -> list[Path]:
    """Write three copies below ``out``.

    ``release/NAME`` is for learners, ``instructor/NAME`` has the solutions, and ``source/NAME`` has them between
    nbgrader's markers, for courses that grade with nbgrader.
    """
    kinds = {"release": assignment.release(), "instructor": assignment.instructor(), "source": list(assignment.cells)}
    paths = []
    for kind, cells in kinds.items():
        path = out / kind / assignment.name / f"{assignment.name}.ipynb"
        write_atomic(path, assignment.notebook(cells))
        paths.append(path)
    return paths


# -- what `verify` looks at without running anything


def _top_names(source: str) -> dict[str, str]:
    """Return the names that a cell binds at its top, with the arguments of functions."""
    found = {}
    for node in ast.parse(source).body:
        if isinstance(node, ast.FunctionDef):
            found[node.name] = ast.unparse(node.args)
        elif isinstance(node, ast.Assign):
            found.update({t.id: "" for t in node.targets if isinstance(t, ast.Name)})
    return found


def _strings(source: str) -> set[str]:
    """Return the texts and lines of a test that a learner must not read before the answer is handed in."""
    tree = ast.parse(source)
    texts = {n.value for n in ast.walk(tree) if isinstance(n, ast.Constant) and isinstance(n.value, str)}
    lines = {line.strip() for line in source.splitlines() if not line.strip().startswith(("import", "from", "#", "@"))}
    return {t for t in texts | lines if len(t) >= 12 and re.search(r"[^\w]", t)}


def problems(assignment: Assignment) -> list[str]:
    """Return what is wrong with an assignment, as far as reading it shows."""
    said: list[str] = []
    lesson = content.read(assignment.lesson)
    ids = [_grade(c)["grade_id"] for c in assignment.cells if _grade(c)]
    said += [f"the grade_id {i} stands in two cells" for i in sorted({i for i in ids if ids.count(i) > 1})]
    solutions = {_grade(c)["grade_id"]: c for c in assignment.instructor() if _grade(c).get("solution")}
    stubs = {_grade(c)["grade_id"]: c for c in assignment.release() if _grade(c).get("solution")}
    asked = set(re.findall(r'get\("(\w+)"\)', assignment.probes))
    bound: set[str] = set()
    points = _points(assignment.hidden)
    for task in assignment.tasks:
        cell, stub = solutions[task.name], stubs[task.name]
        if cell["source"] == stub["source"]:
            said.append(f"{task.name}: there is no solution between markers")
        if task.points <= 0:
            said.append(f"{task.name}: it has no points (a cell {task.name}_check carries them)")
        if task.manual:
            continue
        right, given = _top_names(cell["source"]), _top_names(stub["source"])
        if right != given:
            said.append(f"{task.name}: the stub gives {given or 'nothing'}, the solution {right}")
        bound |= set(right)
        if points.get(task.name, 0.0) != task.points:
            said.append(
                f"{task.name}: hidden tests are worth {points.get(task.name, 0):g}, the assignment says {task.points:g}"
            )
        if f"def {task.name}(" not in assignment.probes:
            said.append(f"{task.name}: there is no probe of this name")
        exercise = lesson.exercises.get(task.name)
        if exercise is None:
            said.append(f"{task.name}: the lesson {assignment.lesson} has no exercise of this name, so no hints")
            continue
        if len(exercise.hints) < 3:
            said.append(f"{task.name}: {len(exercise.hints)} hints, three are promised")
    said += [f"the probes ask for {name}, which no answer gives" for name in sorted(asked - bound)]
    said += [f"hidden tests for {name}, which is no task" for name in sorted(set(points) - set(solutions))]
    release = "\n".join(c["source"] for c in assignment.release())
    for name, source in assignment.hidden.items():
        leaked = sorted(text for text in _strings(source) if text in release and text.strip('",') not in solutions)
        said += [f"the release holds {text!r} of {name}" for text in leaked]
    return said
