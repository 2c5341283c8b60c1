"""BatchNormScope in an empty page: samples that come in, layers, words."""

from __future__ import annotations

import numpy as np
import pytest
from live_page import drawn, encode, mount_widget
from playwright.sync_api import expect

from tlwidgets.widgets.batchnorm_scope import BatchNormScope

LAYERS = ["block1_bn", "block3_bn"]


def scope(names=("all free", "training=False", "trainable=False"), label="Running statistics", layers=LAYERS, steps=60):
    widget = BatchNormScope(label=label)
    rng = np.random.default_rng(0)
    for k, name in enumerate(names):
        run = widget._begin(name, list(layers), 12, None)
        for step in range(steps):
            rows = np.zeros((len(layers), 2, 3), "float32")
            rows[:, 1] = 1
            if not k:
                rows[:, 0] = (1 - np.exp(-step / 15)) * np.array([0.2, 0.8, 1.9]) + rng.normal(0, 0.01, 3)
                rows[:, 1] = np.exp((1 - np.exp(-step / 20)) * np.array([-0.3, 0.4, 1.1]))
            run.add(step, rows)
        run.statistics_moved = [] if k else list(layers)
        run.weights_moved = list(layers) if k < 2 else []
        run.status = "done"
    widget._flush()
    return widget


def test_words_and_charts(mount):
    page = mount_widget(mount, scope())
    drawn(page)
    items = page.locator(".tlw-scope-list li").all_text_contents()
    assert items[0].startswith("≠all free: moved")
    assert items[1].startswith("=training=False: stayed")
    chart = page.get_by_role("img", name="block1_bn, mean").get_attribute("aria-label")
    assert "training=False: 0 at step 59" in chart
    assert "training=False: × 1 at step 59" in page.get_by_role("img", name="block1_bn, variance").get_attribute(
        "aria-label"
    )
    dashes = page.locator(".tlw-scope-body .tlw-scope-line").evaluate_all(
        "(all) => all.map((p) => p.getAttribute('stroke-dasharray'))"
    )
    assert len(set(dashes)) == 3
    # lines that stay lie on each other, their markers do not
    places = page.locator(".tlw-scope-body .tlw-scope-dot").evaluate_all("(all) => all.map((p) => p.getAttribute('d'))")
    assert len(set(places)) == 6
    assert page.errors == []


def test_by_keyboard_alone(mount):
    page = mount_widget(mount, scope())
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowDown")
    assert page.evaluate("model.saved.at(-1)") == {"value": "block3_bn"}
    drawn(page)
    assert page.get_by_role("img", name="block3_bn, mean").is_visible()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.locator("tbody tr").first.wait_for()
    assert page.locator("tbody tr").count() == 6


def test_samples_that_come_in(mount):
    page = mount_widget(mount, BatchNormScope())
    drawn(page)
    assert page.get_by_text("No run yet").is_visible()
    one, two = scope(steps=1), scope(steps=30)
    for widget in (one, two):
        state = encode({name: getattr(widget, name) for name in ("names", "value", "_runs", "_words")})
        page.evaluate("(state) => Object.entries(decode(state)).forEach(([k, v]) => model.set(k, v))", state)
        drawn(page)
    assert page.locator(".tlw-scope").get_attribute("data-samples") == "90"
    assert not page.get_by_text("No run yet").is_visible()
    assert "at step 29" in page.get_by_role("img", name="mean").get_attribute("aria-label")
    page.evaluate("addView()")
    drawn(page)
    page.evaluate("cleanup()")
    assert page.evaluate("model.count('change:_runs')") == 1
    assert page.errors == []


def test_names_are_never_markup(mount):
    bad = "<img src=x onerror=window.hacked=1>日本"
    page = mount_widget(mount, scope([bad], bad, [bad]))
    drawn(page)
    page.locator("summary").click()
    assert page.get_by_text(bad).first.is_visible()
    assert page.locator("img").count() == 0
    assert page.evaluate("window.hacked") is None


def test_numbers_that_are_none(mount):
    widget = BatchNormScope()
    run = widget._begin("a", ["bn"], 1, None)
    for step, v in enumerate((0, np.nan, 1e30)):
        run.add(step, np.full((1, 2, 3), v, "float32"))
    widget._begin("no BatchNorm", [], 0, None)
    widget._flush()
    page = mount_widget(mount, widget)
    drawn(page)
    assert "NaN" not in page.locator(".tlw-scope-body").inner_html()
    assert page.get_by_text("the model has no BatchNorm layer").is_visible()
    assert page.errors == []


@pytest.mark.parametrize("width", [360, 900])
@pytest.mark.parametrize("dark", [False, True])
def test_fits(mount, shots, width, dark):
    page = mount_widget(mount, scope(), width=width, dark=dark)
    drawn(page)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    page.screenshot(path=shots / f"page_scope_{width}_{'dark' if dark else 'light'}.png", full_page=True)


def test_in_jupyterlab_samples_come_while_fit_runs(open_notebook):
    make = """
import keras, numpy as np, time
from tlwidgets.widgets.batchnorm_scope import BatchNormScope
model = keras.Sequential([keras.Input((4,)), keras.layers.BatchNormalization(name="bn"), keras.layers.Dense(1)])
model.compile("sgd", "mse")
class Slow(keras.callbacks.Callback):
    def on_train_batch_end(self, batch, logs=None): time.sleep(0.02)
x = np.random.normal(3, 2, size=(64, 4))
scope = BatchNormScope()
scope
"""
    fit = "model.fit(x, x[:, :1], batch_size=8, epochs=40, verbose=0, callbacks=[scope.callback('all free'), Slow()]);"
    notebook = open_notebook(
        [make, fit, "print(scope.moved('all free'), len(scope.history('all free', 'bn')['step']))"]
    )
    notebook.run(0)
    page = notebook.page
    page.get_by_text("No run yet").wait_for()
    notebook.start(1)
    # while it runs: some samples are there, and the words say "so far"
    page.wait_for_function(
        "() => { const box = document.querySelector('.tlw-scope');"
        " return box.dataset.samples > 2 && box.dataset.samples < 108 && box.textContent.includes('moved so far'); }"
    )
    notebook.wait()
    page.get_by_text("all free: moved, the statistics of 1 of 1 layer after 320 steps").wait_for()
    expect(page.locator(".tlw-scope")).to_have_attribute("data-samples", "108")
    assert notebook.ask(2, "['bn'] 108") == "['bn'] 108"
