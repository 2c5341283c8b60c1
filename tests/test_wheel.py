"""What is published: the wheel holds the course and works far from the checkout, the sdist holds the repository."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from email.parser import HeaderParser

import pytest
from packaging.requirements import Requirement
from test_links import links

from tlwidgets import __version__

pytestmark = pytest.mark.slow

PROBE = """
import json
from pathlib import Path
import tlwidgets as tl
from tlwidgets import _paths
from tlwidgets.course import doctor, lesson_names
from tlwidgets.course.folder import course_folder
from tlwidgets.course.runner import find_notebooks
from tlwidgets import widgets
splits = tl.load("styles", domain="noto")
print(json.dumps({
    "file": tl.__file__,
    "notebooks": str(_paths.notebooks_root()),
    "datasets": str(_paths.datasets_root()),
    "lessons": lesson_names(),
    "third": str(find_notebooks(["03"])[0]),
    "data": doctor._data().state,
    "said": doctor._data().found,
    "folder": str(course_folder(None)),
    "rows": len(splits.train.y),
    "javascript": {n: min(len(str(w._esm)), len(str(w._css))) for n in widgets.__all__ if (w := getattr(widgets, n))},
}))
"""
# first as in a plain script, then as in a notebook of a host whose own Jupyter runs it
LIGHT = """
import importlib, pkgutil, sys
course, notebook = {course}, ("ipywidgets", "anywidget", "IPython", "traitlets")
sys.modules |= dict.fromkeys((*course, *notebook))
import tlwidgets as tl
for room in ("models", "data", "training", "transfer"):
    package = importlib.import_module("tlwidgets." + room)
    for module in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
        importlib.import_module(module.name)
for name in notebook:
    del sys.modules[name]
from tlwidgets import course, widgets
for room in (tl, course, widgets):
    for name in room.__all__:
        getattr(room, name)
