"""The set "styles": no concept, image or look-alike in two splits; the tables agree with the files."""

from __future__ import annotations

import csv
import importlib.util
import os
import sys
from collections import Counter
from functools import cache
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from PIL import Image

from tlwidgets import _paths
from tlwidgets.data import Dataset, list_datasets, load

FOLDER = _paths.datasets_root() / "styles"
DOMAINS = next(i for i in list_datasets() if i.name == "styles").domains
EMOJI = tuple(d for d in DOMAINS if d != "openclipart")
ALIKE = 0.94  # correlation of 16 x 16 grey versions from which two images of a class count as the same


@cache
def domain(name: str) -> Dataset:
    return load("styles", domain=name)


def concepts(data: Dataset, split: str) -> set[tuple[int, str]]:
    part = data.splits[split]
    return {(label, name.split("_")[0]) for label, name in zip(part.y.tolist(), part.names, strict=True)}


def rows(name: str) -> list[dict[str, str]]:
    with (FOLDER / name).open(encoding="utf-8", newline="") as f:
        return list(csv.DictReader(f))


def build_script() -> ModuleType:
    pytest.importorskip("resvg_py", reason="needs resvg-py, of the extra 'data'")
    spec = importlib.util.spec_from_file_location("build_styles", FOLDER / "build.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def test_families_are_not_torn_apart() -> None:
    split = {(r["class"], r["concept"]): r["split"] for r in rows("splits.csv")}
    family: dict[tuple[str, str], set[str]] = {}
    for r in rows("families.csv"):
        family.setdefault((r["class"], r["family"]), set()).add(split[r["class"], r["concept"]])
    assert {f: s for f, s in family.items() if len(s) > 1} == {}


def test_the_table_of_splits_is_what_loads() -> None:
    table = {(r["class"], r["concept"]): r["split"] for r in rows("splits.csv")}
    loaded = {}
    for name in DOMAINS:
        for split in ("train", "validation", "test"):
            loaded.update({(domain(name).classes[c], n): split for c, n in concepts(domain(name), split)})
    assert loaded == table


def test_the_five_emoji_styles_show_the_same_concepts() -> None:
    for split in ("train", "validation", "test"):
        names = {domain(d).splits[split].names for d in EMOJI}
        assert len(names) == 1


@pytest.mark.parametrize("name", ["noto", "openclipart"])
def test_shares_of_the_splits(name: str) -> None:
    counts = domain(name).counts
    for label in domain(name).classes:
        shares = {split: n[label] / sum(c[label] for c in counts.values()) for split, n in counts.items()}
        assert 0.55 <= shares["train"] <= 0.72, label
        assert 0.08 <= shares["validation"] <= 0.20, label
        assert 0.18 <= shares["test"] <= 0.30, label


def test_no_image_or_look_alike_crosses_splits_within_a_style_or_between_styles() -> None:
    x, split, label, name = [], [], [], []
    for d in DOMAINS:
        for s, part in domain(d).splits.items():
            x += [
                np.asarray(Image.fromarray(p).convert("L").resize((16, 16), Image.Resampling.BOX), float)
                for p in part.x
            ]
            split += [s] * len(part)
            label += part.y.tolist()
            name += [f"{d}/{n}" for n in part.names]
    flat = np.array(x).reshape(len(x), -1)
    flat -= flat.mean(1, keepdims=True)
    flat /= np.linalg.norm(flat, axis=1, keepdims=True)
    pairs = np.triu(flat @ flat.T > ALIKE, 1)
    pairs &= np.array(split)[:, None] != np.array(split)[None]
    pairs &= np.array(label)[:, None] == np.array(label)[None]
    assert [(name[i], name[j]) for i, j in np.argwhere(pairs)] == []


def test_no_image_is_in_two_splits_not_even_under_another_class() -> None:
    seen: dict[bytes, str] = {}
    for d in DOMAINS:
        for split, part in domain(d).splits.items():
            for image in part.x:
                assert seen.setdefault(image.tobytes(), split) == split, d


def test_images_are_cropped_alike_in_every_style() -> None:
    for d in DOMAINS:
        for part in domain(d).splits.values():
            edge = np.concatenate([part.x[:, :2].reshape(len(part), -1), part.x[:, -2:].reshape(len(part), -1)], axis=1)
            assert np.quantile(edge, 0.01) >= 250  # a white margin
            ink = (part.x < 240).any(-1)
            spans = np.maximum(ink.any(1).sum(1), ink.any(2).sum(1))
            assert np.median(spans) >= 84


def test_every_removal_has_a_reason_and_is_not_in() -> None:
    kept = {r["file"] for r in rows("clipart.csv")}
    emoji = {(r["class"], r["concept"]) for r in rows("splits.csv")}
    for r in rows("removed.csv"):
        assert len(r["reason"]) > 3
        if r["domain"] == "openclipart":
            assert r["name"] not in kept
        else:
            assert (r["class"], r["name"]) not in emoji
    assert len(kept) == len(rows("clipart.csv")) == sum(len(s) for s in domain("openclipart").splits.values())


# ---------------------------------------------------------------- the build script


def test_archives_are_the_same_bytes_whatever_the_order_and_the_time(tmp_path: Path) -> None:
    build = build_script()
    files = {f"train/animal/{i}.webp": build.encode(Image.new("RGB", (96, 96), (i, 0, 0))) for i in range(5)}
    build.write_archive(tmp_path / "a.zip", files)
    os.utime(tmp_path / "a.zip", (0, 0))
    build.write_archive(tmp_path / "b.zip", dict(reversed(files.items())))
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P", "L"])
def test_images_of_any_mode_come_out_centred_on_white(mode: str) -> None:
    build = build_script()
    image = Image.new("RGBA", (200, 100), (255, 255, 255, 0))
    image.paste((0, 0, 0, 255), (150, 10, 190, 30))
    if mode in ("L", "P"):
        page = Image.new("RGBA", image.size, "white")
        page.alpha_composite(image)
        image = page
    out = np.asarray(build.square(image.convert(mode)))
    assert out.shape == (96, 96, 3)
    dark = np.argwhere(out[..., 0] < 128)
    assert np.allclose(dark.mean(0), 47.5, atol=1)
    assert np.ptp(dark, axis=0).tolist() == pytest.approx([43, 87], abs=2)


def test_the_split_does_not_depend_on_the_order_of_the_images() -> None:
    build = build_script()

    def none() -> Image.Image:
        raise AssertionError("a split needs no image")

    images = [build.Entry(label, f"{label}-{i}", f"{label}-{i}", none) for label in build.CLASSES for i in range(40)]
    forward = build.deal({"noto": images, "openclipart": images})
    backward = build.deal({"noto": images[::-1], "openclipart": images[::-1]})
    assert forward == backward
    assert Counter(forward.values())["train"] == pytest.approx(0.6 * len(images), abs=12)
