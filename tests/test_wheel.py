"""A wheel holds the whole course: installed alone, far from the checkout, it finds lessons, data and weights."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile

import pytest

from tlwidgets import __version__

pytestmark = pytest.mark.slow

PROBE = """
import json
from pathlib import Path
import tlwidgets as tl
from tlwidgets import _paths
from tlwidgets.course import doctor, lesson_names
from tlwidgets.course.jupyter import course_folder
from tlwidgets import widgets
splits = tl.load("styles", domain="noto")
print(json.dumps({
    "file": tl.__file__,
    "notebooks": str(_paths.notebooks_root()),
    "datasets": str(_paths.datasets_root()),
    "lessons": lesson_names(),
    "data": doctor._data().state,
    "said": doctor._data().found,
    "folder": str(course_folder(None)),
    "rows": len(splits.train.y),
    "javascript": {n: min(len(str(w._esm)), len(str(w._css))) for n in widgets.__all__ if (w := getattr(widgets, n))},
}))
"""


@pytest.fixture(scope="module")
def wheel(top, tmp_path_factory):
    """Build the wheel of this checkout; hatchling leaves nothing behind in it."""
    out = tmp_path_factory.mktemp("dist")
    before = sorted(path.name for path in top.iterdir())
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(out), str(top)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    assert sorted(path.name for path in top.iterdir()) == before
    (path,) = out.iterdir()
    return path


@pytest.fixture(scope="module")
def site(wheel):
    """The wheel, installed into a folder of its own without any other package."""
    target = wheel.parent / "site"
    command = [sys.executable, "-m", "pip", "install", "--no-deps", "--no-index", "--quiet", "--no-compile"]
    done = subprocess.run(
        [*command, "--disable-pip-version-check", "--target", str(target), str(wheel)],
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return target


def inside(root) -> set[str]:
    """Return the files below a folder, without what Python and Jupyter leave there."""
    paths = [path.relative_to(root) for path in root.rglob("*") if path.is_file()]
    return {p.as_posix() for p in paths if "__pycache__" not in p.parts and ".ipynb_checkpoints" not in p.parts}


def test_everything_is_inside(top, wheel):
    with zipfile.ZipFile(wheel) as z:
        names = set(z.namelist())
    assert "tlwidgets/py.typed" in names
    assert "tlwidgets/course/lab_config/labconfig/page_config.json" in names
    expected = {f"tlwidgets/{name}" for name in inside(top / "tlwidgets")}
    expected |= {f"tlwidgets/_notebooks/{name}" for name in inside(top / "notebooks") if name.endswith(".ipynb")}
    expected |= {f"tlwidgets/_datasets/{name}" for name in inside(top / "datasets")}
    assert expected - names == set()
    assert any(name.endswith("licenses/LICENSE") for name in names)


def test_nothing_else_is_inside(wheel):
    with zipfile.ZipFile(wheel) as z:
        tops = {name.split("/")[0] for name in z.namelist()}
        strange = [n for n in z.namelist() if n.endswith((".pyc", "progress.json")) or ".ipynb_checkpoints" in n]
    assert tops == {"tlwidgets", f"tlwidgets-{__version__}.dist-info"}
    assert strange == []


def test_it_works_far_from_the_checkout(top, site, tmp_path):
    env = {k: v for k, v in os.environ.items() if k not in ("PYTHONPATH", "PYTHONHOME")}
    done = subprocess.run(
        [sys.executable, "-c", PROBE],
        cwd=tmp_path,
        env={**env, "PYTHONPATH": str(site), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout.splitlines()[-1])
    for key in ("file", "notebooks", "datasets"):
        assert found[key].startswith(str(site)), "this is the checkout, not the wheel"
    assert found["data"] == "ok", found["said"]
    assert found["rows"] > 100
    assert len(found["javascript"]) >= 5
    assert min(found["javascript"].values()) > 500, found["javascript"]
    assert found["folder"] == str(tmp_path / "transfer-learning-course")
    copied = {path.name for path in (tmp_path / "transfer-learning-course").glob("*.ipynb")}
    assert copied == {path.name for path in (top / "notebooks").glob("*.ipynb")}
    assert {path.stem for path in (tmp_path / "transfer-learning-course").glob("[0-9]*.ipynb")} <= set(found["lessons"])


def test_the_command_of_the_wheel(site, tmp_path):
    """``python -m tlwidgets`` finds a lesson by its number there too."""
    code = "from tlwidgets.course.runner import find_notebooks; print(find_notebooks(['03'])[0])"
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(site), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        timeout=300,
        check=True,
    )
    assert done.stdout.strip().startswith(str(site / "tlwidgets/_notebooks/03_"))
