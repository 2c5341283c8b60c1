"""What was measured by the number of labels is read as it is meant to be, and wrong answers are told what is wrong."""

from __future__ import annotations

import math

import numpy as np
import pytest

from tlwidgets.course import checks, content
from tlwidgets.course.experiments import Runner, Trial
from tlwidgets.errors import CourseError
from tlwidgets.lessons.why_transfer import experiment, figures, results
from tlwidgets.lessons.why_transfer.experiment import BUDGETS, CURVE_STEPS
from tlwidgets.lessons.why_transfer.results import crossing, labels_needed, steps_needed


def test_lines_and_curves_have_every_budget_step_and_seed():
    line = results.line("digits", "clothes", "tuned")
    assert tuple(line) == BUDGETS["digits"]
    assert {len(v) for v in line.values()} == {5}
    curve = results.curve("typeset", "head kept")
    assert tuple(curve) == CURVE_STEPS
    assert curve[CURVE_STEPS[-1]] == results.line("digits", "typeset", "head kept")[10]
    assert tuple(results.line("emoji", "photographs", "frozen")) == BUDGETS["emoji"]


def test_a_curve_takes_as_many_steps_as_it_says_whatever_the_number_of_images(monkeypatch):
    monkeypatch.setitem(experiment.SETTINGS, "steps", 10)
    runner = Runner()
    trial = Trial("digits", "none", "scratch", 2, seed=0)
    rows = experiment.learning_curve(runner, trial, "held out", (0, 4))
    assert [row["step"] for row in rows] == [0, 4, 10]
    assert rows[0]["accuracy"] != rows[-1]["accuracy"]
    assert rows == experiment.learning_curve(runner, trial, "held out", (0, 4))


def test_crossing_and_labels_needed():
    assert crossing([2, 8, 32], [0.7, 0.75, 0.8], [0.4, 0.7, 0.85]) == pytest.approx(16)
    assert crossing([2, 8, 32], [0.7, 0.8, 0.9], [0.4, 0.6, 0.8]) is None
    assert crossing([2, 8, 32], [0.1, 0.2, 0.3], [0.4, 0.6, 0.8]) is None
    # for good: the first of two crossings does not count
    assert crossing([1, 4, 16, 64], [0.5, 0.5, 0.7, 0.7], [0.4, 0.6, 0.6, 0.8]) == pytest.approx(32)
    assert labels_needed([2, 8, 32], [0.4, 0.6, 0.8], 0.7) == pytest.approx(16)
    assert labels_needed([2, 8, 32], [0.4, 0.6, 0.8], 0.3) == 2
    assert labels_needed([2, 8, 32], [0.4, 0.6, 0.8], 0.9) is None
    with pytest.raises(CourseError, match="ascending"):
        labels_needed([8, 2], [0.4, 0.6], 0.5)
    assert steps_needed([0, 10, 20], [0.1, 0.3, 0.9]) == pytest.approx(10 + 10 * 0.2 / 0.6)
    assert steps_needed([0, 10], [0.9, 0.9]) == 0
    assert steps_needed([0, 10, 20], [0.1, 0.3, 0.9], 0.6) == pytest.approx(15)
    assert steps_needed([0, 10, 20], [0.1, 0.3, 0.9], 0.95) is None


def test_seeds_are_read_one_by_one():
    line = {2: [0.4, 0.5], 8: [0.6, 0.5], 32: [0.8, 0.9]}
    assert results.labels_to_match(line, [0.7, 0.5]) == pytest.approx([16, 2])
    curve = {0: [0.1, 0.0], 10: [0.3, 0.5], 20: [0.9, 1.0]}
    assert results.half_way(curve) == pytest.approx([10 + 10 * 0.2 / 0.6, 10])
    assert results.steps_to_match(curve, [0.6, 0.25]) == pytest.approx([15, 5])


def test_what_was_not_measured_is_told():
    with pytest.raises(CourseError, match="digits inverted"):
        results.line("digit", "none", "scratch")
    with pytest.raises(CourseError, match="has no trial with"):
        experiment.LABELS.repeat(task="digits", source="typeset", method="tuned", per_class=7, seed=0)


def test_figures_say_their_numbers():
    scratch, frozen = results.line("digits", "none", "scratch"), results.line("digits", "typeset", "frozen")
    lines = figures.budget_lines({"from scratch": scratch, "frozen": frozen}, crossings={"overtakes": 17.2})
    assert "overtakes at 17 labels" in lines.alt
    assert f"100 {figures.summary(scratch[100], 2)}" in lines.alt
    rows = figures.budget_dots({"from scratch": scratch, "frozen": frozen})
    assert list(rows) == [str(n) for n in BUDGETS["digits"]]
    assert len({tuple(f.axes[0].get_xlim()) for f in rows.values()}) == 1
    curves = figures.learning_phases(results.curve("none", "scratch"), results.curve("typeset", "tuned"))
    half = steps_needed(CURVE_STEPS, [np.mean(v) for v in results.curve("none", "scratch").values()])
    assert math.isfinite(half)
    assert f"half-way after {half:.0f} steps" in curves.alt


# ---------------------------------------------------------------- the checks of the exercises


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
