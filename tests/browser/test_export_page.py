"""An exported page without a kernel and without a network: widgets live, images with words."""

from __future__ import annotations

import copy

import nbformat
import pytest
from playwright.sync_api import expect
from test_accessibility import axe, findings  # noqa: F401

from tlwidgets.course import export

CELLS = {
    "figures": """
import numpy as np, keras
from tlwidgets.widgets import *
from tlwidgets.widgets import ConfusionMatrix, DecisionGrid, FigureSlider, FreezeSlider, LiveCurves, Predict, Quiz
from tlwidgets.widgets import ScoreScatter, TransferMatrix
from tlwidgets.widgets._figure import StaticFigure
from tlwidgets.widgets._static import StaticWidget
figures = {}
for k, name in enumerate(("stem", "middle", "top")):
    figures[name] = StaticFigure((3, 2), f"A line up to {k}.")
    figures[name].add_subplot().plot([0, k + 1])
slider = FigureSlider(figures, label="Block")
slider""",
    "again": "slider",
    "predict": "Predict(question='How <b>much</b>?', low=0, high=100)",
    "quiz": """Quiz(question='What moved?', choices=[
    {'text': 'head </script>', 'reason': 'Yes.', 'right': True}, {'text': 'base', 'reason': 'No.', 'right': False}])""",
    "freeze": """model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3), keras.layers.Dense(2)])
FreezeSlider(model, frozen_to=0)""",
    "transfer": """runs = {('a', 'b', 'm'): [.7, .8], ('b', 'a', 'm'): [.5, .6]}
TransferMatrix(runs, {'a': [.6, .61], 'b': [.6, .62]})""",
    "confusion": """x = np.zeros((3, 8, 8), 'uint8')
ConfusionMatrix([0, 0, 1], [0, 1, 1], ['cat', 'dog'], x, send_ahead=3)""",
    "decision": "DecisionGrid({('small', 'near', 'frozen'): [.7, .72], ('small', 'near', 'tuned'): [.6, .62]})",
    "scatter": "ScoreScatter({'LogME': [1., 3., 2.], 'LEEP': [3., 2., 1.]}, [.5, .9, .7], ['a', 'b', 'c'])",
    "curves": """curves = LiveCurves()
for run in ('one', 'two'):
    number = curves.new_run(run)
    for epoch in range(5):
        curves.add(number, epoch + 1, {'loss': 1 / (epoch + 1 + number)})
curves.flush()
curves.show()""",
    "needs": """class Needs(StaticWidget):
    _esm = "export default { render({ el }) { el.append('alive'); } }"
    def summary(self): return "What the kernel drew."
    def static(self): return figures["stem"]
Needs()""",
    "foreign": "import ipywidgets\nipywidgets.IntSlider(description='foreign')",
    "image": "figures['top']",
}


@pytest.fixture(scope="module")
def executed():
    """A notebook that ran, with the state of its widgets."""
    from nbclient import NotebookClient

    from tlwidgets.course.kernel_client import Manager

    spec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    cells = [nbformat.v4.new_code_cell(source) for source in CELLS.values()]
    notebook = nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": spec})
    NotebookClient(notebook, timeout=300, store_widget_state=True, kernel_manager_class=Manager).execute()
    return notebook


@pytest.fixture(scope="module")
def published(tmp_path_factory, executed):
    """It, saved and made into a page."""
    folder = tmp_path_factory.mktemp("published")
    nbformat.write(executed, folder / "run.ipynb")
    export.publish(folder / "run.ipynb", folder / "lesson.ipynb")
    return folder


@pytest.fixture
def page(chromium, published):
    context = chromium.new_context(viewport={"width": 1000, "height": 800})
    context.set_offline(True)
    page = context.new_page()
    page.set_default_timeout(20_000)
    page.errors, page.asked = [], []
    page.on("pageerror", lambda error: page.errors.append(str(error)))
    page.on("request", lambda request: page.asked.append(request.url))
    page.goto((published / "lesson.html").as_uri())
    page.locator("[data-tlw-live=true]").nth(9).wait_for()
    yield page
    assert page.errors == []
    outside = [url for url in page.asked if url.split(":")[0] not in ("file", "blob", "data")]
    assert outside == [], "the page asks nobody"
    context.close()


def test_the_saved_notebook_has_no_state(published):
    text = (published / "lesson.ipynb").read_text("utf-8")
    assert "widget-state" not in text
    assert "widgets" not in nbformat.reads(text, as_version=4).metadata
    assert not (published / "run.ipynb").exists()
    assert sorted(p.name for p in published.iterdir()) == ["lesson.html", "lesson.ipynb"]


