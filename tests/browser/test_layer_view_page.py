"""LayerView in an empty page: keyboard, a layer that is still to come, silent channels."""

from __future__ import annotations

import numpy as np
import pytest
from live_page import drawn, encode, mount_widget

from tlwidgets.widgets.layer_view import LayerView


@pytest.fixture(scope="module")
def network():
    """A network with 70 channels in its second layer, of which one is dead."""
    import keras

    keras.utils.set_random_seed(0)
    layers = keras.layers
    model = keras.Sequential(
        [
            keras.Input((16, 16, 3), name="image"),
            layers.Conv2D(12, 3, activation="relu", name="block1_conv"),
            layers.Conv2D(70, 3, activation="relu", name="block2_conv"),
            layers.GlobalAveragePooling2D(name="pool"),
            layers.Dense(3, activation="softmax", name="head"),
        ]
    )
    kernel, bias = model.get_layer("block2_conv").get_weights()
    kernel[..., 5], bias[5] = 0, -1
    model.get_layer("block2_conv").set_weights([kernel, bias])
    return model


@pytest.fixture(scope="module")
def x():
    rng = np.random.default_rng(0)
    y, z = np.mgrid[0:16, 0:16] / 15
    shapes = [y, z, (y + z) / 2, np.hypot(y - 0.5, z - 0.5), 1 - y, (np.sin(12 * z) + 1) / 2]
    return np.stack([s[..., None] * rng.random(3) for s in shapes]).astype("float32")


def test_by_keyboard_alone(mount, network, x):
    view = LayerView(network, x, precomputed=True)
    page = mount_widget(mount, view)
    view.value = "block2_conv"
    dead = f"{len(view.dead())} are 0 for all images (×)."
    drawn(page)
    page.keyboard.press("Tab")  # the layer before the first one is disabled
    assert page.evaluate("document.activeElement.dataset.key") == "layer"
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("model.saved.at(-1)") == {"value": "block2_conv"}
    assert page.get_by_role("status").text_content() == f"Conv2D: 70 channels, maps of 12 × 12. {dead}"
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowRight")
    assert page.evaluate("model.saved.at(-1)") == {"image": 1}
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("End")
    assert page.evaluate("model.get('channel')") == 69
    assert page.locator("[role=option]").count() == 10  # the last page
    assert page.evaluate("document.activeElement.ariaSelected") == "true"
    page.keyboard.press("Home")
    for _ in range(5):
        page.keyboard.press("ArrowRight")
    assert page.evaluate("document.activeElement.ariaLabel") == "channel 5: 0 for all images"
    assert "this channel is silent here" in page.locator(".tlw-see-detail").text_content()
    page.keyboard.press("ArrowDown")
    assert page.evaluate("model.get('channel')") > 6
    page.wait_for_function("model.saved.at(-1).channel > 6")
    assert page.errors == []


def test_a_layer_comes_when_it_is_asked_for(mount, network, x):
    view = LayerView(network, x)
    page = mount_widget(mount, view)
    drawn(page)
    assert page.locator(".tlw-see-filter").is_visible()
    page.get_by_label("Layer", exact=True).select_option("head")
    assert page.evaluate("model.saved.at(-1)") == {"value": "head"}
    assert page.get_by_role("status").text_content() == "Running the network up to head …"
    assert page.locator(".tlw-see").get_attribute("aria-busy") == "true"
    view.value = "head"
    page.evaluate("(records) => model.set('_records', decode(records))", encode(view._records))
    assert page.get_by_role("status").text_content() == "Dense: 3 channels, one number each, not a map."
    assert page.locator("[role=option]").count() == 3
    page.evaluate("model.set('_records', {}); model.set('_problem', 'head could not be run: X')")
    assert page.get_by_role("status").text_content() == "head could not be run: X"
    assert page.errors == []


def test_without_a_kernel(mount, network, x):
    page = mount_widget(mount, LayerView(network, x))
    page.evaluate("model.set('_no_kernel', true); model.set('value', 'head')")
    assert "needs the notebook and its kernel" in page.get_by_role("status").text_content()


