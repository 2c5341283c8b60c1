"""What is generated is up to date: README's table of lessons, the links at the end of each lesson, the claims page."""

from __future__ import annotations

import json
import runpy

import pytest

from tlwidgets.course import content


@pytest.fixture(scope="module")
def tool(top):
    return runpy.run_path(str(top / "tools" / "pages.py"))


def test_pages_are_those_of_the_lessons(tool, top):
    stale = [str(path.relative_to(top)) for path, text in tool["pages"]().items() if path.read_text("utf-8") != text]
    assert stale == [], "run: make pages"


def test_a_report_brings_one_lesson_up_to_date_and_leaves_the_others(tool, tmp_path):
    folder = tmp_path / "tlwidgets" / "lessons" / "freezing"
    folder.mkdir(parents=True)
    notebooks = [
        {"name": "04_freezing", "outcome": "passed", "seconds": 33.4, "peak_memory_mb": 1200.2, "claims": []},
        {"name": "gallery", "outcome": "passed", "seconds": 9, "peak_memory_mb": 900, "claims": []},
    ]
    tool["take"]({"profile": "smoke", "versions": {"keras": "3"}, "notebooks": notebooks}, tmp_path)
    new = json.loads((folder / "measured.json").read_text("utf-8"))
    old = content.measured("freezing")
    assert new["runs"] == {**old["runs"], "smoke": {"seconds": 33, "peak_memory_mb": 1200}}
    assert new["claims"] == old["claims"], "verdicts are those of profile cpu"


def test_nothing_is_taken_from_a_run_that_failed(tool, tmp_path):
    report = {"profile": "cpu", "versions": {}, "notebooks": [{"name": "04_freezing", "outcome": "failed"}]}
    with pytest.raises(SystemExit, match="nothing was taken"):
        tool["take"](report, tmp_path)
