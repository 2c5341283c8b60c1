"""A learner runs cells again, and presses the buttons at the end: no error, and the same verdicts."""

from __future__ import annotations

import copy
import json
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from tlwidgets.course import claims, content

PRESS = """
import ipywidgets
from tlwidgets.course.live import LiveRun
buttons = [widget for widget in ipywidgets.widget._instances.values() if isinstance(widget, LiveRun)]
for button in buttons:
    button.press()
assert all(button.succeeded for button in buttons), [button.succeeded for button in buttons]
"""
NOTEBOOKS = Path(__file__).resolve().parents[2] / "notebooks"


def doubled(notebook):
    """Return the notebook with every code cell but the parameters twice, and a last one that presses every button."""
    cells = []
    for cell in notebook.cells:
        cells.append(cell)
        if cell.cell_type == "code" and "parameters" not in cell.metadata.get("tags", []):
            again = copy.deepcopy(cell)
            again.id += "-again"
            cells.append(again)
    notebook.cells = [*cells, nbformat.v4.new_code_cell(PRESS)]
    return notebook


def start(paths, out):
    """Start ``tlwidgets run`` on these notebooks."""
    command = [sys.executable, "-m", "tlwidgets", "run", *paths, "--profile", "smoke", "--out", out]
    return subprocess.Popen([*map(str, command), "--timeout", "300"], stdout=subprocess.PIPE, text=True)


@pytest.mark.slow
def test_every_cell_twice_and_then_every_button(tmp_path):
    paths = []
    for name in content.lesson_names():
        paths.append(tmp_path / f"{content.read(name).notebook}.ipynb")
        nbformat.write(
            doubled(nbformat.read(NOTEBOOKS / f"{content.read(name).notebook}.ipynb", as_version=4)), paths[-1]
        )
    # two at a time: much of a lesson keeps one core busy
    runs = {tmp_path / f"out{i}": start(paths[i::2], tmp_path / f"out{i}") for i in range(2)}
    said = [process.communicate()[0] for process in runs.values()]
    assert [process.returncode for process in runs.values()] == [0, 0], said
    results = [r for out in runs for r in json.loads((out / "report.json").read_text("utf-8"))["notebooks"]]
    assert sorted(r["name"].split("_", 1)[1] for r in results) == sorted(content.lesson_names())
    for result in results:
        lesson = result["name"].partition("_")[2]
        ledger = {(r.id, s.said): s.verdict for r in claims.ledger() for s in r.statements if s.lesson == lesson}
        assert {(c["id"], c["said"]): c["verdict"] for c in result["claims"]} == ledger
        assert len(result["claims"]) == 2 * len(ledger)
