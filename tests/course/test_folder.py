"""The folder that ``tlwidgets lab`` works in: what is copied into it, and what an upgrade does to it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tlwidgets import _paths
from tlwidgets.cli import main
from tlwidgets.course import folder as room
from tlwidgets.errors import CourseError

FIRST, SECOND = "notebooks/00_start_here.ipynb", "notebooks/01_next.ipynb"


def notebook(words: str) -> str:
    return json.dumps({"cells": [{"cell_type": "markdown", "source": [words]}], "nbformat": 4, "nbformat_minor": 5})


@pytest.fixture
def package(tmp_path, monkeypatch):
    """An installed package with two lessons, and an empty folder to stand in."""
    package = tmp_path / "site/tlwidgets"
    files = {
        "_notebooks/00_start_here.ipynb": notebook("first"),
        "_notebooks/01_next.ipynb": notebook(
            "[card](../tlwidgets/lessons/next/card.md#how) [web](https://example.org)"
        ),
        "_datasets/toy/card.md": "words about [these](data.csv) and [nothing](gone.md)",
        "_datasets/toy/data.csv": "1,2",
        "_datasets/toy/other.csv": "3,4",
        "lessons/next/card.md": "[back](../../../notebooks/01_next.ipynb), [data](../../../datasets/toy/card.md)",
    }
    for name, text in files.items():
        (package / name).parent.mkdir(parents=True, exist_ok=True)
        (package / name).write_text(text)
    (tmp_path / "home").mkdir()
    monkeypatch.chdir(tmp_path / "home")
    monkeypatch.setattr(_paths, "PACKAGE", package)
    return package


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.fixture
def lab(package):
    """``lab()``: what ``tlwidgets lab`` does to the folder; returns what it says."""

    def open_again() -> list[str]:
        said: list[str] = []
        lab.folder = room.course_folder(None, said.append)
        return said

    lab = open_again
    lab.package = package
    return lab


def test_a_checkout_is_worked_in_where_it_is(top):
    assert room.course_folder(None) == top
    assert room.first_page(top) == "notebooks/00_start_here.ipynb"


def test_installed_lessons_are_copied_out_with_what_they_link_to(lab):
    assert lab() == []
    assert lab.folder == Path.cwd() / "transfer-learning-course"
    copied = {path.relative_to(lab.folder).as_posix() for path in lab.folder.rglob("*") if path.is_file()}
    card = "tlwidgets/lessons/next/card.md"
    assert copied == {FIRST, SECOND, card, "datasets/toy/card.md", "datasets/toy/data.csv", ".tlwidgets.json"}
    assert room.first_page(lab.folder) == FIRST


def test_what_the_learner_did_stays(lab):
    lab()
    (lab.folder / FIRST).write_text("my work")
    (lab.folder / "notebooks/.progress.json").write_text("my answers")
    (lab.folder / "notebooks/own.ipynb").write_text("mine")
    assert lab() == []
    assert (lab.folder / FIRST).read_text() == "my work"
    assert (lab.folder / "notebooks/.progress.json").read_text() == "my answers"
    assert names(lab.folder / "notebooks") == [".progress.json", "00_start_here.ipynb", "01_next.ipynb", "own.ipynb"]
    assert (lab.package / "_notebooks/00_start_here.ipynb").read_text() == notebook("first")


def test_an_upgrade_brings_new_lessons_and_new_versions(lab):
    lab()
    (lab.package / "_notebooks/02_more.ipynb").write_text(notebook("more"))
    (lab.package / "_notebooks/01_next.ipynb").write_text(notebook("better"))
    assert lab() == ["New: 02_more.ipynb.", "Newer versions: 01_next.ipynb."]
    assert (lab.folder / SECOND).read_text() == notebook("better")
    assert (lab.folder / "notebooks/02_more.ipynb").exists()
    assert lab() == []


def test_an_upgrade_keeps_an_edited_lesson_and_puts_the_new_one_beside_it(lab, monkeypatch):
    lab()
    (lab.folder / FIRST).write_text("my work")
    (lab.package / "_notebooks/00_start_here.ipynb").write_text(notebook("better"))
    monkeypatch.setattr(room, "__version__", "0.2")
    (said,) = lab()
    assert "changed 00_start_here.ipynb: it stays" in said
    assert "00_start_here_0.2.ipynb" in said
    assert (lab.folder / FIRST).read_text() == "my work"
    beside = lab.folder / "notebooks/00_start_here_0.2.ipynb"
    assert beside.read_text() == notebook("better")
    assert lab() == []
    # the learner goes on in the new one; another build of the same version is not written over it
    beside.write_text("my new work")
    (lab.package / "_notebooks/00_start_here.ipynb").write_text(notebook("best"))
    assert "00_start_here_0.2_2.ipynb" in lab()[0]
    assert beside.read_text() == "my new work"


def test_a_lesson_that_was_deleted_comes_back_as_it_was(lab):
    """That is how one begins a lesson again."""
    lab()
    (lab.folder / FIRST).unlink()
    assert lab() == ["New: 00_start_here.ipynb."]
    assert (lab.folder / FIRST).read_text() == notebook("first")


def test_a_lost_record_loses_nothing(lab):
    lab()
    (lab.folder / FIRST).write_text("my work")
    (lab.folder / ".tlwidgets.json").write_text("half a rec")
    assert "it stays" in lab()[0]
    assert (lab.folder / FIRST).read_text() == "my work"
    assert lab() == []


def test_a_folder_of_the_learners_choice(package, tmp_path):
    folder = room.course_folder(tmp_path / "new/one")
    assert (folder / SECOND).is_file()
    assert names(tmp_path / "new") == ["one"]


def test_notebooks_of_the_learners_own_are_left_alone(package, tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine/own.ipynb").write_text(notebook("own"))
    assert room.course_folder(tmp_path / "mine") == tmp_path / "mine"
    assert names(tmp_path / "mine") == ["own.ipynb"]
    assert room.first_page(tmp_path / "mine") == ""


@pytest.mark.parametrize("kind", ["empty", "other files"])
def test_a_folder_without_notebooks(package, tmp_path, kind):
    folder = tmp_path / "there"
    folder.mkdir()
    if kind == "other files":
        (folder / "letter.txt").write_text("dear")
    before = names(folder)
    with pytest.raises(CourseError, match="holds no notebooks"):
        room.course_folder(folder)
    assert names(folder) == before


@pytest.mark.parametrize("where", ["file", "file/below"])
def test_a_file_in_the_way(package, tmp_path, where, capsys):
    (tmp_path / "file").write_text("mine")
    assert main(["lab", "--dir", str(tmp_path / where)]) == 2
    assert capsys.readouterr().err.count("\n") == 1
    assert (tmp_path / "file").read_text() == "mine"
    assert names(tmp_path) == ["file", "home", "site"]


def test_a_copy_that_fails_leaves_nothing(package, monkeypatch):
    real = room._write

    def full(path, content):
        if path.suffix == ".csv":
            raise OSError(28, "No space left on device")
        real(path, content)

    monkeypatch.setattr(room, "_write", full)
    with pytest.raises(CourseError, match=r"No space left on device.*--dir"):
        room.course_folder(None)
    assert names(Path.cwd()) == []


def test_an_upgrade_that_fails_goes_on_the_next_time(lab, monkeypatch):
    lab()
    for name in ("00_start_here", "01_next"):
        (lab.package / f"_notebooks/{name}.ipynb").write_text(notebook("better"))
    real = room._write

    def full(path, content):
        if path.name == "01_next.ipynb":
            raise OSError(28, "No space left on device")
        real(path, content)

    with monkeypatch.context() as full_disk:
        full_disk.setattr(room, "_write", full)
        with pytest.raises(CourseError, match="No space left"):
            lab()
    assert lab() == ["Newer versions: 01_next.ipynb."]
    assert (lab.folder / FIRST).read_text() == (lab.folder / SECOND).read_text() == notebook("better")
