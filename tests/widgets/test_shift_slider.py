"""ShiftSlider without a browser: what is measured is right; words, state, results of other forms."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest

from tlwidgets.data.corruptions import corrupt
from tlwidgets.errors import CourseError
from tlwidgets.transfer import expected_calibration_error, measure_shift, reliability
from tlwidgets.widgets import ShiftSlider


def table(drop=0.1, **more):
    rows = {
        s: {"accuracy": [0.9 - drop * s, 0.8 - drop * s], "confidence": 0.9, "ece": 0.05 + drop * s / 2, **more}
        for s in range(6)
    }
    return {"fog": rows, "contrast": rows}


@pytest.fixture
def images():
    rng = np.random.default_rng(0)
    return rng.integers(0, 256, (12, 16, 16, 3)).astype("uint8")


def test_calibration_error_by_hand():
    # bins of width 0.5: two examples at 0.4 (one right), two at 0.9 (both right)
    confidence, right = [0.4, 0.4, 0.9, 0.9], [1, 0, 1, 1]
    assert expected_calibration_error(confidence, right, bins=2) == pytest.approx(0.5 * 0.1 + 0.5 * 0.1)
    assert reliability(confidence, right, bins=2) == [[2, 0.4, 0.5], [2, 0.9, 1]]
    assert expected_calibration_error([0.5, 1.0], [1, 1], bins=2) == pytest.approx(
        0.25
    )  # an edge belongs to the lower bin
    assert expected_calibration_error([0.0], [0], bins=15) == 0
    assert expected_calibration_error([], []) == 0


def test_a_calibrated_model_has_little_error():
    rng = np.random.default_rng(0)
    confidence = rng.uniform(0.1, 1, 100_000)
    assert expected_calibration_error(confidence, rng.random(100_000) < confidence) < 0.01
    assert expected_calibration_error(confidence, rng.random(100_000) < confidence**3) > 0.15


def test_measure_shift_asks_the_model(images):
    y = np.arange(12) % 2
    asked = []

    def predict(x):
        asked.append(x)
        sure = x.mean(axis=(1, 2, 3)) / 255
        return np.stack([sure, 1 - sure], axis=1)

    found = measure_shift(predict, images, y, ["gaussian_noise", "fog"], [0, 2], seeds=(0, 1),
                          features=lambda x: x.mean(axis=(1, 2)))  # fmt: skip
    assert len(asked) == 5  # nothing once, then two kinds with two seeds
    assert np.array_equal(asked[2], corrupt(images, "gaussian_noise", 2, seed=1))
    row = found["fog"][2]
    p = predict(corrupt(images, "fog", 2, seed=0))
    assert row["accuracy"][0] == pytest.approx((p.argmax(1) == y).mean())
    assert row["confidence"][0] == pytest.approx(p.max(axis=1).mean())
    assert row["ece"][0] == pytest.approx(expected_calibration_error(p.max(1), p.argmax(1) == y))
    assert sum(b[0] for b in row["bins"]) == 24
    assert found["fog"][0]["distance"] == [0]
    assert row["distance"][0] > 0
    assert found["fog"][0] == found["gaussian_noise"][0]
    restored = json.loads(json.dumps(found))
    assert ShiftSlider(restored).summary() == ShiftSlider(found).summary()


@pytest.mark.parametrize(
    ("predict", "y", "options", "words"),
    [
        (lambda x: np.ones((12, 2)), np.zeros(12), {}, "rows sum to 1"),
        (lambda x: np.full((12, 2), math.nan), np.zeros(12), {}, "rows sum to 1"),
        (lambda x: np.ones(12), np.zeros(12), {}, "rows sum to 1"),
        (lambda x: np.ones((12, 1)), np.zeros(3), {}, "a class for each"),
        (lambda x: np.ones((12, 1)), np.zeros(12), {"kinds": ["frog"]}, "did you mean fog"),
        (lambda x: np.ones((12, 1)), np.zeros(12), {"seeds": ()}, "a seed, or more"),
    ],
)
def test_measuring_what_cannot_be_measured(images, predict, y, options, words):
    with pytest.raises(CourseError, match=words):
        measure_shift(predict, images, y, **{"kinds": ["fog"], "severities": [0, 1], **options})


def test_words(wire):
    slider = ShiftSlider({"frozen base": table(0.05), "fine-tuned": table(0.15)})
    slider.value = 4
    assert slider.summary() == (
        "Under a growing shift: fog, severity 4: frozen base: accuracy 0.65 (−0.20), calibration error 0.15, too sure "
        "by 0.25; fine-tuned: accuracy 0.25 (−0.60), calibration error 0.35, too sure by 0.65."
    )
    other = {"fog": {0: {"accuracy": 0.9}, 4: {"accuracy": 0.1}}}
    slider = ShiftSlider({"a": table(0.05), "b": other})
    slider.value = 4
    assert slider.summary().endswith("a is now best; at severity 0 it was b.")
    slider.kind = "contrast"
    assert "b was not measured" in slider.summary()


def test_the_images_are_those_of_the_severity(wire, images):
    def predict(x):
        return np.eye(3)[(x.mean(axis=(1, 2, 3)) > 127).astype(int)]

    slider = ShiftSlider(table(), images[:4], [0, 1, 0, 1], ["dark", "light", "none"], predict)
    form = slider._sprite_form
    assert (form["count"], form["samples"]) == (2 * 6 * 4, 4)
    expected = predict(corrupt(images[:4], "contrast", 3)).argmax(axis=1)
    assert slider._said["contrast"]["3"] == [[["dark", "light"][k], 1.0] for k in expected]
    assert slider.chance == pytest.approx(1 / 3)
    slider.kind, slider.value = "contrast", 3
    slider.static()


def test_a_shift_of_ones_own(wire, images):
    def darker(x, kind, severity, seed=0):
        return (x * (1 - severity / 10)).astype("uint8")

    slider = ShiftSlider({"darker": {0: {"accuracy": 1}, 5: {"accuracy": 0.5}}}, images[:3], shift=darker)
    assert slider.severities == [0, 5]
    assert slider._measures == ["accuracy"]


def test_the_same_from_either_side(wire, from_browser):
    one, two = (ShiftSlider(table()) for _ in range(2))
    from_browser(one, value=3, kind="contrast", measure="ece")
    two.value, two.kind, two.measure = 3, "contrast", "ece"
    assert one.summary() == two.summary()
    from_browser(one, value=9, kind="?", measure="distance")
    assert (one.value, one.kind, one.measure) == (3, "contrast", "ece")
    for name, value, words in (("value", 6, "no severity 6"), ("kind", "frog", "did you mean fog"),
                               ("measure", "distance", "was not measured")):  # fmt: skip
        with pytest.raises(CourseError, match=words):
            setattr(one, name, value)


def test_numbers_that_are_none(wire):
    rows = {0: {"accuracy": [0.5, math.nan]}, 1: {"accuracy": math.nan, "ece": math.inf}}
    slider = ShiftSlider({"fog": rows})
    assert slider._rows["fog"]["model"]["0"]["accuracy"] == [0.5, 0.5, 0.5]
    assert "accuracy" not in slider._rows["fog"]["model"]["1"]
    json.dumps(slider._rows, allow_nan=False)
    slider.value = 1
    assert "model was not measured" in slider.summary()
    slider.static()


@pytest.mark.parametrize(
    "results", [{}, [], {"fog": 1}, {"fog": {0: 0.5}}, {"fog": {"x": {"accuracy": 1}}}, {"fog": {0: {"accuracy": "x"}}}]
)
def test_results_of_another_form(wire, results):
    with pytest.raises(CourseError, match="measure_shift makes them"):
        ShiftSlider(results)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((np.zeros((13, 8, 8, 3), "uint8"),), "1 to 12 images"),
        ((np.zeros((2, 8, 8, 3), "uint8"), [0]), "1 classes for 2"),
        ((np.zeros((1, 8, 8, 3), "uint8"), [4], ["a"]), "class 4 has no name"),
        ((np.zeros((1, 8, 8, 3)),), "uint8"),
        ((np.zeros((1, 8, 8, 3), "uint8"), [0], ["a"], lambda x: [1]), "probabilities of shape"),
    ],
)
def test_images_that_do_not_fit(wire, arguments, words):
    with pytest.raises(CourseError, match=words):
        ShiftSlider(table(), *arguments)


def test_words_and_figure(wire):
    slider = ShiftSlider({"_$a$": table(), "<b>": table(0.2, bins=[[3, 0.5, 0.4], [0, 0, 0]])}, label="$")
    data, metadata = slider._repr_mimebundle_()
    assert metadata["image/png"]["alt"] == data["text/plain"] == slider.summary()
