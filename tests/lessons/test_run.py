"""Every lesson runs from beginning to end in profile smoke, within its budgets, and says what was measured.

The executed notebooks stay in ``build/smoke``, where nbval runs them once more and compares their outputs.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import nbformat
import pytest

from tlwidgets.course import claims, content
from tlwidgets.course.runner import run

TOP = Path(__file__).resolve().parents[2]
OUT = TOP / "build" / "smoke"
LESSONS = pytest.mark.parametrize("name", content.lesson_names())


@pytest.fixture(scope="session")
def results():
    shutil.rmtree(OUT, ignore_errors=True)
    return {r.name.split("_", 1)[1]: r for r in run([], profile="smoke", out=OUT, timeout=300)}


@LESSONS
def test_it_runs_within_memory(results, name):
    assert results[name].outcome == "passed", results[name].error
    assert results[name].peak_memory_mb < 1500


@LESSONS
def test_its_claims_come_out_as_stated(results, name):
    """The ledger holds what was found in profile cpu; a verdict may not hang on the size of the experiment."""
    found = [(c["id"], c["said"], c["verdict"]) for c in results[name].claims]
    ledger = [(r.id, s.said, s.verdict) for r in claims.ledger() for s in r.statements if s.lesson == name]
    assert sorted(found) == sorted(ledger)


@LESSONS
def test_nothing_is_printed_in_red_and_every_picture_has_words(results, name):
    notebook = nbformat.read(OUT / f"{content.read(name).notebook}.ipynb", as_version=4)
    assert "widgets" not in notebook.metadata  # or the page would be blank without a network
    pictures = 0
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            assert output.get("name") != "stderr", output.get("text")
            if "image/png" in output.get("data", {}):
                pictures += 1
                words = output["data"]["text/plain"]
                assert any(ch.isdigit() for ch in words), f"a picture without its numbers in words: {words!r}"
                assert output["metadata"]["image/png"]["alt"] == words
    assert pictures > 0


@LESSONS
def test_the_page_shows_widgets_without_a_kernel(results, name):
    page = (OUT / f"{content.read(name).notebook}.html").read_text("utf-8")
    assert "data:image/png;base64," in page
    assert "<summary>" in page  # a quiz


def test_the_report_says_how_it_went(results):
    report = json.loads((OUT / "report.json").read_text("utf-8"))
    assert report["profile"] == "smoke"
    assert [n["name"] for n in report["notebooks"]] == [content.read(n).notebook for n in content.lesson_names()]
    assert report["not_run"] == []
    assert all(n["seconds"] > 0 and n["peak_memory_mb"] > 100 for n in report["notebooks"])
    assert not list(OUT.glob(".*partial*"))
