"""The checks of lesson 01 say what is wrong with the usual wrong answers."""

from __future__ import annotations

import numpy as np
import pytest

from tlwidgets.course import checks, content


def solution(key):
    scope = {"np": np, "lesson": type("Lesson", (), {"check": lambda *_: None})()}
    exec(content.read("why_transfer").exercises[key].solution, scope)
    return scope[key]


def at(labels, transfer, scratch):
    """Return the budget before the crossing, and the differences around it; without cases in which there is none."""
    lead = np.subtract(scratch, transfer)
    if lead[0] >= 0 or lead[-1] < 0:
        return None
    i = int(np.argmax(lead >= 0))
    return i, lead[i - 1] / (lead[i - 1] - lead[i])


def plain_axis(labels, transfer, scratch):
    i, share = at(labels, transfer, scratch)
    return labels[i - 1] + share * (labels[i] - labels[i - 1])


def a_budget(labels, transfer, scratch):
    return labels[at(labels, transfer, scratch)[0]]


def a_logarithm(labels, transfer, scratch):
    return np.log(solution("crossing")(labels, transfer, scratch))


def never_none(labels, transfer, scratch):
    found = at(labels, transfer, scratch)
    return labels[-1] if found is None else solution("crossing")(labels, transfer, scratch)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (plain_axis, "on a plain axis"),
        (a_budget, "is a budget; they cross between 8 and 32"),
        (a_logarithm, "turn it back into labels"),
        (never_none, "should be None"),
        (lambda *_: None, "should be a number, not None"),
        (lambda *_: "16", "they cross between"),
        (lambda *_: 1 / 0, "ZeroDivisionError"),
    ],
)
def test_crossing(wrong, said):
    outcome = checks.run("why_transfer/crossing", (wrong,))
    assert not outcome.passed
    assert outcome.attempted
    assert said in outcome.message


def multiplier(labels, transfer, scratch, n):
    return solution("label_multiplier")(labels, transfer, scratch, n)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (lambda labels, t, s, n: multiplier(labels, t, s, n) * n, "divide by 8"),
        (lambda labels, t, s, n: 1 / multiplier(labels, t, s, n), "wrong way round"),
        (
            lambda labels, t, s, n: float(np.exp(np.interp(t[labels.index(n)], s, np.log(labels)))) / n,
            "should be None",
        ),
        (lambda labels, t, s, n: np.interp(t[labels.index(n)], s, labels) / n, "times as many"),
        (lambda *_: "many", "should be a number"),
    ],
)
def test_label_multiplier(wrong, said):
    outcome = checks.run("why_transfer/label_multiplier", (wrong,))
    assert not outcome.passed
    assert outcome.attempted
    assert said in outcome.message


@pytest.mark.parametrize("key", ["crossing", "label_multiplier"])
def test_an_untouched_stub_is_not_attempted(key):
    assert not checks.run(f"why_transfer/{key}", (lambda *_: ...,)).attempted


@pytest.mark.parametrize("key", ["crossing", "label_multiplier"])
def test_the_solution_passes(key):
    assert checks.run(f"why_transfer/{key}", (solution(key),)).passed
