"""The whole way: JupyterLab, a real kernel, keyboard and mouse, Python's state, the saved file."""

from __future__ import annotations

import pytest
from jupyterlab_harness import Lab

MODEL = """
import keras, numpy as np, time
from tlwidgets.widgets import FreezeSlider, LiveCurves
keras.utils.set_random_seed(0)
def make():
    layers = keras.layers
    base = [
        keras.Input((8, 8, 3)),
        layers.Conv2D(8, 3, name="block1_conv"),
        layers.BatchNormalization(name="block1_bn"),
        layers.Conv2D(16, 3, name="block2_conv"),
        layers.BatchNormalization(name="block2_bn"),
        layers.GlobalAveragePooling2D(name="pool"),
    ]
    head = layers.Dense(3, activation="softmax", name="head")
    model = keras.Sequential([keras.Input((8, 8, 3)), keras.Sequential(base, name="base"), head])
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model
y = np.random.randint(0, 3, 200)
x = np.random.normal(size=(200, 8, 8, 3)).astype("float32") + y[:, None, None, None]
model = make()
"""
SLOW = """
class Slow(keras.callbacks.Callback):
    def on_train_batch_end(self, batch, logs=None): time.sleep(0.02)
curves = LiveCurves(title="Training")
curves.show()
"""
TRAIN = "h = make().fit(x, y, epochs=%d, validation_split=.2, verbose=0, callbacks=[curves.callback('frozen base')%s])"


def images(document):
    """Return the cells' outputs that hold an image and its words."""
    outputs = [out for cell in document["cells"] for out in cell.get("outputs", [])]
    return [out for out in outputs if "image/png" in out.get("data", {})]


def test_freeze_slider_by_keyboard_and_mouse(open_notebook, shots):
    state = (
        "print(slider.value, len(model.trainable_weights), model.get_layer('base').layers[2].trainable, slider.stale)"
    )
    notebook = open_notebook(
        [MODEL, "slider = FreezeSlider(model, frozen_to=0)\nslider", state, "model.compile('adam', 'mse')"]
    )
    notebook.run()
    page = notebook.page
    handle = page.get_by_role("slider", name="Frozen layers")
    handle.focus()
    for _ in range(2):
        page.keyboard.press("ArrowRight")
    assert handle.get_attribute("aria-valuenow") == "2"
    # conv and head train, both with a bias; the BatchNorm behind the boundary is still
    assert notebook.ask(2, "2 4 True True") == "2 4 True True"
    page.get_by_text("compile again to apply").wait_for()

    svg = page.locator(".tlw-freeze svg").first
    svg.scroll_into_view_if_needed()
    box = svg.bounding_box()
    page.mouse.move(box["x"] + box["width"] * 0.4, box["y"] + 70)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.86, box["y"] + 70, steps=5)
    page.mouse.up()
    assert handle.get_attribute("aria-valuenow") == "5"
    assert notebook.ask(2, "5 2 False True") == "5 2 False True"

    notebook.run(3)  # compiled again: the cue goes
    page.get_by_text("compile again to apply").wait_for(state="hidden")
    assert notebook.ask(2, "5 2 False False") == "5 2 False False"
    page.screenshot(path=shots / "lab_freeze_light.png")

    (image,) = images(notebook.save())
    assert "5 of 6 layers frozen" in "".join(image["data"]["text/plain"])  # the image followed the hand
    assert notebook.page_errors == []


def test_pause_resume_and_stop_while_plain_fit_runs(open_notebook, shots):
    cells = [
        MODEL + SLOW,
        TRAIN % (500, ", Slow()"),
        "print('after', curves.status, len(h.history['loss']) > 1)",
    ]
    notebook = open_notebook(cells)
    notebook.run(0)
    page = notebook.page
    box = page.locator(".tlw-curves").first
    notebook.start(1, 2)
    page.locator(".tlw-curves[data-status=running]").wait_for()
    page.wait_for_function("Number(document.querySelector('.tlw-curves').dataset.points) >= 8")

    page.get_by_role("button", name="Pause").click()
    page.locator(".tlw-curves[data-status=paused]").wait_for()
    held = box.get_attribute("data-points")
    page.get_by_role("button", name="Resume").click()
    page.locator(".tlw-curves[data-status=running]").wait_for()
    page.wait_for_function("(n) => document.querySelector('.tlw-curves').dataset.points > n", arg=int(held))
    page.screenshot(path=shots / "lab_curves_running.png")

    page.get_by_role("button", name="Stop").click()
    page.locator(".tlw-curves[data-status=stopped]").first.wait_for()
    notebook.wait()
    assert notebook.errors() == []
    assert notebook.text(2) == "after stopped True"
    assert notebook.page_errors == []


