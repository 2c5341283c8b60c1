"""The preprocessing inside the networks, and what is said about images that do not fit."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

import tlwidgets as tl
from tlwidgets.models.preprocessing import CourseWarning, check_images, prepared, takes_raw_images

RAW = np.random.default_rng(0).integers(0, 256, (4, 32, 32, 3)).astype("uint8")
MEAN, STD = np.array([123.675, 116.28, 103.53]), np.array([58.395, 57.12, 57.375])


@pytest.fixture(scope="module")
def base():
    return tl.backbone(size=32, weights=None)


def quiet(model, x):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return check_images(model, x)


@pytest.mark.parametrize("mode", ["tf", "torch", "caffe"])
def test_it_is_keras_own_preprocessing(mode):
    import keras

    inputs = keras.Input((32, 32, 3), name="images")
    model = keras.Model(inputs, prepared(inputs, mode))
    expected = keras.applications.imagenet_utils.preprocess_input(RAW.astype("float32"), mode=mode)
    np.testing.assert_allclose(model(RAW.astype("float32")), expected, atol=1e-6 if mode != "caffe" else 0)
    np.testing.assert_allclose(model.predict(RAW, verbose=0), expected, atol=1e-6)
    assert model.count_params() == 0


def test_raw_images_pass_as_they_are(base):
    for x in (RAW, RAW.astype("float32"), RAW.astype("float64").tolist()):
        np.testing.assert_array_equal(quiet(base, x), RAW)
    assert quiet(base, RAW).dtype == np.uint8


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (RAW / 255, r"between 0 and 1: give x \* 255"),
        ((RAW / 255).astype("float16"), r"give x \* 255"),
        (RAW / 127.5 - 1, r"give \(x \+ 1\) \* 127\.5"),
        ((RAW - MEAN) / STD, "seem to be standardised"),
        (RAW[..., ::-1] - MEAN[::-1], "mean taken away"),
        (RAW.astype("uint16") * 257, "6.55e"),
        ((RAW > 128).astype("uint8"), "bring them to 0 … 255"),
    ],
)
def test_another_range_is_noticed(base, wrong, words):
    with pytest.warns(CourseWarning, match=words) as caught:
        check_images(base, wrong)
    assert len(caught) == 1


def test_unusual_images_are_not_suspicious(base):
    for level in (0, 3, 40, 128, 255):
        quiet(base, np.full((2, 32, 32, 3), level, "uint8"))
        quiet(base, np.full((2, 32, 32, 3), level, "float32"))
    night = np.zeros((2, 32, 32, 3), "uint8")
    night[0, 3, 3] = 1
    quiet(base, night)
    # bicubic resizing overshoots
    quiet(base, np.array([-12.0, 268.0], "float32").repeat(32 * 32 * 3 // 2).reshape(1, 32, 32, 3))


def test_no_image_of_an_embedded_data_set_is_suspicious():
    import keras

    anything = keras.Input((None, None, None), name="images")
    model = keras.Model(anything, keras.layers.Rescaling(1 / 255)(anything))
    seen = set()
    for card in tl.data.list_datasets():
        if card.holds != "images":
            continue
        for domain in card.domains or [None]:
            data = tl.load(card.name, domain)
            for split in (data.train, data.validation, data.test):
                quiet(model, split.x)
                for i in range(0, len(split.x), 3):
                    quiet(model, split.x[i : i + 1])
                seen.add((card.name, domain))
    assert {("styles", "openmoji_black"), ("digits", None), ("fashion_mnist", None)} <= seen


@pytest.mark.parametrize(
    ("shape", "words"),
    [
        ((32, 32, 3), r"x\[None\]"),
        ((4, 64, 64, 3), "resize the images"),
        ((4, 32, 32), r"np\.repeat\(x\[\.\.\., None\], 3"),
        ((4, 32, 32, 1), r"np\.repeat\(x, 3"),
        ((4, 32, 32, 4), r"x\[\.\.\., :3\]"),
        ((4, 3, 32, 32), r"np\.moveaxis\(x, 1, -1\)"),
        ((4, 3072), r"\(n, 32, 32, 3\), not \(4, 3072\)\.$"),
    ],
)
def test_a_wrong_shape_says_what_to_do(base, shape, words):
    with pytest.raises(tl.CourseError, match=words):
        check_images(base, np.zeros(shape))


def test_what_is_not_images_is_said_to_be_so(base):
    with pytest.raises(tl.CourseError, match="NaN"):
        check_images(base, np.full((1, 32, 32, 3), np.nan))
    with pytest.raises(tl.CourseError, match="different sizes"):
        check_images(base, [np.zeros((32, 32, 3)), np.zeros((31, 32, 3))])
    with pytest.raises(tl.CourseError, match="arrays of numbers"):
        check_images(base, np.full((1, 32, 32, 3), "a"))


def test_a_head_and_a_saved_copy_still_know_it(base, tmp_path):
    import keras

    model = tl.classifier(base, 3)
    model.save(tmp_path / "m.keras")
    outer_input = keras.Input((32, 32, 3))
    nested = keras.Model(outer_input, base(outer_input))
    for m in (
        model,
        keras.saving.load_model(tmp_path / "m.keras"),
        nested,
        tl.backbone("vgg16", size=32, weights=None),
    ):
        assert takes_raw_images(m)
    efficient = tl.backbone("efficientnetb0", size=32, weights=None)
    assert takes_raw_images(efficient)


def test_other_models_are_left_alone(base):
    import keras
    from keras import layers

    plain = keras.Sequential([keras.Input((32, 32, 3)), layers.Conv2D(2, 3), layers.GlobalAveragePooling2D()])
    same_name = keras.Input((32, 32, 3), name="images")
    conv = keras.Model(same_name, layers.Conv2D(2, 3)(same_name))
    scaled = keras.Input((32, 32, 3))
    behind = keras.Model(scaled, base(layers.Rescaling(255.0)(scaled)))
    upper = tl.cut(base, "block3")[1]
    for model in (plain, conv, behind):
        assert not takes_raw_images(model)
        quiet(model, RAW / 255)
    assert not takes_raw_images(upper)
