"""A small assignment without TensorFlow, and one engine for all tests of this room."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest

from tlwidgets.errors import CourseError
from tlwidgets.grading import assignment as assignments
from tlwidgets.grading import sandbox
from tlwidgets.grading.engine import Engine

SHEETS = Path(__file__).parent / "assignments"
collect_ignore = ["assignments"]  # hidden tests of an assignment run in a sandbox, not here
DOUBLE = "def double(x):\n    return 2 * x"
TOTAL = "def total(numbers):\n    return sum(numbers)"


@pytest.fixture(scope="session")
def sandbox_kind() -> str:
    """The sandbox of this machine. CI installs bubblewrap, and there a missing one is a failure."""
    try:
        return sandbox.choose("auto")
    except CourseError as e:
        if os.environ.get("TLWIDGETS_REQUIRE_SANDBOX"):
            raise
        pytest.skip(f"no sandbox on this machine: {e}")


@pytest.fixture(scope="session")
def engine(sandbox_kind):
    """Sandboxes that share a process which has imported NumPy, IPython and pytest."""
    with Engine(sandbox_kind) as engine:
        yield engine


@pytest.fixture(scope="session")
def cheap():
    return assignments.load("cheap", SHEETS)


@pytest.fixture
def hand_in(cheap):
    """Return a filled-in copy of the cheap assignment as bytes, or as the notebook it would be."""

    def fill(double=DOUBLE, total=TOTAL, why="Because.", *, raw=True):
        whole = json.loads(cheap.notebook(cheap.release()))
        for cell in whole["cells"]:
            name = cell["metadata"].get("nbgrader", {}).get("grade_id")
            cell["source"] = {"double": double, "total": total, "why": why}.get(name) or cell["source"]
        return json.dumps(whole).encode() if raw else whole

    return fill


@pytest.fixture
def class_folder(tmp_path, hand_in):
    """Return a function that writes a class, name → bytes, as a folder of notebooks."""

    def write(people, name="submissions"):
        folder = tmp_path / name
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        for who, body in people.items():
            (folder / f"{who}.ipynb").write_bytes(body)
        return folder

    return write
