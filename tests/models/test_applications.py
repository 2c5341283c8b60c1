"""Networks of keras.applications: the same numbers as Keras' own recipe, weights from a file, surgery on them."""

from __future__ import annotations

import inspect
import os
import shutil
from pathlib import Path

import numpy as np
import pytest

import tlwidgets as tl
from tlwidgets.models.applications import APPLICATIONS, weight_file
from tlwidgets.models.registry import backbone

BY_NAME = {app.name: app for app in APPLICATIONS}
IMAGES = np.random.default_rng(0).integers(0, 256, (2, 75, 75, 3)).astype("float32")
MOBILENET = "mobilenet_v2_weights_tf_dim_ordering_tf_kernels_0.35_128_no_top.h5"
# the other ones are slow to build
QUICK = ["vgg16", "mobilenetv2-0.35", "mobilenet-0.25", "mobilenetv3small", "efficientnetb0"]
SLOW = ["densenet121", "vgg19", "resnet50", "inceptionv3", "xception", "efficientnetv2b0", "mobilenetv2-1.4"]


def preprocess_input(app):
    """Keras' own function of the family of a network."""
    import sys

    module = sys.modules[getattr(__import__("keras").applications, app.function).__module__]
    return module.preprocess_input


@pytest.mark.parametrize("name", [*QUICK, *(pytest.param(n, marks=pytest.mark.slow) for n in SLOW)])
def test_it_gives_what_keras_own_recipe_gives(name):
    import keras

    app = BY_NAME[name]
    ours = backbone(name, size=75, weights=None, seed=1)
    options = {} if app.alpha is None else {"alpha": app.alpha}
    theirs = getattr(keras.applications, app.function)(
        include_top=False, weights=None, input_shape=(75, 75, 3), **options
    )
    assert ours.count_params() == theirs.count_params() == app.params
    theirs.set_weights(ours.get_weights())
    expected = theirs(preprocess_input(app)(IMAGES.copy()), training=False)
    if name == "efficientnetb0":
        # Keras leaves its normalisation untrained here; the layer was set to ImageNet's, so compare with the rule
        theirs.get_layer(index=2).finalize_state()
        expected = theirs(IMAGES, training=False)
    got = np.asarray(ours(IMAGES, training=False))
    scale = np.abs(got).max()
    assert scale > 0
    np.testing.assert_allclose(got, expected, atol=2e-5 * scale, rtol=0)
    if app.mode == "caffe":
        np.testing.assert_array_equal(got, expected)


def test_efficientnetb0_ends_up_with_the_preprocessing_of_imagenet():
    import keras

    model = backbone("efficientnetb0", size=32, weights=None)
    norm = next(layer for layer in model.layers if type(layer).__name__ == "Normalization")
    got = keras.Model(model.input, norm.output)(IMAGES[:, :32, :32])
    expected = keras.applications.imagenet_utils.preprocess_input(IMAGES[:, :32, :32].copy(), mode="torch")
    np.testing.assert_allclose(got, expected, atol=1e-5)


def legacy_h5(path, model):
    """Write weights as Keras 2 did, which is how the published files are."""
    import h5py

    with h5py.File(path, "w") as f:
        filled = [layer for layer in model.layers if layer.weights]
        f.attrs["layer_names"] = [layer.name.encode() for layer in filled]
        f.attrs["keras_version"], f.attrs["backend"] = b"2.9.0", b"tensorflow"
        for layer in filled:
            g = f.create_group(layer.name)
            g.attrs["weight_names"] = [f"w{i}".encode() for i in range(len(layer.weights))]
            for i, value in enumerate(layer.get_weights()):
                g[f"w{i}"] = value


def test_efficientnetb0_from_a_file_is_what_keras_loads(tmp_path, monkeypatch):
    """Keras adds a layer when it loads ImageNet weights itself; here it is part of the normalisation."""
    import keras
    from keras.src.utils import file_utils

    source = keras.applications.EfficientNetB0(include_top=False, weights=None, input_shape=(32, 32, 3))
    norm = next(layer for layer in source.layers if type(layer).__name__ == "Normalization")
    norm.set_weights([np.array([0.485, 0.456, 0.406]), np.array([0.229, 0.224, 0.225]), np.array(0)])
    monkeypatch.setenv("TLWIDGETS_WEIGHTS", str(tmp_path))
    legacy_h5(tmp_path / "efficientnetb0_notop.h5", source)
    monkeypatch.setattr("tlwidgets.models.applications.locate", lambda *_, **__: tmp_path / "efficientnetb0_notop.h5")
    ours = backbone("efficientnetb0", size=32)
    monkeypatch.setattr(file_utils, "get_file", lambda *_, **__: str(tmp_path / "efficientnetb0_notop.h5"))
    theirs = keras.applications.EfficientNetB0(include_top=False, weights="imagenet", input_shape=(32, 32, 3))
    x = IMAGES[:, :32, :32]
    np.testing.assert_allclose(ours(x), theirs(x), atol=1e-5 * float(np.abs(theirs(x)).max()))


