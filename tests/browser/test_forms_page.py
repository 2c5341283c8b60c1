"""Predict, Quiz and FigureSlider in an empty page: keyboard, mouse, words, narrow windows."""

from __future__ import annotations

import pytest

pytest.importorskip("playwright")
from playwright.sync_api import expect

from tlwidgets.widgets import FigureSlider, Predict, Quiz

GUESS = {"question": "How many of <b>100</b>?", "low": 0.0, "high": 100.0, "unit": " of 100", "value": None}
ASKED = {
    "question": "What moved?",
    "choices": [
        {"text": "Only the head", "reason": "The base was <i>frozen</i>.", "right": True},
        {"text": "Everything", "reason": "Frozen means not at all.", "right": False},
    ],
    "value": None,
}


def test_a_guess_by_keyboard_reaches_the_kernel(mount):
    page = mount(Predict, GUESS)
    slider = page.get_by_role("slider", name="How many of <b>100</b>?")
    assert slider.get_attribute("aria-valuetext") == "no guess yet"
    slider.focus()
    page.keyboard.press("ArrowRight")
    expect(slider).to_have_attribute("aria-valuetext", "51 of 100")
    assert page.evaluate("model.saved.at(-1)") == {"value": 51}
    page.keyboard.press("End")
    expect(page.locator("output")).to_have_text("100 of 100")
    assert page.errors == []


def test_every_choice_answers_with_its_reason(mount):
    page = mount(Quiz, ASKED)
    page.get_by_label("Everything").check()
    assert page.get_by_role("status").text_content() == "✗ Not so. Frozen means not at all."
    page.keyboard.press("ArrowUp")
    expect(page.get_by_role("status")).to_have_text("✓ Right. The base was <i>frozen</i>.")
    assert page.evaluate("model.saved.at(-1)") == {"value": 0}
    page.evaluate("model.set('value', 1)")
    assert page.get_by_label("Everything").is_checked()


def test_the_figure_follows_the_handle_without_the_kernel(mount):
    state = {"label": "Block", "names": ["stem", "middle", "top"], "value": "top", "_words": ["a", "b", "c"]}
    page = mount(FigureSlider, {**state, "_images": []})
    image = page.get_by_role("img")
    slider = page.get_by_role("slider", name="Block")
    assert slider.get_attribute("aria-valuetext") == "top"
    slider.focus()
    page.keyboard.press("Home")
    expect(slider).to_have_attribute("aria-valuetext", "stem")
    assert image.get_attribute("alt") == "a"
    assert page.evaluate("model.saved.at(-1)") == {"value": "stem"}


@pytest.mark.parametrize(("widget", "state"), [(Predict, GUESS), (Quiz, ASKED)])
@pytest.mark.parametrize("dark", [False, True])
def test_it_fits_a_narrow_window(mount, shots, widget, state, dark):
    page = mount(widget, state, width=360, dark=dark)
    page.screenshot(path=shots / f"{widget.__name__.lower()}_{'dark' if dark else 'light'}.png")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
