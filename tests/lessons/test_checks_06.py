"""The checks of lesson 06 tell right answers from the usual wrong ones."""

from __future__ import annotations

import numpy as np
import pytest

from tlwidgets.course import checks


def best_seed(accuracy, choice):
    return max(max(values) for values in accuracy.values()) - np.mean(accuracy[choice])


def wrong_way(accuracy, choice):
    return np.mean(accuracy[choice]) - max(np.mean(values) for values in accuracy.values())


def by_seed(accuracy, choice):
    return np.max(list(accuracy.values()), axis=0) - np.array(accuracy[choice])


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (best_seed, "luck"),
        (wrong_way, "sign"),
        (by_seed, "one number"),
        (lambda accuracy, choice: 0.0, "best mean"),
        (lambda accuracy, choice: accuracy["no such"], "KeyError"),
    ],
)
def test_a_wrong_regret_gets_a_sentence_that_helps(wrong, words):
    outcome = checks.run("what_to_freeze/regret", (wrong,))
    assert outcome.attempted
    assert not outcome.passed
    assert words in outcome.message


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (lambda n, d: "head", "'head' is no strategy"),
        (
            lambda n, d: "everything" if n > 20 else "head only" if d < 0.2 else "all but the lowest",
            "the table of rules",
        ),
        (lambda n, d: "head only", "Most is lost"),
        (lambda n, d: "everything", "Most is lost"),
        (lambda n, d: "from scratch" if d < 0.2 else "top block", "Most is lost"),
        (lambda n: "everything", "TypeError"),
    ],
)
def test_a_wrong_choice_gets_its_regret(wrong, words):
    outcome = checks.run("what_to_freeze/choose", (wrong,))
    assert outcome.attempted
    assert not outcome.passed
    assert words in outcome.message


def test_untouched_stubs_are_not_attempted():
    for key in ("regret", "choose"):
        assert not checks.run(f"what_to_freeze/{key}", (lambda *_: ...,)).attempted
        assert not checks.run(f"what_to_freeze/{key}", (lambda *_: None,)).attempted
