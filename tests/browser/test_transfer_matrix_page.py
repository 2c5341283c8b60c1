"""TransferMatrix in an empty page: keyboard, mouse, words, narrow windows."""

from __future__ import annotations

import pytest
from live_page import drawn, mount_widget

from tlwidgets.widgets import TransferMatrix

NAMES = ["digits", "letters", "fashion", "a rather long name of a data set"]


def matrix(names=NAMES, seeds=5, **options):
    base = {t: [0.60 + 0.01 * k for k in range(seeds)] for t in names}
    runs = {
        (s, t, m): [0.60 + 0.01 * k + step * (i - j) for k in range(seeds)]
        for i, s in enumerate(names)
        for j, t in enumerate(names)
        for m, step in (("frozen base", 0.03), ("fine-tuned", 0.01))
        if i != j
    }
    return TransferMatrix(runs, base, **options)


def test_by_keyboard_alone(mount):
    page = mount_widget(mount, matrix())
    page.keyboard.press("Tab")  # the methods
    page.keyboard.press("ArrowRight")
    assert page.evaluate("model.saved.at(-1)") == {"method": "fine-tuned"}
    page.keyboard.press("Tab")  # the cells
    assert page.evaluate("document.activeElement.getAttribute('aria-label')").startswith(
        "digits → digits: not measured"
    )
    for key, start in (
        ("ArrowRight", "digits → letters"), ("ArrowDown", "letters → letters"), ("End", "letters → a rather"),
        ("Home", "letters → digits"), ("PageDown", "a rather long name of a data set → digits"),
        ("ArrowDown", "a rather"), ("Control+Home", "digits → digits"), ("Control+End", "a rather"),
        ("PageUp", "digits → a rather"),
    ):  # fmt: skip
        page.keyboard.press(key)
        assert page.evaluate("document.activeElement.getAttribute('aria-label')").startswith(start), key
    page.keyboard.press("Enter")
    assert page.evaluate("model.saved.at(-1)") == {"value": ["digits", NAMES[3]]}
    words = page.get_by_role("status").text_content()
    assert "−3.0 points against from scratch" in words
    assert page.get_by_role("status").get_by_role("img").get_attribute("aria-label").startswith("from scratch 0.620 ±")
    assert page.get_by_role("gridcell").get_attribute("aria-selected") == "true"
    page.keyboard.press("Escape")
    assert page.evaluate("model.saved.at(-1)") == {"value": []}
    assert page.get_by_role("status").text_content() == ""
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")  # the numbers as a table
    page.get_by_role("cell", name="−9.0").first.wait_for()
    assert page.errors == []


def test_keys_do_not_reach_jupyterlab(mount):
    page = mount_widget(mount, matrix())
    page.evaluate("window.seen = []; document.addEventListener('keydown', (e) => window.seen.push(e.key))")
    page.get_by_role("gridcell").focus()
    for key in ("ArrowDown", "Enter", "Escape", "a"):
        page.keyboard.press(key)
    assert page.evaluate("window.seen") == ["a"]


def test_by_mouse(mount):
    page = mount_widget(mount, matrix())
    box = page.locator(".tlw-cell").first.bounding_box()
    ground = page.locator(".tlw-grid-ground").bounding_box()
    page.mouse.move(ground["x"] + ground["width"] / 4 * 1.5, ground["y"] + 10)
    assert page.locator(".tlw-tip").text_content().startswith("digits → letters, frozen base: −3.0 points")
    page.mouse.click(ground["x"] + ground["width"] / 4 * 1.5, ground["y"] + 10)
    assert page.evaluate("model.state.value") == ["digits", "letters"]
    page.mouse.click(ground["x"] + ground["width"] / 4 * 1.5, ground["y"] + 10)
    assert page.evaluate("model.state.value") == [], "a second click closes it"
    assert box["width"] > 100


