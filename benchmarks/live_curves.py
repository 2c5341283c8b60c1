"""What LiveCurves cost: the kernel's CPU, the share of a training, and growth and flicker in a real browser.

python benchmarks/live_curves.py [--updates N] [--quick] [--no-browser] [--json]

- An update is four points (loss and accuracy, training and validation), sent at once together with the snapshot that a
  reloaded page needs: more than the callback does, which sends at most ten times a second. CPU seconds are those of all
  threads of a real kernel. livelossplot (``pip install livelossplot``; only this benchmark needs it) draws the same
  values with its defaults.
- The share of training is the CPU time in the callback's methods and in the kernel's sending thread, over that of the
  whole process during ``fit``; the image for the notebook, drawn once at the end of the cell, is given apart.
- Growth is measured in JupyterLab in headless Chromium: the browser's heap after garbage collection and the kernel's
  memory, at a tenth, at half and at the end of the updates. A point is 40 bytes in the kernel and 16 in the browser.
  At every frame it is noted whether the output is empty and how high it is.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(REPOSITORY / "tests" / "browser"))

COMMON = """
%matplotlib inline
import json, time, numpy as np, psutil
rng = np.random.default_rng(0)
def logs(i):
    loss = float(np.exp(-i / 30) + 0.02 * rng.normal())
    return {"loss": loss, "accuracy": 1 - 0.7 * loss, "val_loss": loss + 0.1, "val_accuracy": 0.95 - 0.7 * loss}
def cost(update, n, warm=3):
    values = [logs(i) for i in range(n + warm)]
    for i in range(warm): update(i, values[i])
    time.sleep(0.3)
    start = time.process_time()
    for i in range(warm, n + warm): update(i, values[i])
    used = time.process_time() - start
    print("RESULT", json.dumps(1e3 * used / n))
"""
OURS = """
from tlwidgets.widgets import LiveCurves
curves = LiveCurves(); curves.show(); run = curves.new_run("a")
def update(i, values):
    curves.add(run, i + 1, values)
    curves.flush()
cost(update, 100)
"""
POINTS_ONLY = OURS.replace("curves.flush()", "curves.flush(snapshot=False)")
LIVELOSSPLOT = """
import warnings; warnings.simplefilter("ignore")
from livelossplot import PlotLosses
plot = PlotLosses()
def update(i, values):
    plot.update(values); plot.send()
cost(update, %d)
"""
TRAIN = """
import keras, threading
from tlwidgets.widgets import LiveCurves
keras.utils.set_random_seed(0)
layers = keras.layers
model = keras.Sequential([keras.Input((32, 32, 3)), layers.Conv2D(32, 3, activation="relu"), layers.MaxPooling2D(),
    layers.Conv2D(64, 3, activation="relu"), layers.GlobalAveragePooling2D(), layers.Dense(10, "softmax")])
model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
x = rng.normal(size=(1600, 32, 32, 3)).astype("float32"); y = rng.integers(0, 10, 1600)
model.fit(x, y, validation_split=0.2, epochs=1, verbose=0)
curves = LiveCurves(); curves.show()
callback = curves.callback("run", per_batch=%d)
spent = [0.0]
def timed(method):
    def call(*args, **keys):
        start = time.thread_time()
        try: return method(*args, **keys)
        finally: spent[0] += time.thread_time() - start
    return call
for name in dir(callback):
    if name.startswith("on_"): setattr(callback, name, timed(getattr(callback, name)))
sender = get_ipython().kernel.iopub_thread.thread.native_id
def sending(): return next(t.user_time + t.system_time for t in psutil.Process().threads() if t.id == sender)
before, start = sending(), time.process_time()
model.fit(x, y, validation_split=0.2, epochs=%d, verbose=0, callbacks=[callback])
whole = time.process_time() - start
sent = sending() - before
start = time.process_time(); curves.static()._repr_mimebundle_(); image = time.process_time() - start
print("RESULT", json.dumps({"share": (spent[0] + sent) / whole, "callback_s": spent[0], "sending_s": sent,
    "whole_s": whole, "image_s": image, "batches": callback.batches, "points": len(curves._points)}))
