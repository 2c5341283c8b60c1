"""What a learner meets when loading data: budgets, sizes, messages, and data that cannot be spoiled."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from tlwidgets import _paths
from tlwidgets.data import describe, list_datasets, load
from tlwidgets.errors import CourseError

EVERY = [(i.name, d) for i in list_datasets() if i.holds != "words" for d in (i.domains or (None,))]
IMAGES = [case for case in EVERY if case[0] != "glosses"]


def ids(case: tuple[str, str | None]) -> str:
    return "/".join(filter(None, case))


@pytest.fixture
def copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of data sets that a test may damage."""
    source = _paths.datasets_root()
    for name in ("styles", "fashion_mnist"):
        shutil.copytree(source / name, tmp_path / name)
    monkeypatch.setattr(_paths, "datasets_root", lambda: tmp_path)
    return tmp_path


@pytest.mark.parametrize("case", EVERY, ids=ids)
def test_every_domain_loads_with_the_shapes_and_types_that_are_promised(case: tuple[str, str | None]) -> None:
    data = load(case[0], domain=case[1])
    info = next(i for i in list_datasets() if i.name == case[0])
    for split in data.splits.values():
        assert split.x.dtype.kind == "U" if info.holds == "texts" else split.x.dtype == np.uint8
        assert split.x.shape == (len(split), *info.shape)
        assert split.y.dtype == np.int64
        assert split.y.shape == (len(split),)
        assert set(split.y.tolist()) == set(range(len(data.classes)))  # no class is missing anywhere
        assert len(set(zip(split.y.tolist(), split.names, strict=True))) == len(split)
    assert data.counts == info.counts[case[1] or case[0]]
    assert data.license == info.license[case[1] or case[0]]
    assert data.credit


@pytest.mark.parametrize("case", IMAGES, ids=ids)
def test_images_are_not_blank(case: tuple[str, str | None]) -> None:
    for split in load(case[0], domain=case[1]).splits.values():
        assert (np.ptp(split.x.reshape(len(split), -1), axis=1) > 40).all()


def test_a_smaller_budget_is_the_beginning_of_a_larger_one() -> None:
    large = load("styles", domain="noto", per_class=20, seed=3)
    small = load("styles", domain="noto", per_class=5, seed=3)
    n = 5 * len(small.classes)
    assert len(small.train) == n
    assert large.train.names[:n] == small.train.names
    assert np.array_equal(large.train.x[:n], small.train.x)
    assert np.bincount(small.train.y).tolist() == [5] * 6


def test_the_seed_decides_the_draw_and_nothing_else() -> None:
    draws = [load("styles", domain="noto", per_class=5, seed=s) for s in (0, 0, 1)]
    assert draws[0].train.names == draws[1].train.names
    assert draws[0].train.names != draws[2].train.names
    for part in ("validation", "test"):
        assert draws[0].splits[part].names == draws[2].splits[part].names


def test_a_budget_takes_from_train_only() -> None:
    whole = load("styles", domain="openclipart")
    some = load("styles", domain="openclipart", per_class=4)
    assert set(some.train.names) <= set(whole.train.names)
    assert some.test.names == whole.test.names
    assert some.validation.names == whole.validation.names


def test_budgets_of_twenty_work_in_every_style() -> None:
    for domain in next(i for i in list_datasets() if i.name == "styles").domains:
        assert len(load("styles", domain=domain, per_class=20).train) == 120


def test_one_seed_draws_the_same_concepts_in_every_emoji_style() -> None:
    noto, black = (load("styles", domain=d, per_class=7, seed=2).train.names for d in ("noto", "openmoji_black"))
    assert noto == black


@pytest.mark.parametrize("size", [8, 64, 96, 130])
def test_size_gives_square_images_that_look_the_same(size: int) -> None:
    native = load("styles", domain="noto", per_class=2)
    data = load("styles", domain="noto", per_class=2, size=size)
    assert data.train.x.shape == (12, size, size, 3)
    assert data.test.x.shape[1:] == (size, size, 3)
    assert np.allclose(data.train.x.mean((1, 2)), native.train.x.mean((1, 2)), atol=9)


def test_grey_images_keep_their_channel_when_resized() -> None:
    assert load("digits", per_class=3, size=32).train.x.shape == (30, 32, 32, 1)


