"""Front ends other than JupyterLab: Notebook 7, and pages that load a widget as VS Code and Colab do.

VS Code and Colab cannot run here. What their pages have in common is done instead: the module comes from a blob or data
URL, there is no require.js and no variable of JupyterLab's theme, and the page may be a frame without an origin.
"""

from __future__ import annotations

import base64
import copy
import html
import json
from importlib.metadata import version

import nbformat
import pytest
from jupyterlab_harness import REPOSITORY, Lab, Notebook
from live_page import _DECODE, FAKE_MODEL, drawn, state_of
from playwright.sync_api import expect
from test_accessibility import EXAMPLES, axe, findings  # noqa: F401

from tlwidgets.course.runner import run

# ---------------------------------------------------------------- Notebook 7

MODEL = """
import keras, numpy as np
from tlwidgets.widgets import FreezeSlider, LiveCurves
layers = [keras.layers.Dense(8, name="block1"), keras.layers.Dense(8, name="block2"), keras.layers.Dense(3, "softmax")]
model = keras.Sequential([keras.Input((4,)), *layers])
y = np.arange(60) % 3
x = np.random.default_rng(0).normal(size=(60, 4)) + y[:, None]
"""
TRAIN = """
model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
model.fit(x, y, validation_split=0.2, epochs=3, verbose=0, callbacks=[curves.callback("mine")]);
"""


class InNotebook7(Notebook):
    """The same notebook in the page of Notebook 7."""

    def _open(self) -> None:
        self.page.goto(f"{self.lab.base}/notebooks/{self.name}?token={self.lab.token}")
        self.page.wait_for_selector(".jp-Notebook .jp-Cell", state="attached")
        self.wait_kernel()


@pytest.fixture(scope="module")
def notebook7(tmp_path_factory):
    """A server whose pages of Notebook 7 can be driven."""
    assert int(version("notebook").split(".")[0]) >= 7
    folder = tmp_path_factory.mktemp("notebook7")
    (folder / "config").mkdir()
    setting = {"JupyterNotebookApp": {"expose_app_in_browser": True}}
    (folder / "config" / "jupyter_server_config.json").write_text(json.dumps(setting))
    with Lab(folder) as lab:
        yield lab


def test_in_notebook_7(chromium, notebook7, shots):
    cells = [
        MODEL,
        "slider = FreezeSlider(model, frozen_to=0)\nslider",
        "print(slider.value, model.layers[0].trainable)",
    ]
    cells += ["curves = LiveCurves()\ncurves", TRAIN]
    notebook = InNotebook7(notebook7, chromium, cells, {"width": 1100, "height": 900})
    page = notebook.page
    try:
        notebook.run()
        assert page.evaluate("document.querySelector('#jp-main-dock-panel')") is None, "this is JupyterLab"
        handle = page.get_by_role("slider", name="Frozen layers")
        handle.focus()
        page.keyboard.press("End")
        expect(handle).to_have_attribute("aria-valuenow", "3")
        assert notebook.ask(2, "3 False") == "3 False"
        page.locator(".tlw-curves[data-status=done][data-points='12']").wait_for()
        assert page.get_by_role("img", name="loss: mine training").is_visible()
        page.screenshot(path=shots / "notebook7.png", full_page=True)
        images = [out for cell in notebook.save()["cells"] for out in cell.get("outputs", []) if "data" in out]
        assert all("image/png" in out["data"] for out in images)
        assert len(images) == 2
        assert notebook.page_errors == []
    finally:
        notebook.close()


def test_arrow_keys_stay_in_the_widget_in_notebook_7(chromium, notebook7):
    """Notebook 7 looks for its shortcuts on the way down to the element, JupyterLab on the way up."""
    cells = [MODEL, "slider = FreezeSlider(model, frozen_to=0)\nslider"]
    notebook = InNotebook7(notebook7, chromium, cells, {"width": 1100, "height": 900})
    try:
        notebook.run()
        handle = notebook.page.get_by_role("slider", name="Frozen layers")
        handle.focus()
        notebook.page.keyboard.press("ArrowRight")
        assert handle.get_attribute("aria-valuenow") == "1"
    finally:
        notebook.close()