def test_two_places_of_one_widget_move_together(page):
    sliders = page.get_by_role("slider", name="Block")
    sliders.first.focus()
    before = page.get_by_role("img", name="A line up to 2.").first.get_attribute("src")
    page.keyboard.press("Home")
    for k in (0, 1):
        expect(sliders.nth(k)).to_have_attribute("aria-valuetext", "stem")
    assert page.get_by_role("img", name="A line up to 0.").first.get_attribute("src") != before
    assert page.evaluate("document.querySelector('.tlw-figure img').naturalWidth") > 100


def test_guess_and_question(page):
    guess = page.get_by_role("slider", name="How <b>much</b>?")
    guess.focus()
    page.keyboard.press("End")
    expect(guess).to_have_attribute("aria-valuetext", "100")
    page.get_by_label("head </script>").check()
    expect(page.get_by_text("✓ Right. Yes.")).to_be_visible()


def test_layers(page):
    handle = page.get_by_role("slider", name="Frozen layers")
    handle.focus()
    page.keyboard.press("End")
    page.keyboard.press("ArrowLeft")
    expect(page.get_by_text("1 of 2 layers frozen")).to_be_visible()


def test_matrices(page):
    grid = page.get_by_role("grid", name="Transfer from every source")
    grid.get_by_role("gridcell").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    expect(page.locator(".tlw-transfer").get_by_role("status")).to_contain_text("a → b, m: +14.0 points")
    confusion = page.locator(".tlw-confusion")
    confusion.get_by_role("gridcell").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    expect(confusion.get_by_role("img", name="example 1: true cat, predicted dog")).to_be_visible()
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Enter")
    expect(confusion.get_by_role("status")).to_contain_text("need the notebook and its kernel")


def test_grid_scatter_and_curves(page):
    page.get_by_role("button", name="small, near").press("Enter")
    page.get_by_role("radio", name="tuned").check()
    expect(page.locator(".tlw-decision").get_by_role("status")).to_contain_text("regret 0.100")
    page.get_by_role("radio", name="LEEP").check()
    expect(page.get_by_role("slider", name="Candidates by LEEP")).to_be_attached()
    page.get_by_role("button", name="two").click()
    expect(page.locator(".tlw-curves").first).to_have_attribute("data-points", "10")
    expect(page.get_by_role("button", name="two")).to_have_attribute("aria-pressed", "false")


def test_what_needs_a_kernel_shows_its_figure_and_says_so(page):
    assert page.get_by_role("img", name="A line up to 0.").last.is_visible()
    assert page.get_by_text("works in the notebook, where a kernel runs").count() == 2
    assert page.get_by_text("alive", exact=True).count() == 0


def test_every_figure_has_words(page):
    alts = page.locator("img").evaluate_all("(all) => all.map((image) => image.alt)")
    assert len(alts) > 10
    assert all(alt and "No description" not in alt for alt in alts)


def test_without_scripts_there_are_images(chromium, published):
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto((published / "lesson.html").as_uri())
    assert page.get_by_role("img", name="A line up to 2.").first.is_visible()
    assert page.get_by_text("Transfer from every source").count() == 0
    assert page.locator("img[alt*='Transfer from every source']").is_visible()
    context.close()


def test_on_paper(page, shots):
    page.emulate_media(media="print")
    page.get_by_role("slider", name="Block").first.focus()
    page.keyboard.press("Home")
    assert page.locator(".tlw-figure img").first.is_visible()
    pdf = page.pdf(path=shots / "page.pdf")
    assert pdf.startswith(b"%PDF")
    assert not page.locator(".tlw-still").first.is_visible(), "one or the other, not both"


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_serious_in_the_colors_of_jupyterlab(chromium, executed, axe, tmp_path, theme):  # noqa: F811
    (tmp_path / "page.html").write_text(export.page(executed, theme=theme), "utf-8")
    page = chromium.new_page(viewport={"width": 1000, "height": 800})
    page.goto((tmp_path / "page.html").as_uri())
    page.locator("[data-tlw-live=true]").nth(9).wait_for()
    assert findings(page, axe) == []
    page.close()


def test_a_widget_that_fails_leaves_its_figure(chromium, executed, tmp_path):
    broken = copy.deepcopy(executed)
    state = broken.metadata.widgets["application/vnd.jupyter.widget-state+json"]["state"]
    for record in state.values():
        record["state"]["_esm"] = "throw new Error('not in this browser')"
    (tmp_path / "page.html").write_text(export.page(broken), "utf-8")
    page = chromium.new_page()
    page.goto((tmp_path / "page.html").as_uri())
    page.locator("[data-tlw-live=false]").nth(9).wait_for()
    assert page.locator("[data-tlw-live=true]").count() == 0
    assert page.get_by_role("img", name="A line up to 2.").first.is_visible()
    page.close()
