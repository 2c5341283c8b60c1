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
OWING = {"fine_tuning", "batchnorm_trap", "what_to_freeze", "domain_shift", "negative_transfer"}
"""Lessons whose claims are still yes or no by a criterion of their own, without interval and control in the record."""


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
    assert sorted({r.id for r in ROWS for s in r.statements if s.lesson == name}) == sorted(set(stated(name)))


@pytest.mark.parametrize("name", [name for name in content.lesson_names() if name not in OWING])
def test_every_claim_follows_the_rule_of_evidence(name):
    """What decided is kept: interval, margin, seeds, a control that fails, and the verdict with another setting."""
    for claim in (s.record for r in ROWS for s in r.statements if s.lesson == name):
        if claim["kind"] == "exact":  # counted, not sampled
            assert claim["figures"], f"{claim['id']}: {claim['said']}: it shows nothing that was counted"
            continue
        where = f"{claim['id']}: {claim['said']}"
        assert claim["cases"], where
        for case in (case for part in ("cases", "elsewhere", "controls", "second_best") for case in claim[part]):
            assert case["low"] <= case["mean"] <= case["high"], where
            assert case["margin"] > 0, where
            assert case["seeds"] >= 5, where
        assert claim["controls"], f"{where}: nothing is told that would do the same without the reason given"
        assert all(case["verdict"] != "holds" for case in claim["controls"]) or claim["verdict"] == "not settled", where
        assert claim["second_best"] or claim["untuned"], f"{where}: what if a tuned quantity moves a notch?"
        assert claim["left_out"] or all(case["images"] for case in claim["cases"]), f"{where}: images are a sample, too"


@pytest.mark.parametrize("row", [r for r in ROWS if r.statements], ids=lambda r: r.id)
def test_a_row_that_holds_in_part_says_when(row):
    if row.verdict.startswith("holds when"):
        assert row.when
    else:
        assert not row.when, "the condition of a row that holds always, or never, is out of date"


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
    assert all(s["said"] and (s["figures"] or s["cases"]) for s in row["statements"])


def test_an_unknown_row_is_said_by_name(capsys):
    assert main(["claims", "C111"]) == 2
    assert "C111" in capsys.readouterr().err
    with pytest.raises(tl.CourseError, match="X01"):
        tl.lesson("start_here").claim("X01", "nothing", True, figures={"figure": 1})


def test_verdict_of_a_row_from_its_statements():
    def row(*verdicts, when=""):
        said = tuple(claims.Statement("n", {"said": "s", "verdict": v}) for v in verdicts)
        return claims.Row("C01", "claim", "g", "said", when, said)

    assert row().verdict == "open"
    assert row("holds", "holds").verdict == "holds"
    assert row("does not hold", "does not hold").verdict == "does not hold"
    assert row("does not hold", "not settled").verdict == "does not hold"
    assert row("not settled", "not settled").verdict == "not settled"
    assert row("holds", "not settled", when="few labels").verdict == "holds when few labels"
    assert row("holds when x", when="few labels").verdict == "holds when few labels"