def test_reload_shows_the_curves_and_the_file_holds_a_figure(open_notebook, shots):
    notebook = open_notebook([MODEL + SLOW, TRAIN % (12, ""), "print(curves.hidden, curves.smoothing)"])
    notebook.run(0, 1)
    page = notebook.page
    page.locator(".tlw-curves[data-status=done][data-points='48']").wait_for()
    page.screenshot(path=shots / "lab_curves_light.png")

    page.get_by_role("button", name="frozen base").click()
    assert notebook.ask(2, "['frozen base'] 0.0") == "['frozen base'] 0.0"
    page.get_by_role("button", name="frozen base").click()
    assert notebook.ask(2, "[] 0.0") == "[] 0.0"

    (image,) = images(notebook.save())
    words = "".join(image["data"]["text/plain"])
    assert "frozen base: training loss from" in words
    assert "at epoch 12" in words
    assert image["metadata"]["image/png"]["alt"] == words

    notebook.reload()
    page.locator(".tlw-curves[data-points='48']").wait_for()
    assert page.get_by_role("img", name="loss: frozen base training").is_visible()
    assert notebook.page_errors == []


def test_a_notebook_from_elsewhere_shows_the_image(open_notebook):
    """Someone else's executed notebook is not trusted and its kernel is gone: readers see the image."""
    notebook = open_notebook([MODEL + SLOW, TRAIN % (3, "")])
    notebook.run()
    document = notebook.save()
    document["cells"][-1]["source"] += "\n# changed elsewhere, so that its signature is not known here"
    other = open_notebook(document)
    other.page.locator(".jp-OutputArea-output img").first.wait_for()
    assert other.page.get_by_text("model not found").count() == 0


@pytest.fixture
def dark_lab(tmp_path):
    with Lab(tmp_path, theme="JupyterLab Dark") as lab:
        yield lab


def test_dark_theme(open_notebook, dark_lab, shots):
    cells = [MODEL + SLOW, TRAIN % (8, ""), "FreezeSlider(model, frozen_to='block1')"]
    notebook = open_notebook(cells, server=dark_lab)
    notebook.run()
    page = notebook.page
    page.locator("body[data-jp-theme-light=false]").wait_for(state="attached")
    page.get_by_role("slider", name="Frozen layers").wait_for()
    page.locator(".tlw-curves[data-points='32']").wait_for()
    for name in ("curves", "freeze"):
        background, text = page.evaluate(
            """(name) => { const style = getComputedStyle(document.querySelector('.tlw-' + name));
            const light = (c) => c.match(/[0-9.]+/g).slice(0, 3).reduce((a, b) => a + Number(b), 0) / 3;
            return [light(style.backgroundColor), light(style.color)]; }""",
            name,
        )
        assert background < 60 < 180 < text
        page.locator(f".tlw-{name}").screenshot(path=shots / f"lab_{name}_dark.png")


BROKEN = """
import anywidget
class Broken(anywidget.AnyWidget):
    _esm = "export default { render({ el }) { el.textContent = 'here'; setTimeout(() => el.nothing.more, 0); } };"
Broken()
"""


def test_an_error_in_a_widget_is_seen(open_notebook):
    notebook = open_notebook([BROKEN])
    notebook.run(0)
    notebook.page.locator(".jp-OutputArea").get_by_text("here", exact=True).wait_for()
    notebook.page.evaluate("() => new Promise((done) => setTimeout(done, 50))")  # after the widget's own timer
    assert [error for error in notebook.page_errors if "more" in error]
