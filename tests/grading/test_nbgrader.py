"""The same assignments through nbgrader's own commands: a course that uses nbgrader can take them unchanged."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from tlwidgets.grading import assignment as assignments

pytestmark = pytest.mark.slow
NAME = "freezing"


@pytest.fixture(scope="module")
def course(top, tmp_path_factory):
    """A course folder of nbgrader with one assignment, as its users set it up."""
    pytest.importorskip("nbgrader", reason="the extra [grading] is not installed")
    folder = tmp_path_factory.mktemp("course")
    assignments.build(assignments.load(NAME), folder / "built")
    shutil.move(folder / "built" / "source", folder / "source")
    shutil.copy(top / "assignments" / "nbgrader_config.py", folder)
    return folder


def nbgrader(course, *arguments):
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"  # nbgrader calls alembic by its name
    env = {**os.environ, "PATH": path, "HOME": str(course), "JUPYTER_CONFIG_DIR": str(course / "jupyter")}
    env["TLWIDGETS_PROGRESS"] = str(course / "progress.json")
    command = [sys.executable, "-m", "nbgrader", *arguments]
    done = subprocess.run(command, cwd=course, env=env, capture_output=True, text=True, timeout=400)
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout + done.stderr


def cells(path):
    return {c.metadata.nbgrader.grade_id: c for c in nbformat.read(path, 4).cells if "nbgrader" in c.metadata}


def test_generate_validate_autograde(course):
    sheet = assignments.load(NAME)
    nbgrader(course, "generate_assignment", NAME)
    # 1. nbgrader's release is ours
    theirs = cells(course / "release" / NAME / f"{NAME}.ipynb")
    ours = {assignments._grade(c)["grade_id"]: c for c in sheet.release() if assignments._grade(c)}
    assert {k: c.source.strip() for k, c in theirs.items()} == {k: c["source"].strip() for k, c in ours.items()}
    # 2. nbgrader finds nothing wrong with the solution, and something with the stubs
    own = course / "check.ipynb"
    own.write_bytes(sheet.notebook(sheet.instructor()))
    assert "Success" in nbgrader(course, "validate", str(own))
    # 3. two learners through autograde: the points of the public checks
    for learner, body in (("good", sheet.instructor()), ("empty", sheet.release())):
        path = course / "submitted" / learner / NAME / f"{NAME}.ipynb"
        path.parent.mkdir(parents=True)
        path.write_bytes(sheet.notebook(body))
    nbgrader(course, "autograde", NAME)
    nbgrader(course, "export")
    rows = (course / "grades.csv").read_text().splitlines()
    head = rows[0].split(",")
    scores = {r.split(",")[head.index("student_id")]: float(r.split(",")[head.index("raw_score")]) for r in rows[1:]}
    assert scores == {"good": 8.0, "empty": 0.0}
    assert rows[1].split(",")[head.index("max_score")] == "10.0"


def test_our_grader_reads_what_nbgrader_collected(course, sandbox_kind, tmp_path):
    from tlwidgets.grading.submissions import find

    assert [s.learner for s in find(course / "submitted", NAME)] == ["empty", "good"]
    autograded = find(course / "autograded", NAME)
    assert all(json.loads(s.read())["cells"] for s in autograded)