# ---------------------------------------------------------------- as VS Code and Colab load a widget

# what VS Code puts into a page of outputs, in its themes "Dark Modern" and "Light Modern"
VSCODE = {
    "dark": "--vscode-editor-foreground:#cccccc;--vscode-descriptionForeground:#9d9d9d;"
    "--vscode-editor-background:#1f1f1f;--vscode-editorWidget-background:#202020;"
    "--vscode-editorWidget-border:#313131;--vscode-input-border:#3c3c3c;--vscode-focusBorder:#0078d4",
    "light": "--vscode-editor-foreground:#3b3b3b;--vscode-descriptionForeground:#3b3b3b;"
    "--vscode-editor-background:#ffffff;--vscode-editorWidget-background:#f8f8f8;"
    "--vscode-editorWidget-border:#c8c8c8;--vscode-input-border:#cecece;--vscode-focusBorder:#005fb8",
}
PAGES = {
    "a bare page": "<html lang='en'><body>",
    "VS Code, light": f"<html lang='en' style='{VSCODE['light']}'><body class='vscode-light'>",
    "VS Code, dark": f"<html lang='en' style='{VSCODE['dark']}'><body class='vscode-dark'>",
    "Colab, light": "<html lang='en' theme='light'><body>",
    "Colab, dark": "<html lang='en' theme='dark'><body>",
}

MOUNT = """
async ([url, esm, state]) => {
  const blob = () => URL.createObjectURL(new Blob([esm], { type: "text/javascript" }));
  const module = await import(url || blob());
  window.widget = typeof module.default === "function" ? await module.default() : module.default;
  window.model = makeModel(decode(state));
  if (widget.initialize) await widget.initialize({ model });
  window.cleanup = await addView();
}
"""


@pytest.fixture(scope="module")
def made():
    """Each example, made once: class, state."""
    kept = {}

    def make(name):
        if name not in kept:
            widget = EXAMPLES[name]()
            kept[name] = str(widget._esm), str(widget._css), state_of(widget)
        esm, css, state = kept[name]
        return esm, css, copy.deepcopy(state)

    return make


@pytest.fixture
def load(chromium, made):
    """``load(name, kind, scheme=…, way=…)``: page and frame with a widget, and what the console said."""
    contexts = []

    def make(name, kind, *, scheme="light", method="blob"):
        esm, css, state = made(name)
        context = chromium.new_context(viewport={"width": 900, "height": 700}, color_scheme=scheme)
        context.set_offline(True)
        contexts.append(context)
        page = context.new_page()
        page.said = []
        page.on("pageerror", lambda error: page.said.append(str(error)))
        page.on("console", lambda m: page.said.append(m.text) if m.type in ("error", "warning") else None)
        inner = f"{PAGES[kind]}<style>{css}</style></body></html>"
        if method == "frame":
            frames = '<iframe sandbox="allow-scripts" width="880" height="680" srcdoc="{}"></iframe>'
            page.set_content(frames.format(html.escape(inner)))
            frame = page.frames[1]
            frame.wait_for_load_state()
            assert frame.evaluate("window.origin") == "null"
        else:
            page.set_content(inner)
            frame = page.main_frame
        for code in (FAKE_MODEL, _DECODE):
            frame.evaluate("(code) => { (0, eval)(code); }", code)
        encoded = base64.b64encode(esm.encode()).decode()
        frame.evaluate(MOUNT, [f"data:text/javascript;base64,{encoded}" if method == "data" else "", esm, state])
        drawn(frame)
        return page, frame

    yield make
    for context in contexts:
        context.close()


def readable(load, axe, name, kind, scheme="light"):  # noqa: F811
    page, frame = load(name, kind, scheme=scheme)
    assert frame.locator(".tlw").first.inner_text().strip(), kind
    assert findings(frame, axe) == [], f"{kind}, {scheme}"
    assert page.said == [], kind
    page.context.close()


@pytest.mark.parametrize("name", sorted(EXAMPLES))
def test_readable_without_jupyterlab(load, axe, name):  # noqa: F811
    """In both colour schemes of the system; axe measures the contrast."""
    for kind in PAGES:
        if kind != "Colab, dark":
            readable(load, axe, name, kind)
    readable(load, axe, name, "a bare page", "dark")