print("light")
"""


@pytest.fixture(scope="module")
def wheel(top, tmp_path_factory):
    """The wheel, built from the sdist beside it as a packager does it; nothing is left in the checkout."""
    out = tmp_path_factory.mktemp("dist")
    before = sorted(path.name for path in top.iterdir())
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(out), str(top)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    assert sorted(path.name for path in top.iterdir()) == before
    (path,) = out.glob("*.whl")
    return path


@pytest.fixture(scope="module")
def metadata(wheel):
    """The metadata of the wheel."""
    with zipfile.ZipFile(wheel) as z:
        (name,) = [n for n in z.namelist() if n.endswith("dist-info/METADATA")]
        return HeaderParser().parsestr(z.read(name).decode())


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
    data = inside(top / "datasets")
    expected |= {f"tlwidgets/_datasets/{name}" for name in data if not name.endswith(".py")}
    assert expected - names == set()
    assert not [name for name in names if "_datasets" in name and name.endswith(".py")], "scripts that make the data"
    assert not [name for name in names if "/hidden/" in name], "hidden tests"


def test_nothing_else_is_inside(wheel):
    with zipfile.ZipFile(wheel) as z:
        tops = {name.split("/")[0] for name in z.namelist()}
        strange = [n for n in z.namelist() if n.endswith((".pyc", "progress.json")) or ".ipynb_checkpoints" in n]
    assert tops == {"tlwidgets", f"tlwidgets-{__version__}.dist-info"}
    assert strange == []


def test_the_core_is_light(metadata):
    """No application and no build backend: a hub or Colab keeps its own Jupyter."""
    needed = [Requirement(line) for line in metadata.get_all("Requires-Dist")]
    core = {r.name for r in needed if not r.marker or "extra" not in str(r.marker)}
    wanted = {"keras", "numpy", "scipy", "scikit-learn", "threadpoolctl", "matplotlib", "pillow"}
    assert core == wanted | {"ipywidgets", "anywidget", "platformdirs", "psutil"}
    (psutil,) = [r for r in needed if r.name == "psutil" and "extra" not in str(r.marker)]
    assert str(psutil.marker) == 'sys_platform == "win32"'
    assert {"cpu", "gpu", "course", "grading", "cluster"} <= set(metadata.get_all("Provides-Extra"))


def test_the_licenses_are_those_of_what_is_inside(top, metadata):
    """PEP 639: the expression covers the data too, and every text is named."""
    cards = [path.read_text("utf-8") for path in top.glob("datasets/*/dataset.json")]
    stated = {name for card in cards for name in re.findall(r'"licen[cs]e": "([^"]+)"', card)}
    assert len(stated) > 5
    assert set(metadata["License-Expression"].split(" AND ")) == stated | {"Apache-2.0"}
    texts = {p.relative_to(top).as_posix() for p in top.glob("datasets/**/*.txt") if "license" in str(p).lower()}
    assert len(texts) > 8
    assert set(metadata.get_all("License-File")) == texts | {"LICENSE"}


def test_the_version_is_written_once(top, metadata):
    assert metadata["Version"] == __version__
    assert "version" in tomllib.loads((top / "pyproject.toml").read_text("utf-8"))["project"]["dynamic"]


def test_the_sdist_is_the_repository(top, wheel):
    """Whoever packages it for a distribution runs its tests from there."""
    (sdist,) = wheel.parent.glob("*.tar.gz")
    with tarfile.open(sdist) as tar:
        names = {name.partition("/")[2] for name in tar.getnames()}
    if not (top / ".git").exists():
        pytest.skip("only git knows what belongs to the repository")
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=top, capture_output=True, check=True).stdout.decode()
    tracked = {name for name in listed.split("\0") if name and (top / name).exists()}
    assert tracked - names == set()


def elsewhere(site, folder, code, **more):
    """Run code with the installed wheel in a folder that is not the checkout; returns its last line."""
    env = {k: v for k, v in os.environ.items() if k not in ("PYTHONPATH", "PYTHONHOME")}
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=folder,
        env={**env, "PYTHONPATH": str(site), "PYTHONDONTWRITEBYTECODE": "1", **more},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()[-1]


def test_it_works_far_from_the_checkout(top, site, tmp_path):
    found = json.loads(elsewhere(site, tmp_path, PROBE))
    for key in ("file", "notebooks", "datasets", "third"):
        assert found[key].startswith(str(site)), "this is the checkout, not the wheel"
    assert found["data"] == "ok", found["said"]
    assert found["rows"] > 100
    assert len(found["javascript"]) >= 5
    assert min(found["javascript"].values()) > 500, found["javascript"]
    folder = tmp_path / "transfer-learning-course"
    assert found["folder"] == str(folder)
    copied = {path.name for path in folder.glob("notebooks/*.ipynb")}
    assert copied == {path.name for path in (top / "notebooks").glob("*.ipynb")}
    assert len(list(folder.glob("notebooks/[0-9]*.ipynb"))) == len(found["lessons"])

    # where the learner clicks on them
    pages = [*folder.rglob("*.ipynb"), *folder.rglob("*.md")]
    targets = {page.parent / link.partition("#")[0] for page in pages for link in links(page) if "://" not in link}
    assert len(targets) > len(copied)
    assert [str(target) for target in targets if not target.exists()] == []
    assert [str(target) for target in targets if folder not in target.resolve().parents] == []


def test_the_lower_rooms_need_no_jupyter(site, tmp_path):
    course = ("jupyterlab", "ipykernel", "papermill", "nbconvert", "nbformat", "psutil", "pandas", "hatchling")
    # Keras' own NumPy backend: the same modules, without waiting for TensorFlow
    assert elsewhere(site, tmp_path, LIGHT.format(course=course), KERAS_BACKEND="numpy") == "light"


def test_an_upgrade_of_the_package_upgrades_the_copy(site, tmp_path):
    """One lesson is new, one has changed and was not touched, one has changed and was edited."""
    newer = tmp_path / "newer"
    shutil.copytree(site, newer)
    new, untouched, edited, *_ = sorted((newer / "tlwidgets/_notebooks").glob("[0-9]*.ipynb"))
    update = "from tlwidgets.course.folder import course_folder; print(course_folder())"
    (site / "tlwidgets/_notebooks" / new.name).rename(tmp_path / "kept")
    try:
        folder = elsewhere(site, tmp_path, update)
    finally:
        (tmp_path / "kept").rename(site / "tlwidgets/_notebooks" / new.name)
    lessons = tmp_path / folder / "notebooks"
    assert not (lessons / new.name).exists()
    (lessons / edited.name).write_text("my work")
    for path in (untouched, edited):
        path.write_text(path.read_text("utf-8") + "\n", "utf-8")
    elsewhere(newer, tmp_path, update)
    assert (lessons / new.name).exists()
    assert (lessons / untouched.name).read_bytes() == untouched.read_bytes()
    assert (lessons / edited.name).read_text() == "my work"
    assert (lessons / f"{edited.stem}_{__version__}.ipynb").read_bytes() == edited.read_bytes()
