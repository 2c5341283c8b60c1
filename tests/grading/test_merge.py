"""Whatever a file holds, merging takes the answers that are there and says what was odd."""

from __future__ import annotations

import copy
import json

import pytest

from tlwidgets.grading.merge import MAX_NOTEBOOK, job_cells, merge


def cell(whole, name):
    return next(c for c in whole["cells"] if c["metadata"].get("nbgrader", {}).get("grade_id") == name)


def raw(whole):
    return json.dumps(whole).encode()


def test_a_clean_copy_has_no_notes(cheap, hand_in):
    merged = merge(cheap, hand_in())
    assert merged.notes == []
    assert set(merged.answers) == {"double", "total", "why"}
    assert merged.attempted == {"double": True, "total": True, "why": True}


def test_the_last_of_several_answers_counts(cheap, hand_in):
    whole = hand_in("raise NameError", raw=False)
    again = copy.deepcopy(cell(whole, "double"))
    again["source"] = "def double(x): return x + x"
    whole["cells"].append(again)
    merged = merge(cheap, raw(whole))
    assert merged.answers["double"] == "def double(x): return x + x"
    assert any("2 answer cells; the last one" in note for note in merged.notes)
    assert any("another order" in note for note in merged.notes)


def test_marks_of_cells_may_be_lost(cheap, hand_in):
    whole = hand_in(raw=False)
    for one in whole["cells"]:
        one["metadata"] = {}
    merged = merge(cheap, raw(whole))
    assert set(merged.answers) == {"double", "total", "why"}
    assert sum("found by the id" in note for note in merged.notes) == 3
    for i, one in enumerate(whole["cells"]):
        one["id"] = f"new-{i}"
    merged = merge(cheap, raw(whole))
    assert set(merged.answers) == {"double", "total"}
    assert any(note.startswith("why: no answer cell") for note in merged.notes)


def test_an_untouched_stub_is_not_an_attempt(cheap):
    merged = merge(cheap, cheap.notebook(cheap.release()))
    assert merged.attempted == {"double": False, "total": False, "why": False}
    assert "double: not attempted." in merged.notes


def test_only_answers_are_taken(cheap, hand_in):
    whole = hand_in(raw=False)
    cell(whole, "setup")["source"] = "raise SystemExit"
    cell(whole, "double_check")["source"] = "pass"
    whole["cells"].insert(0, {"cell_type": "code", "id": "x", "metadata": {}, "source": "evil()", "outputs": []})
    sources = [c.get("source", "") for c in job_cells(cheap, merge(cheap, raw(whole)))]
    assert not any("SystemExit" in s or "evil" in s or s == "pass" for s in sources)
    assert sources[0] == "import numpy as np"


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b'{"cells": [', "no valid JSON"),
        (b"PK\x03\x04 and so on", "a zip archive"),
        (b"%PDF-1.7", "a PDF"),
        (b"\xff\xfe\x00\xd8", "not text in UTF-8"),
        (b"\x80\x81\x82", "not text in UTF-8"),
        (b"[1, 2]", "not a notebook"),
        (b'{"metadata": {}}', "no cells"),
        (b'{"cells": {"a": 1}}', "no cells"),
        (b"[" * 200_000, "nested so deeply"),
        (b" " * 10 + b'{"cells": []}' + b" " * MAX_NOTEBOOK, "MB and was not read"),
    ],
)
def test_what_is_no_notebook_gets_a_sentence(cheap, body, words):
    merged = merge(cheap, body)
    assert merged.answers == {}
    assert len(merged.notes) == (1 if 'cells": []' not in str(body[:40]) or len(body) > 100 else 4)
    assert words in merged.notes[0]


@pytest.mark.parametrize(
    "broken",
    [
        {"cell_type": "code"},
        {"cell_type": "code", "metadata": None, "source": None},
        {"cell_type": "code", "metadata": {"nbgrader": "yes"}, "source": ["a", 1]},
        {"cell_type": "code", "metadata": {"nbgrader": {"grade_id": ["double"]}}, "source": "x"},
        "not a cell",
        None,
    ],
)
def test_broken_cells_are_passed_over(cheap, hand_in, broken):
    whole = hand_in(raw=False)
    whole["cells"] = [broken, *whole["cells"], broken]
    assert set(merge(cheap, raw(whole)).answers) == {"double", "total", "why"}


def test_old_and_foreign_forms_are_read(cheap, hand_in):
    whole = hand_in(raw=False)
    for one in whole["cells"]:
        one["source"] = one["source"].splitlines(keepends=True)
    old = {"worksheets": [{"cells": whole["cells"]}], "nbformat": 3}
    text = json.dumps(whole)
    for body in (json.dumps(old).encode(), b"\xef\xbb\xbf" + text.encode(), text.encode("utf-16")):
        assert merge(cheap, body).answers["double"].startswith("def double")


def test_odd_characters_do_not_stop_anything(cheap, hand_in):
    merged = merge(cheap, hand_in("def double(x):\n    return 2 * x  # \ud800 \x00 Ω 学"))
    assert "\x00" not in merged.answers["double"]
    merged.answers["double"].encode()
    assert any("null characters" in note for note in merged.notes)
    assert "double" not in merge(cheap, hand_in("x = 1\n" * 100_000)).answers