def test_numbers_of_numpy_are_whole_numbers_too() -> None:
    plain, numpy = load("digits", per_class=3, seed=1), load("digits", per_class=np.int64(3), seed=np.uint8(1))
    assert plain.train.names == numpy.train.names


def test_texts_load_like_images() -> None:
    data = load("glosses", per_class=5, seed=1)
    assert data.train.x.shape == (40,)
    assert all(isinstance(text, str) and len(text) > 8 for text in data.train.x)
    assert set(data.train.names) <= set(load("glosses").train.names)
    assert data.info()["shape"] == []
    assert "40 train" in repr(data)
    assert "texts" in repr(data)
    assert repr(data.train) == "<Split: 40 texts>"


def test_texts_are_shown_escaped() -> None:
    data = load("glosses", per_class=1)
    data.train.x[0] = "<script>a & b</script>"
    page = data._repr_html_()
    assert "<script" not in page
    assert "&lt;script&gt;a &amp; b" in page
    assert all(f">{name}</th>" in page for name in data.classes)


def test_the_table_names_every_domain_and_fits_a_page() -> None:
    lines = describe().splitlines()
    assert max(map(len, lines)) <= 100
    assert len(lines) == 1 + len(EVERY) + 1  # a head, and the words
    for info in list_datasets():
        for key, counts in info.counts.items():
            name = key if key == info.name else f"{info.name}/{key}"
            line = next(line.split() for line in lines if line.split()[0] == name)
            assert (info.sha256[key] or "-")[:8] == line[-1]
            assert all(str(sum(n.values())) in line for n in counts.values())


def test_changing_what_was_loaded_changes_no_later_load() -> None:
    first = load("styles", domain="noto")
    kept = first.train.x.copy()
    first.train.x[:] = 0
    first.train.y[:] = 0
    first.test.x[:] = 0
    again = load("styles", domain="noto")
    assert np.array_equal(again.train.x, kept)
    assert again.train.y.max() == 5
    assert again.test.x.max() == 255


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"name": "stlyes"}, ["unknown data set", "styles", "list_datasets()"]),
        ({"name": "digit"}, ["digits"]),
        ({"name": None}, ["unknown data set"]),
        ({"name": ["styles"]}, ["unknown data set"]),
        ({"name": "styles"}, ["domain", "noto", "openclipart"]),
        ({"name": "styles", "domain": "notto"}, ["unknown domain", "did you mean noto"]),
        ({"name": "styles", "domain": "photo"}, ["unknown domain", "noto"]),
        ({"name": "digits", "domain": "noto"}, ["no domains", "noto"]),
        ({"name": "styles", "domain": "noto", "per_class": 0}, ["per_class=0", "at least 1"]),
        (
            {"name": "styles", "domain": "noto", "per_class": 22},
            ["per_class=22", "at most 21", "plant 21", "animal"],
        ),
        ({"name": "styles", "domain": "noto", "per_class": 2.5}, ["per_class=2.5", "whole number"]),
        ({"name": "digits", "per_class": True}, ["per_class=True", "whole number"]),
        ({"name": "digits", "per_class": np.bool_(True)}, ["whole number"]),
        ({"name": "digits", "per_class": "5"}, ["per_class='5'", "whole number"]),
        ({"name": "digits", "per_class": [5]}, ["per_class=[5]", "whole number"]),
        ({"name": "digits", "per_class": 5, "seed": 0.5}, ["seed=0.5", "whole number"]),
        ({"name": "digits", "domain": 3}, ["no domains", "3"]),
        ({"name": "styles", "domain": ["noto"]}, ["unknown domain", "noto"]),
        ({"name": b"digits"}, ["unknown data set", "digits"]),
        ({"name": "glosses", "size": 32}, ["texts", "leave size=32 out"]),
        ({"name": "glosses", "per_class": 351}, ["at most 350", "time 350"]),
        ({"name": "glove"}, ["word_vectors()"]),
        ({"name": "styles", "domain": "noto", "size": 7}, ["size=7", "8", "512"]),
        ({"name": "styles", "domain": "noto", "size": 513}, ["size=513", "512"]),
        ({"name": "styles", "domain": "noto", "size": "64"}, ["size='64'", "whole number"]),
        ({"name": "styles", "domain": "noto", "per_class": 5, "seed": -1}, ["seed=-1"]),
    ],
    ids=lambda a: " ".join(map(str, a.values())) if isinstance(a, dict) else "",
)
def test_a_mistake_gets_one_sentence_that_says_what_to_do(arguments: dict[str, object], words: list[str]) -> None:
    with pytest.raises(CourseError) as caught:
        load(**arguments)  # type: ignore[arg-type]
    said = str(caught.value)
    assert all(word in said for word in words), said
    assert "\n" not in said


