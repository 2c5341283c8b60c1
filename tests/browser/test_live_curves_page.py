"""LiveCurves' JavaScript and CSS in a bare page."""

from __future__ import annotations

import math

import pytest

from tlwidgets.widgets import LiveCurves

RUNS = [
    {"name": "from scratch", "line": "from scratch", "color": "scratch", "marker": "circle"},
    {"name": "frozen base", "line": "frozen base", "color": "frozen-base", "marker": "square"},
    {"name": "fine-tuned", "line": "fine-tuned", "color": "tuned", "marker": "triangle"},
]
FEED = """(points) => model.fire('msg:custom', { kind: 'points' },
  [new DataView(new Float32Array(points.map((v) => (v === null ? NaN : v))).buffer)])"""


def state(**changes):
    values = {
        "title": "Training", "status": "running", "stop": False, "paused": False, "_runs": RUNS[:1],
        "smoothing": 0.0, "metrics": ["loss", "accuracy"], "hidden": [], "text": "", "_gaps": [],
        "value": {"status": "running", "run": "from scratch", "epoch": 2, "epochs": 10},
        "_controls": "live", "_snapshot": None,
    }  # fmt: skip
    return {**values, **changes}


def curves(runs, epochs=20):
    """Points of plausible learning curves."""
    points = []
    for run in range(runs):
        for epoch in range(1, epochs + 1):
            done = 1 - math.exp(-epoch * (0.08 + 0.1 * run))
            for split in (0, 1):
                gap = 0.06 * split * done
                points += [run, 0, split, epoch, 1.6 - 1.2 * done + 2 * gap]
                points += [run, 1, split, epoch, 0.2 + 0.2 * run + (0.7 - 0.2 * run) * done - gap]
    return points


def box_of(page):
    return page.locator(".tlw-curves").first


def wait_points(page, count):
    page.wait_for_function("(n) => document.querySelector('.tlw-curves').dataset.points === String(n)", arg=count)


def test_new_points_are_added(mount):
    page = mount(LiveCurves, state())
    page.evaluate(FEED, [0, 0, 0, 1, 0.9, 0, 0, 1, 1, 0.8, 0, 1, 1, 1, 0.4])
    wait_points(page, 3)
    label = page.get_by_role("img").first.get_attribute("aria-label")
    assert label == "loss: from scratch training 0.900, from scratch validation 0.800"
    page.evaluate(FEED, [0, 0, 0, 2, 0.5])
    wait_points(page, 4)
    assert "training 0.500" in page.get_by_role("img").first.get_attribute("aria-label")
    assert page.errors == []


def test_snapshot_replaces_and_a_second_view_is_complete(mount):
    page = mount(LiveCurves, state())
    page.evaluate(FEED, [0, 0, 0, 1, 0.9])
    wait_points(page, 1)
    page.evaluate(
        "model.set('_snapshot', new DataView(new Float32Array([0,0,0,1,.9, 0,0,0,2,.7, 0,0,0,3,.6]).buffer));"
        "model.fire('change:_snapshot')"
    )
    wait_points(page, 3)
    page.evaluate("addView()")
    page.wait_for_function("document.querySelectorAll('.tlw-curves')[1].dataset.points === '3'")


def test_buttons(mount):
    page = mount(LiveCurves, state())
    pause = page.get_by_role("button", name="Pause")
    pause.click()
    assert page.evaluate("model.saved.at(-1)") == {"paused": True}
    resume = page.get_by_role("button", name="Resume")
    assert resume.get_attribute("aria-pressed") == "true"
    assert page.get_by_role("status").text_content() == "pausing after this batch…"
    page.evaluate("model.set('status', 'paused')")
    assert page.get_by_role("status").text_content() == "paused"
    resume.click()
    assert page.evaluate("model.saved.at(-1).paused") is False
    stop = page.get_by_role("button", name="Stop")
    stop.click()
    assert page.evaluate("model.saved.at(-1)") == {"stop": True}
    assert stop.is_disabled()
    page.evaluate("model.set('status', 'stopped')")
    assert page.get_by_role("status").text_content() == "stopped"


def test_says_when_only_the_interrupt_button_works(mount):
    page = mount(LiveCurves, state(_controls="interrupt"))
    assert page.get_by_role("button", name="Stop").is_disabled()
    assert page.get_by_text("Use its interrupt button").is_visible()
    page.evaluate("model.set('status', 'done')")
    assert not page.get_by_text("Use its interrupt button").is_visible()


