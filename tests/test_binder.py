"""Where the course runs without ``make``: Binder and conda use the same lock, and a lesson fits into their memory."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from importlib.metadata import version

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.version import Version

SCRIPTS = ("postBuild", "start")
# what a lesson does before its first experiment
BEGIN = """
import json, resource
import tlwidgets as tl, keras
tl.backbone(size=96)
tl.load("styles", domain="noto")
print(json.dumps(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6))
"""


def said(path) -> list[str]:
    """Return the lines of a file that are no comments."""
    lines = [line.strip() for line in path.read_text("utf-8").splitlines()]
    return [line for line in lines if line and not line.startswith("#")]


def conda(top) -> dict:
    return yaml.safe_load((top / "environment.yml").read_text("utf-8"))


def test_there_is_one_list_of_pins(top):
    lines = said(top / "binder/requirements.txt")
    assert lines == ["-r ../requirements/course.txt"]
    assert (top / "binder" / lines[0].removeprefix("-r ")).resolve() == top / "requirements/course.txt"


def test_environment_yml_uses_the_lock(top):
    dependencies = conda(top)["dependencies"]
    (from_pip,) = [d["pip"] for d in dependencies if isinstance(d, dict)]
    assert from_pip == ["-r requirements/course.txt"]
    assert {d.split("=")[0] for d in dependencies if isinstance(d, str)} == {"python", "pip"}
    # the comment at its top is what people copy
    words = (top / "environment.yml").read_text("utf-8").splitlines()[0]
    assert conda(top)["name"] in words
    assert "environment.yml" in words


def test_binder_and_conda_have_one_python_that_fits(top):
    (runtime,) = said(top / "binder/runtime.txt")
    assert re.fullmatch(r"python-3\.\d+", runtime)
    minor = runtime.removeprefix("python-")
    (from_conda,) = [d for d in conda(top)["dependencies"] if isinstance(d, str) and d.startswith("python=")]
    assert from_conda == f"python={minor}"
    project = tomllib.loads((top / "pyproject.toml").read_text("utf-8"))["project"]
    assert Version(f"{minor}.0") in SpecifierSet(project["requires-python"])


@pytest.mark.skipif(shutil.which("bash") is None, reason="bash is not installed")
@pytest.mark.parametrize("name", SCRIPTS)
def test_the_scripts_are_executable_bash(top, name):
    path = top / "binder" / name
    assert path.read_text("utf-8").startswith("#!/bin/bash\n")
    assert os.access(path, os.X_OK)
    done = subprocess.run(["bash", "-n", str(path)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_what_postbuild_names_is_there(top):
    lines = [shlex.split(line) for line in said(top / "binder/postBuild")]
    (compiled,) = [words for words in lines if "compileall" in words]
    assert (top / compiled[-1]).is_dir()
    (install,) = [words for words in lines if "install" in words]
    assert install[-1] == "."
    assert "--no-deps" in install, "versions come from the lock alone"
    # without isolation the build backend has to be in the lock
    assert "--no-build-isolation" in install
    assert re.search(r"^hatchling==", (top / "requirements/course.txt").read_text("utf-8"), re.MULTILINE)
    modules = [words[words.index("-m") + 1] for words in lines if "-m" in words]
    assert modules == ["pip", "compileall"]


@pytest.mark.skipif(shutil.which("bash") is None, reason="bash is not installed")
def test_start_hands_over_to_the_server(top):
    """Binder puts the command of the server behind it: words with blanks, and its exit status, come through."""
    code = "import os, sys; print(sys.argv[1:], os.environ['OMP_NUM_THREADS']); sys.exit(3)"
    command = ["bash", str(top / "binder/start"), sys.executable, "-c", code, "two words", "*"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    assert done.returncode == 3
    assert done.stdout == "['two words', '*'] 2\n"


def test_the_lock_is_what_runs_here(top):
    """Nearest to building the image: every line of the lock that applies here is installed at exactly its version."""
    text = (top / "requirements/course.txt").read_text("utf-8").replace("\\\n", " ")
    lines = [line.split(" --hash")[0].strip() for line in text.splitlines() if line and not line.startswith("#")]
    applying = [r for r in map(Requirement, lines) if r.marker is None or r.marker.evaluate()]
    assert len(applying) > 50
    wrong = {r.name: (str(r.specifier), version(r.name)) for r in applying if version(r.name) not in r.specifier}
    assert wrong == {}


@pytest.mark.slow
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="peak memory in the units of Linux")
def test_a_lesson_begins_within_half_of_the_memory(top, tmp_path):
    """Binder gives 2 GB to the server and all kernels together."""
    # a process that is forked from a big one counts the memory of that one, so a small one stands between
    shim = f"import subprocess, sys; sys.exit(subprocess.call([sys.executable, '-c', {BEGIN!r}]))"
    done = subprocess.run([sys.executable, "-c", shim], cwd=tmp_path, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    megabytes = json.loads(done.stdout.splitlines()[-1])
    assert 100 < megabytes < 1000
