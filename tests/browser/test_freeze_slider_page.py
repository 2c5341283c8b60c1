"""FreezeSlider's JavaScript and CSS in a bare page."""

from __future__ import annotations

import pytest

from tlwidgets.widgets import FreezeSlider


def layers(n, bad_name=None):
    """Rows of ``n`` layers in blocks of three, each with a BatchNorm."""
    rows = [
        {
            "name": f"block{i // 3 + 1}_conv{i}",
            "kind": "BatchNormalization" if i % 3 == 1 else "Conv2D",
            "params": 40 * (i + 1) ** 2,
            "can_train": (20 if i % 3 == 1 else 40) * (i + 1) ** 2,
            "block": f"block{i // 3 + 1}",
            "batchnorm": i % 3 == 1,
        }
        for i in range(n)
    ]
    if bad_name:
        rows[0]["name"] = rows[0]["block"] = bad_name
    return rows


def state(n=12, **changes):
    values = {"_layers": layers(n), "value": 4, "freeze_batchnorm": True, "_stale": False}
    return {**values, "label": "Frozen layers", **changes}


def slider_of(page):
    return page.get_by_role("slider", name="Frozen layers")


def test_keyboard(mount):
    page = mount(FreezeSlider, state())
    slider = slider_of(page)
    slider.focus()
    for key, value in (
        ("ArrowRight", 5), ("ArrowUp", 6), ("ArrowLeft", 5), ("ArrowDown", 4), ("PageUp", 6), ("PageUp", 9),
        ("PageDown", 6), ("Home", 0), ("ArrowLeft", 0), ("End", 12), ("ArrowRight", 12), ("PageDown", 9),
    ):  # fmt: skip
        page.keyboard.press(key)
        assert slider.get_attribute("aria-valuenow") == str(value), key
    page.wait_for_function("model.saved.length && model.saved.at(-1).value === 9")
    assert page.evaluate("model.saved.length") <= 12
    assert page.errors == []


def test_keys_do_not_reach_jupyterlab(mount):
    page = mount(FreezeSlider, state())
    page.evaluate("window.seen = []; document.addEventListener('keydown', (e) => window.seen.push(e.key))")
    slider_of(page).focus()
    for key in ("ArrowDown", "PageUp", "a"):
        page.keyboard.press(key)
    assert page.evaluate("window.seen") == ["a"]


def test_says_what_it_shows(mount):
    page = mount(FreezeSlider, state())
    slider = slider_of(page)
    assert slider.get_attribute("aria-valuemin") == "0"
    assert slider.get_attribute("aria-valuemax") == "12"
    words = slider.get_attribute("aria-valuetext")
    assert words.startswith("4 of 12 layers frozen, ")
    assert words.endswith("first trainable layer block2_conv5")  # block2_conv4 is a BatchNorm that stays still
    page.evaluate("model.set('value', 12)")
    assert slider.get_attribute("aria-valuetext").endswith("nothing trains")
    assert page.get_by_text("12 of 12 layers frozen").is_visible()


def test_drag_moves_and_sends_little(mount):
    page = mount(FreezeSlider, state())
    box = page.locator("svg").first.bounding_box()
    y = box["y"] + 60
    page.mouse.move(box["x"] + box["width"] * 0.4, y)
    page.evaluate("window.start = performance.now()")
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.9, y, steps=12)
    value = page.evaluate("model.state.value")
    page.mouse.up()
    assert value in (10, 11)
    assert page.evaluate("model.saved.at(-1).value") == value  # sent at once when the hand lets go
    # on the way only after a rest of 60 ms, which a slow machine may make between two moves
    assert page.evaluate("model.saved.length") <= 1 + page.evaluate("performance.now() - start") / 60
    assert page.evaluate("document.activeElement.getAttribute('role')") == "slider"


def test_pointer_describes_a_layer(mount):
    page = mount(FreezeSlider, state())
    box = page.locator("svg").first.bounding_box()
    page.mouse.move(box["x"] + 40, box["y"] + 60)
    assert page.get_by_text("Layer 1: block1_conv0 · Conv2D · 40 parameters · frozen").is_visible()
    page.mouse.move(box["x"] + box["width"] - 20, box["y"] + 60)
    assert page.get_by_text("Layer 12: block4_conv11").is_visible()


def test_batchnorm_checkbox(mount):
    page = mount(FreezeSlider, state())
    before = page.locator(".tlw-numbers").text_content()
    page.get_by_label("keep BatchNorm frozen").uncheck()
    assert page.evaluate("model.saved.at(-1)") == {"freeze_batchnorm": False}
    assert page.locator(".tlw-numbers").text_content() != before
    plain = [row for row in layers(4) if not row["batchnorm"]]
    other = mount(FreezeSlider, state(_layers=plain))
    assert not other.get_by_label("keep BatchNorm frozen").is_visible()