def test_legend_hides_and_shows(mount):
    page = mount(LiveCurves, state(_runs=RUNS))
    page.evaluate(FEED, curves(3))
    wait_points(page, 240)
    button = page.get_by_role("button", name="frozen base")
    assert button.get_attribute("aria-pressed") == "true"
    button.focus()
    page.keyboard.press("Enter")
    assert page.evaluate("model.saved.at(-1)") == {"hidden": ["frozen base"]}
    assert button.get_attribute("aria-pressed") == "false"
    page.wait_for_function("document.querySelectorAll('[data-line=\"frozen base\"]').length === 0")
    assert page.evaluate("document.activeElement.textContent") == "frozen base"  # the focus stays
    page.keyboard.press("Enter")
    page.wait_for_function("document.querySelectorAll('[data-line=\"frozen base\"]').length === 2")


def test_smoothing_by_keyboard(mount):
    page = mount(LiveCurves, state())
    page.evaluate(FEED, curves(1))
    wait_points(page, 80)
    slider = page.get_by_role("slider", name="Smoothing")
    slider.focus()
    page.keyboard.press("ArrowRight")
    assert page.evaluate("model.state.smoothing") == pytest.approx(0.05)
    page.wait_for_function("document.querySelectorAll('.tlw-raw').length === 4")


def test_a_gap_and_a_lonely_point(mount):
    page = mount(LiveCurves, state(_gaps=["from scratch: training loss was not a number"]))
    values = (1, 0.9, None, 0.7, None, 0.5, 0.4)
    page.evaluate(FEED, [v for e, y in enumerate(values) for v in (0, 0, 0, e + 1, y)])
    wait_points(page, 7)
    path = page.locator(".tlw-train").first.get_attribute("d")
    assert "NaN" not in path
    assert path.count("M") == 4  # three pieces, and a dash for the single point between two gaps
    assert page.get_by_text("from scratch: training loss was not a number").is_visible()


def test_seeds_are_a_band(mount):
    runs = [{**RUNS[1], "name": f"seed {i}", "line": "frozen base"} for i in range(3)]
    page = mount(LiveCurves, state(_runs=runs))
    page.evaluate(FEED, curves(3))
    wait_points(page, 240)
    assert page.locator(".tlw-band").count() == 2  # validation, in both panels
    assert page.get_by_role("button", name="frozen base (3 runs)").is_visible()


def test_names_are_never_markup(mount):
    bad = "<img src=x onerror=window.hacked=1>日本"
    runs = [{**RUNS[0], "name": bad, "line": bad}, RUNS[1]]
    page = mount(LiveCurves, state(_runs=runs, title=bad, text=bad, _gaps=[bad], metrics=["loss", bad]))
    page.evaluate(FEED, curves(2))
    wait_points(page, 160)
    assert page.locator("img").count() == 0
    assert page.evaluate("window.hacked") is None
    assert page.errors == []


def test_views_are_cleaned_up(mount):
    page = mount(LiveCurves, state())
    page.evaluate("cleanup()")
    assert page.evaluate("model.count('change:status') + model.count('change:_runs')") == 0


def test_many_points(mount):
    page = mount(LiveCurves, state())
    page.evaluate(
        """async () => {
          for (let i = 1; i <= 1000; i += 1) {
            const four = [0,0,0,i,1/i, 0,0,1,i,1.1/i, 0,1,0,i,.5, 0,1,1,i,.4];
            model.fire('msg:custom', { kind: 'points' }, [new DataView(new Float32Array(four).buffer)]);
            if (i % 10 === 0) await new Promise(requestAnimationFrame);
          }
        }"""
    )
    wait_points(page, 4000)
    paints = page.evaluate("Number(document.querySelector('.tlw-curves').dataset.paints)")
    assert paints <= 110, "a thousand messages in a hundred frames"


@pytest.mark.parametrize("width", [360, 900])
@pytest.mark.parametrize("dark", [False, True])
def test_fits_and_looks_right(mount, shots, width, dark):
    page = mount(LiveCurves, state(_runs=RUNS, title="Noto styles, 20 images per class"), width=width, dark=dark)
    page.evaluate(FEED, curves(3))
    wait_points(page, 240)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    sizes = page.evaluate(
        "[...document.querySelectorAll('svg text')].map((t) => parseFloat(getComputedStyle(t).fontSize))"
    )
    assert min(sizes) >= 11
    targets = page.evaluate(
        "[...document.querySelectorAll('button, input')].map((b) => b.getBoundingClientRect().height)"
    )
    assert min(targets) >= 24
    page.screenshot(path=shots / f"page_curves_{width}_{'dark' if dark else 'light'}.png", full_page=True)
