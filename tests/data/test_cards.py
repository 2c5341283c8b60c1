"""What the cards say is what is in the files."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path

import pytest

from tlwidgets import _paths
from tlwidgets.data import list_datasets, load

INFOS = {i.name: i for i in list_datasets()}


@pytest.mark.parametrize("name", [n for n, i in INFOS.items() if i.holds != "words"])
def test_the_table_of_counts_is_what_loads(name: str) -> None:
    info = INFOS[name]
    text = (_paths.datasets_root() / name / "card.md").read_text(encoding="utf-8")
    shown = {}
    for line in text.splitlines():
        cells = [c.strip() for c in line.strip("|").split("|")]
        if {"train", "validation", "test"} & set(cells[:2]) and cells[-1].isdigit():
            key = cells[0] if info.domains else name
            numbers = [int(c) for c in cells[2 if info.domains else 1 :]]
            assert sum(numbers[:-1]) == numbers[-1], line
            shown[key, cells[1 if info.domains else 0]] = dict(zip(info.classes, numbers[:-1], strict=True))
    loaded = {
        (domain or name, split): counts
        for domain in info.domains or (None,)
        for split, counts in load(name, domain=domain).counts.items()
    }
    assert shown == loaded


@pytest.mark.parametrize("name", INFOS)
def test_card_and_record_agree_on_source_and_credit(name: str) -> None:
    folder = _paths.datasets_root() / name
    text = " ".join((folder / "card.md").read_text(encoding="utf-8").split())
    for part in json.loads((folder / "dataset.json").read_text(encoding="utf-8"))["parts"]:
        for source in part["source"] if isinstance(part["source"], list) else [part["source"]]:
            if source["version"] != "any":
                assert source["package"] in text
                assert source["version"] in text
        assert (
            part["license"].removeprefix("LicenseRef-").replace("-", " ") in text
            or part["license"].replace("-BY-SA-", " BY-SA ").replace("-BY-", " BY ").replace("-PDDC", "") in text
            or (part["license"] == "CC-PDDC" and "public domain" in text)
        )
    for heading in ("flaws", "changed", "license", "credit"):
        assert heading in text.lower()


@pytest.mark.parametrize("name", INFOS)
def test_files_are_the_recorded_ones_and_license_texts_are_beside_them(name: str) -> None:
    folder = _paths.datasets_root() / name
    for part in json.loads((folder / "dataset.json").read_text(encoding="utf-8"))["parts"]:
        if part["file"]:
            data = (folder / part["file"]).read_bytes()
            assert (hashlib.sha256(data).hexdigest(), len(data)) == (part["sha256"], part["bytes"])
    for path in re.findall(
        r"`((?:licenses|openmoji)/[\w.-]+\.txt|LICENSE\.txt)`", (folder / "card.md").read_text("utf-8")
    ):
        assert len((folder / path).read_text(encoding="utf-8")) > 900


def test_the_sets_stay_small_enough_to_clone() -> None:
    assert INFOS["styles"].bytes <= 6_000_000
    assert INFOS["fashion_mnist"].bytes <= 3_500_000
    assert INFOS["glove"].bytes <= 1_100_000
    assert INFOS["glosses"].bytes <= 250_000
    assert INFOS["simulated_digits"].bytes <= 120_000
    assert sum(p.stat().st_size for p in _paths.datasets_root().rglob("*") if p.is_file()) <= 20_000_000


def test_nothing_else_is_kept_in_the_folders() -> None:
    wanted = {".py", ".md", ".json", ".csv", ".zip", ".npz", ".txt"}
    for name in INFOS:
        files = [
            p for p in Path(_paths.datasets_root() / name).rglob("*") if p.is_file() and "__pycache__" not in p.parts
        ]
        assert {p.suffix for p in files} <= wanted