@pytest.mark.parametrize("name", sorted(EXAMPLES))
def test_readable_in_a_dark_page_of_colab(load, axe, name):  # noqa: F811
    readable(load, axe, name, "Colab, dark")


def test_axe_sees_colors_of_the_wrong_theme(load, axe):  # noqa: F811
    """So that an empty list means something."""
    _, frame = load("Quiz", "VS Code, dark")
    frame.evaluate("document.documentElement.style.setProperty('--vscode-editor-background', '#fff')")
    assert findings(frame, axe) != []


@pytest.mark.parametrize("method", ["data", "frame"])
@pytest.mark.parametrize("name", sorted(EXAMPLES))
def test_from_a_data_url_and_in_a_frame_without_an_origin(load, name, method):
    page, frame = load(name, "a bare page", method=method)
    assert frame.locator(".tlw").first.inner_text().strip()
    assert page.said == []


def test_a_slider_moves_by_keyboard_in_a_frame_without_an_origin(load):
    page, frame = load("FreezeSlider", "Colab, light", method="frame")
    handle = frame.get_by_role("slider", name="Frozen layers")
    handle.focus()
    page.keyboard.press("Home")
    expect(handle).to_have_attribute("aria-valuenow", "0")
    frame.wait_for_function("model.saved.length && model.saved.at(-1).value === 0")
    assert page.said == []


# ---------------------------------------------------------------- a page without a kernel and a network

KEPT = ("PROFILE =", "tl.load(", 'tl.backbone("tiny"', "FreezeSlider(", "FigureSlider(")


def test_the_page_of_the_gallery_moves_offline(chromium, tmp_path):
    """Cells of the gallery through the runner, then its page, by keyboard, with the network cut."""
    source = nbformat.read(REPOSITORY / "notebooks" / "gallery.ipynb", as_version=4)
    source.cells = [c for c in source.cells if c.cell_type == "code" and any(k in c.source for k in KEPT)]
    source.cells = [c for c in source.cells if "ImageInput" not in c.source]
    assert len(source.cells) == len(KEPT)
    nbformat.write(source, tmp_path / "gallery.ipynb")
    (result,) = run([str(tmp_path / "gallery.ipynb")], profile="smoke", out=tmp_path / "out", timeout=200)
    assert result.outcome == "passed", result.error
    context = chromium.new_context(viewport={"width": 1000, "height": 800})
    context.set_offline(True)
    page = context.new_page()
    asked, errors = [], []
    page.on("request", lambda request: asked.append(request.url))
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto((tmp_path / "out" / "gallery.html").as_uri())
    layers = page.get_by_role("slider", name="Frozen layers")
    layers.focus()
    before = int(layers.get_attribute("aria-valuenow"))
    page.keyboard.press("ArrowLeft")
    expect(layers).to_have_attribute("aria-valuenow", str(before - 1))
    blocks = page.get_by_role("slider", name="Block")
    blocks.focus()
    page.keyboard.press("Home")
    expect(blocks).to_have_attribute("aria-valuetext", "block1")
    assert [url for url in asked if url.split(":")[0] not in ("file", "blob", "data")] == []
    assert errors == []
    context.close()


# ---------------------------------------------------------------- JupyterLab


@pytest.mark.slow
def test_the_gallery_in_jupyterlab(open_notebook, shots):
    """Every widget is drawn from a real kernel, and no example breaks the page."""
    content = json.loads((REPOSITORY / "notebooks" / "gallery.ipynb").read_text("utf-8"))
    for cell in content["cells"]:
        cell["source"] = "".join(cell["source"]).replace('PROFILE = "cpu"', 'PROFILE = "smoke"')
    notebook = open_notebook(content)
    notebook.run()
    page = notebook.page
    shown = page.locator(".jp-OutputArea-output .tlw:not(.tlw .tlw)")
    expect(shown).to_have_count(len(EXAMPLES))
    for i in range(len(EXAMPLES)):
        assert shown.nth(i).inner_text().strip(), i
    page.screenshot(path=shots / "gallery_in_jupyterlab.png")
    assert notebook.page_errors == []
