"""Setting up: what ``tools/setup.py`` installs and when, what ``make`` says, and the lock files."""

from __future__ import annotations

import ast
import importlib.util
import os
import re
import shutil
import subprocess
import sys
import tomllib
from types import SimpleNamespace

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

LOCKS = ("requirements/course.txt", "requirements/dev.txt", "requirements/gpu.txt")


# ---------------------------------------------------------------- tools/setup.py


@pytest.mark.parametrize("version", ["(2, 7, 18)", "(3, 10, 1)", "(3, 14, 0)"])
def test_a_python_that_does_not_fit(top, version):
    shim = (
        f"import runpy, sys; sys.version_info = {version}; sys.argv = ['setup.py'];"
        f"runpy.run_path({str(top / 'tools/setup.py')!r}, run_name='__main__')"
    )
    done = subprocess.run([sys.executable, "-c", shim], capture_output=True, text=True, timeout=300)
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.startswith("setup: the course needs Python 3.11, 3.12 or 3.13")
    assert done.stderr.count("\n") == 1


def test_an_old_python_can_read_it(top):
    """Otherwise it would show a syntax error instead of the sentence."""
    for node in ast.walk(ast.parse((top / "tools/setup.py").read_text("utf-8"))):
        assert not isinstance(node, ast.JoinedStr | ast.AnnAssign | ast.NamedExpr | ast.Match | ast.AsyncFunctionDef)
        if isinstance(node, ast.FunctionDef):
            arguments = node.args
            assert node.returns is None
            assert not [a for a in arguments.args + arguments.kwonlyargs if a.annotation]
            assert not arguments.posonlyargs + arguments.kwonlyargs


@pytest.mark.parametrize(
    ("system", "tag", "machine", "said"),
    [
        ("darwin", "macosx-11.0-universal2", "x86_64", "macOS on Intel"),
        ("win32", "win-arm64", "ARM64", "Windows on ARM"),
        ("darwin", "macosx-11.0-universal2", "arm64", ""),
        ("win32", "win-amd64", "ARM64", ""),  # Python for x86-64, in emulation
        ("linux", "linux-aarch64", "aarch64", ""),
    ],
)
def test_a_system_without_tensorflow(setup, monkeypatch, capsys, system, tag, machine, said):
    monkeypatch.setattr("sys.platform", system)
    monkeypatch.setattr("sysconfig.get_platform", lambda: tag)
    monkeypatch.setattr("platform.machine", lambda: machine)
    if not said:
        assert setup() == ["requirements/course.txt"]
        return
    with pytest.raises(SystemExit):
        setup()
    assert f"TensorFlow is not built for {said}" in capsys.readouterr().err
    assert setup.state.asked == []