def test_a_layer_without_weights_is_neither_frozen_nor_training(mount):
    rows = layers(3)
    rows[2].update(params=0, can_train=0, kind="Dropout")
    page = mount(FreezeSlider, state(_layers=rows, value=0))
    assert page.locator(".tlw-stub").get_attribute("d").count("M") == 1
    assert page.locator(".tlw-bar-trains").first.get_attribute("d").count("M") == 1
    box = page.locator("svg").first.bounding_box()
    page.mouse.move(box["x"] + box["width"] - 30, box["y"] + 60)
    assert page.get_by_text("0 parameters · no weights").is_visible()


def test_changes_from_python_and_two_views(mount):
    page = mount(FreezeSlider, state())
    page.evaluate("addView()")
    sliders = page.get_by_role("slider")
    page.evaluate("model.set('value', 9)")
    assert [sliders.nth(i).get_attribute("aria-valuenow") for i in (0, 1)] == ["9", "9"]
    sliders.nth(1).focus()
    page.keyboard.press("ArrowLeft")
    assert [sliders.nth(i).get_attribute("aria-valuenow") for i in (0, 1)] == ["8", "8"]
    page.evaluate("model.set('_stale', true)")
    assert page.get_by_text("compile again to apply").count() == 2
    page.evaluate("cleanup()")
    assert page.evaluate("model.count('change:value')") == 1


def test_names_are_never_markup(mount):
    bad = "<img src=x onerror=window.hacked=1>日本"
    page = mount(FreezeSlider, state(_layers=layers(12, bad_name=bad), value=0))
    box = page.locator("svg").first.bounding_box()
    page.mouse.move(box["x"] + 40, box["y"] + 60)
    assert page.get_by_text(bad).first.is_visible()
    assert page.locator("img").count() == 0
    assert page.evaluate("window.hacked") is None


@pytest.mark.parametrize("n", [1, 157, 2000])
def test_many_layers_are_drawn_with_few_elements(mount, n):
    page = mount(FreezeSlider, state(n, value=0))
    for value in range(0, n, max(1, n // 8)):
        page.evaluate("(value) => model.set('value', value)", value)
        assert slider_of(page).get_attribute("aria-valuenow") == str(value)
    assert page.locator("svg *").count() < 1500
    assert page.errors == []


@pytest.mark.parametrize("width", [360, 900])
@pytest.mark.parametrize("dark", [False, True])
def test_fits_and_looks_right(mount, shots, width, dark):
    page = mount(FreezeSlider, state(36, value=17, _stale=True), width=width, dark=dark)
    slider_of(page).focus()
    page.keyboard.press("ArrowRight")
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    sizes = page.evaluate(
        "[...document.querySelectorAll('svg text')].map((t) => parseFloat(getComputedStyle(t).fontSize))"
    )
    assert min(sizes) >= 11
    page.screenshot(path=shots / f"page_freeze_{width}_{'dark' if dark else 'light'}.png")


def test_follows_the_width_of_the_page(mount):
    page = mount(FreezeSlider, state(36), width=1000, device_scale_factor=2)
    page.set_viewport_size({"width": 500, "height": 400})  # what 200 % zoom does to a page
    page.wait_for_function("Number(document.querySelector('svg').getAttribute('width')) < 500")
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_forced_colors_keep_both_kinds_apart(mount):
    page = mount(FreezeSlider, state(), forced_colors="active")
    fills = page.evaluate(
        "['frozen', 'trains'].map((k) => getComputedStyle(document.querySelector(`.tlw-bar-${k}`)).fill)"
    )
    assert len(set(fills)) == 2


def test_the_focus_survives_a_new_view(mount):
    page = mount(FreezeSlider, state())
    slider_of(page).focus()
    page.evaluate("document.querySelector('.view').remove(); addView()")
    page.wait_for_function("document.activeElement.getAttribute('role') === 'slider'")


def test_python_hears_when_the_focus_leaves(mount):
    page = mount(FreezeSlider, state())
    page.evaluate("document.body.insertAdjacentHTML('beforeend', '<button id=other>other</button>')")
    slider_of(page).focus()
    page.get_by_label("keep BatchNorm frozen").focus()
    assert page.evaluate("model.sent") == []
    page.locator("#other").focus()
    assert page.evaluate("model.sent") == [{"kind": "settled"}]
