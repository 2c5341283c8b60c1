"""How long a widget takes from a move of the hand to the new image, in headless Chromium.

python benchmarks/widgets.py [--moves N] [--only NAME] [--json]

Each widget is put into an empty page with all it holds and moved, one move after another: a slider is dragged,
elsewhere an arrow key moves on. Measured is the time from the event (its own time stamp) to the end of the frame that
shows it, so the wait for that frame (up to 17 ms at 60 Hz) is in it. Beside it stands the time in scripts, and in style
and layout, by Chromium's own counters. Keras, JupyterLab and the kernel have no part in it.
"""

from __future__ import annotations

import argparse
import json
import runpy
import statistics
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "tests" / "browser"))

LIMIT = 50.0
"""Milliseconds that a move may take, at the median."""

LISTEN = """() => {
  window.times = [];
  const channel = new MessageChannel();
  const waiting = [];
  channel.port1.onmessage = () => { for (const t of waiting.splice(0)) times.push(performance.now() - t); };
  const heard = (event) => requestAnimationFrame(() => {
    waiting.push(event.timeStamp);
    channel.port2.postMessage(0);
  });
  for (const name of ["pointermove", "keydown"]) document.addEventListener(name, heard, true);
}"""


def network(layers: int) -> Any:
    """A built network with this many layers, every third a BatchNorm, in models of 100 (Keras walks a chain by
    recursion).
    """
    import keras

    kinds = [keras.layers.BatchNormalization if i % 3 == 2 else keras.layers.Dense for i in range(layers - 1)]
    made = [kind() if kind is keras.layers.BatchNormalization else kind(4) for kind in kinds]
    parts = [keras.Sequential([keras.Input((4,)), *made[i : i + 100]]) for i in range(0, layers - 1, 100)]
    return keras.Sequential([keras.Input((4,)), *parts, keras.layers.Dense(2, "softmax")])


def freeze_slider(layers: int) -> Any:
    """A FreezeSlider."""
    from tlwidgets.widgets import FreezeSlider

    return FreezeSlider(network(layers), frozen_to=0)


def training_panel() -> Any:
    """A panel over 200 layers."""
    from tlwidgets.widgets.training_panel import TrainingPanel

    y = np.arange(40) % 2
    return TrainingPanel(network(200), (np.zeros((40, 4), "float32"), y), frozen_to=0)


def live_curves() -> Any:
    """Four runs of 1,000 epochs: 16,000 points."""
    from tlwidgets.widgets import LiveCurves

    curves = LiveCurves()
    for name in ("from scratch", "frozen base", "partial", "fine-tuned"):
        run = curves.new_run(name)
        for i in range(1000):
            loss = 1 / (1 + i / 50)
            logs = {"loss": loss, "val_loss": 1.1 * loss, "accuracy": 1 - loss / 2, "val_accuracy": 1 - loss / 1.9}
            curves.add(run, i + 1, logs)
    curves._finish("done")
    return curves


def score_scatter() -> Any:
    """5,000 points."""
    from tlwidgets.widgets import ScoreScatter

    truth = np.random.default_rng(0).random(5000)
    return ScoreScatter({"LogME": truth * 2, "LEEP": truth**2}, truth, [f"source {i}" for i in range(5000)])


def feature_map() -> Any:
    """5,000 points with images."""
    from tlwidgets.widgets.feature_map import FeatureMap

    rng = np.random.default_rng(0)
    y = rng.integers(0, 10, 5000)
    x = rng.normal(size=(5000, 16)) + y[:, None]
    images = rng.integers(0, 256, (5000, 12, 12)).astype("uint8")
    return FeatureMap({"before": x, "after": 2 * x}, y, [f"class {k}" for k in range(10)], images=images)


def confusion_matrix() -> Any:
    """60 classes, 5,000 examples."""
    from tlwidgets.widgets import ConfusionMatrix

    rng = np.random.default_rng(0)
    y = rng.integers(0, 60, 5000)
    return ConfusionMatrix(
        y, np.where(rng.random(5000) < 0.7, y, rng.integers(0, 60, 5000)), [f"c{k}" for k in range(60)]
    )


def transfer_matrix() -> Any:
    """30 sources, 30 targets, two methods."""
    from tlwidgets.widgets import TransferMatrix

    names = [f"d{k}" for k in range(30)]
    rng = np.random.default_rng(0)
    runs = {(s, t, m): rng.random(3) for s in names for t in names for m in ("frozen", "tuned")}
    return TransferMatrix(runs, {name: rng.random(3) for name in names})