@pytest.mark.parametrize(("name", "domain"), [("styles", "fluent3d"), ("fashion_mnist", None)])
def test_a_damaged_file_is_named_and_not_used(copied: Path, name: str, domain: str | None) -> None:
    card = json.loads((copied / name / "dataset.json").read_text(encoding="utf-8"))
    file = next(p["file"] for p in card["parts"] if p["domain"] == domain)
    path = copied / name / file
    whole = path.read_bytes()
    path.write_bytes(whole[:1000] + b"\0" + whole[1001:])
    with pytest.raises(CourseError, match=r"damaged.*install tlwidgets again") as caught:
        load(name, domain=domain)
    assert Path(file).name in str(caught.value)
    path.write_bytes(whole)  # put right, it loads in the same process
    assert len(load(name, domain=domain).test)


def test_a_missing_file_is_named(copied: Path) -> None:
    (copied / "styles" / "noto.zip").unlink()
    with pytest.raises(CourseError, match=r"noto\.zip is missing"):
        load("styles", domain="noto")
    assert len(load("styles", domain="twemoji").test)  # the others still load


def test_a_damaged_domain_does_not_hide_the_list(copied: Path) -> None:
    (copied / "styles" / "noto.zip").unlink()
    assert {i.name for i in list_datasets()} == {"fashion_mnist", "styles"}


def test_text_form_is_one_line_with_counts_and_license() -> None:
    text = repr(load("styles", domain="noto", per_class=5))
    assert "\n" not in text
    assert len(text) < 120
    assert all(word in text for word in ("styles/noto", "30 train", "97 test", "96 × 96 × 3", "Apache-2.0"))


@pytest.mark.parametrize("case", IMAGES, ids=ids)
def test_rich_form_shows_every_class_with_text_for_those_who_cannot_see_it(
    case: tuple[str, str | None],
) -> None:
    data = load(case[0], domain=case[1], per_class=3)
    page = data._repr_html_()
    assert page.count("<img ") == len(data.classes) == page.count('alt="3 samples of the class ')
    assert all(f">{name}</th>" in page for name in data.classes)
    assert data.credit.replace("©", "") in page.replace("©", "")
    assert "<script" not in page
    assert len(page) < 120_000  # it goes into the notebook file


def test_info_is_json_and_gives_the_accuracy_of_no_thought() -> None:
    data = load("styles", domain="openclipart", per_class=5)
    info = json.loads(json.dumps(data.info()))
    assert info["counts"]["train"] == dict.fromkeys(data.classes, 5)
    assert info["majority"] == pytest.approx(np.bincount(data.test.y).max() / len(data.test), abs=1e-3)
    assert info["license"] == "CC-PDDC"


def test_the_list_of_data_sets_is_json_and_complete() -> None:
    infos = {i.name: json.loads(json.dumps(i.info())) for i in list_datasets()}
    assert set(infos) >= {"styles", "fashion_mnist", "digits"}
    assert list(infos) == sorted(infos)
    assert infos["styles"]["domains"][0] == "noto"
    assert infos["digits"]["domains"] == []
    assert infos["digits"]["bytes"] == 0
    assert all(len(s) == 64 for s in infos["styles"]["sha256"].values())


def test_loading_images_needs_no_heavy_library() -> None:
    code = (
        "import sys; from tlwidgets.data import load, list_datasets; list_datasets(); "
        "load('styles', domain='noto', per_class=2)._repr_html_(); "
        "heavy = {'tensorflow', 'keras', 'matplotlib', 'ipywidgets', 'sklearn'} & set(sys.modules); "
        "assert not heavy, heavy"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_digits_of_another_version_are_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    shutil.copytree(_paths.datasets_root() / "digits", tmp_path / "digits")
    card = tmp_path / "digits" / "dataset.json"
    text = card.read_text(encoding="utf-8")
    wanted = json.loads(text)["parts"][0]["images_sha256"]
    card.write_text(text.replace(wanted, "0" * 64), encoding="utf-8")
    monkeypatch.setattr(_paths, "datasets_root", lambda: tmp_path)
    with pytest.raises(CourseError, match="scikit-learn"):
        load("digits")
