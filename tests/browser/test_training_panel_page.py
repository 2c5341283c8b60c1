"""TrainingPanel in a bare page, and trained by its button in JupyterLab."""

from __future__ import annotations

import numpy as np
import pytest
from live_page import drawn, mount_widget

from tlwidgets.widgets.training_panel import TrainingPanel


@pytest.fixture(scope="module")
def panel():
    """A panel with two runs, of which the second has the settings of now."""
    import keras

    keras.utils.set_random_seed(0)
    layers = keras.layers
    model = keras.Sequential(
        [
            keras.Input((8, 8, 3)),
            layers.Conv2D(4, 3, name="block1_conv"),
            layers.BatchNormalization(name="block1_bn"),
            layers.Conv2D(4, 3, name="block2_conv"),
            layers.GlobalAveragePooling2D(name="pool"),
            layers.Dense(3, "softmax", name="head"),
        ]
    )
    rng = np.random.default_rng(0)
    y = rng.integers(0, 3, 90)
    x = rng.normal(size=(90, 8, 8, 3)).astype("float32") + y[:, None, None, None]
    panel = TrainingPanel(
        model, (x[:60], y[:60]), validation_data=(x[60:], y[60:]), frozen_to=4, learning_rate=0.02, epochs=6
    )
    panel.train()
    panel.freeze.value = 0
    panel.train()
    return panel


def fresh(mount, panel, **options):
    page = mount_widget(mount, panel, **options)
    drawn(page)
    return page


def test_all_parts_are_there_and_speak_to_the_panel(mount, panel):
    page = fresh(mount, panel)
    slider = page.get_by_role("slider", name="Frozen layers")
    assert slider.get_attribute("aria-valuenow") == "0"
    slider.focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_function("model.saved.length > 0")
    assert page.evaluate("model.saved.at(-1)") == {"_freeze_value": 1}
    assert page.evaluate("model.sent") == [], "nothing trains by itself"
    page.wait_for_function("Number(document.querySelector('.tlw-curves').dataset.points) === 48")
    page.get_by_role("button", name="1: frozen base").click()
    assert page.evaluate("model.saved.at(-1)") == {"_curves_hidden": ["1: frozen base"]}
    assert page.errors == []


def test_rate_and_budget_by_keyboard(mount, panel):
    page = fresh(mount, panel)
    learning_rate = page.get_by_role("slider", name="Learning rate")
    assert learning_rate.get_attribute("aria-valuetext") == "0.02"
    learning_rate.focus()
    page.keyboard.press("ArrowRight")
    assert page.evaluate("model.saved.at(-1)") == {"learning_rate": 0.05}
    page.keyboard.press("Home")
    assert learning_rate.get_attribute("aria-valuetext") == "1e-6"
    budget = page.get_by_role("slider", name="Labels of each class")
    assert budget.get_attribute("aria-valuetext") == "all (60 examples)"
    budget.focus()
    page.keyboard.press("Home")
    assert page.evaluate("model.saved.at(-1)") == {"per_class": 1}
    page.keyboard.press("End")
    assert page.evaluate("model.saved.at(-1)") == {"per_class": None}


def test_numbers_that_are_none_are_put_back(mount, panel):
    page = fresh(mount, panel)
    epochs = page.get_by_role("spinbutton", name="Epochs")
    epochs.fill("12")
    epochs.blur()
    assert page.evaluate("model.saved.at(-1)") == {"epochs": 12}
    saved = page.evaluate("model.saved.length")
    for bad in ("0", "", "-3", "99999"):
        epochs.fill(bad)
        epochs.blur()
        assert epochs.input_value() == "12"
    assert page.evaluate("model.saved.filter((s) => 'epochs' in s).length") == 1
    assert page.evaluate("model.saved.length") == saved


def test_a_press_takes_along_what_is_shown(mount, panel):
    """Jupyter holds changes back while it waits for the kernel, and a message then overtakes them."""
    page = fresh(mount, panel)
    page.evaluate("model.save_changes = () => {}")
    page.get_by_role("spinbutton", name="Epochs").fill("3")
    page.get_by_role("slider", name="Frozen layers").focus()
    page.keyboard.press("ArrowRight")
    page.get_by_role("button", name="Train").click()
    settings = page.evaluate("model.sent.find((m) => m.kind === 'train').settings")
    assert (settings["epochs"], settings["_freeze_value"]) == (3, 1)
    assert set(settings) == {
        "learning_rate",
        "per_class",
        "seeds",
        "epochs",
        "_freeze_value",
        "_freeze_freeze_batchnorm",
    }


