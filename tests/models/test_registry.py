"""The embedded network: right numbers, right preprocessing, checksum."""

from __future__ import annotations

import dataclasses
import json
import shutil

import numpy as np
import pytest

import tlwidgets as tl
from tlwidgets import _paths
from tlwidgets.models import registry
from tlwidgets.models.registry import describe, imagenet_classes, top_classes


@pytest.fixture(scope="module")
def base():
    return tl.backbone("efficientnet-lite0", size=96)


def test_parameters_are_those_of_the_card(base):
    (card,) = [b for b in tl.models.list_backbones() if b.name == "efficientnet-lite0"]
    assert base.count_params() == card.params
    assert base.output.shape[1:] == (3, 3, 1280)


def test_it_takes_raw_images_and_tells_things_apart(base):
    # a constant image says little, two different ones say different things
    grey = np.full((1, 96, 96, 3), 127, "uint8")
    noise = np.random.default_rng(0).integers(0, 256, (2, 96, 96, 3), "uint8")
    f = tl.extract_features(base, np.concatenate([grey, noise]))
    assert f.shape == (3, 1280)
    assert f.dtype == np.float32
    assert np.isfinite(f).all()
    assert not np.allclose(f[1], f[2])
    np.testing.assert_allclose(base.get_layer("rescaling")(grey.astype("float32")), 0, atol=1e-6)


def test_features_do_not_depend_on_the_batch(base):
    x = np.random.default_rng(0).integers(0, 256, (7, 96, 96, 3), "uint8")
    np.testing.assert_allclose(
        tl.extract_features(base, x, batch_size=3), tl.extract_features(base, x, batch_size=7), atol=1e-5
    )


def test_running_features_moves_no_weight(base):
    before = base.get_weights()
    tl.extract_features(base, np.zeros((2, 96, 96, 3), "uint8"))
    assert all(np.array_equal(a, b) for a, b in zip(before, base.get_weights(), strict=True))


def test_features_of_the_last_block_are_the_features(base):
    x = np.random.default_rng(0).integers(0, 256, (3, 96, 96, 3), "uint8")
    by_block = tl.extract_features_by_block(base, x)
    assert list(by_block) == tl.list_blocks(base)
    np.testing.assert_allclose(by_block["top"], tl.extract_features(base, x), atol=1e-6)
    assert by_block["block4a"].shape == (3, 80)


def test_with_its_top_it_gives_probabilities_of_1000_classes():
    model = tl.backbone(size=64, top=True)
    p = model.predict(np.random.default_rng(0).integers(0, 256, (2, 64, 64, 3)).astype("float32"), verbose=0)
    assert p.shape == (2, 1000)
    np.testing.assert_allclose(p.sum(1), 1, atol=1e-5)


def test_random_weights_follow_the_seed():
    a, b, c = (tl.backbone(size=32, weights=None, seed=s).get_layer("stem_conv").get_weights()[0] for s in (1, 1, 2))
    assert np.array_equal(a, b)
    assert not np.array_equal(a, c)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"name": "eficientnet-lite"}, "did you mean efficientnet-lite0"),
        ({"size": 8}, "32 to 512 pixels, not 8"),
        ({"weights": "imagnet"}, "did you mean imagenet"),
    ],
)
def test_bad_input_is_one_sentence(arguments, words):
    with pytest.raises(tl.CourseError, match=words):
        tl.backbone(**arguments)


def test_images_of_the_wrong_shape_are_said_to_be_so(base):
    with pytest.raises(tl.CourseError, match=r"\(n, 96, 96, 3\), not \(2, 64, 64, 3\)"):
        tl.extract_features(base, np.zeros((2, 64, 64, 3)))
    with pytest.raises(tl.CourseError, match="NaN"):
        tl.extract_features(base, np.full((1, 96, 96, 3), np.nan))


def test_damaged_weights_are_noticed(tmp_path, monkeypatch):
    root = tmp_path / "datasets"
    shutil.copytree(_paths.datasets_root() / "efficientnet_lite0", root / "efficientnet_lite0")
    file = root / "efficientnet_lite0" / "backbone.npz"
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)
    monkeypatch.setattr("tlwidgets.models.registry.datasets_root", lambda: root)
    with pytest.raises(tl.CourseError, match=r"backbone\.npz is damaged .* restore it"):
        tl.backbone(size=32)
    file.unlink()
    with pytest.raises(tl.CourseError, match=r"backbone\.npz is missing"):
        tl.backbone(size=32)


def test_class_names_are_those_of_imagenet():
    names = imagenet_classes()
    assert len(names) == len(set(names)) == 1000
    # fixed points of ImageNet's usual order
    known = {0: "tench", 7: "cock", 281: "tabby", 517: "crane (machine)", 985: "daisy", 999: "toilet tissue"}
    assert {i: names[i] for i in known} == known


def test_top_classes_names_the_most_likely_first():
    p = np.zeros((2, 1000))
    p[0, 985], p[0, 0], p[1, 7] = 0.7, 0.3, 1.0
    assert top_classes(p, 2)[0] == [("daisy", 0.7), ("tench", 0.3)]
    assert top_classes(p, 1)[1] == [("cock", 1.0)]
    with pytest.raises(tl.CourseError, match=r"\(images, 1000\), not \(1000,\)"):
        top_classes(p[0])
    with pytest.raises(tl.CourseError, match="n is 1 to 1000, not 0"):
        top_classes(p, 0)


def test_the_table_is_narrow_and_complete():
    table = describe()
    assert max(map(len, table.splitlines())) <= 100
    assert all(f"\n{b.name} " in table for b in tl.models.list_backbones())
    first = tl.models.list_backbones()[0]
    assert (first.name, first.embedded) == ("efficientnet-lite0", True)
    assert json.loads(json.dumps([b.to_json() for b in tl.models.list_backbones()]))[0]["weights"] == ["imagenet"]
    # what was measured here and what others published is never in one field
    assert all(b.published_in for b in tl.models.list_backbones() if b.published)


def test_a_network_may_have_several_weight_sets(monkeypatch):
    asked = []

    def build(size, weights, top, download):
        asked.append(weights)
        return weights

    (lite,) = [b for b in tl.models.list_backbones() if b.name == "efficientnet-lite0"]
    several = dataclasses.replace(lite, name="several", weights=("first", "second"), has_top=False, _build=build)
    monkeypatch.setitem(registry._REGISTRY, "several", lambda: several)
    assert [tl.backbone("several"), tl.backbone("several", weights="second")] == ["first", "second"]
    assert asked == ["first", "second"]
    with pytest.raises(tl.CourseError, match="did you mean second"):
        tl.backbone("several", weights="secnd")
    with pytest.raises(tl.CourseError, match="leave out top=True"):
        tl.backbone("several", top=True)
