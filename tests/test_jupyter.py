"""``tlwidgets lab``: the port, the folder the learner works in, and what JupyterLab is told."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time

import pytest

from tlwidgets.cli import main
from tlwidgets.course import jupyter
from tlwidgets.errors import CourseError


def answers(port: int) -> bool:
    """Tell whether something listens."""
    with socket.socket() as s:
        return s.connect_ex(("127.0.0.1", port)) == 0


def until(condition) -> None:
    """Wait for something, as long as a busy machine may take."""
    end = time.monotonic() + 180
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.1)


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


# ---------------------------------------------------------------- JupyterLab


def test_jupyterlab_opens_the_first_lesson_and_asks_nobody_for_news(top):
    command = jupyter.lab_command(top, 8890, False)
    assert command[:3] == [sys.executable, "-m", "jupyterlab"]
    assert f"--ServerApp.root_dir={top}" in command
    (url,) = [word.partition("=")[2] for word in command if "default_url" in word]
    assert (top / url.removeprefix("/lab/tree/")).is_file()
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

    class Became(BaseException):
        pass

    def become(program, command, env):
        assert program == command[0]
        seen.update(env)
        raise Became

    monkeypatch.setattr(jupyter.os, "execve", become)
    monkeypatch.setenv("JUPYTER_CONFIG_PATH", str(tmp_path))
    with pytest.raises(Became):
        jupyter.open_lab(browser=False)
    assert seen["JUPYTER_CONFIG_PATH"].split(jupyter.os.pathsep) == [str(config), str(tmp_path)]


def test_a_signal_that_ends_the_command_ends_the_server(tmp_path):
    """In a container or a service nobody else would."""
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        port = s.getsockname()[1]
    (tmp_path / "empty.ipynb").write_text("{}")
    command = [sys.executable, "-m", "tlwidgets", "lab", "--dir", str(tmp_path), "--port", str(port), "--no-browser"]
    env = {**os.environ, "JUPYTER_RUNTIME_DIR": str(tmp_path / "runtime")}
    process = subprocess.Popen(command, env=env, cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        until(lambda: answers(port))
        process.send_signal(signal.SIGTERM)
        until(lambda: not answers(port))
    finally:
        process.kill()
        process.wait()


def test_on_windows_ctrl_c_waits_for_the_server(monkeypatch):
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

    monkeypatch.setattr(jupyter.sys, "platform", "win32")
    monkeypatch.setattr(jupyter.subprocess, "Popen", Started)
    assert jupyter.open_lab(browser=False) == 0
    assert answers == []
