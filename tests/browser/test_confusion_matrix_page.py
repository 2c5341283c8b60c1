"""ConfusionMatrix in an empty page: keyboard, images on request, many classes."""

from __future__ import annotations

import base64
import io

import numpy as np
import pytest
from live_page import drawn, mount_widget
from PIL import Image

from tlwidgets.widgets import ConfusionMatrix

CLASSES = ["cat", "dog", "owl"]
TRUE = np.repeat([0, 0, 1, 2], [50, 30, 9, 3])
PREDICTED = np.repeat([0, 1, 1, 0], [50, 30, 9, 3])


def matrix(images=True, classes=CLASSES, **options):
    shown = np.zeros((len(TRUE), 8, 8), "uint8") if images else None
    return ConfusionMatrix(TRUE, PREDICTED, classes, shown, **options)


def answer(page, numbers):
    """Play the kernel: answer the last request with images."""
    buffer = io.BytesIO()
    Image.new("L", (8, 8)).save(buffer, "png")
    page.evaluate(
        """([numbers, file]) => {
        const request = model.sent.findLast((m) => m.kind === "images");
        const bytes = () => new DataView(Uint8Array.from(atob(file), (c) => c.charCodeAt(0)).buffer);
        model.fire("msg:custom", { ...request, numbers }, numbers.map(bytes)); }""",
        [numbers, base64.b64encode(buffer.getvalue()).decode()],
    )


def requests(page):
    return [m for m in page.evaluate("model.sent") if m["kind"] == "images"]


def test_by_keyboard_alone(mount):
    page = mount_widget(mount, matrix())
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowRight")
    assert page.evaluate("model.saved.at(-1)") == {"normalize": "true"}
    drawn(page)
    assert page.locator(".tlw-cell-text").all_text_contents() == ["63", "38", "100", "100"]
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowRight")
    name = page.get_by_role("gridcell").get_attribute("aria-label")
    assert name == "true cat, predicted dog: 30 (37.5 % of true cat, 76.9 % of predicted dog)"
    page.keyboard.press("Enter")
    assert page.evaluate("model.saved.at(-1)") == {"value": ["cat", "dog"]}
    assert requests(page) == [{"kind": "images", "i": 0, "j": 1, "page": 0}]
    assert "Asking the kernel" in page.get_by_role("status").text_content()
    answer(page, list(range(50, 74)))
    assert "Asking the kernel" not in page.get_by_role("status").text_content()
    assert page.get_by_role("img", name="example 50: true cat, predicted dog").count() == 1
    assert page.get_by_role("list").get_by_role("img").count() == 24
    page.keyboard.press("Tab")  # "Earlier" is disabled
    page.keyboard.press("Enter")
    assert requests(page)[-1]["page"] == 1
    answer(page, list(range(74, 80)))
    assert page.get_by_text("images 25 to 30 of 30").is_visible()
    page.get_by_role("gridcell").focus()
    page.keyboard.press("Escape")
    assert page.evaluate("model.saved.at(-1)") == {"value": []}
    assert not page.get_by_role("list").is_visible()
    assert page.errors == []


def test_images_are_asked_for_once(mount):
    page = mount_widget(mount, matrix())
    page.evaluate("addView()")
    page.evaluate("model.set('value', ['owl', 'cat'])")
    answer(page, [89, 90, 91])
    assert page.get_by_role("img", name="example 90: true owl, predicted cat").count() == 2, "in both views"
    asked = len(requests(page))
    page.evaluate("model.set('value', [])")
    page.evaluate("model.set('value', ['owl', 'cat'])")
    assert page.get_by_role("img", name="example 90").count() == 2
    assert len(requests(page)) == asked


def test_an_answer_for_a_cell_that_is_closed_by_now(mount):
    page = mount_widget(mount, matrix())
    page.evaluate("model.set('value', ['owl', 'cat'])")
    page.evaluate("model.set('value', ['cat', 'cat'])")
    page.evaluate("model.sent.splice(1)")  # the first request is answered late
    answer(page, [89, 90, 91])
    assert page.get_by_role("img", name="example 90").count() == 0


def test_empty_cells_and_no_images(mount):
    page = mount_widget(mount, matrix(images=False))
    page.evaluate("model.set('value', ['owl', 'owl'])")
    assert page.get_by_role("status").text_content().endswith(": no image.")
    page.evaluate("model.set('value', ['cat', 'dog'])")
    assert "true cat, predicted dog: 30" in page.get_by_role("status").text_content()
    assert requests(page) == []
    assert not page.get_by_role("button", name="Later").is_visible()


def test_without_a_kernel(mount):
    page = mount_widget(mount, matrix(send_ahead=5))
    page.evaluate("model.state._no_kernel = true; model.set('value', ['cat', 'dog'])")
    assert page.get_by_role("list").get_by_role("img").count() == 5
    assert "The first 5 came with this page" in page.get_by_role("status").text_content()
    page.evaluate("model.set('value', ['cat', 'cat'])")
    assert "need the notebook and its kernel" in page.get_by_role("status").text_content()
    assert requests(page) == []


def test_names_are_never_markup(mount):
    bad = "<img src=x onerror=window.hacked=1>日本"
    page = mount_widget(mount, matrix(classes=[bad, "b", "c"], label=bad))
    page.evaluate("(n) => model.set('value', [n, 'b'])", bad)
    answer(page, [50])
    page.locator("summary").click()
    page.get_by_role("cell", name=bad).first.wait_for()
    assert page.locator("img").count() == 1
    assert page.evaluate("window.hacked") is None


def test_no_examples(mount):
    page = mount_widget(mount, ConfusionMatrix([], [], []))
    assert page.get_by_text("There are no examples.").is_visible()
    assert page.errors == []


@pytest.mark.parametrize("width", [360, 900])
def test_two_hundred_classes(mount, shots, width):
    rng = np.random.default_rng(0)
    y = rng.integers(0, 200, 5000)
    p = np.where(rng.random(5000) < 0.7, y, rng.integers(0, 200, 5000))
    page = mount_widget(mount, ConfusionMatrix(y, p, [f"class {i}" for i in range(200)]), width=width)
    cell = page.get_by_role("gridcell")
    cell.focus()
    page.keyboard.press("PageDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("End")
    assert cell.get_attribute("aria-label").startswith("true class 11, predicted class 199: ")
    assert page.locator("svg *").count() < 60
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert cell.bounding_box()["width"] >= 7
    drawn(page)
    page.screenshot(path=shots / f"page_confusion_200_{width}.png")


@pytest.mark.parametrize("width", [360, 900])
@pytest.mark.parametrize("dark", [False, True])
def test_fits(mount, shots, width, dark):
    page = mount_widget(mount, matrix(send_ahead=24), width=width, dark=dark)
    page.evaluate("model.set('value', ['cat', 'dog'])")
    drawn(page)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    page.screenshot(path=shots / f"page_confusion_{width}_{'dark' if dark else 'light'}.png")
