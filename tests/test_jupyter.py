"""``tlwidgets lab``: the port, the folder the learner works in, and what JupyterLab is told."""

from __future__ import annotations

import json
import socket
import sys
from pathlib import Path

import pytest

from tlwidgets.cli import main
from tlwidgets.course import jupyter
from tlwidgets.errors import CourseError


@pytest.fixture
def installed(tmp_path, monkeypatch):
    """Lessons inside an installed package, and an empty folder to stand in."""
    lessons = tmp_path / "site/tlwidgets/_notebooks"
    lessons.mkdir(parents=True)
    (lessons / "00_start_here.ipynb").write_text("first")
    (lessons / "01_next.ipynb").write_text("second")
    (tmp_path / "home").mkdir()
    monkeypatch.chdir(tmp_path / "home")
    monkeypatch.setattr(jupyter, "PACKAGE", lessons.parent)
    monkeypatch.setattr(jupyter, "notebooks_root", lambda: lessons)
    return lessons


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


# ---------------------------------------------------------------- the port


def test_a_taken_port(capsys):
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        s.listen()
        port = s.getsockname()[1]
        with pytest.raises(CourseError, match=f"port {port} is taken .* `make lab PORT="):
            jupyter.check_port(port)
        assert main(["lab", "--port", str(port)]) == 2
    assert str(port) in capsys.readouterr().err
    jupyter.check_port(port)  # free again


@pytest.mark.parametrize("port", [-1, 0, 65536])
def test_what_is_no_port(port):
    with pytest.raises(CourseError, match="choose one from 1024 to 65535"):
        jupyter.check_port(port)


def test_the_next_port_is_one(monkeypatch):
    class Taken(socket.socket):
        def bind(self, address):
            raise OSError("taken")

    monkeypatch.setattr(jupyter.socket, "socket", Taken)
    with pytest.raises(CourseError, match="PORT=8889"):
        jupyter.check_port(65535)


# ---------------------------------------------------------------- the folder


def test_a_checkout_is_worked_in_where_it_is(top):
    assert jupyter.course_folder(None) == top / "notebooks"


def test_installed_lessons_are_copied_out(installed):
    folder = jupyter.course_folder(None)
    assert folder == Path.cwd() / "transfer-learning-course"
    assert names(folder) == names(installed)
    (folder / "00_start_here.ipynb").write_text("my work")
    (folder / "01_next.ipynb").unlink()
    assert jupyter.course_folder(None) == folder
    assert (folder / "00_start_here.ipynb").read_text() == "my work", "never over what the learner did"
    assert names(folder) == ["00_start_here.ipynb"]
    assert (installed / "00_start_here.ipynb").read_text() == "first"


def test_a_folder_of_the_learners_choice(installed, tmp_path):
    folder = jupyter.course_folder(tmp_path / "new/one")
    assert names(folder) == names(installed)
    assert names(tmp_path / "new") == ["one"]


@pytest.mark.parametrize("kind", ["empty", "other files"])
def test_a_folder_without_notebooks(installed, tmp_path, kind):
    folder = tmp_path / "there"
    folder.mkdir()
    if kind == "other files":
        (folder / "letter.txt").write_text("dear")
    before = names(folder)
    with pytest.raises(CourseError, match="holds no notebooks"):
        jupyter.course_folder(folder)
    assert names(folder) == before


@pytest.mark.parametrize("where", ["file", "file/below"])
def test_a_file_in_the_way(installed, tmp_path, where, capsys):
    (tmp_path / "file").write_text("mine")
    assert main(["lab", "--dir", str(tmp_path / where)]) == 2
    assert capsys.readouterr().err.count("\n") == 1
    assert (tmp_path / "file").read_text() == "mine"
    assert names(tmp_path) == ["file", "home", "site"]


def test_a_copy_that_fails_leaves_nothing(installed, tmp_path, monkeypatch):
    real = jupyter.shutil.copytree

    def full(source, target, **keys):
        real(source, target, **keys)
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(jupyter.shutil, "copytree", full)
    with pytest.raises(CourseError, match=r"No space left on device.*--dir"):
        jupyter.course_folder(None)
    assert names(Path.cwd()) == []


def test_a_failed_copy_of_many_files_reads_as_a_sentence(installed, monkeypatch):
    def full(source, target, **keys):
        raise jupyter.shutil.Error([("a", "b", "[Errno 28] No space left on device")])

    monkeypatch.setattr(jupyter.shutil, "copytree", full)
    with pytest.raises(CourseError) as e:
        jupyter.course_folder(None)
    assert "None" not in str(e.value)
    assert "No space left" in str(e.value)


# ---------------------------------------------------------------- JupyterLab


def test_jupyterlab_opens_the_first_lesson_and_asks_nobody_for_news(top):
    command = jupyter.lab_command(top / "notebooks", 8890, False)
    assert command[:3] == [sys.executable, "-m", "jupyterlab"]
    assert f"--ServerApp.root_dir={top / 'notebooks'}" in command
    (url,) = [word.partition("=")[2] for word in command if "default_url" in word]
    assert (top / "notebooks" / url.removeprefix("/lab/tree/")).is_file()
    assert "--LabApp.news_url=None" in command
    (updates,) = [word.partition("=")[2] for word in command if "check_for_updates_class" in word]
    module, _, name = updates.rpartition(".")
    assert hasattr(__import__(module), name), "JupyterLab knows the class that looks for no updates"
    assert "--ServerApp.port=8890" in command
    assert "--no-browser" in command
    assert not [word for word in command if "token" in word or "password" in word], "the server asks for its token"


def test_no_port_is_the_first_free_one(tmp_path):
    command = jupyter.lab_command(tmp_path, None, True)
    assert not [word for word in command if ".port" in word]
    assert "--no-browser" not in command


def test_the_pop_up_about_news_is_off(top, tmp_path, monkeypatch):
    config = top / "tlwidgets/course/lab_config"
    page = json.loads((config / "labconfig/page_config.json").read_text("utf-8"))
    assert page["disabledExtensions"] == {"@jupyterlab/apputils-extension:announcements": True}

    seen = {}

    class Started:
        def __init__(self, command, env):
            seen.update(env=env, command=command)

        def wait(self):
            return 7

    monkeypatch.setattr(jupyter.subprocess, "Popen", Started)
    monkeypatch.setenv("JUPYTER_CONFIG_PATH", str(tmp_path))
    assert jupyter.open_lab(browser=False) == 7
    assert seen["env"]["JUPYTER_CONFIG_PATH"].split(jupyter.os.pathsep) == [str(config), str(tmp_path)]


def test_ctrl_c_waits_for_the_server(monkeypatch):
    """The server has got it too and asks whether it is meant; leaving it alone would lose its last words."""
    answers = [KeyboardInterrupt, KeyboardInterrupt, 0]

    class Started:
        def __init__(self, command, env):
            pass

        def wait(self):
            answer = answers.pop(0)
            if answer is KeyboardInterrupt:
                raise KeyboardInterrupt
            return answer

    monkeypatch.setattr(jupyter.subprocess, "Popen", Started)
    assert jupyter.open_lab(browser=False) == 0
    assert answers == []
