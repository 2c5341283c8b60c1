"""`make lesson` lays out a lesson that passes every test that is asked of a lesson, in a copy of the repository."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

NAME = "throw_away"
COPIED = ("tlwidgets", "notebooks", "assignments", "docs", "tests", "tools", "README.md", "pyproject.toml")
# what looks at all lessons at once is asked too: a new one may not break the rest
ASKED = (
    "tests/lessons/test_structure.py",
    "tests/lessons/test_experiments.py",
    f"tests/lessons/test_{NAME}.py",
    "tests/lessons/test_run.py",
    "tests/grading/test_sheets.py",
    "tests/test_pages.py",
    "tests/course/test_claims.py",
)
WHICH = f"{NAME} or every_notebook or every_exercise or all_lessons or test_pages or test_claims"


def run(command: list[str], top: Path) -> str:
    environment = {**os.environ, "PYTHONPATH": str(top), "PYTEST_ADDOPTS": ""}
    command = [sys.executable, *command]
    done = subprocess.run(command, cwd=top, env=environment, text=True, capture_output=True)
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
    return done.stdout


@pytest.fixture
def copy(top, tmp_path) -> Path:
    folder = tmp_path / "copy"
    folder.mkdir()
    ignored = shutil.ignore_patterns("__pycache__", "sample_class", ".ipynb_checkpoints")
    for name in COPIED:
        if (top / name).is_dir():
            shutil.copytree(top / name, folder / name, ignore=ignored)
        else:
            shutil.copy(top / name, folder / name)
    (folder / "datasets").symlink_to(top / "datasets")
    return folder


@pytest.mark.notebook
@pytest.mark.sandbox
def test_a_new_lesson_passes_every_test_of_a_lesson(copy, top):
    said = run(["tools/lesson.py", NAME, "--title", "Throw away"], copy)
    last = max(int(path.name[:2]) for path in (top / "notebooks").glob("[0-9]*.ipynb"))
    assert f"notebooks/{last + 1:02}_{NAME}.ipynb" in said
    assert "Throw away" in (copy / "README.md").read_text("utf-8")
    shutil.rmtree(copy / "build")
    said = run(["-m", "pytest", "-q", "-p", "no:cacheprovider", "-n", "0", *ASKED, "-k", WHICH], copy)
    assert " passed" in said
    assert "test_run" not in said  # nothing failed or was flaky there
    run(["-m", "ruff", "check", f"tlwidgets/lessons/{NAME}", f"assignments/{NAME}", "notebooks"], copy)
    run(["-m", "mypy", f"tlwidgets/lessons/{NAME}"], copy)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["freezing"], "a lesson freezing is there already"),
        (["Few labels"], "is no name for a lesson"),
        (["few_labels", "--number", "3"], "3 is taken by feature_extraction"),
        (["few_labels", "--title", 'a "good" one'], "neither double quotes"),
    ],
)
def test_what_cannot_be_laid_out_is_said_and_nothing_is_written(arguments, sentence, top):
    before = sorted((top / "tlwidgets" / "lessons").iterdir())
    done = subprocess.run([sys.executable, "tools/lesson.py", *arguments], cwd=top, capture_output=True, text=True)
    assert done.returncode == 1
    assert sentence in done.stderr
    assert sorted((top / "tlwidgets" / "lessons").iterdir()) == before
