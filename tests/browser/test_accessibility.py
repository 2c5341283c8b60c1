"""Every widget under axe-core, light and dark, and by keyboard alone."""

from __future__ import annotations

import io
from importlib.resources import files
from types import SimpleNamespace

import numpy as np
import pytest
from live_page import drawn, mount_widget
from test_batchnorm_scope_page import scope
from test_feature_map_page import clusters
from test_learning_rate_lab_page import lab
from test_shift_slider_page import slider

from tlwidgets import widgets
from tlwidgets.widgets._figure import StaticFigure


def figure_slider():
    figures = {name: StaticFigure((2, 1.5), f"The {name}.") for name in ("stem", "top")}
    return widgets.FigureSlider(figures, label="Block")


def freeze_slider():
    import keras

    layers = [keras.layers.Dense(8), keras.layers.BatchNormalization(), keras.layers.Dense(3)]
    model = keras.Sequential([keras.Input((4,)), *layers])
    model.compile("sgd", "mse")
    slider = widgets.FreezeSlider(model, frozen_to=1)
    slider.value = 2  # so that it has to be compiled again
    return slider


def live_curves():
    curves = widgets.LiveCurves(title="Training")
    for name in ("from scratch", "fine-tuned"):
        run = curves.new_run(name)
        for epoch in range(4):
            curves.add(run, epoch + 1, {"loss": 1 / (epoch + 1), "val_loss": 1.1 / (epoch + 1), "accuracy": epoch / 4})
    curves.flush()
    curves.status = "running"
    return curves


def quiz():
    choices = [{"text": "Head", "reason": "Yes.", "right": True}, {"text": "Base", "reason": "No.", "right": False}]
    return widgets.Quiz(question="What moved?", choices=choices, value=1)


def transfer_matrix():
    runs = {(s, t, m): [0.5 + 0.1 * k, 0.52] for s in "ab" for t in "ab" for k, m in enumerate("mn")}
    matrix = widgets.TransferMatrix(runs, {"a": [0.6, 0.61], "b": [0.3, 0.31]})
    matrix.value = ["a", "b"]
    return matrix


def confusion_matrix():
    y, p = np.repeat([0, 1, 0], [9, 9, 40]), np.repeat([0, 1, 1], [9, 9, 40])
    matrix = widgets.ConfusionMatrix(y, p, ["cat", "dog"], np.zeros((58, 8, 8), "uint8"), send_ahead=24)
    matrix.value = ["cat", "dog"]
    return matrix


def decision_grid():
    grid = widgets.DecisionGrid(
        {("few", "near", "m"): [0.5, 0.6], ("few", "near", "n"): [0.7], ("few", "far", "n"): 0.3}
    )
    grid.choose("few", "near", "m")
    grid.cell = ["few", "near"]
    return grid


def score_scatter():
    scores = {"LogME": [1.0, 2.0, 3.0], "LEEP": [3.0, 2.0, 4.0]}
    return widgets.ScoreScatter(scores, [0.4, 0.6, 0.5], ["a", "b", "c"], groups=["x", "x", "y"])


def small_network(size=8):
    import keras

    layers = keras.layers
    return keras.Sequential(
        [
            keras.Input((size, size, 3)),
            layers.Conv2D(4, 3, name="block1_conv"),
            layers.BatchNormalization(name="block1_bn"),
            layers.GlobalAveragePooling2D(name="pool"),
            layers.Dense(3, "softmax", name="head"),
        ]
    )


def images(n=12, size=8):
    return np.random.default_rng(0).integers(0, 256, (n, size, size, 3)).astype("uint8")


def training_panel():
    x, y = images().astype("float32"), np.arange(12) % 3
    panel = widgets.TrainingPanel(small_network(), (x, y), validation_data=(x, y), frozen_to=2, epochs=2)
    panel.train()
    panel.freeze.value = 0  # so that what is shown is not of now
    return panel


def image_input():
    from PIL import Image

    chosen = widgets.ImageInput(small_network(), ["cat", "dog", "bird"])
    for i, image in enumerate(images(2)):
        Image.fromarray(image).save(file := io.BytesIO(), "png")
        chosen.add(file.getvalue(), f"image {i}.png")
    chosen.selected = 0
    return chosen


def exercise():
    outcome = SimpleNamespace(passed=False, message="The head is frozen too.", attempted=True)
    one = widgets.Exercise(
        "Freeze all but the head.", check=lambda: outcome, hints=["Look."], solution="tl.freeze(m, 3)"
    )
    one.check()
    return one