def test_signs_are_not_told_by_color_alone(mount):
    page = mount_widget(mount, matrix())
    texts = page.locator(".tlw-cell-text").all_text_contents()
    assert len(texts) == 12
    assert all(text[0] in "+−" for text in texts)
    path = "[...document.querySelectorAll('.tlw-cell-mark')].map((p) => p.getAttribute('d')).join('')"
    settled = sum(g["sign"] != 0 for g in matrix().gains() if g["method"] == "frozen base")
    assert page.evaluate(path).count("M") == settled > 0


def test_changes_from_python_and_two_views(mount):
    page = mount_widget(mount, matrix())
    page.evaluate("addView()")
    page.evaluate("model.set('value', ['fashion', 'digits'])")
    assert page.get_by_role("status").all_text_contents()[0].startswith("fashion → digits, frozen base: +6.0")
    assert len(set(page.get_by_role("status").all_text_contents())) == 1
    page.evaluate("model.set('method', 'fine-tuned')")
    assert page.get_by_role("status").first.text_content().startswith("fashion → digits, fine-tuned: +2.0")
    assert page.get_by_role("radio", name="fine-tuned").nth(0).is_checked()
    assert page.get_by_role("radio", name="fine-tuned").nth(1).is_checked()
    page.evaluate("cleanup()")
    assert page.evaluate("model.count('change:value')") == 1


def test_names_are_never_markup(mount):
    bad = "<img src=x onerror=window.hacked=1>日本"
    page = mount_widget(mount, matrix([bad, "b"], label=bad))
    page.evaluate("(n) => model.set('value', [n, 'b'])", bad)
    page.locator("summary").click()
    assert page.get_by_text(bad).first.is_visible()
    assert page.locator("img").count() == 0
    assert page.evaluate("window.hacked") is None


def test_nothing_measured(mount):
    page = mount_widget(mount, TransferMatrix({}, {}))
    assert page.get_by_text("No cell was measured.").is_visible()
    assert page.errors == []


@pytest.mark.parametrize("names", [["a", "b"], NAMES, [f"set {i}" for i in range(40)]])
@pytest.mark.parametrize("width", [360, 900])
def test_fits_and_stays_small(mount, shots, names, width):
    page = mount_widget(mount, matrix(names, seeds=2), width=width)
    page.evaluate("(v) => model.set('value', v)", names[:2])
    drawn(page)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert page.locator("svg *").count() < 2000
    page.screenshot(path=shots / f"page_transfer_{width}_{len(names)}.png")
    assert page.errors == []


def test_twice_as_large(mount):
    page = mount_widget(mount, matrix(), width=1000, device_scale_factor=2)
    page.set_viewport_size({"width": 500, "height": 400})  # what 200 % zoom does to a page
    page.wait_for_function("Number(document.querySelector('svg').getAttribute('width')) < 500")
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_paper_is_white(mount):
    page = mount_widget(mount, matrix(), dark=True)
    page.emulate_media(media="print")
    style = "(q) => { const s = getComputedStyle(document.querySelector(q)); return [s.backgroundColor, s.color]; }"
    assert page.evaluate(style, ".tlw") == ["rgb(255, 255, 255)", "rgb(0, 0, 0)"]
    fill = page.evaluate("getComputedStyle(document.querySelector('.tlw-grid-ground')).fill")
    assert fill == "rgb(245, 245, 245)"


def test_forced_colors_leave_numbers_and_marks(mount):
    page = mount_widget(mount, matrix(), forced_colors="active")
    style = "(q) => getComputedStyle(document.querySelector(q)).fill"
    assert page.evaluate(style, ".tlw-cell") != page.evaluate(style, ".tlw-cell-text")
    assert page.evaluate(style, ".tlw-cell-text") == page.evaluate(style, ".tlw-cell-mark")


def test_the_focus_survives_a_new_view(mount):
    page = mount_widget(mount, matrix())
    page.get_by_role("gridcell").focus()
    page.evaluate("document.querySelector('.view').remove(); addView()")
    page.wait_for_function("document.activeElement.getAttribute('role') === 'gridcell'")
