"""Executed notebooks as pages: what travels, what stays, what is escaped. The browser tests open such a page."""

from __future__ import annotations

import base64
import json
import re

import nbformat
import pytest

from tlwidgets.course import export

VIEW = "application/vnd.jupyter.widget-view+json"
PNG = base64.b64encode(b"\x89PNG").decode()
HOSTILE = '"><script>alert(1)</script>'


def record(**state):
    whole = {"_model_module": "anywidget", "_esm": "export default {}", "_css": ".x {}", "layout": "IPY_MODEL_l"}
    return {"state": {**whole, **state}, "buffers": [{"path": ["_b"], "data": "AAAA", "encoding": "base64"}]}


def notebook(states, *outputs):
    cells = [nbformat.v4.new_code_cell("x", outputs=list(outputs))]
    metadata = {"widgets": {"application/vnd.jupyter.widget-state+json": {"state": states}}} if states else {}
    return nbformat.v4.new_notebook(cells=cells, metadata=metadata)


def output(model="m", words="The words.", **data):
    whole = {VIEW: {"model_id": model}, "image/png": PNG, "text/plain": words, **data}
    return nbformat.v4.new_output("display_data", whole, metadata={"image/png": {"alt": words, "width": 300}})


def carried(page):
    found = re.search(r'<script id="tlw-page" type="application/json">(.*?)</script>', page, re.DOTALL)
    return json.loads(found[1]) if found else None


def test_a_live_widget_travels_with_its_figure():
    page = export.page(notebook({"m": record(_alone=True, value=3), "l": {"state": {}}}, output()))
    data = carried(page)
    assert list(data["models"]) == ["m"], "only what is shown"
    model = data["models"]["m"]
    assert model["state"] == {"_model_module": "anywidget", "_alone": True, "value": 3}
    assert model["buffers"] == [{"path": ["_b"], "data": "AAAA"}]
    assert data["texts"][model["esm"]] == "export default {}"
    assert 'alt="The words."' in page
    assert f'src="data:image/png;base64,{PNG}"' in page


def test_what_widgets_share_is_there_once():
    states = {name: record(_alone=True) for name in "abc"}
    page = export.page(notebook(states, *(output(name) for name in "abc")))
    assert page.count("export default {}") == 1
    assert len(carried(page)["models"]) == 3


@pytest.mark.parametrize("state", [{"_alone": False}, {}, {"_alone": True, "_model_module": "other"}])
def test_what_needs_a_kernel_does_not_travel(state):
    page = export.page(notebook({"m": record(**state)}, output()))
    assert carried(page) is None
    assert "works in the notebook, where a kernel runs" in page
    assert 'alt="The words."' in page


def test_without_state_there_are_images_with_words():
    page = export.page(notebook({}, output(), output(**{"text/html": "<p>question</p>"})))
    assert carried(page) is None
    assert 'alt="The words."' in page
    assert "<p>question</p>" in page
    assert "No description has been provided" not in page


def test_nothing_breaks_out():
    widget = record(_alone=True, label="</script><script>alert(1)</script>")
    page = export.page(notebook({HOSTILE: widget}, output(HOSTILE, HOSTILE)))
    assert "<script>alert" not in page
    assert carried(page)["models"][HOSTILE]["state"]["label"] == "</script><script>alert(1)</script>"


def test_the_network_is_asked_only_for_mathematics():
    plain = notebook({}, output())
    assert not re.search(r'(src|from)\s*=?\s*"https?:', export.page(plain))
    plain.cells.append(nbformat.v4.new_markdown_cell("$x^2$"))
    page = export.page(plain)
    assert re.search(r'<script async="" src="https:[^"]*mathjax', page, re.IGNORECASE)
    assert "require.js" not in page


def test_publish(tmp_path):
    executed = tmp_path / "executed.ipynb"
    nbformat.write(notebook({"m": record(_alone=True)}, output()), executed)
    export.publish(executed, tmp_path / "lesson.ipynb")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["lesson.html", "lesson.ipynb"]
    saved = nbformat.read(tmp_path / "lesson.ipynb", as_version=4)
    assert "widgets" not in saved.metadata
    assert saved.cells[0].outputs[0].data[VIEW] == {"model_id": "m"}
    page = (tmp_path / "lesson.html").read_text("utf-8")
    assert "<title>lesson</title>" in page
    assert carried(page)["models"]


def test_a_notebook_is_not_changed():
    node = notebook({"m": record(_alone=True)}, output())
    before = nbformat.writes(node)
    export.page(node, theme="dark")
    assert nbformat.writes(node) == before
