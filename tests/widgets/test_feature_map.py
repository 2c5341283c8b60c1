"""FeatureMap without a browser: coordinates, neighbours, state, numbers that are none."""

from __future__ import annotations

import io
import math

import numpy as np
import pytest
from PIL import Image

from tlwidgets.errors import CourseError
from tlwidgets.widgets._sprite import sprite
from tlwidgets.widgets.feature_map import FeatureMap

CLASSES = ["cat", "dog", "owl"]


@pytest.fixture
def clusters():
    """Features that do not know the class, and features that do; labels."""
    rng = np.random.default_rng(0)
    labels = np.arange(60) % 3
    return {"early": rng.normal(size=(60, 8)), "late": rng.normal(size=(60, 8)) + 9 * np.eye(3, 8)[labels]}, labels


def test_pca_is_sklearns_up_to_a_turn(wire, clusters):
    from sklearn.decomposition import PCA

    features, labels = clusters
    found = FeatureMap(features, labels, CLASSES).coordinates["late"]
    expected = PCA(2).fit_transform(features["late"])
    distances = [np.linalg.norm(a[:, None] - a, axis=2) for a in (found, expected)]
    ratio = distances[0][0, 1] / distances[1][0, 1]
    assert np.allclose(distances[0], ratio * distances[1])


def test_maps_have_one_spread_and_lie_as_the_one_before(wire, clusters):
    features, labels = clusters
    # the same cloud, ten times as large, turned and mirrored
    turn = np.linalg.qr(np.random.default_rng(1).normal(size=(8, 8)))[0]
    shown = FeatureMap({"a": features["late"], "b": 10 * features["late"] @ turn}, labels, CLASSES).coordinates
    assert np.allclose(shown["a"], shown["b"], atol=1e-6)
    assert np.sqrt((shown["a"] ** 2).sum(axis=1).mean()) == pytest.approx(1)


def test_neighbours_are_those_of_the_features(wire, clusters):
    features, labels = clusters
    shown = FeatureMap(features, labels, CLASSES)
    x = features["early"]
    distance = np.linalg.norm(x[:, None] - x, axis=2) + 1e9 * np.eye(60)
    near = np.frombuffer(shown._neighbours, "<i4").reshape(2, 60, 4)
    assert np.array_equal(near[0], np.argsort(distance, axis=1)[:, :4])
    assert shown.agreement("late") == 1
    assert shown.agreement("early") == pytest.approx((labels[near[0, :, 0]] == labels).mean())
    assert "late: for 100% the nearest image in feature space is of the same class (chance 32%)" in shown.summary()


def test_feature_maps_are_averaged_over_positions(wire, clusters):
    features, labels = clusters
    wide = np.repeat(np.repeat(features["late"][:, None, None], 2, axis=1), 3, axis=2)
    a, b = (FeatureMap({"x": x}, labels, CLASSES).coordinates["x"] for x in (features["late"], wide))
    assert np.allclose(a, b)


def test_tsne_is_the_same_every_time(wire, clusters):
    features, labels = clusters
    a, b = (FeatureMap({"late": features["late"]}, labels, CLASSES, method="tsne") for _ in range(2))
    assert np.array_equal(a.coordinates["late"], b.coordinates["late"])
    assert np.isfinite(a.coordinates["late"]).all()
    assert "t-SNE" in a.summary()


def test_coordinates_that_are_given_stay(wire):
    points = [[0.0, 5.0], [2.0, 1.0], [math.nan, 1.0]]
    shown = FeatureMap({"a": points}, [0, 1, 1], CLASSES, method="given")
    assert np.array_equal(np.frombuffer(shown._points, "<f4").reshape(3, 2)[:2], points[:2])
    assert np.isnan(shown.coordinates["a"][2]).all()
    assert "1 without finite features is left out" in shown.summary()


@pytest.mark.parametrize("method", ["pca", "tsne"])
@pytest.mark.parametrize(
    "features",
    [
        np.zeros((0, 4)), [[1.0, 2.0]], [[math.nan, 1], [math.inf, 2]], np.ones((6, 3)), np.arange(7.0)[:, None],
        [[1e300, 0], [-1e300, 1], [0, 1e300]],
    ],
)  # fmt: skip
def test_little_and_strange_input(wire, method, features):
    shown = FeatureMap(features, [0] * len(features), ["cat"], method=method)
    sent = np.frombuffer(shown._points, "<f4").reshape(-1, 2)
    good = np.isfinite(np.asarray(features)).all(axis=1)
    assert np.isfinite(sent[good]).all()
    assert np.isnan(sent[~good]).all()
    assert "nan" not in shown.summary()
    shown.static()


