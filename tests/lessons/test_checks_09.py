"""Lesson 09: typical wrong answers get a sentence that helps."""

from __future__ import annotations

import numpy as np
import pytest

from tlwidgets.course import checks
from tlwidgets.lessons.negative_transfer.checks import HELD_BACK, SEEN, cases
from tlwidgets.transfer import compare


def mean(values):
    return sum(values) / len(values)


def unpaired(transfer, scratch):
    """Compare as if the two lists came from different seeds."""
    if len(transfer) < 2:
        return False
    error = np.hypot(np.std(transfer, ddof=1), np.std(scratch, ddof=1)) / len(transfer) ** 0.5
    return mean(transfer) - mean(scratch) < -2.3 * error


HARMFUL = "negative_transfer/is_harmful"
REPAIR = "negative_transfer/repair"


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (lambda t, s: mean(t) < mean(s), "the mean is not enough"),
        (lambda t, s: len(t) > 1 and compare(s, t).verdict == "worse", "the answer should be True"),
        (lambda t, s: len(t) > 1 and compare(t, s).verdict != "within noise", "mind the sign"),
        (unpaired, "compare seed by seed"),
        (lambda t, s: compare(t, s).verdict == "worse", "one seed has no spread"),
        (lambda t, s: all(a < b for a, b in zip(t, s, strict=True)), "one seed has no spread"),
        (lambda t, s: mean(t) - mean(s), "True or False"),
        (lambda t, s: 1 / 0, "ZeroDivisionError"),
    ],
)
def test_what_is_not_harm_is_told(wrong, words):
    outcome = checks.run(HARMFUL, (wrong,))
    assert not outcome.passed
    assert outcome.attempted
    assert words in outcome.message


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (lambda results: "frozen", "worse than no transfer"),
        (lambda results: min(results, key=lambda method: mean(results[method])), "worse than no transfer"),
        (lambda results: "no transfer", "give away"),
        (lambda results: "another source", "none of the ways"),
        (lambda results: "tuned at 0.01", "worse than no transfer"),
        (lambda results: max(results["frozen"]), "none of the ways"),
    ],
)
def test_a_plan_that_harms_or_gives_away_is_told(wrong, words):
    outcome = checks.run(REPAIR, (wrong,))
    assert not outcome.passed
    assert outcome.attempted
    assert words in outcome.message


def test_stubs_are_not_attempted():
    assert not checks.run(HARMFUL, (lambda t, s: None,)).attempted
    assert not checks.run(REPAIR, (lambda results: ...,)).attempted


def test_a_plan_sees_three_seeds_of_every_pair_and_is_judged_by_the_others():
    for methods in cases().values():
        assert {"frozen", "tuned at 0.003", "tuned at 0.01", "no transfer"} <= set(methods)
        assert all(len(v[SEEN]) == 3 and len(v[HELD_BACK]) >= 2 for v in methods.values())


def test_other_careful_plans_pass_too():
    def cautious(results):
        """Stay with no transfer unless something is clearly better."""
        best = max(results, key=lambda method: mean(results[method]))
        return best if mean(results[best]) > mean(results["no transfer"]) + 0.01 else "no transfer"

    assert checks.run(REPAIR, (cautious,)).passed