def test_train_and_its_states(mount, panel):
    page = fresh(mount, panel)
    train = page.get_by_role("button", name="Train")
    status = page.locator(".tlw-state")
    train.focus()
    page.keyboard.press("Enter")
    assert page.evaluate("model.sent.map((m) => m.kind)") == ["train"]
    assert "the kernel answers" in status.text_content()
    page.keyboard.press("Enter")
    assert page.evaluate("model.sent.length") == 1, "one press, one training"
    page.evaluate("model.set('training', true)")
    assert status.text_content() == "training…"
    page.evaluate("model.set('training', false); model.set('stale', true)")
    assert "settings have changed" in status.text_content()
    assert page.evaluate("document.activeElement.textContent") == "Train", "the focus has stayed"
    page.evaluate("model.set('problem', 'nothing trains: <b>unfreeze</b> a layer.')")
    assert page.get_by_role("alert").text_content() == "nothing trains: <b>unfreeze</b> a layer."
    page.get_by_role("button", name="Clear runs").click()
    assert page.evaluate("model.sent.at(-1)") == {"kind": "clear"}


def test_results(mount, panel):
    page = fresh(mount, panel)
    rows = page.locator(".tlw-scroll tbody tr")
    assert rows.count() == 2
    assert rows.nth(1).locator("td").first.text_content() == "▸ 2: fine-tuned"
    assert rows.nth(0).locator("td").nth(7).text_content() == f"{panel.results()[0]['accuracy']:.3f}"
    bad = "<img src=x onerror=window.hacked=1>"
    page.evaluate("(name) => model.set('_rows', model.get('_rows').map((r) => ({ ...r, name })))", bad)
    assert page.locator("img").count() == 0
    page.evaluate("model.set('_rows', [])")
    assert not page.locator(".tlw-scroll").first.is_visible()


def test_without_a_kernel(mount, panel):
    page = fresh(mount, panel)
    page.evaluate("model.state._no_kernel = true; document.querySelector('.view').remove(); addView()")
    drawn(page)
    assert page.get_by_text("Training needs a running kernel").is_visible()
    assert page.get_by_role("button", name="Train").get_attribute("aria-disabled") == "true"
    slider = page.get_by_role("slider", name="Frozen layers")
    slider.focus()
    page.keyboard.press("End")
    assert page.get_by_text("5 of 5 layers frozen").is_visible()


def test_cleanup(mount, panel):
    page = fresh(mount, panel)
    page.evaluate("cleanup()")
    names = ["change:rate", "change:_rows", "change:_freeze_value", "change:_curves_status"]
    assert page.evaluate("(names) => names.map((n) => model.count(n))", names) == [0, 0, 0, 0]


@pytest.mark.parametrize(("width", "dark"), [(360, False), (360, True), (900, False), (900, True)])
def test_fits_and_looks_right(mount, shots, panel, width, dark):
    page = fresh(mount, panel, width=width, dark=dark)
    page.evaluate("model.set('stale', true); model.set('problem', 'nothing trains: unfreeze a layer.')")
    drawn(page)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    small = page.evaluate(
        "[...document.querySelectorAll('button, input')].filter((e) => e.offsetParent && e.type !== 'checkbox')"
        ".map((e) => e.getBoundingClientRect().height).filter((h) => h < 24)"
    )
    assert small == []
    page.screenshot(path=shots / f"page_panel_{width}_{'dark' if dark else 'light'}.png", full_page=True)


CELLS = [
    """
import keras, numpy as np, threading, time
from tlwidgets.widgets.training_panel import TrainingPanel
keras.utils.set_random_seed(0)
layers = keras.layers
model = keras.Sequential([keras.Input((8, 8, 3)), layers.Conv2D(8, 3, name="block1_conv"),
    layers.GlobalAveragePooling2D(), layers.Dense(3, "softmax", name="head")])
y = np.random.randint(0, 3, 400)
x = np.random.normal(size=(400, 8, 8, 3)).astype("float32") + y[:, None, None, None]
panel = TrainingPanel(model, (x[:300], y[:300]), validation_data=(x[300:], y[300:]),
                      frozen_to=0, epochs=1000, batch_size=8)
panel
""",
    "print(len(panel.runs), [r.ended for r in panel.runs], panel.training, panel.problem)",
]


def test_train_and_stop_by_mouse_in_jupyterlab(open_notebook, shots):
    notebook = open_notebook(CELLS)
    notebook.run(0)
    page = notebook.page
    page.get_by_role("button", name="Train").click()
    page.locator(".tlw-curves[data-status=running]").wait_for()
    page.wait_for_function("Number(document.querySelector('.tlw-curves').dataset.points) >= 8")
    assert page.locator(".tlw-panel").get_attribute("data-training") == "true"
    page.get_by_role("button", name="Stop").click()
    page.locator(".tlw-curves[data-status=stopped]").wait_for()
    assert notebook.ask(1, "1 ['stopped'] False") == "1 ['stopped'] False"
    page.get_by_role("spinbutton", name="Epochs").fill("3")
    page.get_by_role("button", name="Train").click()
    assert notebook.ask(1, "2 ['stopped', 'finished'] False") == "2 ['stopped', 'finished'] False"
    assert page.locator(".tlw-panel .tlw-scroll tbody tr").count() == 2
    page.screenshot(path=shots / "lab_panel.png")
    assert notebook.errors() == []
    assert notebook.page_errors == []
