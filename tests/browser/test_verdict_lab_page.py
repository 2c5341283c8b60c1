"""VerdictLab in an empty page: every handle moved by keyboard, and the verdict in word, sign and colour."""

from __future__ import annotations

from live_page import drawn, mount_widget

from tlwidgets.widgets.verdict_lab import VerdictLab


def test_by_keyboard_alone(mount):
    page = mount_widget(mount, VerdictLab(mean=0.03, spread=0.04, seeds=5, margin=0.02))
    drawn(page)
    said, box = page.get_by_role("status"), page.locator(".tlw-verdict")
    assert "○ Not settled: the interval holds 0" in said.text_content()
    assert page.locator(".tlw-verdict-dot").count() == 5
    seeds = page.get_by_role("slider", name="Seeds", exact=True)
    seeds.focus()
    for _ in range(15):
        page.keyboard.press("ArrowRight")
    assert seeds.get_attribute("aria-valuetext") == "20"
    assert page.locator(".tlw-verdict-dot").count() == 20
    assert "✔ Holds: the interval lies above 0" in said.text_content()
    assert box.get_attribute("data-verdict") == "holds"
    page.wait_for_function("model.saved.at(-1)?.seeds === 20")
    page.get_by_role("slider", name="Mean difference").focus()
    page.keyboard.press("Home")
    assert "✘ Does not hold" in said.text_content()
    page.get_by_label("it is worse").check()
    assert "✔ Holds: the interval lies below 0" in said.text_content()
    assert page.evaluate("model.get('expect')") == "less"
    assert page.errors == []


def test_the_three_verdicts_look_different(mount):
    looks = set()
    for mean in (-0.08, 0.0, 0.08):
        page = mount_widget(mount, VerdictLab(mean=mean, spread=0.05))
        drawn(page)
        style = "getComputedStyle(document.querySelector('{}')).{}"
        looks.add(
            (
                page.evaluate(style.format(".tlw-verdict-interval", "stroke")),
                page.evaluate(style.format(".tlw-verdict-said", "borderLeftStyle")),
            )
        )
    assert len(looks) == 3
    assert len({color for color, _ in looks}) == len({line for _, line in looks}) == 3
