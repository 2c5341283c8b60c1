"""LearningRateLab in an empty page: keyboard, dragging, the run that is nearest."""

from __future__ import annotations

import math

import numpy as np
import pytest
from live_page import drawn, mount_widget

from tlwidgets.widgets.learning_rate_lab import LearningRateLab


def curve():
    rng = np.random.default_rng(0)
    rates = np.geomspace(1e-6, 1, 81)
    losses = 2.3 - 1.5 / (1 + (1e-3 / rates) ** 2) + 40 * np.maximum(0, rates - 0.05) + rng.normal(0, 0.12, 81)
    return rates[:74], losses[:74]


def lab(**options):
    epochs = np.arange(1, 11)
    runs = {}
    for rate, top in ((1e-5, 0.12), (1e-4, 0.55), (1e-3, 0.82), (1e-2, 0.78), (1e-1, 0.3)):
        runs[rate] = [(top * (1 - np.exp(-epochs / 3)) + 0.01 * k).tolist() for k in range(3)]
    runs[1e-1][1][4:] = [math.nan] * 6
    return LearningRateLab(curve(), runs, chance=0.1, multipliers={"block1": 0.01, "block4": 0.1, "head": 1}, **options)


def test_by_keyboard_alone(mount):
    page = mount_widget(mount, lab(value=1e-3))
    drawn(page)
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    handle = page.get_by_role("slider", name="Learning rate")
    for key, value in (("ArrowRight", 1.12e-3), ("ArrowLeft", 1e-3), ("PageUp", 3.16e-3), ("PageDown", 1e-3),
                       ("Home", 1e-6), ("ArrowDown", 1e-6)):  # fmt: skip
        page.keyboard.press(key)
        assert float(handle.get_attribute("aria-valuenow")) == pytest.approx(value, rel=0.01), key
    assert "trained at 1.0e-5: accuracy, 3 runs of 10 epochs" in handle.get_attribute("aria-valuetext")
    page.keyboard.press("End")
    assert "trained at 1.0e-1: accuracy, 3 runs of 10 epochs" in handle.get_attribute("aria-valuetext")
    assert "1 broke (NaN or infinite)" in page.get_by_role("status").text_content()
    page.wait_for_function("model.saved.at(-1)?.value > 0.1")
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("model.get('value') === model.get('suggestion')")
    assert page.evaluate("document.activeElement.dataset.key") == "rate"
    assert page.errors == []


def test_dragging(mount):
    page = mount_widget(mount, lab(value=1e-5))
    drawn(page)
    before = page.get_by_role("img", name="Trained at").get_attribute("aria-label")
    grip = page.locator(".tlw-grip").bounding_box()
    page.mouse.move(grip["x"] + 12, grip["y"] + 12)
    page.mouse.down()
    page.mouse.move(grip["x"] + 150, grip["y"] + 60, steps=5)
    value = page.evaluate("model.get('value')")
    assert value > 1e-4
    assert page.get_by_role("img", name="Trained at").get_attribute("aria-label") != before
    page.mouse.up()
    assert page.evaluate("model.saved.at(-1)") == {"value": value}
    assert page.evaluate("model.sent.length") == 0
    assert f"head: {value:.1e}".replace("e-0", "e-") in page.locator(".tlw-lab-factors").text_content()


def test_it_says_where_the_loss_goes(mount):
    page = mount_widget(mount, lab())
    for value, words in ((8e-4, "falling"), (0.12, "rising")):
        page.evaluate(f"model.set('value', {value})")
        assert words in page.get_by_role("status").text_content()


def test_two_views(mount):
    page = mount_widget(mount, lab())
    page.evaluate("addView()")
    page.evaluate("model.set('value', 0.01)")
    words = page.locator(".tlw-lab-said").all_text_contents()
    assert words[0] == words[1]
    page.evaluate("cleanup()")
    assert page.evaluate("model.count('change:value')") == 1


def test_names_are_never_markup(mount):
    bad = "<img src=x onerror=window.hacked=1>日本" + " and a name that goes on and on" * 4
    widget = LearningRateLab(curve(), {0.1: [[1, 2]]}, metric=bad, multipliers={bad: 1}, label=bad)
    page = mount_widget(mount, widget)
    page.locator("summary").click()
    assert page.get_by_text(bad).first.is_visible()
    assert page.locator("img").count() == 0
    assert page.evaluate("window.hacked") is None
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


@pytest.mark.parametrize(
    ("test", "runs"),
    [
        (([1e-3, 1e-2], [math.nan, math.inf]), {}),
        (([0.1], [1.0]), {0.1: [0.5]}),
        (([], []), {0.1: [[math.nan]]}),
        (([1e-3, 1e-2, 1e-1], [1e300, 0, 1]), {1e-2: [[5.0, -3.0], [2.0]]}),
    ],
)
def test_little_and_strange_input(mount, test, runs):
    page = mount_widget(mount, LearningRateLab(test, runs))
    drawn(page)
    for key in ("Home", "End", "ArrowLeft"):
        page.get_by_role("slider").press(key)
    inside = page.locator(".tlw").inner_html()
    assert "NaN" not in inside.replace("(NaN or infinite)", "")
    assert "undefined" not in inside
    assert page.errors == []


@pytest.mark.parametrize("width", [360, 900])
@pytest.mark.parametrize("dark", [False, True])
def test_fits(mount, shots, width, dark):
    page = mount_widget(mount, lab(value=2e-3), width=width, dark=dark)
    drawn(page)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    page.screenshot(path=shots / f"page_lab_{width}_{'dark' if dark else 'light'}.png", full_page=True)