def test_the_same_from_either_side(wire, from_browser, clusters):
    features, labels = clusters
    domains = ["photo", "sketch"] * 30
    one, two = (FeatureMap(features, labels, CLASSES, domains=domains) for _ in range(2))
    from_browser(one, value="early", beside="late", color_by="domain", only="sketch", point=3)
    two.value, two.beside, two.color_by, two.only, two.point = "early", "late", "domain", "sketch", 3
    assert one.summary() == two.summary()
    assert "Image 3: cat, sketch; nearest in early: " in one.summary()
    from_browser(one, value="?", beside="?", color_by="?", only="?", point=60)
    assert one.summary() == two.summary()
    for name, value, words in (("value", "lat", "did you mean late"), ("beside", "?", "unknown block"),
                               ("only", "cats", "did you mean cat"), ("point", -1, "no example -1")):  # fmt: skip
        with pytest.raises(CourseError, match=words):
            setattr(one, name, value)


def test_without_domains_there_is_nothing_to_switch(wire, from_browser, clusters):
    features, labels = clusters
    shown = FeatureMap(features, labels, CLASSES)
    from_browser(shown, color_by="domain")
    assert shown.color_by == "class"
    with pytest.raises(CourseError, match="no domains were given"):
        shown.color_by = "domain"
    with pytest.raises(CourseError, match="no domains were given"):
        shown.agreement("late", "domain")


@pytest.mark.parametrize(
    ("features", "labels", "options", "words"),
    [
        ({}, [0], {}, "one block or more"),
        ({"a": np.ones((3, 2))}, [0, 1], {}, r"shape \(3, 2\): give \(2, d\)"),
        ({"a": [["x", "y"]]}, [0], {}, "should be numbers"),
        ({"a": np.ones((1, 3))}, [0], {"method": "given"}, "have two columns"),
        ({"a": np.ones((1, 3))}, [0], {"method": "umap"}, "unknown method"),
        ({"a": np.ones((1, 3))}, [7], {}, "classes from 7"),
        ({"a": np.ones((1, 3))}, ["cow"], {}, "unknown class in labels"),
        ({"a": np.ones((1, 3))}, [0], {"domains": []}, "0 domains for 1"),
        ({"a": np.ones((1, 3))}, [0], {"images": np.ones((2, 8, 8))}, "2 images for 1"),
        ({"a": np.ones((1, 3))}, [0], {"images": np.ones((1, 8, 8, 2))}, "images should be one array"),
        ({"a": np.ones((30000, 1))}, [0] * 30000, {}, "up to 20,000"),
    ],
)
def test_input_that_does_not_fit(wire, features, labels, options, words):
    with pytest.raises(CourseError, match=words):
        FeatureMap(features, labels, CLASSES, **options)


def test_words_and_figure(wire, clusters):
    features, labels = clusters
    shown = FeatureMap(features, labels, ["$a$", "_b", "<i>"], label="$x")
    shown.beside, shown.point, shown.only = "early", 0, "_b"
    data, metadata = shown._repr_mimebundle_()
    assert metadata["image/png"]["alt"] == data["text/plain"] == shown.summary()


@pytest.mark.parametrize("shape", [(5, 6, 9), (5, 6, 9, 1), (5, 6, 9, 3), (5, 40, 90, 3)])
def test_sprite_holds_every_figure(shape):
    images = np.random.default_rng(0).integers(0, 256, shape).astype("uint8")
    made = sprite(images, 32)
    sheet = np.asarray(Image.open(io.BytesIO(made.data)))
    form = made.form
    assert (form["columns"], form["rows"], form["count"]) == (3, 2, 5)
    assert max(form["width"], form["height"]) <= 32
    h, w = form["height"], form["width"]
    last = sheet[h : 2 * h, w : 2 * w]  # number 4 is in the second row
    if shape[1] < 32:
        assert np.array_equal(last, images[4].squeeze())
    else:
        assert abs(float(last.mean()) - float(images[4].mean())) < 5
