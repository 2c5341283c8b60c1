"""What the sandbox is made of, and that nothing weaker takes its place."""

from __future__ import annotations

import json
import shutil
import subprocess

import pytest

from tlwidgets.errors import CourseError
from tlwidgets.grading import sandbox
from tlwidgets.grading.engine import Engine
from tlwidgets.grading.sandbox import Limits


def test_the_box_sees_the_package_and_no_test(top):
    seen = sandbox.visible()
    assert any(str(top / "tlwidgets").startswith(path) for path in seen)
    for hidden in (top / "assignments", top / "tests"):
        assert not any(str(hidden) == path or str(hidden).startswith(path + "/") for path in seen)


@pytest.mark.skipif(shutil.which("bwrap") is None, reason="bubblewrap is not installed")
def test_an_installation_below_tmp_is_seen_in_the_empty_tmp_of_the_box(monkeypatch):
    monkeypatch.setattr(sandbox, "visible", lambda: ("/opt/python", "/tmp/course/tlwidgets"))
    command = sandbox.bubblewrap(Limits(), ["true"])
    emptied = max(i for i, word in enumerate(command) if word == "/tmp" and command[i - 1] == "--tmpfs")
    assert command[emptied:].count("/tmp/course/tlwidgets") == 2  # from where, and to where
    assert "/opt/python" not in command[emptied:]


def test_its_environment_is_not_ours(monkeypatch):
    monkeypatch.setenv("SECRET_TOKEN", "x")
    assert "SECRET_TOKEN" not in sandbox.environment()
    assert sandbox.environment()["HOME"] == sandbox.BOX


@pytest.mark.parametrize("engine", ["docker", "podman"])
def test_containers_ask_for_the_same_walls(engine, tmp_path, monkeypatch):
    program = tmp_path / engine
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    limits = Limits(memory=1 << 30, processes=64)
    command = sandbox.container(engine, limits, ["python", "-c", "1"], name="box-1")
    assert command[:2] == [str(program), "run"]
    assert command[-4:] == [sandbox.IMAGE, "python", "-c", "1"]
    walls = "--network=none --read-only --cap-drop=ALL --security-opt=no-new-privileges --pull=never --user=1000:1000"
    for wanted in [*walls.split(), f"--memory={1 << 30}", "--pids-limit=64", "--rm", "--name=box-1"]:
        assert wanted in command
    options = {word.split("=")[0] for word in command}
    assert not options & {"-v", "--volume", "--mount", "--privileged"}


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("dokcer", "did you mean docker"),
        ("none", "also needs --i-trust-these-files"),
        ("docker", "not installed"),
        ("bubblewrap", "apt-get install bubblewrap"),
        ("auto", "apt-get install bubblewrap"),
    ],
)
def test_nothing_weaker_is_taken_silently(name, words, monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(CourseError, match=words):
        sandbox.choose(name)


def test_a_container_engine_that_is_not_running_is_said():
    engine = next((e for e in ("docker", "podman") if shutil.which(e)), None)
    if engine is None:
        pytest.skip("neither docker nor podman is installed")
    if subprocess.run([engine, "info"], capture_output=True, timeout=300).returncode == 0:
        pytest.skip(f"{engine} is running here")
    with pytest.raises(CourseError, match="build the image first"):
        sandbox.choose(engine)


@pytest.mark.parametrize(
    ("text", "size"), [("3G", 3 << 30), ("512m", 512 << 20), ("1.5GiB", 3 << 29), ("1000000", 10**6)]
)
def test_sizes(text, size):
    assert sandbox.parse_size(text) == size


@pytest.mark.parametrize("text", ["", "lots", "-1G", "3 T", "G"])
def test_sizes_that_are_none(text):
    with pytest.raises(CourseError, match="not an amount of memory"):
        sandbox.parse_size(text)


@pytest.mark.parametrize("values", [{"cpu": 0}, {"cpu": float("nan")}, {"wall": -1}, {"memory": 1000}])
def test_limits_that_cannot_be(values):
    with pytest.raises(CourseError):
        Limits(**values)


def job(*sources):
    cells = [{"index": i, "kind": "answer", "task": "t", "source": s} for i, s in enumerate(sources)]
    return {"mode": "run", "cells": cells, "skip": [], "probes": "", "seed": 0}


@pytest.mark.parametrize("warm", [True, False])
def test_a_box_says_how_it_ended(sandbox_kind, warm):
    limits = Limits(cpu=3, wall=30, memory=1 << 30)
    with Engine(sandbox_kind, warm=warm) as engine:
        ended = engine.run(job("import os\nos._exit(7)"), limits)
        assert (ended.code, ended.complete) == (7, False)
        ended = engine.run(job("print(sum(range(10**7)))"), limits)
        assert ended.complete
        assert 0.1 < ended.cpu < 3
        done = next(f for f in ended.frames if f.kind == "done")
        assert json.loads(done.body)["outputs"][0]["text"] == "49999995000000\n"


def test_a_warm_process_that_dies_is_started_again(sandbox_kind):
    with Engine(sandbox_kind) as engine:
        engine._ready._process.kill()
        engine._ready._process.wait()
        assert engine.run(job("1"), Limits(cpu=3, wall=30, memory=1 << 30)).complete


def test_boxes_do_not_share_anything(sandbox_kind):
    limits = Limits(cpu=5, wall=30, memory=1 << 30)
    with Engine(sandbox_kind) as engine:
        engine.run(
            job("open('/tmp/left', 'w').write('x'); open('left', 'w').write('x')\nimport numpy; numpy.left = 1"), limits
        )
        source = "import os, numpy; print(os.path.exists('/tmp/left'), os.path.exists('left'), hasattr(numpy, 'left'))"
        ended = engine.run(job(source), limits)
    done = next(f for f in ended.frames if f.kind == "done")
    assert json.loads(done.body)["outputs"][0]["text"] == "False False False\n"