def test_the_list_of_files_is_the_one_of_the_installed_keras():
    import keras

    for app in APPLICATIONS:
        source = Path(inspect.getsourcefile(getattr(keras.applications, app.function))).read_text("utf-8")
        assert app.url.removesuffix("/").rpartition("/")[0] in source
        for md5 in app.md5:
            assert md5 is None or md5 in source
        if app.mode != "own" and "{size}" not in app.files[0]:
            # ResNet's names are put together from parts
            assert all(file.removeprefix("resnet50") in source for file in app.files)
        preset = "own" if app.mode == "own" else f'mode="{app.mode}"'
        assert preset == "own" or preset in source
    assert weight_file(BY_NAME["mobilenetv2-0.35"], 128, top=False).name == MOBILENET
    # sizes without a file of their own take the one that Keras takes
    assert "_1.0_224_no_top" in weight_file(BY_NAME["mobilenetv2"], 100, top=False).name


def test_vgg16_has_the_parameters_of_the_paper():
    model = backbone("vgg16", weights=None)
    assert [(r.name, r.params) for r in tl.list_layers(model) if r.params] == [
        ("block1_conv1", 1_792), ("block1_conv2", 36_928),
        ("block2_conv1", 73_856), ("block2_conv2", 147_584),
        ("block3_conv1", 295_168), ("block3_conv2", 590_080), ("block3_conv3", 590_080),
        ("block4_conv1", 1_180_160), ("block4_conv2", 2_359_808), ("block4_conv3", 2_359_808),
        ("block5_conv1", 2_359_808), ("block5_conv2", 2_359_808), ("block5_conv3", 2_359_808),
    ]  # fmt: skip
    assert model.count_params() == 14_714_688
    assert model.output.shape == (None, 7, 7, 512)


@pytest.mark.parametrize(
    ("name", "block"),
    [("vgg16", "block3"), ("mobilenetv2-0.35", "block_5"), ("efficientnetb0", "block3")],
)
def test_surgery_works_on_it(name, block, tmp_path):
    import keras

    base = backbone(name, size=64, weights=None)
    assert isinstance(base.input, keras.KerasTensor)
    assert not any(hasattr(layer, "layers") for layer in base.layers)
    x = IMAGES[:, :64, :64]
    lower, upper = tl.cut(base, block)
    np.testing.assert_allclose(upper(lower(x)), base(x), atol=1e-5)
    by_block = tl.extract_features_by_block(base, x)
    assert list(by_block) == tl.list_blocks(base)
    plan = tl.freeze(base, block)
    assert 0 < plan.trainable_params < plan.total_params
    model = tl.classifier(base, 3)
    model.save(tmp_path / "model.keras")
    np.testing.assert_array_equal(keras.saving.load_model(tmp_path / "model.keras")(x), model(x))


def test_bad_input_is_one_sentence(monkeypatch, tmp_path):
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    monkeypatch.delenv("TLWIDGETS_WEIGHTS", raising=False)
    with pytest.raises(tl.CourseError, match="did you mean vgg16"):
        backbone("vgg-16")
    with pytest.raises(tl.CourseError, match="did you mean efficientnet-lite0"):
        backbone("vgg16", fallback="efficientnet-lite")
    with pytest.raises(tl.CourseError, match="75 to 1024 pixels, not 64"):
        backbone("inceptionv3", size=64)
    with pytest.raises(tl.CourseError, match="224 pixels only, not 96"):
        backbone("vgg16", size=96, top=True, weights=None)
    with pytest.raises(tl.CourseError, match="not '96'"):
        backbone("vgg16", size="96", weights=None)


