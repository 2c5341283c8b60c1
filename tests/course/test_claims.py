"""The claims ledger: what is said, what was measured, and that the two belong together."""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path

import nbformat
import pytest

import tlwidgets as tl
from tlwidgets.cli import main
from tlwidgets.course import claims, content

TOP = Path(__file__).resolve().parents[2]
ROWS = claims.ledger()


def stated(name):
    """Return the id and the words of every ``lesson.claim`` in a notebook."""
    notebook = nbformat.read(TOP / "notebooks" / f"{content.read(name).notebook}.ipynb", as_version=4)
    calls = [
        node
        for cell in notebook.cells
        if cell.cell_type == "code"
        for node in ast.walk(ast.parse(cell.source))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "claim"
    ]
    return [node.args[0].value for node in calls]


def test_rows_are_the_claims_topics_and_systems_in_order():
    assert [r.id for r in ROWS if r.kind == "claim"] == [f"C{i:02d}" for i in range(1, 31)]
    assert [r.id for r in ROWS if r.kind == "topic"] == [f"T{i:02d}" for i in range(1, 23)]
    assert [r.id for r in ROWS if r.kind == "system"] == [f"S{i:02d}" for i in range(1, 9)]


@pytest.mark.parametrize("name", content.lesson_names())
def test_what_a_lesson_states_is_in_the_ledger_and_the_other_way_round(name):
    measured = [s for r in ROWS for s in r.statements if s.lesson == name]
    assert sorted({r.id for r in ROWS for s in r.statements if s.lesson == name}) == sorted(set(stated(name)))
    assert all(s.figures for s in measured)


@pytest.mark.parametrize("row", [r for r in ROWS if r.statements], ids=lambda r: r.id)
def test_a_row_that_holds_in_part_says_when(row):
    if row.verdict.startswith("holds when"):
        assert row.when
    else:
        assert not row.when, "the condition of a row that holds always, or never, is out of date"
    for s in row.statements:
        assert s.verdict == ("does not hold" if not s.holds else f"holds when {s.when}" if s.when else "holds")


def test_the_command_prints_every_row_and_which_are_open(capsys):
    assert main(["claims"]) == 0
    text = capsys.readouterr().out
    for row in ROWS:
        assert re.search(rf"^{row.id}  {re.escape(row.verdict)}$", text, re.MULTILINE)
    still = sum(r.verdict == "open" for r in ROWS)
    assert f"{len(ROWS) - still} of {len(ROWS)} rows measured, {still} open." in text


def test_the_command_prints_json_with_figures_lessons_and_tests(capsys):
    assert main(["claims", "C11", "--json"]) == 0
    (row,) = json.loads(capsys.readouterr().out)
    assert row["id"] == "C11"
    assert "freezing" in row["lessons"]
    assert row["tests"][0] == "tests/lessons/test_run.py::test_its_claims_come_out_as_stated[freezing]"
    assert row["verdict"] == claims.row("C11").verdict
    assert all(s["figures"] and s["said"] for s in row["statements"])


def test_an_unknown_row_is_said_by_name(capsys):
    assert main(["claims", "C111"]) == 2
    assert "C111" in capsys.readouterr().err
    with pytest.raises(tl.CourseError, match="X01"):
        tl.lesson("start_here").claim("X01", "nothing", True, figure=1)


def test_verdict_of_a_row_from_its_statements():
    def row(*verdicts):
        said = tuple(claims.Statement("n", "s", v != "does not hold", "", v, {"a": 1.0}) for v in verdicts)
        return claims.Row("C01", "claim", "g", "said", "few labels", said)

    assert row().verdict == "open"
    assert row("holds", "holds").verdict == "holds"
    assert row("does not hold", "does not hold").verdict == "does not hold"
    assert row("holds", "does not hold").verdict == "holds when few labels"
    assert row("holds when x").verdict == "holds when few labels"
