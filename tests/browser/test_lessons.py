"""A lesson as a learner meets it: run all cells in JupyterLab, move, answer, save."""

from __future__ import annotations

import json
from pathlib import Path

from playwright.sync_api import expect

NOTEBOOKS = Path(__file__).resolve().parents[2] / "notebooks"


def run_until(notebook, cell, words):
    """Run a cell until its output holds some words: a value takes a moment from the browser to Python."""
    for _ in range(40):
        notebook.run(cell)
        if words in json.dumps(notebook.outputs(cell)):
            return
    raise AssertionError(f"{words!r} is not in {notebook.outputs(cell)}")


def test_a_learner_works_through_the_first_lesson(open_notebook, shots):
    content = json.loads((NOTEBOOKS / "00_start_here.ipynb").read_text("utf-8"))
    cells = content["cells"]
    source = ["".join(cell["source"]) for cell in cells]

    def cell(words):
        return next(i for i, text in enumerate(source) if words in text and cells[i]["cell_type"] == "code")

    parameters = cells[cell("PROFILE =")]
    parameters["source"] = ["".join(parameters["source"]).replace('"cpu"', '"smoke"')]
    notebook = open_notebook(content)
    notebook.run()
    assert notebook.errors() == []
    page = notebook.page

    guess = page.get_by_role("slider", name="How many of 100 drawings")
    guess.focus()
    page.keyboard.press("End")
    page.keyboard.press("ArrowLeft")
    run_until(notebook, cell("lesson.compare"), "You said 99 of 100.")

    handle = page.get_by_role("slider", name="Frozen layers")
    handle.focus()
    page.keyboard.press("End")
    page.keyboard.press("ArrowLeft")
    handle.scroll_into_view_if_needed()
    page.screenshot(path=shots / "lesson_00_slider.png")
    # the answer that the widget shows: 1280 features, 6 classes
    check = cell("lesson.exercise")
    notebook.write(check, source[check].replace("...", "1280 * 6 + 6"))
    notebook.run(check)
    expect(page.get_by_text("Passed. Only the head trains")).to_be_visible()

    page.get_by_label("Only the weights of the head").check()
    assert "Right." in page.get_by_role("status").filter(has_text="Right.").text_content()

    saved = notebook.save()
    data = [o.get("data", {}) for c in saved["cells"] for o in c.get("outputs", [])]
    assert sum("image/png" in d for d in data) >= 3
    assert not any("widgets" in key for key in saved["metadata"])


def test_a_button_repeats_a_measurement_in_the_kernel(open_notebook, shots):
    live = (
        "import tlwidgets as tl\nfrom tlwidgets.course import figures\n"
        "lesson = tl.lesson('start_here', 'smoke')\n"
        "def repeat():\n    print('measured here: 0.75')\n"
        "    return figures.dots({'here': [0.7, 0.8]}, x_label='accuracy')\n"
        "live = lesson.live('Repeat it here (about 1 s)', repeat)\nlive"
    )
    notebook = open_notebook([live, "print(live.result is None)"])
    notebook.run()
    assert "True" in notebook.text(1), "nothing runs before the button is pressed"
    page = notebook.page
    page.get_by_role("button", name="Repeat it here (about 1 s)").click()
    page.locator(".jp-OutputArea pre", has_text="measured here: 0.75").wait_for()  # not the text in the editor
    page.locator(".jp-OutputArea img").wait_for()
    page.screenshot(path=shots / "lesson_live_button.png")
    assert notebook.ask(1, "False") == "False"
    expect(page.get_by_role("button", name="Repeat it here (about 1 s)")).to_be_enabled()