def layer_view():
    return widgets.LayerView(small_network(16), images(size=16).astype("float32"), precomputed=True)


EXAMPLES = {
    "BatchNormScope": scope,
    "Exercise": exercise,
    "FeatureMap": clusters,
    "ImageInput": image_input,
    "LayerView": layer_view,
    "LearningRateLab": lab,
    "Progress": lambda: widgets.Progress([{"title": "Start here", "guesses": (1, 1), "exercises": (0, 3)}]),
    "ShiftSlider": slider,
    "TrainingPanel": training_panel,
    "ConfusionMatrix": confusion_matrix,
    "DecisionGrid": decision_grid,
    "FigureSlider": figure_slider,
    "FreezeSlider": freeze_slider,
    "LiveCurves": live_curves,
    "Predict": lambda: widgets.Predict(question="How much?", low=0, high=10, value=4),
    "Quiz": quiz,
    "ScoreScatter": score_scatter,
    "TransferMatrix": transfer_matrix,
    "VerdictLab": widgets.VerdictLab,
}
"""Widget → one that shows all it has."""


@pytest.fixture(scope="module")
def axe():
    """The source of axe-core (MPL-2.0), as the PyPI package carries it."""
    return files("axe_playwright_python").joinpath("axe.min.js").read_text("utf-8")


def findings(page, axe):
    """Return the serious and the critical findings in the widget."""
    page.evaluate("(code) => { (0, eval)(code); }", axe)
    found = page.evaluate("async () => (await axe.run('.tlw', { resultTypes: ['violations'] })).violations")
    return [
        f"{one['impact']}: {one['help']}: {node['html'][:200]} {node['any'][0]['message'] if node['any'] else ''}"
        for one in found
        for node in one["nodes"]
        if one["impact"] in ("serious", "critical")
    ]


@pytest.mark.parametrize("name", widgets.__all__)
@pytest.mark.parametrize("dark", [False, True])
def test_axe_finds_nothing_serious(mount, axe, name, dark):
    assert name in EXAMPLES, f"give {name} an example here, so that it is looked at"
    page = mount_widget(mount, EXAMPLES[name](), dark=dark)
    drawn(page)
    for summary in page.locator("summary").all():
        summary.click()
    assert findings(page, axe) == []
    assert page.errors == []


def test_axe_finds_what_is_wrong(mount, axe):
    """So that an empty list means something."""
    page = mount_widget(mount, EXAMPLES["Predict"]())
    page.evaluate("document.querySelector('[type=range]').removeAttribute('aria-label')")
    page.evaluate("document.querySelector('.tlw-predict-question').style.color = '#ccc'")
    assert len(findings(page, axe)) == 2


@pytest.mark.parametrize("name", widgets.__all__)
def test_the_focus_goes_in_and_out_by_keyboard(mount, name):
    """No trap, a visible focus everywhere, and keys that JupyterLab knows stay inside."""
    page = mount_widget(mount, EXAMPLES[name]())
    drawn(page)
    page.evaluate("""() => {
        const other = document.createElement('button');
        other.id = 'behind';
        document.body.append(other);
        window.leaked = [];
        document.addEventListener('keydown', (e) => { if (e.key !== 'Tab') leaked.push(e.key); }); }""")
    look = """() => {
        const a = document.activeElement;
        const s = getComputedStyle(a);
        const inner = a.querySelector('.tlw-grip, .tlw-here');
        const ring = s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) >= 1;
        const passive = a.matches('button, summary, [type=checkbox]');
        const html = a.outerHTML.slice(0, 90);
        return { id: a.id, inside: Boolean(a.closest('.tlw')), ring: ring || Boolean(inner), passive, html };
    }"""
    stops = passive = 0
    for _ in range(30):
        page.keyboard.press("Tab")
        now = page.evaluate(look)
        if now["id"] == "behind":
            break
        assert now["inside"], now
        assert now["ring"], f"nothing shows where the focus is: {now['html']}"
        stops += 1
        passive += now["passive"]
        page.keyboard.press("ArrowDown")
    assert stops
    assert now["id"] == "behind", "the focus does not leave the widget"
    assert page.evaluate("leaked").count("ArrowDown") <= passive, "an arrow key moved the widget and the notebook"
    assert page.errors == []
