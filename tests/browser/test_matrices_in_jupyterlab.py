"""The matrices, the grid and the scatter in JupyterLab with a kernel: by keyboard alone, images, the saved file."""

from __future__ import annotations

import pytest

MAKE = """
import numpy as np
from tlwidgets.widgets import ConfusionMatrix, DecisionGrid, ScoreScatter, TransferMatrix
images = np.random.default_rng(0).integers(0, 255, (60, 16, 16), "uint8")
confusion = ConfusionMatrix(np.repeat([0, 1], 30), np.tile([0, 1, 1], 20), ["cat", "dog"], images)
grid = DecisionGrid({("few", "near", "frozen"): [.7, .72], ("few", "near", "tuned"): [.6, .62]})
"""
STATE = "print(confusion.value, confusion.normalize, grid.value, grid.cell)"


def names_cell(page):
    return page.get_by_role("gridcell").get_attribute("aria-label")


def test_by_keyboard_alone(open_notebook, shots):
    notebook = open_notebook([MAKE, "confusion", "grid", STATE, "after = 1"])
    notebook.run()
    page = notebook.page
    page.get_by_role("gridcell").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    page.get_by_role("img", name="example 1: true cat, predicted dog").wait_for()
    assert names_cell(page).startswith("true cat, predicted dog: 20")
    # Enter on a button and on the folded table is the widget's, not the notebook's
    cell = page.get_by_role("button", name="few, near: choose a strategy")
    cell.focus()
    page.keyboard.press("Enter")
    page.get_by_role("radio", name="tuned").focus()
    page.keyboard.press("Space")
    expected = "['cat', 'dog'] counts [['few', 'near', 'tuned']] ['few', 'near']"
    page.locator(".tlw-confusion summary").focus()
    page.keyboard.press("Enter")
    page.get_by_role("columnheader", name="of the true class").wait_for()
    cells = "jupyterapp.shell.currentWidget.content.widgets.length"
    before = page.evaluate(cells)
    page.get_by_role("button", name="few, near: tuned").focus()
    for key in ("d", "d", "b", "ArrowDown"):  # the notebook's own shortcuts must not act from inside a widget
        page.keyboard.press(key)
    assert page.evaluate(cells) == before
    assert notebook.ask(3, expected) == expected
    page.screenshot(path=shots / "lab_confusion.png")
    saved = notebook.save_until("tuned 0.610, regret 0.100")
    shown = [out["data"] for c in saved["cells"] for out in c["outputs"] if "image/png" in out.get("data", {})]
    words = ["".join(data["text/plain"]) for data in shown]
    assert "Open: true cat, predicted dog: 20." in words[0]
    assert "tuned 0.610, regret 0.100" in words[1]
    assert "widgets" not in saved["metadata"]
    assert notebook.page_errors == []


@pytest.mark.parametrize("scale", [1, 2])
def test_pages_of_images_and_two_views(open_notebook, scale):
    notebook = open_notebook([MAKE, "confusion.value = ['dog', 'dog']\nconfusion", "confusion"], width=1100 // scale)
    notebook.run()
    page = notebook.page
    page.get_by_role("img", name="example 31: true dog, predicted dog").nth(1).wait_for()
    assert page.get_by_role("list").first.get_by_role("img").count() == 20
    assert notebook.page_errors == []
