"""ScoreScatter in an empty page: keyboard, mouse, many points."""

from __future__ import annotations

import math

import numpy as np
import pytest
from live_page import drawn, mount_widget

from tlwidgets.widgets import ScoreScatter

TRUTH = [0.9, 0.5, 0.7, 0.6, 0.2]
SCORES = {"LogME": [9.0, 5.0, 7.0, 6.0, 2.0], "LEEP": [1.0, 5.0, 2.0, 4.0, math.nan]}
NAMES = ["digits", "letters", "fashion", "sketches", "noise"]


def scatter(names=NAMES, **options):
    return ScoreScatter(SCORES, TRUTH, names, **options)


def test_by_keyboard_alone(mount):
    page = mount_widget(mount, scatter())
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowRight")
    assert page.evaluate("model.saved.at(-1)") == {"value": "LEEP"}
    assert "1 without a finite number is left out" in page.get_by_role("status").text_content()
    page.keyboard.press("Tab")
    slider = page.get_by_role("slider", name="Candidates by LEEP")
    for key, name in (("End", "letters"), ("ArrowLeft", "sketches"), ("ArrowDown", "fashion"), ("Home", "digits"),
                      ("PageUp", "fashion"), ("ArrowUp", "sketches"), ("PageDown", "fashion")):  # fmt: skip
        page.keyboard.press(key)
        assert slider.get_attribute("aria-valuetext").startswith(f"{name}: LEEP"), key
    assert slider.get_attribute("aria-valuetext") == "fashion: LEEP 2, rank 3 of 4; accuracy 0.7, rank 2 of 4"
    assert (slider.get_attribute("aria-valuenow"), slider.get_attribute("aria-valuemax")) == ("2", "4")
    page.wait_for_function("model.saved.at(-1).point === 2")
    page.keyboard.press("Escape")
    assert page.evaluate("model.saved.at(-1)") == {"point": None}
    assert page.errors == []


def test_by_mouse(mount):
    page = mount_widget(mount, scatter())
    drawn(page)
    box = page.locator(".tlw-pick").first.bounding_box()
    at = (box["x"] + box["width"] / 2 + 4, box["y"] + box["height"] / 2)
    page.mouse.move(*at)
    assert page.locator(".tlw-tip").text_content().startswith("digits: LogME 9")
    page.mouse.click(*at)
    assert page.evaluate("model.saved.at(-1)") == {"point": 0}
    area = page.locator(".tlw-area").bounding_box()
    page.mouse.click(area["x"] + area["width"] - 5, area["y"] + area["height"] - 5)
    assert page.evaluate("model.saved.at(-1)") == {"point": None}


def test_a_point_without_a_number_in_the_shown_score(mount):
    page = mount_widget(mount, scatter())
    page.evaluate("model.set('point', 4)")
    assert page.locator(".tlw-tip").text_content().startswith("noise: LogME 2")
    page.evaluate("model.set('value', 'LEEP')")
    assert page.get_by_role("slider").get_attribute("aria-valuetext").startswith("letters: LEEP 5")
    assert page.errors == []


def test_changes_from_python_and_two_views(mount):
    page = mount_widget(mount, scatter())
    page.evaluate("addView()")
    page.evaluate("model.set('value', 'LEEP'); model.set('point', 1)")
    words = page.locator(".tlw-tip").all_text_contents()
    assert words[0] == words[1]
    assert words[0].startswith("letters: LEEP 5")
    page.evaluate("cleanup()")
    assert page.evaluate("model.count('change:value')") == 1


def test_groups_have_a_shape_each(mount):
    page = mount_widget(mount, scatter(groups=["a", "a", "b", "b", "b"]))
    drawn(page)
    shapes = page.locator(".tlw-legend path").evaluate_all("(all) => all.map((p) => p.getAttribute('d'))")
    assert len(set(shapes)) == 2
    assert page.locator(".tlw-pick").count() == 3  # one for each group, and the legend's


def test_names_are_never_markup(mount):
    bad = "<img src=x onerror=window.hacked=1>日本"
    page = mount_widget(mount, scatter([bad, *NAMES[1:]], label=bad, groups=[bad] * 2 + ["b"] * 3))
    page.evaluate("model.set('point', 0)")
    page.locator("summary").click()
    assert page.get_by_text(bad).first.is_visible()
    assert page.locator("img").count() == 0
    assert page.evaluate("window.hacked") is None


@pytest.mark.parametrize(("values", "truth"), [([], []), ([math.nan], [0.5]), ([1.0], [0.5]), ([1.0, 1.0], [0.5, 0.5])])
def test_little_to_show(mount, values, truth):
    page = mount_widget(mount, ScoreScatter({"s": values}, truth))
    drawn(page)
    nothing = page.get_by_text("No candidate has a finite score.", exact=True)
    assert nothing.is_visible() == (not np.isfinite(values).any())
    assert "NaN" not in page.locator(".tlw").inner_html()
    assert page.errors == []


def test_five_thousand_points(mount):
    rng = np.random.default_rng(0)
    page = mount_widget(mount, ScoreScatter({"a": rng.random(5000), "b": rng.random(5000)}, rng.random(5000)))
    drawn(page)
    assert page.locator("svg *").count() < 100
    page.get_by_role("slider").focus()
    page.keyboard.press("Home")
    page.keyboard.press("PageUp")
    assert page.get_by_role("slider").get_attribute("aria-valuenow") == "501"
    assert page.errors == []


@pytest.mark.parametrize("width", [360, 900])
@pytest.mark.parametrize("dark", [False, True])
def test_fits(mount, shots, width, dark):
    page = mount_widget(mount, scatter(groups=["a", "a", "b", "b", "b"]), width=width, dark=dark)
    page.evaluate("model.set('point', 2)")
    drawn(page)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    page.screenshot(path=shots / f"page_scatter_{width}_{'dark' if dark else 'light'}.png")
