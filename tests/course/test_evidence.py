"""From differences to a verdict, and that a reader can come to it from the box alone."""

from __future__ import annotations

import re

import numpy as np
import pytest

import tlwidgets as tl
from tlwidgets.course import evidence
from tlwidgets.transfer.comparison import Comparison


def difference(low, high, margin=0.02):
    return Comparison((low + high) / 2, low, high, 0.95, 5, 3, margin)


BETTER, WORSE = difference(0.01, 0.05), difference(-0.05, -0.01)
TINY, OPEN = difference(-0.01, 0.01), difference(-0.01, 0.05)


def verdict(found, **rest):
    return evidence.record("C01", "it is so", found, **rest)["verdict"]


@pytest.mark.parametrize(
    ("found", "expect", "said"),
    [
        (BETTER, "more", "holds"),
        (BETTER, "less", "does not hold"),
        (BETTER, "same", "not settled"),
        (TINY, "more", "does not hold"),  # a gain as large as the margin is ruled out
        (TINY, "less", "does not hold"),
        (TINY, "same", "holds"),
        (OPEN, "more", "not settled"),  # absence of evidence holds nothing and refutes nothing
        (OPEN, "same", "not settled"),
        (difference(0.03, 0.05), "same", "does not hold"),
        (difference(-0.05, -0.03), "same", "does not hold"),
        (difference(0.001, 0.004), "more", "holds"),
        ({"one": BETTER, "two": BETTER}, "more", "holds"),
        ({"one": BETTER, "two": OPEN}, "more", "not settled"),
        ({"one": OPEN, "two": WORSE}, "more", "does not hold"),  # all of the cases, never any of them
        (True, "more", "holds"),
        (np.bool_(False), "more", "does not hold"),
    ],
)
def test_a_verdict_is_read_off_the_intervals(found, expect, said):
    assert verdict(found, expect=expect) == said


def test_a_wider_interval_never_makes_a_claim_surer():
    for expect in ("more", "less", "same"):
        for mean in np.linspace(-0.06, 0.06, 13):
            found = [verdict(difference(mean - half, mean + half), expect=expect) for half in (0.001, 0.01, 0.05, 0.2)]
            assert "not settled" not in found or set(found[found.index("not settled") :]) == {"not settled"}


def test_a_control_that_does_the_same_takes_the_claim_back():
    assert verdict(BETTER, controls=TINY) == verdict(BETTER, controls={"a": TINY, "b": OPEN}) == "holds"
    record = evidence.record("C01", "it is so", BETTER, controls={"random weights": BETTER})
    assert record["verdict"] == "not settled"
    assert "a control does it too (random weights)" in "\n".join(evidence.as_lines(record))


@pytest.mark.parametrize(("found", "second"), [(BETTER, TINY), (BETTER, OPEN), (WORSE, BETTER), (TINY, OPEN)])
def test_a_verdict_on_a_knife_edge_is_not_settled(found, second):
    assert verdict(found, second_best=found) == found.judge()
    assert verdict(found, second_best=second) == "not settled"


def test_a_condition_has_to_be_varied_and_to_matter():
    assert verdict(BETTER, when="labels are few", elsewhere={"100 labels": TINY}) == "holds when labels are few"
    assert verdict(OPEN, when="labels are few", elsewhere={"100 labels": TINY}) == "not settled"
    with pytest.raises(tl.CourseError, match="elsewhere="):
        verdict(BETTER, when="labels are few")
    with pytest.raises(tl.CourseError, match="is no condition of it"):
        verdict(BETTER, when="labels are few", elsewhere={"100 labels": BETTER})


@pytest.mark.parametrize("bad", [{}, {"a": [0.1, 0.2]}, {"a": None}])
def test_a_claim_rests_on_comparisons(bad):
    with pytest.raises(tl.CourseError, match=r"rests on (nothing|.*tl\.compare)"):
        verdict(bad)


def test_the_box_tells_all_that_decided():
    claim = evidence.record(
        "C01",
        "features < pixels",
        {"5 labels": difference(0.104, 0.208)},
        controls={"random weights": difference(-0.03, 0.01)},
        second_best={"rate 0.01": difference(0.09, 0.2)},
        left_out="the draw of the held-out images",
        figures={"from_scratch": [0.5, 0.6]},
    )
    text, page = "\n".join(evidence.as_lines(claim)), evidence.as_html(claim)
    for said in ("C01", "+0.156", "+0.104 to +0.208", "5 seeds", "margin 0.02", "the interval lies above 0"):
        assert said in text
        assert said in page
    assert "control: random weights: -0.010 (-0.030 to +0.010)" in text
    assert "Not in the interval: the draw of the held-out images." in text
    assert "from scratch 0.55 ± 0.071 (2 seeds)" in text
    assert "features &lt; pixels" in page


def test_three_verdicts_have_three_looks():
    colors, lines, signs = zip(*evidence.LOOK.values(), strict=True)
    assert len(set(colors)) == len(set(lines)) == len(set(signs)) == len(evidence.LOOK) == 3
    for found in (BETTER, TINY, OPEN):
        box = evidence.as_html(evidence.record("C01", "it is so", found))
        color, line, sign = evidence.LOOK[found.judge()]
        assert re.search(f"border-left:6px {line} {color}", box)
        assert sign in box


@pytest.mark.parametrize(
    ("margin", "shown"), [(0.02, "+0.123"), (0.005, "+0.1234"), (1.0, "+0.1"), (10.0, "+0"), (0.0, "+0.123")]
)
def test_numbers_have_the_digits_that_their_margin_asks_for(margin, shown):
    found = Comparison(0.1234, 0.1, 0.2, 0.95, 5, 5, margin)
    assert f"difference: {shown} (" in "\n".join(evidence.as_lines(evidence.record("C01", "it is so", found)))
