"""ConfusionMatrix without a browser: counts, forms of the input, images only when asked."""

from __future__ import annotations

import io
import math

import numpy as np
import pytest
from PIL import Image
from sklearn.metrics import confusion_matrix

from tlwidgets.errors import CourseError
from tlwidgets.widgets import ConfusionMatrix
from tlwidgets.widgets.confusion_matrix._draw import shares

CLASSES = ["cat", "dog", "owl"]
TRUE = np.array([0, 0, 0, 1, 1, 2, 2, 2])
PREDICTED = np.array([0, 1, 1, 1, 1, 0, 2, 2])
IMAGES = np.stack([np.full((10, 12, 3), 30 * n, "uint8") for n in range(8)])


def values(files):
    return [int(np.asarray(Image.open(io.BytesIO(file))).max()) for file in files]


def test_counts_are_those_of_scikit_learn(wire):
    rng = np.random.default_rng(0)
    y, p = rng.integers(0, 20, (2, 500))
    widget = ConfusionMatrix(y, p, [f"c{i}" for i in range(20)])
    assert (widget.matrix == confusion_matrix(y, p, labels=range(20))).all()
    packed = np.frombuffer(widget._counts, "<i4").reshape(-1, 3)
    assert (widget.matrix[packed[:, 0], packed[:, 1]] == packed[:, 2]).all()
    assert packed[:, 2].sum() == 500


@pytest.mark.parametrize(("mode", "axis"), [("true", 1), ("predicted", 0)])
def test_shares(mode, axis):
    matrix = np.array([[3, 1, 0], [0, 0, 0], [2, 2, 0]])  # a class without examples, one never predicted
    found = shares(matrix, mode)
    expected = confusion_matrix(
        np.repeat([0, 0, 2, 2], [3, 1, 2, 2]), np.repeat([0, 1, 0, 1], [3, 1, 2, 2]),
        labels=range(3), normalize={"true": "true", "predicted": "pred"}[mode],
    )  # fmt: skip
    assert found == pytest.approx(100 * expected)
    assert np.isfinite(found).all()


def test_names_and_numbers_give_the_same(wire):
    named = ConfusionMatrix([CLASSES[i] for i in TRUE], [CLASSES[i] for i in PREDICTED], CLASSES)
    assert (named.matrix == ConfusionMatrix(TRUE, PREDICTED, CLASSES).matrix).all()
    floats = ConfusionMatrix(TRUE.astype("float32"), PREDICTED, CLASSES)
    assert (named.matrix == floats.matrix).all()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((TRUE, PREDICTED[:-1], CLASSES), "8 classes and y_pred 7"),
        ((TRUE, PREDICTED, CLASSES[:2]), "0 to 2, but 2 are named"),
        ((TRUE, np.eye(3)[PREDICTED], CLASSES), r"argmax\(1\)"),
        ((TRUE, [math.nan] * 8, CLASSES), "whole numbers or names"),
        ((TRUE, PREDICTED + 0.5, CLASSES), "whole numbers or names"),
        ((["cow"], ["cat"], CLASSES), "unknown class in y_true 'cow'"),
        ((TRUE, PREDICTED, ["a", "a", "b"]), "same name"),
        ((TRUE, PREDICTED, CLASSES, IMAGES[:3]), "3 images for 8"),
        ((TRUE, PREDICTED, CLASSES, np.zeros((8, 5))), "should be one array"),
        ((TRUE, PREDICTED, CLASSES, np.zeros((8, 5, 5, 4))), "should be one array"),
    ],
)
def test_input_that_does_not_fit(wire, arguments, words):
    with pytest.raises(CourseError, match=words):
        ConfusionMatrix(*arguments)


def test_options_that_are_none(wire):
    with pytest.raises(CourseError, match="did you mean true"):
        ConfusionMatrix(TRUE, PREDICTED, CLASSES, normalize="tru")
    with pytest.raises(CourseError, match="send_ahead"):
        ConfusionMatrix(TRUE, PREDICTED, CLASSES, send_ahead=-1)