def test_without_weights_the_fallback_is_taken_and_said(monkeypatch, tmp_path, capsys):
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    monkeypatch.delenv("TLWIDGETS_WEIGHTS", raising=False)
    with pytest.raises(tl.CourseError, match=r"vgg16 are not on this machine: download=True .*about 59 MB"):
        backbone("vgg16", size=64)
    model = backbone("vgg16", size=64, fallback="efficientnet-lite0")
    assert model.name == "efficientnet-lite0"
    assert "Using efficientnet-lite0 instead of vgg16" in capsys.readouterr().out


def test_a_broken_file_in_the_cache_is_one_sentence(monkeypatch, tmp_path):
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    monkeypatch.delenv("TLWIDGETS_WEIGHTS", raising=False)
    (tmp_path / "models").mkdir()
    file = tmp_path / "models" / MOBILENET
    file.write_bytes(b"<html>not found</html>")
    with pytest.raises(tl.CourseError, match="is damaged or not the file"):
        backbone("mobilenetv2-0.35", size=128)
    # a whole file, of another network
    legacy_h5(file, backbone("mobilenetv2-0.5", size=32, weights=None))
    with pytest.raises(tl.CourseError, match="is damaged or not the file"):
        backbone("mobilenetv2-0.35", size=128)
    (tmp_path / "models" / "vgg16_weights_tf_dim_ordering_tf_kernels_notop.h5").write_bytes(b"half of it")
    with pytest.raises(tl.CourseError, match="is damaged or not the file"):
        backbone("vgg16", fallback="efficientnet-lite0")


@pytest.fixture
def real_file():
    folder = os.environ.get("TLWIDGETS_TEST_WEIGHTS")
    if not folder or not (Path(folder) / MOBILENET).is_file():
        pytest.skip(f"set TLWIDGETS_TEST_WEIGHTS to a folder with {MOBILENET}")
    return Path(folder) / MOBILENET


@pytest.mark.parametrize("where", ["cache", "folder"])
def test_a_real_file_gives_what_keras_gives(real_file, where, monkeypatch, tmp_path):
    import keras

    (tmp_path / "models").mkdir()
    shutil.copy(real_file, tmp_path / "models")
    if where == "folder":
        monkeypatch.setenv("KERAS_HOME", str(tmp_path / "empty"))
        monkeypatch.setenv("TLWIDGETS_WEIGHTS", str(real_file.parent))
    else:
        monkeypatch.setenv("KERAS_HOME", str(tmp_path))
        monkeypatch.delenv("TLWIDGETS_WEIGHTS", raising=False)
    ours = backbone("mobilenetv2-0.35", size=128)
    theirs = keras.applications.MobileNetV2((128, 128, 3), alpha=0.35, include_top=False, weights=None)
    theirs.load_weights(real_file)
    assert all(np.array_equal(a, b) for a, b in zip(ours.get_weights(), theirs.get_weights(), strict=True))
    x = np.random.default_rng(0).integers(0, 256, (2, 128, 128, 3)).astype("float32")
    expected = theirs(keras.applications.mobilenet_v2.preprocess_input(x.copy()))
    np.testing.assert_allclose(ours(x), expected, atol=1e-4)


@pytest.mark.slow
def test_real_weights_tell_flowers_apart(real_file, monkeypatch):
    from PIL import Image

    photos = os.environ.get("TLWIDGETS_TEST_PHOTOS")
    if not photos:
        pytest.skip("set TLWIDGETS_TEST_PHOTOS to a folder with one folder of photographs a class")
    monkeypatch.setenv("TLWIDGETS_WEIGHTS", str(real_file.parent))
    files = sorted(p for p in Path(photos).rglob("*") if p.suffix.lower() in (".jpg", ".jpeg", ".png"))
    x = np.stack([np.asarray(Image.open(p).convert("RGB").resize((128, 128))) for p in files])
    names = sorted({p.parent.name for p in files})
    y = np.array([names.index(p.parent.name) for p in files])
    accuracies = {
        w: np.mean(tl.training.linear_probe_over_seeds(
            tl.extract_features(backbone("mobilenetv2-0.35", size=128, weights=w), x), y, per_class=10, seeds=3
        ))
        for w in ("imagenet", None)
    }  # fmt: skip
    # 12 kinds of flowers, 960 photographs: 0.895 and 0.262 were measured
    assert accuracies["imagenet"] > accuracies[None] + 0.3
