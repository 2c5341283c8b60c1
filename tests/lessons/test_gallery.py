"""The gallery: every widget with its smallest example, run from beginning to end without a browser."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import nbformat
import pytest

from tlwidgets import widgets
from tlwidgets.course.runner import run

TOP = Path(__file__).resolve().parents[2]
GALLERY = TOP / "notebooks" / "gallery.ipynb"
PAGE = TOP / "docs" / "widgets.md"
IN_WORDS = {"Exercise", "Predict", "Progress", "Quiz"}
"""Widgets that leave their words as HTML instead of an image."""


def code(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def shown_in(cell):
    """Return the widget whose example a cell is."""
    found = re.findall(r"^from tlwidgets\.widgets import (\w+)$", cell.source, re.MULTILINE)
    return found[0] if found else None


@pytest.fixture(scope="module")
def source():
    return nbformat.read(GALLERY, as_version=4)


@pytest.fixture(scope="module")
def result(tmp_path_factory):
    """How it went, and the executed notebook."""
    out = tmp_path_factory.mktemp("gallery")
    (result,) = run(["gallery"], profile="smoke", out=out, timeout=300)
    return result, nbformat.read(out / "gallery.ipynb", as_version=4), out / "gallery.html"


def test_every_widget_has_one_example_of_a_few_lines(source):
    assert sorted(filter(None, map(shown_in, code(source)))) == list(widgets.__all__)
    for cell in code(source):
        tree = ast.parse(cell.source)
        assert len([node for node in tree.body if not isinstance(node, ast.Import | ast.ImportFrom)]) <= 6
        assert not any(isinstance(node, ast.FunctionDef | ast.ClassDef) for node in ast.walk(tree))


def test_it_is_committed_clean(source):
    nbformat.validate(source)
    assert not any(cell.outputs or cell.execution_count for cell in code(source))
    assert source.metadata.kernelspec.name == "python3"
    assert [cell.id for cell in source.cells] == [f"cell-{i:02d}" for i in range(1, len(source.cells) + 1)]
    assert all(set(cell.metadata) <= {"tags"} for cell in source.cells)
    for before, cell in zip(source.cells, source.cells[1:], strict=False):
        if cell.cell_type == "code":
            assert before.cell_type == "markdown", f"nothing explains the cell {cell.source[:60]!r}"
            name = shown_in(cell)
            assert name is None or f"**{name}**" in before.source


def test_the_page_has_the_same_examples_and_an_image_of_each(source):
    text = PAGE.read_text("utf-8")
    assert re.findall(r"^### (\w+)$", text, re.MULTILINE) == list(filter(None, map(shown_in, code(source))))
    for cell in filter(shown_in, code(source)):
        part = text.split(f"### {shown_in(cell)}\n")[1].split("\n##")[0]
        assert cell.source.strip() in part
        alt, image = re.findall(r"^!\[([^\]]+)\]\((\S+)\)$", part, re.MULTILINE)[0]
        assert len(alt) > 20
        assert 1_000 < (PAGE.parent / image).stat().st_size <= 60_000
        assert "\nKeys: " in part
    images = list((PAGE.parent / "images").glob("*.png"))
    assert sum(path.stat().st_size for path in images) <= 900_000


@pytest.mark.slow
def test_it_runs_within_memory(result):
    assert result[0].outcome == "passed", result[0].error
    assert result[0].peak_memory_mb < 1300


@pytest.mark.slow
def test_every_widget_leaves_something_to_read(result):
    for cell in code(result[1]):
        for output in cell.outputs:
            assert output.get("name") != "stderr", output.get("text")
        name = shown_in(cell)
        if name is None:
            continue
        kept = [
            output for output in cell.outputs if "application/vnd.jupyter.widget-view+json" in output.get("data", {})
        ]
        assert len(kept) == 1, name
        data = kept[0].data
        words = data["text/plain"]
        assert len(words) > 20, name
        assert "object at 0x" not in words
        if name in IN_WORDS:
            assert data["text/html"].strip(), name
        else:
            assert len(data["image/png"]) > 3_000, name
            assert kept[0].metadata["image/png"]["alt"] == words


@pytest.mark.slow
def test_curves_of_the_saved_notebook_show_what_was_trained_after_them(result):
    (cell,) = (cell for cell in code(result[1]) if shown_in(cell) == "LiveCurves")
    words = cell.outputs[0].data["text/plain"]
    assert "block4 frozen" in words
    assert "block2 frozen" in words


@pytest.mark.slow
def test_the_page_of_the_run_says_everything_without_scripts(result):
    page = result[2].read_text("utf-8")
    assert page.count("data:image/png;base64,") >= len(widgets.__all__) - len(IN_WORDS)