@pytest.fixture
def setup(top, tmp_path, monkeypatch):
    """``setup(*words)``: run it in a copy where pip only notes what it was asked for."""
    spec = importlib.util.spec_from_file_location("course_setup", top / "tools/setup.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    (tmp_path / "requirements").mkdir()
    for name in (*LOCKS, "pyproject.toml"):
        shutil.copy(top / name, tmp_path / name)
    venv = tmp_path / ".venv"
    venv.mkdir()
    monkeypatch.setattr(module, "TOP", str(tmp_path))
    monkeypatch.setattr(module, "VENV", str(venv))
    monkeypatch.setattr(module, "STAMP", str(venv / "installed"))
    monkeypatch.setattr(module, "make_venv", lambda: None)
    state = SimpleNamespace(works=True, asked=[])

    def run(*words: str) -> list[str]:
        state.asked = []

        def pip(*arguments):
            if not state.works:
                raise SystemExit(1)
            state.asked.extend(arguments)

        monkeypatch.setattr(module, "pip", pip)
        monkeypatch.setattr(sys, "argv", ["setup.py", *words])
        module.main()
        return [lock for lock in LOCKS if str(tmp_path / lock) in state.asked]

    run.folder, run.state = tmp_path, state
    return run


def test_the_second_run_does_nothing(setup, capsys):
    assert setup() == ["requirements/course.txt"]
    capsys.readouterr()
    assert setup() == []
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("name", ["requirements/course.txt", "pyproject.toml"])
def test_a_change_installs_again(setup, name):
    setup()
    with (setup.folder / name).open("a") as f:
        f.write("\n# changed\n")
    assert setup() == ["requirements/course.txt"]
    assert setup() == []


def test_a_fuller_installation_serves_as_well(setup):
    assert setup("dev") == ["requirements/dev.txt"]
    assert setup() == []
    assert setup("dev", "gpu") == ["requirements/gpu.txt"]
    assert setup() == setup("dev") == []


def test_a_smaller_installation_does_not_serve(setup):
    setup()
    assert setup("dev") == ["requirements/dev.txt"]


def test_the_build_with_cuda_is_never_written_over(setup):
    setup("gpu")
    with (setup.folder / "requirements/gpu.txt").open("a") as f:
        f.write("\n# changed\n")
    assert setup() == ["requirements/gpu.txt"]


@pytest.mark.parametrize("words", [(), ("gpu",)])
def test_a_failed_installation_is_not_taken_for_one(setup, words):
    """The lock changes, pip fails half way, the change is taken back: what is there now is a mixture."""
    (lock,) = setup(*words)
    before = (setup.folder / lock).read_text()
    (setup.folder / lock).write_text(before + "\n# changed\n")
    setup.state.works = False
    with pytest.raises(SystemExit):
        setup()
    (setup.folder / lock).write_text(before)
    setup.state.works = True
    assert setup() == [lock], "and the build with CUDA stays one"
    assert setup() == []


def test_a_first_try_with_cuda_that_fails_binds_nobody(setup):
    setup()
    setup.state.works = False
    with pytest.raises(SystemExit):
        setup("gpu")
    setup.state.works = True
    assert setup() == ["requirements/course.txt"]


@pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")
@pytest.mark.parametrize("target", ["lab", "test"])
def test_make_without_a_python(top, target):
    done = subprocess.run(
        ["make", "--no-print-directory", "PYTHON=/nonexistent", target],
        cwd=top,
        env={k: v for k, v in os.environ.items() if not k.startswith(("MAKE", "MFLAGS"))},  # not make inside make
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode != 0
    told = [line for line in done.stderr.splitlines() if not line.startswith("make: ***")]
    assert len(told) == 1
    assert "no Python 3.11, 3.12 or 3.13 found" in told[0]
    assert "PYTHON=/path/to/python" in told[0]


@pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")
def test_make_alone_lists_the_commands(top):
    done = subprocess.run(["make", "--no-print-directory"], cwd=top, capture_output=True, text=True, check=True)
    assert {"lab", "test", "run"} <= {line.split()[0] for line in done.stdout.splitlines()}


# ---------------------------------------------------------------- lock files


def entries(path) -> list[str]:
    """Return the entries of a lock file, each on one line with its hashes."""
    text = path.read_text("utf-8").replace("\\\n", " ")
    return [line for line in text.splitlines() if line.strip() and not line.startswith("#")]


def pins(path) -> set[tuple[str, str, str]]:
    """Return (name, version, marker) of every entry."""
    found = [Requirement(line.split(" --hash")[0].strip()) for line in entries(path)]
    return {(canonicalize_name(r.name), str(r.specifier), str(r.marker or "")) for r in found}


@pytest.mark.parametrize("name", LOCKS)
def test_every_line_is_pinned_and_hashed(top, name):
    lines = entries(top / name)
    assert len(lines) > 50
    for line in lines:
        assert re.match(r"[A-Za-z0-9._-]+(\[[a-z-]+\])?==[0-9][^ ]* ", line), line[:80]
        assert re.search(r"--hash=sha256:[0-9a-f]{64}", line), line[:80]


@pytest.mark.parametrize("name", LOCKS)
def test_no_addresses(top, name):
    text = (top / name).read_text("utf-8")
    for word in ("://", "-url ", "--find-links", "--trusted-host"):
        assert word not in text


def test_the_developers_have_what_the_learners_have(top):
    course, dev = pins(top / "requirements/course.txt"), pins(top / "requirements/dev.txt")
    missing = {pin[:2] for pin in course} - {pin[:2] for pin in dev}
    assert not missing


def test_the_lock_with_cuda_agrees(top):
    """What both name has the same versions; only TensorFlow's build is another."""
    course, gpu = pins(top / "requirements/course.txt"), pins(top / "requirements/gpu.txt")
    versions = {name: {v for n, v, _ in gpu if n == name} for name, _, _ in gpu}
    assert not [(n, v) for n, v, _ in course if n in versions and v not in versions[n]]
    assert "tensorflow-cpu" not in versions
    assert any(name.startswith("nvidia-") for name in versions)


def test_direct_dependencies_are_locked_and_explained(top):
    text = (top / "pyproject.toml").read_text("utf-8")
    pyproject = tomllib.loads(text)
    project, lines = pyproject["project"], text.splitlines()
    locked = {name for lock in LOCKS for name, _, _ in pins(top / lock)}
    everything = [*project["dependencies"], *(d for extra in project["optional-dependencies"].values() for d in extra)]
    everything += pyproject["dependency-groups"]["build"]
    for dependency in dict.fromkeys(everything):
        numbers = [i for i, line in enumerate(lines) if f'"{dependency}"' in line]
        assert numbers
        for number in numbers:  # an extra may need what another one needs too
            before = lines[number - 1].strip()
            # two builds of one package may share the comment above them
            explained = (
                "#" in lines[number].split('"')[-1]
                or before.startswith("#")
                or (lines[number - 2].strip().startswith("#") and before.startswith('"tensorflow'))
            )
            assert explained, f"{dependency}: why is it here?"
        assert canonicalize_name(Requirement(dependency).name) in locked


def test_what_builds_the_package_is_locked_with_it(top):
    """A checkout is installed without a further download, and the package itself needs no build backend."""
    pyproject = tomllib.loads((top / "pyproject.toml").read_text("utf-8"))
    assert pyproject["dependency-groups"]["build"] == pyproject["build-system"]["requires"]
    (backend,) = map(Requirement, pyproject["build-system"]["requires"])
    for lock in LOCKS:
        assert [version for name, version, _ in pins(top / lock) if name == backend.name]
