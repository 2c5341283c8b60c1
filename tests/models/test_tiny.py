"""The tiny network: its weights, what its card says of them, and that it is trained again alike."""

from __future__ import annotations

import importlib.util
import shutil
import sys

import numpy as np
import pytest

import tlwidgets as tl
from tlwidgets import _paths
from tlwidgets.models import tiny, to_rgb


def load(weights, *, size=32, top=False):
    return tiny.record()._build(size, weights, top, False)


@pytest.fixture(scope="module")
def fashion():
    return tl.load("fashion_mnist", size=32)


@pytest.fixture(scope="module")
def script():
    path = _paths.datasets_root() / "tiny" / "train.py"
    spec = importlib.util.spec_from_file_location("train_tiny", path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look there
    spec.loader.exec_module(module)
    yield module
    del sys.modules[spec.name]


def test_the_record_says_what_is_there():
    record = tiny.record()
    model = tiny.build()
    assert model.count_params() == record.params
    assert tl.list_blocks(model) == ["block1", "block2", "block3", "block4"]
    assert tiny.build(64).output.shape[1:] == (8, 8, 48)
    assert {layer.momentum for layer in model.layers if hasattr(layer, "momentum")} == {0.9}
    files = [_paths.datasets_root() / "tiny" / f"{name}.npz" for name in record.weights]
    assert sorted(f.name for f in files) == sorted(record.sha256)
    assert sum(f.stat().st_size for f in files) <= 600_000


@pytest.mark.parametrize("at", ["block1", "block2", "block3"])
def test_it_is_cut_and_frozen_by_block(at):
    model = tl.classifier(load("fashion_mnist"), 3)
    x = np.random.default_rng(0).uniform(0, 255, (2, 32, 32, 3)).astype("float32")
    lower, upper = tl.cut(model, at)
    np.testing.assert_array_equal(upper(lower(x)), model(x))
    assert tl.freeze(model, at).frozen[-1] == f"{at}_out"


def test_it_names_clothes_as_well_as_its_card_says(fashion):
    said = tiny.record().measured["Fashion-MNIST, its own classes"]
    x = to_rgb(fashion.test.x)
    p = load("fashion_mnist", top=True).predict(x, batch_size=250, verbose=0)
    np.testing.assert_allclose(p.sum(1), 1, atol=1e-5)
    assert abs((p.argmax(1) == fashion.test.y).mean() - said) < 0.01
    assert said > 0.85


def test_batchnorm_statistics_of_the_noise_repair_most_of_what_it_breaks(fashion):
    import keras

    model = load("fashion_mnist", top=True)
    clean = to_rgb(fashion.test.x[::4]).astype("float32")
    noise = np.random.default_rng(0).normal(0, 0.4 * 255, (*clean.shape[:3], 1))
    noisy, y = np.clip(clean + noise, 0, 255).astype("float32"), fashion.test.y[::4]
    before = (np.asarray(model(noisy)).argmax(1) == y).mean()
    for layer in model.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.momentum = 0.0
    model(noisy, training=True)
    after = (np.asarray(model(noisy)).argmax(1) == y).mean()
    assert before < 0.5
    assert after > before + 0.2


def probes(data, per_class=10):
    """Accuracy of a probe on the frozen features of each network, by its weights."""
    chosen = tl.subset(data.train.y, per_class, 0)
    out = {}
    for name in (None, *tiny.WEIGHTS):
        if name is None:
            import keras

            keras.utils.set_random_seed(0)
        base = load(name)
        train, test = (
            tl.extract_features(base, to_rgb(data.train.x[chosen])),
            tl.extract_features(base, to_rgb(data.test.x[:1000])),
        )
        out[name] = tl.linear_probe(train, data.train.y[chosen], test, data.test.y[:1000])
    return out


def test_a_related_source_helps_and_one_with_shuffled_labels_hurts(fashion):
    drawings = probes(tl.load("styles", "noto", size=32))
    assert drawings["styles"] > drawings[None] + 0.15
    digits = probes(tl.load("digits", size=32))
    assert digits["fashion_mnist_shuffled"] < digits[None] - 0.1


def test_the_classes_of_each_source_come_with_it():
    assert [load(name, top=True).output.shape[1] for name in tiny.WEIGHTS] == [10, 10, 6]


def test_damaged_weights_are_noticed(tmp_path, monkeypatch):
    root = tmp_path / "datasets"
    shutil.copytree(_paths.datasets_root() / "tiny", root / "tiny")
    file = root / "tiny" / "styles.npz"
    file.write_bytes(file.read_bytes()[:-1])
    monkeypatch.setattr("tlwidgets.models.tiny.datasets_root", lambda: root)
    with pytest.raises(tl.CourseError, match=r"styles\.npz is damaged .* restore it"):
        load("styles")
    load("fashion_mnist")


def test_grey_images_become_three_equal_channels():
    grey = np.random.default_rng(0).integers(0, 256, (2, 5, 4), "uint8")
    for x in (grey, grey[..., None]):
        color = to_rgb(x)
        assert color.shape == (2, 5, 4, 3)
        assert color.dtype == np.uint8
        assert all(np.array_equal(color[..., c], grey) for c in range(3))
    assert to_rgb(color) is color
    for wrong in (grey[0], np.zeros((2, 5, 4, 2)), np.zeros((2, 5, 4, 1, 1))):
        with pytest.raises(tl.CourseError, match="were expected, not"):
            to_rgb(wrong)


# ---------------------------------------------------------------- the training script


def test_no_validation_or_test_image_is_trained_on(script):
    data = tl.load("fashion_mnist")
    x = np.random.default_rng(0).integers(0, 256, (3000, 28, 28), "uint8")
    held_out = {int(name.removeprefix("train-")) for name in data.validation.names}
    twin = next(i for i in range(3000) if i not in held_out)
    x[twin] = data.test.x[7, ..., 0]  # a test image that also stands in the training file
    used = set(script.fashion_indices(x).tolist())
    assert used == set(range(3000)) - held_out - {twin}
    assert len(held_out & set(range(3000))) > 5


def test_drawings_are_trained_on_other_things_than_they_are_tested_on(script):
    def things(domains, split):
        return {n.split("_")[0] for d in domains for n in tl.load("styles", d).splits[split].names}

    targets = ("noto", "openmoji_black")
    assert not set(targets) & set(script.DRAWINGS)
    for split in ("validation", "test"):
        assert not things(script.DRAWINGS, "train") & things((*targets, *script.DRAWINGS), split)


def test_training_again_gives_the_same_weights(script, fashion):
    source = script.Source(
        to_rgb(fashion.train.x[::8]), fashion.train.y[::8], to_rgb(fashion.test.x), fashion.test.y, epochs=9
    )
    one, two = (script.halved(script.train(source, epochs=1)) for _ in range(2))
    fresh = script.halved(tiny.build(top=True))
    assert list(one) == list(two) == list(fresh)
    assert all(np.array_equal(one[k], two[k]) for k in one)
    assert not np.array_equal(one["block4_b_conv/0"], fresh["block4_b_conv/0"])
    assert set(np.load(_paths.datasets_root() / "tiny" / "fashion_mnist.npz").files) == set(one)