"""
GROW = """
for i in range(len(curves._points) // 4, %d):
    curves.add(run, i + 1, logs(i))
    curves.flush(snapshot=False)
    if i %% 20 == 0: time.sleep(0.03)
    if i %% 500 == 0: curves.flush()
curves.flush()
import gc; gc.collect()
print(psutil.Process().memory_info().rss / 1e6)
"""
WATCH = """() => {
  const output = document.querySelector(".tlw-curves").closest(".jp-Cell-outputArea");
  window.seen = { frames: 0, empty: 0, heights: {} };
  const look = () => {
    const box = output.querySelector(".tlw-curves");
    seen.frames += 1;
    if (!box || !box.offsetHeight || !box.querySelector(".tlw-plots svg > *")) seen.empty += 1;
    seen.heights[output.offsetHeight] = (seen.heights[output.offsetHeight] ?? 0) + 1;
    requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
}"""


def in_kernel(*cells: str) -> Any:
    """Run cells in a new kernel and return what the last one printed as its result; None after an ImportError."""
    import runpy

    kernel = runpy.run_path(str(REPOSITORY / "tests" / "widgets" / "conftest.py"))["Kernel"]({})
    try:
        for code in cells[:-1]:
            kernel.run(code, timeout=300)
        (cell,) = kernel.wait(kernel.send(cells[-1]), timeout=500)
    finally:
        kernel.close()
    if "ModuleNotFoundError" in cell.error:
        return None
    if cell.error:
        raise RuntimeError(cell.error)
    return json.loads(cell.text.rsplit("RESULT", 1)[1].strip().splitlines()[0])


def in_browser(updates: int) -> dict[str, Any]:
    """Let a notebook grow and return heap, memory and frames."""
    from jupyterlab_harness import CHROMIUM_ARGUMENTS, Lab, Notebook
    from playwright.sync_api import sync_playwright

    marks = (updates // 10, updates // 2, updates)
    show = "from tlwidgets.widgets import LiveCurves\ncurves = LiveCurves(); curves.show(); run = curves.new_run('a')\n"
    cells = [COMMON + show + GROW % 2, *(GROW % mark for mark in marks), "curves.clear()"]
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder, Lab(Path(folder)) as lab:
        chromium = playwright.chromium.launch(executable_path=find_chromium(), args=CHROMIUM_ARGUMENTS)
        notebook = Notebook(lab, chromium, cells, {"width": 1100, "height": 900})
        page = notebook.page
        session = page.context.new_cdp_session(page)

        def heap() -> float:
            session.send("HeapProfiler.enable")
            for _ in range(3):
                session.send("HeapProfiler.collectGarbage")
            return float(session.send("Runtime.getHeapUsage")["usedSize"] / 1e6)

        notebook.run(0)
        page.wait_for_function("document.querySelector('.tlw-curves')?.dataset.points === '8'")
        page.evaluate(WATCH)
        heaps, memory, seconds = [], [], []
        for cell, mark in enumerate(marks, 1):
            start = time.monotonic()
            notebook.run(cell)
            page.wait_for_function(
                "(n) => document.querySelector('.tlw-curves').dataset.points === String(n)", arg=4 * mark
            )
            seconds.append(time.monotonic() - start)
            memory.append(float(notebook.text(cell)))
            heaps.append(heap())
        seen = page.evaluate("seen")
        notebook.run(len(marks) + 1)
        page.wait_for_function("document.querySelector('.tlw-curves').dataset.points === '0'")
        cleared = heap()
        notebook.close()
        chromium.close()
    later = marks[2] - marks[1]
    return {
        "updates": marks, "heap_mb": heaps, "heap_cleared_mb": cleared, "kernel_mb": memory,
        "points_in_browser_mb": 4 * later * 16 / 1e6, "points_in_kernel_mb": 4 * later * 40 / 1e6,
        "frames": seen["frames"], "empty_frames": seen["empty"], "heights": len(seen["heights"]),
        "seconds": seconds, "errors": len(notebook.page_errors),
    }  # fmt: skip


def find_chromium() -> str:
    """Return the browser: CHROMIUM, or the usual names."""
    import shutil

    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
    found = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, names)), None)
    if found is None:
        sys.exit("No Chromium found: install it or set CHROMIUM, or leave this part out with --no-browser.")
    return found


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--updates", type=int, default=10_000, help="updates in the browser (default: %(default)s)")
    parser.add_argument("--quick", action="store_true", help="fewer updates everywhere")
    parser.add_argument("--no-browser", action="store_true", help="only the kernel")
    parser.add_argument("--json", action="store_true", help="end with one line of JSON")
    options = parser.parse_args()
    updates = 500 if options.quick else options.updates

    ours, points = in_kernel(COMMON, OURS), in_kernel(COMMON, POINTS_ONLY)
    print(f"LiveCurves: {ours:.3f} ms of kernel CPU an update with the snapshot, {points:.3f} ms for the points alone")
    other = in_kernel(COMMON, LIVELOSSPLOT % (10 if options.quick else 100))
    if other is None:
        print("livelossplot is not installed, so there is no ratio: pip install livelossplot (only needed here).")
    else:
        print(f"livelossplot: {other:.1f} ms, {other / ours:.0f} times as much")
    epochs = 3 if options.quick else 15
    shares = {}
    for per_batch, words in ((0, "a point per epoch"), (1, "a point per batch")):
        found = shares[words] = in_kernel(COMMON, TRAIN % (per_batch, epochs))
        batches = found["batches"] // epochs
        print(
            f"{words}: {100 * found['share']:.2f} % of the CPU of a training of {found['whole_s']:.1f} s "
            f"({epochs} epochs of {batches} batches); the image at the end {1e3 * found['image_s']:.0f} ms"
        )
    result: dict[str, Any] = {
        "live_curves_ms": ours,
        "points_only_ms": points,
        "livelossplot_ms": other,
        "livelossplot_ratio": None if other is None else other / ours,
        "cpu_share": shares["a point per epoch"]["share"],
        "cpu_share_per_batch": shares["a point per batch"]["share"],
        "image_ms": 1e3 * shares["a point per epoch"]["image_s"],
    }
    if not options.no_browser:
        grown = result["browser"] = in_browser(updates)
        heap, memory = grown["heap_mb"], grown["kernel_mb"]
        print(
            f"browser heap after {', '.join(f'{n:,}' for n in grown['updates'])} updates: "
            f"{', '.join(f'{h:.1f}' for h in heap)} MB; in the second half {heap[2] - heap[1]:+.2f} MB, of which "
            f"{grown['points_in_browser_mb']:.2f} MB are points; {grown['heap_cleared_mb']:.1f} MB when cleared"
        )
        print(
            f"kernel: {', '.join(f'{m:.0f}' for m in memory)} MB; in the second half {memory[2] - memory[1]:+.1f} MB, "
            f"of which {grown['points_in_kernel_mb']:.1f} MB are points"
        )
        print(f"{grown['frames']} frames: {grown['empty_frames']} empty, {grown['heights']} different heights")
    if options.json:
        print(json.dumps(result))


if __name__ == "__main__":
    main()