def test_a_layer_with_fewer_channels_shows_one_that_it_has(mount, network, x):
    page = mount_widget(mount, LayerView(network, x, precomputed=True))
    page.evaluate("model.set('value', 'block2_conv'); model.set('channel', 69); model.set('value', 'block1_conv')")
    assert page.locator(".tlw-see-list [aria-selected=true]").get_attribute("aria-label").startswith("channel 11: ")
    assert "channel 11: " in page.locator(".tlw-see-detail").text_content()


def test_by_mouse_strongest_first(mount, network, x):
    page = mount_widget(mount, LayerView(network, x, precomputed=True))
    page.evaluate("model.set('value', 'block2_conv')")
    page.get_by_role("radio", name="strongest first").click()
    labels = page.locator("[role=option]").evaluate_all(
        "(all) => all.map((o) => parseFloat(o.ariaLabel.split('response ')[1] ?? 0))"
    )
    assert labels == sorted(labels, reverse=True)
    page.locator("[role=option]").nth(3).click()
    assert page.locator("[role=option]").nth(3).get_attribute("aria-selected") == "true"
    page.get_by_role("button", name="Later").click()
    assert page.locator("[role=option]").count() == 10


def test_the_map_is_drawn_in_the_theme(mount, network, x):
    view = LayerView(network, x)
    live = int(np.frombuffer(view._records[view.value]["scores"], "<f4").reshape(6, 12)[[0, 2]].min(axis=0).argmax())
    view.channel = live
    page = mount_widget(mount, view)
    drawn(page)

    def image():
        return page.locator(".tlw-see-big").first.evaluate("(c) => c.toDataURL()")

    before = image()
    page.evaluate("document.body.dataset.jpThemeLight = 'false'")
    drawn(page)
    dark = image()
    assert dark != before
    page.evaluate("model.set('image', 2)")
    assert image() != dark
    page.evaluate("addView()")
    page.evaluate("model.set('channel', 3)")
    texts = page.locator(".tlw-see-detail").all_text_contents()
    assert texts[0] == texts[1]
    page.evaluate("cleanup()")
    assert page.evaluate("model.count('change:value')") == 1


def test_names_are_never_markup(mount, network, x):
    bad = "<img src=x onerror=window.hacked=1>日本"
    page = mount_widget(mount, LayerView(network, x, names=[bad] * 6, label=bad))
    assert page.get_by_text(bad).first.is_visible()
    assert page.locator("img").count() == 0
    assert page.evaluate("window.hacked") is None


@pytest.mark.parametrize("width", [360, 900])
@pytest.mark.parametrize("dark", [False, True])
def test_fits(mount, shots, network, x, width, dark):
    page = mount_widget(mount, LayerView(network, x), width=width, dark=dark)
    page.evaluate("model.set('channel', 4)")
    drawn(page)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    page.screenshot(path=shots / f"page_layer_{width}_{'dark' if dark else 'light'}.png", full_page=True)


def test_in_jupyterlab_a_layer_comes_from_the_kernel(open_notebook):
    make = """
import keras, numpy as np
from tlwidgets.widgets.layer_view import LayerView
keras.utils.set_random_seed(0)
layers = keras.layers
first, second = layers.Conv2D(4, 3, name="first"), layers.Conv2D(7, 3, name="second")
model = keras.Sequential([keras.Input((12, 12, 3)), first, second])
view = LayerView(model, np.random.random((4, 12, 12, 3)))
view
"""
    notebook = open_notebook([make, "print(view.value, view.channel, view.image)"])
    notebook.run()
    page = notebook.page
    page.get_by_role("button", name="Layer after").click()
    page.wait_for_function("document.querySelectorAll('.tlw-see [role=option]').length === 7")
    assert page.locator(".tlw-see [role=status]").text_content() == "Conv2D: 7 channels, maps of 8 × 8."
    page.locator(".tlw-see [role=option]").nth(5).click()
    assert notebook.ask(1, "second 5 0") == "second 5 0"
    assert notebook.errors() == []