DRAG, KEYS = "drag", "keys"
CASES: dict[str, tuple[Callable[[], Any], str, str]] = {
    "FreezeSlider, 200 layers": (lambda: freeze_slider(200), DRAG, "[role=slider]"),
    "FreezeSlider, 2,000 layers": (lambda: freeze_slider(2000), DRAG, "[role=slider]"),
    "TrainingPanel, 200 layers": (training_panel, DRAG, "[role=slider]"),
    "LiveCurves, smoothing 16,000 points": (live_curves, KEYS, "input[type=range]"),
    "FeatureMap, 5,000 points": (feature_map, KEYS, "[tabindex='0']"),
    "ScoreScatter, 5,000 points": (score_scatter, KEYS, "[role=slider]"),
    "ConfusionMatrix, 60 classes": (confusion_matrix, KEYS, "[role=gridcell]"),
    "TransferMatrix, 30 x 30": (transfer_matrix, KEYS, "[role=gridcell]"),
}
"""What is measured: how it is made, how it is moved, where."""


class Pages:
    """Empty pages in Chromium, as the tests make them."""

    def __init__(self, chromium: Any) -> None:
        self._chromium = chromium
        self._code = runpy.run_path(str(HERE.parent / "tests" / "browser" / "conftest.py"))

    def __call__(self, widget: Any, state: dict[str, Any]) -> Any:
        page = self._chromium.new_context(viewport={"width": 900, "height": 800}).new_page()
        page.set_content(f'<html lang="en"><head><style>{widget._css}</style></head><body></body></html>')
        page.evaluate("(code) => { (0, eval)(code); }", self._code["_FAKE_MODEL"])
        page.evaluate(self._code["_MOUNT"], [str(widget._esm), state])
        return page


def measure(pages: Pages, case: str, moves: int) -> dict[str, Any]:
    """Return median, worst and 95th percentile of the times of one widget in milliseconds, and its script time."""
    from live_page import drawn, mount_widget

    build, method, where = CASES[case]
    page = mount_widget(pages, build())
    drawn(page)
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable")

    def counters() -> dict[str, float]:
        return {m["name"]: m["value"] for m in session.send("Performance.getMetrics")["metrics"]}

    target = page.locator(where).first
    target.focus()
    box = target.bounding_box()
    if method == DRAG:
        page.mouse.move(box["x"] + 5, box["y"] + box["height"] / 2)
        page.mouse.down()
    page.evaluate(LISTEN)
    before = counters()
    for i in range(moves):
        if method == DRAG:
            page.mouse.move(box["x"] + (i + 1) * box["width"] / (moves + 1), box["y"] + box["height"] / 2)
        else:
            page.keyboard.press("ArrowRight" if i % 20 < 10 else "ArrowLeft")
        page.wait_for_function("(n) => times.length >= n", arg=i + 1, polling=5)
    after = counters()
    times = sorted(page.evaluate("times"))
    page.context.close()
    spent = {
        n: 1e3 * (after[n] - before[n]) / moves for n in ("ScriptDuration", "LayoutDuration", "RecalcStyleDuration")
    }
    return {
        "widget": case,
        "median_ms": statistics.median(times),
        "p95_ms": times[int(0.95 * (len(times) - 1))],
        "worst_ms": times[-1],
        "script_ms": spent["ScriptDuration"],
        "layout_ms": spent["LayoutDuration"] + spent["RecalcStyleDuration"],
    }


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--moves", type=int, default=60, help="moves of each widget (default: %(default)s)")
    parser.add_argument("--only", default="", help="only the widgets whose name holds this")
    parser.add_argument("--json", action="store_true", help="end with one line of JSON")
    options = parser.parse_args()
    from jupyterlab_harness import CHROMIUM_ARGUMENTS
    from live_curves import find_chromium
    from playwright.sync_api import sync_playwright

    rows = []
    print(f"{'widget':38}{'median':>9}{'95 %':>9}{'worst':>9}{'script':>9}{'layout':>9}   ms")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=find_chromium(), args=CHROMIUM_ARGUMENTS)
        pages = Pages(chromium)
        for case in (case for case in CASES if options.only in case):
            row = measure(pages, case, options.moves)
            rows.append(row)
            figures = "".join(f"{row[k]:9.1f}" for k in ("median_ms", "p95_ms", "worst_ms", "script_ms", "layout_ms"))
            print(f"{case:38}{figures}   {'' if row['median_ms'] <= LIMIT else 'too slow'}", flush=True)
        chromium.close()
    if options.json:
        print(json.dumps({"moves": options.moves, "limit_ms": LIMIT, "widgets": rows}))


if __name__ == "__main__":
    main()