def test_images_go_out_only_when_asked(wire, message_from_browser):
    widget = ConfusionMatrix(TRUE, PREDICTED, CLASSES, IMAGES)
    assert len(widget.get_state()["_counts"]) < 100
    assert widget.get_state()["_ahead"] == {}
    assert wire.custom() == []
    message_from_browser(widget, {"kind": "images", "i": 0, "j": 1, "page": 0})
    ((content, buffers),) = wire.custom()
    assert (content["i"], content["j"], content["page"], content["numbers"]) == (0, 1, 0, [1, 2])
    assert values(buffers) == [30, 60]
    for strange in ({"i": 99, "j": 0, "page": 0}, {"i": 0, "j": 1, "page": 7}, {"i": "0", "j": 1, "page": 0}, {}):
        message_from_browser(widget, {"kind": "images", **strange})
    assert all(content["numbers"] == [] for content, _ in wire.custom()[1:])


def test_pages(wire, message_from_browser):
    widget = ConfusionMatrix(np.zeros(50, int), np.zeros(50, int), ["a"], np.zeros((50, 8, 8), "uint8"))
    for page, size in ((0, 24), (1, 24), (2, 2), (3, 0)):
        message_from_browser(widget, {"kind": "images", "i": 0, "j": 0, "page": page})
        assert len(wire.custom()[-1][1]) == size


def test_images_sent_ahead(wire):
    ahead = ConfusionMatrix(TRUE, PREDICTED, CLASSES, IMAGES, send_ahead=1).get_state()["_ahead"]
    assert {cell: [p["n"] for p in images] for cell, images in ahead.items()} == {"0|1": [1], "2|0": [5]}


@pytest.mark.parametrize(
    ("low", "high", "expected"), [(0.0, 1.0, 255), (0.0, 0.5, 128), (0.0, 200.0, 200), (-1.0, 1.0, 255)]
)
def test_the_scale_of_floats(wire, message_from_browser, low, high, expected):
    images = np.full((8, 4, 4, 1), low)
    images[:, 0, 0] = high
    images[0, 1, 1] = math.nan
    widget = ConfusionMatrix(TRUE, PREDICTED, CLASSES, images)
    message_from_browser(widget, {"kind": "images", "i": 0, "j": 0, "page": 0})
    assert values(wire.custom()[-1][1]) == [expected]


def test_a_large_image_is_sent_small(wire, message_from_browser):
    widget = ConfusionMatrix([0], [0], ["a"], np.zeros((1, 3000, 2000, 3), "uint8"))
    message_from_browser(widget, {"kind": "images", "i": 0, "j": 0, "page": 0})
    assert Image.open(io.BytesIO(wire.custom()[-1][1][0])).size == (64, 96)


def test_the_same_from_either_side(wire, from_browser):
    one, two = (ConfusionMatrix(TRUE, PREDICTED, CLASSES, IMAGES) for _ in range(2))
    from_browser(one, value=["cat", "dog"], normalize="true")
    two.value, two.normalize = ["cat", "dog"], "true"
    assert one.summary() == two.summary()
    assert "Open: true cat, predicted dog: 2." in one.summary()
    from_browser(one, value=["cat", "cow"], normalize="no")
    assert (one.value, one.normalize) == (["cat", "dog"], "true")
    with pytest.raises(CourseError, match="unknown class 'cow'"):
        one.value = ["cat", "cow"]
    assert one.examples("cat", "dog").tolist() == [1, 2]
    with pytest.raises(CourseError, match="unknown class"):
        one.examples("cat", "cow")


def test_words_and_figure(wire):
    widget = ConfusionMatrix(TRUE, PREDICTED, ["<b>", "$x$", "owl"], IMAGES)
    widget.value = ["<b>", "$x$"]
    data, metadata = widget._repr_mimebundle_()
    assert metadata["image/png"]["alt"] == data["text/plain"] == widget.summary()
    assert "5 of 8 right (62.5%)" in widget.summary()
    assert "lowest for <b> (33.3%)" in widget.summary()
    assert "<b> taken for $x$ (2)" in widget.summary()


def test_no_examples(wire):
    widget = ConfusionMatrix([], [], CLASSES)
    assert "no examples" in widget.summary()
    widget.static()
    ConfusionMatrix([], [], []).static()


def test_two_hundred_classes_are_drawn(wire):
    rng = np.random.default_rng(0)
    y, p = rng.integers(0, 200, (2, 5000))
    widget = ConfusionMatrix(y, p, [f"c{i}" for i in range(200)])
    assert widget.static().get_size_inches().max() < 9
    assert len(widget._counts) <= 12 * 5000
