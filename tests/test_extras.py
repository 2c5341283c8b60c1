"""What is installed beside the core: everything else works without it, and what needs it says how to get it."""

from __future__ import annotations

import importlib.metadata
import subprocess
import sys

import nbformat
import pytest

from tlwidgets import _extras
from tlwidgets.cli import main
from tlwidgets.course import doctor, export
from tlwidgets.errors import CourseError
from tlwidgets.grading import sandbox

PIP = 'pip install "tlwidgets[{}]"'
# every way to Keras that begins without a model
WITHOUT_TENSORFLOW = """
import sys
sys.modules["tensorflow"] = None
import tlwidgets as tl
from tlwidgets import training
from tlwidgets.training import recipes

def devices(): training.device()
def curves(): tl.LiveCurves().callback("a run")
def scope(): tl.BatchNormScope().callback()
tries = [tl.backbone, lambda: tl.backbone("tiny"), devices, curves, scope]
for room in (tl, training, recipes):
    tries += [lambda room=room, name=name: getattr(room, name) for name in room.__all__]
said, worked = [], 0
for attempt in tries:
    try:
        attempt()
        worked += 1
    except tl.CourseError as e:
        said.append(str(e))
assert len(said) > 6 and worked > 20, (said, worked)
tl.load("digits"); tl.ConfusionMatrix
print("\\n".join(sorted(set(said))))
"""


@pytest.fixture
def by_pip(monkeypatch, tmp_path):
    """A Python that ``tools/setup.py`` has not made."""
    monkeypatch.setattr(sys, "prefix", str(tmp_path))


def without(monkeypatch, *modules: str) -> None:
    """Let an ``import`` of these fail as if they were not installed."""
    for module in modules:
        monkeypatch.setitem(sys.modules, module, None)


def test_without_tensorflow_there_is_one_sentence(tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_TENSORFLOW], capture_output=True, text=True, timeout=300, cwd=tmp_path
    )
    assert done.returncode == 0, done.stderr
    (said,) = done.stdout.splitlines()
    assert said.startswith("TensorFlow, with which Keras computes, is not installed: ")
    assert said.endswith((PIP.format("cpu"), "make setup", "python tools/setup.py"))


def test_the_command_is_that_of_the_way_it_was_set_up(monkeypatch, tmp_path):
    (tmp_path / "tools").mkdir()
    (tmp_path / "tools/setup.py").touch()
    monkeypatch.setattr(_extras, "PACKAGE", tmp_path / "tlwidgets")
    monkeypatch.setattr(sys, "prefix", str(tmp_path / ".venv"))
    monkeypatch.setattr("os.name", "posix")
    assert [_extras.how_to_install(e) for e in ("", "cpu", "course")] == ["make setup"] * 3
    assert [_extras.how_to_install(e) for e in ("grading", "cluster")] == ["make setup-dev"] * 2
    assert _extras.how_to_open(8890) == "make lab PORT=8890"
    monkeypatch.setattr(sys, "prefix", str(tmp_path / "elsewhere"))
    assert _extras.how_to_install() == "pip install tlwidgets"
    assert _extras.how_to_install("cluster") == PIP.format("cluster")
    assert _extras.how_to_open(8890) == "tlwidgets lab --port 8890"


def test_what_needs_the_course_says_so(by_pip, monkeypatch, tmp_path, capsys):
    without(monkeypatch, "jupyterlab", "papermill", "nbconvert")
    monkeypatch.chdir(tmp_path)
    for command in (["lab"], ["run", "00", "--out", "out"]):
        assert main(command) == 2
        said = capsys.readouterr().err
        assert said.count("\n") == 1
        assert said.endswith(f"is not installed: {PIP.format('course')}\n")
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(CourseError, match="nbconvert is not installed"):
        export.page(nbformat.v4.new_notebook())


def test_what_needs_the_hidden_tests_says_so(by_pip, monkeypatch):
    without(monkeypatch, "pytest")
    with pytest.raises(CourseError, match=r"pytest, .* is not installed: pip install .tlwidgets\[grading\]"):
        sandbox.choose("none", trusted=True)


def test_a_package_that_is_broken_is_not_taken_for_missing(monkeypatch, tmp_path):
    (tmp_path / "broken_inside.py").write_text("import not_there_at_all")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(ModuleNotFoundError, match="not_there_at_all"):
        _extras.need("broken_inside", "course")


def test_the_doctor_of_a_light_installation(by_pip, monkeypatch):
    """The widgets work without the course: what it lacks is worth a note and no alarm."""

    def version(name):
        if name in ("jupyterlab", "papermill", "tensorflow", "tensorflow-cpu"):
            raise importlib.metadata.PackageNotFoundError
        return "1.0"

    without(monkeypatch, "psutil")
    monkeypatch.setattr(doctor, "version", version)
    found = {f.what: f for f in [*doctor._packages(), doctor._memory()]}
    assert (found["keras"].state, found["keras"].found) == ("ok", "1.0")
    assert (found["jupyterlab"].state, found["jupyterlab"].mend) == ("note", "For the lessons: " + PIP.format("course"))
    assert (found["tensorflow"].state, found["tensorflow"].mend) == ("problem", PIP.format("cpu"))
    assert found["memory"].state == "note"
