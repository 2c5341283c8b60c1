"""FeatureMap in an empty page: keyboard, mouse, two maps, 5,000 points."""

from __future__ import annotations

import math

import numpy as np
import pytest
from live_page import drawn, mount_widget

from tlwidgets.widgets.feature_map import FeatureMap

CLASSES = ["cat", "dog", "owl"]


def images(labels, side=16):
    """Images whose brightness says the class."""
    rng = np.random.default_rng(1)
    return (rng.random((len(labels), side, side, 3)) * 90 + 55 * np.asarray(labels)[:, None, None, None]).astype(
        "uint8"
    )


def clusters(n=60, **options):
    rng = np.random.default_rng(0)
    labels = np.arange(n) % 3
    centres = rng.normal(size=(3, 12)) * 4
    early, late = rng.normal(size=(n, 12)), rng.normal(size=(n, 12)) + centres[labels]
    domains = [("photo", "sketch")[i % 2] for i in range(n)]
    features = {"block1": early, "block2": (early + late) / 2, "block3": late}
    options = {"images": images(labels), "domains": domains, **options}
    return FeatureMap(features, labels, CLASSES, **options)


def square():
    """Five points: a centre and one in each direction."""
    points = [[0, 0], [1, 0], [-1, 0], [0, 1], [0, -1]]
    return FeatureMap({"a": points, "b": points}, [0, 0, 1, 1, 2], CLASSES, method="given")


def test_arrows_go_to_the_nearest_point_that_way(mount):
    page = mount_widget(mount, square())
    drawn(page)
    area = page.get_by_role("slider", name="Images in b")
    assert area.get_attribute("aria-valuetext") == "none of 5 images chosen"
    area.focus()
    for key, point in (("ArrowDown", 0), ("ArrowRight", 1), ("ArrowRight", 1), ("ArrowLeft", 0), ("ArrowUp", 3),
                       ("PageDown", 2), ("Home", 0), ("End", 4)):  # fmt: skip
        page.keyboard.press(key)
        assert area.get_attribute("aria-valuenow") == str(point), key
    assert area.get_attribute("aria-valuetext").startswith("image 4: owl; nearest in b: ")
    page.wait_for_function("model.saved.at(-1)?.point === 4")
    page.keyboard.press("Escape")
    assert page.evaluate("model.saved.at(-1)") == {"point": None}
    assert page.errors == []


def test_by_mouse_an_image_comes_with_the_point(mount):
    page = mount_widget(mount, clusters())
    drawn(page)
    box = page.locator(".tlw-map-area").last.bounding_box()
    page.evaluate("model.set('point', 7)")
    ring = page.locator(".tlw-map-here").bounding_box()
    page.evaluate("model.set('point', null)")
    at = (ring["x"] + ring["width"] / 2, ring["y"] + ring["height"] / 2)
    page.mouse.move(*at)
    assert "image 7" in page.locator(".tlw-map-card").text_content()
    assert page.locator(".tlw-map-float .tlw-tile").is_visible()
    assert page.locator(".tlw-map-near .tlw-tile").count() == 4
    page.mouse.click(*at)
    assert page.evaluate("model.saved.at(-1)") == {"point": 7}
    page.mouse.click(box["x"] + 2, box["y"] + 2)
    assert page.evaluate("model.get('point')") is None


def test_block_and_comparison(mount):
    page = mount_widget(mount, clusters(), reduced_motion="reduce")
    drawn(page)
    before = page.locator("canvas").last.evaluate("(c) => c.toDataURL()")
    page.get_by_role("slider", name="Block", exact=True).focus()
    page.keyboard.press("Home")
    drawn(page)
    assert page.evaluate("model.saved.at(-1)") == {"value": "block1"}
    assert page.locator("canvas").last.evaluate("(c) => c.toDataURL()") != before
    assert page.get_by_role("status").text_content().startswith("block1: for ")
    assert not page.get_by_role("img", name="Map of").is_visible()
    page.get_by_label("Compare with").select_option(label="block3")
    drawn(page)
    assert page.evaluate("model.saved.at(-1)") == {"beside": "block3"}
    assert page.get_by_role("img", name="Map of block3").is_visible()
    assert page.locator("canvas").first.evaluate("(c) => c.width") == page.locator("canvas").last.evaluate(
        "(c) => c.width"
    )
    page.evaluate("model.set('point', 3)")
    assert page.locator(".tlw-map-here").count() == 2  # the same image in both
    assert page.errors == []


