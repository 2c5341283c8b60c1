"""ShiftSlider in an empty page: keyboard, dragging, kinds, images."""

from __future__ import annotations

import math

import numpy as np
import pytest
from live_page import drawn, mount_widget

from tlwidgets.transfer import reliability
from tlwidgets.widgets import ShiftSlider

CLASSES = ["dark", "light"]


def table(drop, seeds=3):
    rng = np.random.default_rng(0)
    found = {}
    for kind, factor in (("fog", 1.0), ("gaussian_noise", 1.4), ("contrast", 0.6)):
        found[kind] = {}
        for s in range(6):
            accuracy = 0.92 - factor * drop * s
            sure = np.clip(rng.normal(0.85, 0.1, 400), 0.3, 1)
            right = rng.random(400) < accuracy * sure / sure.mean()
            found[kind][s] = {
                "accuracy": (accuracy + rng.normal(0, 0.015, seeds)).tolist(),
                "confidence": [0.85],
                "ece": [0.03 + factor * drop * s * 0.8],
                "distance": [factor * s * 0.3],
                "bins": reliability(sure, right, 10),
            }
    return found


def slider(**options):
    y, z = np.mgrid[0:32, 0:32] / 31
    shapes = [y, z, (y + z) / 2, np.hypot(y - 0.5, z - 0.5), 1 - y, (np.sin(12 * z) + 1) / 2]
    images = (np.stack(shapes)[..., None] * [200, 160, 90]).astype("uint8")

    def predict(x):
        share = np.clip((x.mean(axis=(1, 2, 3)) - 40) / 90, 0, 1)
        return np.stack([1 - share, share], axis=1)

    models = {"frozen base": table(0.06), "fine-tuned": table(0.11)}
    return ShiftSlider(models, images, [0, 0, 0, 0, 0, 1], CLASSES, predict, **options)


def test_by_keyboard_alone(mount):
    page = mount_widget(mount, slider())
    drawn(page)
    for _ in range(3):
        page.keyboard.press("Tab")
    handle = page.get_by_role("slider", name="Severity")
    for key, value in (("ArrowRight", 1), ("ArrowUp", 2), ("PageUp", 4), ("ArrowLeft", 3), ("End", 5), ("PageDown", 3),
                       ("Home", 0), ("ArrowDown", 0), ("ArrowRight", 1)):  # fmt: skip
        page.keyboard.press(key)
        assert handle.get_attribute("aria-valuenow") == str(value), key
    assert handle.get_attribute("aria-valuetext").startswith("fog, severity 1: frozen base: accuracy 0.8")
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("ArrowRight")
    # the value may have gone alone after a rest, or now together with the measure
    assert page.evaluate("Object.assign({}, ...model.saved)") == {"value": 1, "measure": "ece"}
    assert page.errors == []


def test_dragging_is_answered_without_a_kernel(mount):
    page = mount_widget(mount, slider())
    drawn(page)
    before = page.locator(".tlw-tile").first.evaluate("(t) => t.style.backgroundPosition")
    grip = page.locator(".tlw-grip").bounding_box()
    area = page.locator(".tlw-area").bounding_box()
    page.mouse.move(grip["x"] + 12, grip["y"] + 12)
    page.mouse.down()
    page.mouse.move(area["x"] + area["width"] * 0.45, area["y"] + 60, steps=4)
    reached = page.evaluate("model.get('value')")
    assert reached in (2, 3)
    assert page.locator(".tlw-tile").first.evaluate("(t) => t.style.backgroundPosition") != before
    page.mouse.up()
    assert page.evaluate("model.saved.at(-1)") == {"value": reached}
    assert page.evaluate("model.sent.length") == 0


def test_kind_changes_lines_images_and_words(mount):
    page = mount_widget(mount, slider())
    page.evaluate("model.set('value', 4)")
    drawn(page)
    line = page.locator(".tlw-shift-line").first.get_attribute("d")
    page.get_by_label("Kind of shift", exact=True).select_option("gaussian_noise")
    assert page.evaluate("model.saved.at(-1)") == {"value": 4, "kind": "gaussian_noise"}
    assert page.locator(".tlw-shift-line").first.get_attribute("d") != line
    assert page.get_by_role("status").text_content().startswith("gaussian noise, severity 4: ")
    image = page.get_by_role("img", name="taken for").first
    assert image.get_attribute("aria-label").startswith("dark, taken for ")
    wrong = page.locator(".tlw-shift-wrong")
    assert wrong.count() > 0
    assert wrong.first.text_content().startswith("✗ ")
    assert "Reliability diagram. frozen base: " in page.get_by_role("img", name="Reliability").get_attribute(
        "aria-label"
    )


def test_two_views(mount):
    page = mount_widget(mount, slider())
    page.evaluate("addView()")
    page.evaluate("model.set('value', 2)")
    assert [v.get_attribute("aria-valuenow") for v in page.get_by_role("slider").all()] == ["2", "2"]
    page.evaluate("cleanup()")
    assert page.evaluate("model.count('change:value')") == 1


def test_names_are_never_markup(mount):
    bad = "<img src=x onerror=window.hacked=1>日本"
    rows = {0: {"accuracy": 1.0}, 1: {"accuracy": 0.5}}
    page = mount_widget(mount, ShiftSlider({bad: {bad: rows}, "b": {bad: rows}}, label=bad))
    page.locator("summary").click()
    assert page.get_by_text(bad).first.is_visible()
    assert page.locator("img").count() == 0
    assert page.evaluate("window.hacked") is None


@pytest.mark.parametrize(
    "results",
    [
        {"fog": {0: {"accuracy": math.nan}}},
        {"fog": {3: {"accuracy": 0.5}}},
        {"fog": {0: {"accuracy": 1}, 5: {"accuracy": math.inf}}},
    ],
)
def test_little_to_show(mount, results):
    page = mount_widget(mount, ShiftSlider(results))
    drawn(page)
    page.get_by_role("slider").focus()
    page.keyboard.press("End")
    inside = page.locator(".tlw").inner_html()
    assert "NaN" not in inside
    assert "undefined" not in inside
    assert page.errors == []


@pytest.mark.parametrize("width", [360, 900])
@pytest.mark.parametrize("dark", [False, True])
def test_fits(mount, shots, width, dark):
    page = mount_widget(mount, slider(), width=width, dark=dark)
    page.evaluate("model.set('value', 3)")
    drawn(page)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    page.screenshot(path=shots / f"page_shift_{width}_{'dark' if dark else 'light'}.png", full_page=True)
