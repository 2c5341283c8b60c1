"""DecisionGrid in an empty page: choose first, then see; keyboard alone; narrow windows."""

from __future__ import annotations

import pytest
from live_page import drawn, mount_widget

from tlwidgets.widgets import DecisionGrid

RUNS = {
    ("small", "similar", "frozen"): [0.70, 0.72],
    ("small", "similar", "tuned"): [0.60, 0.62],
    ("small", "different", "frozen"): [0.40, 0.42],
    ("small", "different", "tuned"): [0.50, 0.52],
    ("large", "similar", "tuned"): [0.90, 0.92],
}


def test_by_keyboard_alone(mount):
    page = mount_widget(mount, DecisionGrid(RUNS))
    assert "0.7" not in page.locator(".tlw").text_content()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("model.saved.at(-1)") == {"cell": ["small", "similar"]}
    assert page.get_by_role("button", name="small, similar").get_attribute("aria-expanded") == "true"
    assert page.get_by_role("group", name="small, similar: which strategy?").is_visible()
    for _ in range(3):  # two more cells, then the strategies
        page.keyboard.press("Tab")
    page.keyboard.press("ArrowDown")  # from none to the second: the browser's own rule for radio buttons
    assert page.evaluate("model.state.value") == [["small", "similar", "tuned"]]
    said = page.get_by_role("status").text_content()
    assert said == "tuned: 0.610 ± 0.014. frozen gave 0.710 ± 0.014: regret 0.100."
    assert page.get_by_role("button", name="small, similar: tuned, regret 0.100").count() == 1
    assert page.locator(".tlw-tip").text_content() == "Chosen in 1 of 3 cells; mean regret 0.100."
    page.keyboard.press("ArrowUp")
    assert page.get_by_role("status").text_content() == "frozen: 0.710 ± 0.014, the best measured here."
    assert page.errors == []


def test_the_table_gives_nothing_away(mount):
    page = mount_widget(mount, DecisionGrid(RUNS))
    page.evaluate("model.set('value', [['small', 'similar', 'tuned']])")
    page.locator("summary").click()
    page.get_by_role("cell", name="tuned (chosen)").wait_for()
    assert page.locator("details tbody tr").count() == 2


def test_a_cell_that_was_not_measured(mount):
    page = mount_widget(mount, DecisionGrid(RUNS))
    assert page.get_by_role("cell", name="not measured").count() == 1
    assert page.get_by_role("button", name="choose a strategy").count() == 3


def test_changes_from_python_and_two_views(mount):
    page = mount_widget(mount, DecisionGrid(RUNS))
    page.evaluate("addView()")
    page.evaluate("model.set('cell', ['large', 'similar']); model.set('value', [['large', 'similar', 'tuned']])")
    assert page.get_by_role("radio", name="tuned").nth(0).is_checked()
    assert page.get_by_role("radio", name="tuned").nth(1).is_checked()
    page.evaluate("cleanup()")
    assert page.evaluate("model.count('change:value')") == 1


def test_names_are_never_markup(mount):
    bad = "<img src=x onerror=window.hacked=1>日本"
    grid = DecisionGrid({(bad, bad, bad): [0.5], (bad, bad, "b"): [0.6]}, label=bad, size=bad)
    page = mount_widget(mount, grid)
    page.evaluate("(n) => { model.set('cell', [n, n]); model.set('value', [[n, n, n]]); }", bad)
    page.locator("summary").click()
    assert page.get_by_text(bad).first.is_visible()
    assert page.locator("img").count() == 0
    assert page.evaluate("window.hacked") is None


def test_nothing_measured(mount):
    page = mount_widget(mount, DecisionGrid({}))
    assert page.get_by_text("Nothing was measured.").is_visible()
    assert page.errors == []


@pytest.mark.parametrize("width", [360, 900])
@pytest.mark.parametrize("dark", [False, True])
def test_fits(mount, shots, width, dark):
    grid = DecisionGrid(RUNS)
    grid.choose("small", "similar", "tuned")
    grid.cell = ["small", "similar"]
    page = mount_widget(mount, grid, width=width, dark=dark)
    drawn(page)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    page.screenshot(path=shots / f"page_decision_{width}_{'dark' if dark else 'light'}.png")