def test_the_points_move_to_their_new_places(mount):
    page = mount_widget(mount, clusters())
    drawn(page)
    page.evaluate("model.set('point', 3); window.old = document.querySelector('.tlw-map-here').getAttribute('cx')")
    page.evaluate("model.set('value', 'block1')")
    page.wait_for_function("document.querySelector('.tlw-map-here').getAttribute('cx') !== window.old")
    assert page.errors == []


def test_one_group_stands_out(mount):
    page = mount_widget(mount, clusters())
    drawn(page)
    before = page.locator("canvas").last.evaluate("(c) => c.toDataURL()")
    button = page.get_by_role("button", name="dog")
    button.click()
    assert page.evaluate("model.saved.at(-1)") == {"only": "dog"}
    assert page.get_by_role("button", name="dog").get_attribute("aria-pressed") == "true"
    assert page.locator("canvas").last.evaluate("(c) => c.toDataURL()") != before
    page.keyboard.press("Enter")  # the focus is still there
    assert page.evaluate("model.get('only')") == ""
    page.get_by_role("radio", name="domain").click()
    assert page.evaluate("model.saved.at(-1)") == {"color_by": "domain"}
    assert page.get_by_role("button", name="sketch").is_visible()
    shapes = page.locator(".tlw-map-legend path").evaluate_all("(all) => all.map((p) => p.getAttribute('d'))")
    assert len(set(shapes)) == 2


def test_theme_and_two_views(mount):
    page = mount_widget(mount, clusters())
    drawn(page)
    before = page.locator("canvas").last.evaluate("(c) => c.toDataURL()")
    page.evaluate("document.body.dataset.jpThemeLight = 'false'")
    drawn(page)
    assert page.locator("canvas").last.evaluate("(c) => c.toDataURL()") != before
    page.evaluate("addView()")
    drawn(page)
    page.evaluate("model.set('point', 5)")
    cards = page.locator(".tlw-map-card").all_text_contents()
    assert cards[0] == cards[1]
    page.evaluate("cleanup()")
    assert page.evaluate("model.count('change:value')") == 1


def test_names_are_never_markup(mount):
    bad = "<img src=x onerror=window.hacked=1>日本"
    widget = FeatureMap({bad: np.eye(4), "b": np.eye(4)}, [0, 0, 1, 1], [bad, "x"], domains=[bad] * 4, label=bad)
    widget.value, widget.beside, widget.point, widget.only = "b", bad, 0, bad
    page = mount_widget(mount, widget)
    page.locator("summary").click()
    assert page.get_by_text(bad).first.is_visible()
    assert page.locator("img").count() == 0
    assert page.evaluate("window.hacked") is None


@pytest.mark.parametrize(
    "features", [np.zeros((0, 4)), [[math.nan] * 4], [[1.0, 2, 3, 4]], [[1e200, 1, 1, 1], [2, math.inf, 1, 1]]]
)
def test_little_to_show(mount, features):
    page = mount_widget(mount, FeatureMap(features, [0] * len(features), ["cat"]))
    drawn(page)
    assert page.get_by_text("There is nothing to show").is_visible() == (not np.isfinite(features).all(axis=1).any())
    if len(features) and np.isfinite(features[0]).all():
        page.get_by_role("slider").focus()
        page.keyboard.press("ArrowLeft")
        assert page.get_by_role("slider").get_attribute("aria-valuetext") == "image 0: cat"
    assert page.errors == []


def test_five_thousand_points(mount):
    rng = np.random.default_rng(0)
    labels = np.arange(5000) % 100
    widget = FeatureMap({b: rng.normal(size=(5000, 2)) for b in "ab"}, labels, [f"class {i}" for i in range(100)],
                        images(labels % 3, 8), method="given")  # fmt: skip
    page = mount_widget(mount, widget)
    drawn(page)
    assert page.locator(".tlw *").count() < 120
    page.get_by_role("slider", name="Images").focus()
    page.keyboard.press("End")
    page.keyboard.press("PageUp")
    assert page.get_by_role("slider", name="Images").get_attribute("aria-valuenow") == "4899"
    assert page.errors == []


@pytest.mark.parametrize("width", [360, 900])
@pytest.mark.parametrize("dark", [False, True])
def test_fits(mount, shots, width, dark):
    widget = clusters(300)
    widget.beside, widget.point = "block1", 8
    page = mount_widget(mount, widget, width=width, dark=dark)
    drawn(page)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    page.screenshot(path=shots / f"page_map_{width}_{'dark' if dark else 'light'}.png", full_page=True)
