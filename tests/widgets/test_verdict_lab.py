"""VerdictLab without a browser: it decides as the course does, says so, and refuses what is no difference."""

from __future__ import annotations

import numpy as np
import pytest

from tlwidgets.errors import CourseError
from tlwidgets.transfer import compare
from tlwidgets.widgets.verdict_lab import VerdictLab


@pytest.mark.parametrize(
    ("changed", "verdict"),
    [
        ({}, "not settled"),
        ({"seeds": 20}, "holds"),  # more seeds
        ({"spread": 0.02}, "holds"),  # less noise
        ({"mean": 0.06}, "holds"),  # a larger difference
        ({"mean": -0.04}, "does not hold"),
        ({"mean": 0.0, "spread": 0.01, "expect": "same"}, "holds"),
        ({"mean": 0.0, "expect": "same"}, "not settled"),
        ({"mean": 0.0, "spread": 0.03, "seeds": 12}, "does not hold"),
        ({"mean": 0.0, "spread": 0.03, "seeds": 12, "margin": 0.01}, "not settled"),
    ],
)
def test_each_handle_can_turn_the_verdict(changed, verdict):
    lab = VerdictLab(mean=0.03, spread=0.04, seeds=5, margin=0.02)
    for name, value in changed.items():
        setattr(lab, name, value)
    assert lab.verdict == verdict
    assert verdict in lab.summary().lower()
    assert lab.static().alt == lab.summary()


@pytest.mark.parametrize("seeds", [2, 3, 5, 20])
def test_the_dots_have_just_the_mean_and_the_spread_that_are_chosen(seeds):
    lab = VerdictLab(mean=0.05, spread=0.02, seeds=seeds)
    dots = 0.05 + 0.02 * np.array(lab._dots[seeds - 2])
    assert dots.mean() == pytest.approx(0.05)
    assert dots.std(ddof=1) == pytest.approx(0.02)
    assert lab.comparison == compare(dots, margin=0.02)
    # what the browser computes with
    assert 0.05 + 0.02 * lab._reach[seeds - 2] == pytest.approx(lab.comparison.high)


@pytest.mark.parametrize("bad", [{"mean": 0.5}, {"spread": -0.1}, {"seeds": 1}, {"margin": float("nan")}])
def test_what_is_out_of_range_is_refused_and_nothing_changes(bad):
    with pytest.raises(CourseError, match="should lie between"):
        VerdictLab(**bad)
    lab = VerdictLab()
    before = lab.summary()
    ((name, value),) = bad.items()
    with pytest.raises(CourseError):
        setattr(lab, name, value)
    assert lab.summary() == before
