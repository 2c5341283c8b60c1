"""The marks of start, slope and asymptote in a bare page."""

from __future__ import annotations

import math

import pytest
from live_page import drawn, mount_widget

from tlwidgets.widgets import LiveCurves


def curves_of(*names, status="done"):
    curves = LiveCurves(title="Noto styles")
    for k, name in enumerate(names):
        run = curves.new_run(name)
        for epoch in range(20):
            done = 1 - math.exp(-(epoch + 1) * (0.1 + 0.2 * k))
            value = 0.2 + 0.15 * k + (0.5 - 0.03 * k) * done
            logs = {"loss": 1.7 - 1.2 * value, "val_loss": 1.8 - 1.2 * value}
            curves.add(run, epoch + 1, {**logs, "accuracy": value + 0.04, "val_accuracy": value})
    curves._finish(status)
    return curves


@pytest.mark.parametrize(("width", "dark"), [(360, False), (900, False), (900, True)])
def test_two_runs_are_compared(mount, shots, width, dark):
    page = mount_widget(mount, curves_of("from scratch", "fine-tuned"), width=width, dark=dark)
    page.locator(".tlw-effect").first.wait_for(state="attached")
    assert page.locator(".tlw-effect-number").all_text_contents() == ["1", "2", "3"]
    assert page.locator(".tlw-effects li").count() == 3
    assert page.locator(".tlw-effects li").first.text_content().startswith("Higher start: 0.472 instead of 0.248")
    assert "NaN" not in page.locator(".tlw-plots").inner_html()
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert page.errors == []
    page.screenshot(path=shots / f"page_curves_effects_{width}_{'dark' if dark else 'light'}.png", full_page=True)


def test_hiding_all_but_two(mount):
    bad = "<img src=x onerror=window.hacked=1>"
    page = mount_widget(mount, curves_of("from scratch", bad, "fine-tuned"))
    drawn(page)
    assert page.get_by_text("Hide all lines but two").is_visible()
    page.get_by_role("button", name="fine-tuned").click()
    page.get_by_text(f"{bad} against from scratch, validation accuracy:").wait_for()
    assert page.locator("img").count() == 0
    page.evaluate("model.set('_effects', [])")  # training begins
    page.wait_for_function("!document.querySelector('.tlw-effect')")
    assert page.locator(".tlw-effects").text_content() == ""
