"""Exercise and Progress in a bare page: keyboard, words, narrow windows."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from live_page import drawn, mount_widget

from tlwidgets.widgets.exercise import Exercise
from tlwidgets.widgets.progress import Progress

BAD = "<img src=x onerror=window.hacked=1>"


def exercise(**options):
    outcome = SimpleNamespace(passed=False, message=f"The head is frozen too {BAD}.", attempted=True)
    values = {"check": lambda: outcome, "hints": ["Look at the bars.", "Try `freeze`."], "solution": "tl.freeze(m, 3)"}
    return Exercise(f"Freeze all but the head with `tl.freeze` {BAD}.", **{**values, **options})


def test_check_by_keyboard(mount):
    page = mount_widget(mount, exercise())
    assert page.get_by_text("○ not attempted").is_visible()
    check = page.get_by_role("button", name="Check")
    check.focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    assert page.evaluate("model.sent.filter((m) => m.kind === 'check')") == [{"kind": "check"}], "once, while it checks"
    status = page.get_by_role("status")
    assert status.text_content() == "checking…"
    page.evaluate("model.set('message', 'Nearly.'); model.set('value', 'tried'); model.set('_checks', 1)")
    assert status.text_content() == "✗ Not yet. Nearly."
    assert page.evaluate("document.activeElement.textContent") == "Check"
    page.evaluate("model.set('value', 'passed'); model.set('_checks', 2)")
    assert status.text_content() == "✓ Passed. Nearly."
    assert page.get_by_text("✓ passed", exact=True).is_visible()
    assert page.errors == []


def test_hints_and_a_solution_that_asks_first(mount):
    page = mount_widget(mount, exercise())
    page.get_by_role("button", name="Hint (2 left)").click()
    assert page.evaluate("model.sent.at(-1)") == {"kind": "hint"}
    page.evaluate("model.set('_hints', ['a']); model.set('hints_shown', 1)")
    page.evaluate("model.set('_hints', ['a', 'b']); model.set('hints_shown', 2)")
    assert page.locator("li").all_text_contents() == ["a", "b"]
    sent = page.evaluate("model.sent.length")
    page.get_by_role("button", name="No more hints").click(force=True)
    page.get_by_role("button", name="Solution").click()
    assert page.evaluate("document.activeElement.textContent") == "Not yet"
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.textContent") == "Solution"
    assert page.evaluate("model.sent.length") == sent
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Show it").click()
    assert page.evaluate("model.sent.filter((m) => m.kind === 'solution')") == [{"kind": "solution"}]
    page.evaluate("model.set('_solution', 'tl.freeze(m, 3)'); model.set('solution_seen', true)")
    assert page.get_by_role("region", name="Solution").text_content() == "tl.freeze(m, 3)"
    assert page.get_by_role("button", name="Solution").count() == 0


def test_names_are_never_markup(mount):
    widget = exercise(hints=[BAD], solution=BAD)
    widget.check()
    widget.hint()
    widget.show_solution()
    page = mount_widget(mount, widget)
    assert page.locator("img").count() == 0
    assert page.evaluate("window.hacked") is None
    progress = mount_widget(mount, Progress([{"title": BAD, "guesses": (1, 2)}]))
    assert progress.locator("img").count() == 0
    assert progress.get_by_text(BAD).is_visible()


RECORD = [
    {"title": "Start here", "guesses": (1, 1), "quizzes": (1, 3), "exercises": (0, 1)},
    {"title": "Feature extraction", "guesses": (2, 2), "quizzes": (0, 2), "exercises": (1, 2), "claims": (3, 4)},
]


def test_progress_follows_python(mount):
    page = mount_widget(mount, Progress(RECORD))
    assert page.get_by_text("8 of 15 done").is_visible()
    rows = page.locator("tbody tr")
    assert rows.count() == 3
    assert rows.nth(0).locator("td").all_text_contents()[:3] == ["✓ 1 of 1", "1 of 3", "0 of 1"]
    assert rows.nth(2).locator("td").last.text_content() == "3 of 4"
    page.evaluate("model.set('value', [])")
    assert page.get_by_text("No lessons.").is_visible()
    assert not page.locator("table").is_visible()
    page.evaluate("cleanup()")
    assert page.evaluate("model.count('change:value')") == 0


@pytest.mark.parametrize(("width", "dark"), [(360, False), (360, True), (900, False), (900, True)])
def test_fits_and_looks_right(mount, shots, width, dark):
    widget = exercise()
    widget.check()
    widget.hint()
    widget.hint()
    widget.show_solution()
    for name, shown in (("exercise", widget), ("progress", Progress(RECORD))):
        page = mount_widget(mount, shown, width=width, dark=dark)
        drawn(page)
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        page.screenshot(path=shots / f"page_{name}_{width}_{'dark' if dark else 'light'}.png", full_page=True)
