"""What was measured by the number of labels is read as it is meant to be, and wrong answers are told what is wrong."""

from __future__ import annotations

import numpy as np
import pytest

from tlwidgets.course import checks, content
from tlwidgets.course.experiments import Runner, Trial
from tlwidgets.errors import CourseError
from tlwidgets.lessons.why_transfer import experiment, figures, results
from tlwidgets.lessons.why_transfer.experiment import BUDGETS
from tlwidgets.lessons.why_transfer.results import crossing, labels_needed


def test_lines_have_every_budget_and_seed():
    line = results.line("digits", "clothes", "tuned")
    assert tuple(line) == BUDGETS["digits"]
    assert {len(v) for v in line.values()} == {5}
    assert tuple(results.line("emoji", "photographs", "frozen")) == BUDGETS["emoji"]


def test_a_gain_is_paired_by_seed_and_test_image():
    frozen = results.recognised("digits", "typeset", "frozen", 2)
    assert frozen.shape == (5, 450)
    assert frozen.mean(axis=1).tolist() == pytest.approx(results.line("digits", "typeset", "frozen")[2], abs=1e-3)
    gain = results.gain(2, "typeset", "frozen")
    scratch = results.recognised("digits", "none", "scratch", 2)
    assert gain.mean == pytest.approx(frozen.mean() - scratch.mean())
    assert (gain.seeds, gain.images) == (5, 450)
    back = results.gain(2, "none", "scratch", over=("typeset", "frozen"))
    assert back.mean == pytest.approx(-gain.mean)
    assert results.gain_by_seed(10, "typeset").mean() == pytest.approx(results.gain(10, "typeset", "tuned").mean)


def test_a_claim_about_a_source_names_each_of_its_trainings():
    gains = results.gains("typeset", "frozen", (2, 10))
    assert list(gains)[:2] == ["source 1, 2 labels", "source 1, 10 labels"]
    assert len(gains) == 6
    assert len({g.mean for g in gains.values()}) == 6
    assert len(results.all_trainings("typeset")) == 15


def test_a_curve_takes_as_many_steps_as_it_says_whatever_the_number_of_images(monkeypatch):
    monkeypatch.setitem(experiment.SETTINGS, "steps", 10)
    runner = Runner()
    trial = Trial("digits", "none", "scratch", 2, seed=0)
    rows = experiment.learning_curve(runner, trial, "test", (0, 4))
    assert [row["step"] for row in rows] == [0, 4, 10]
    assert rows[0]["accuracy"] != rows[-1]["accuracy"]
    assert rows == experiment.learning_curve(runner, trial, "test", (0, 4))


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


def test_seeds_are_read_one_by_one():
    line = {2: [0.4, 0.5], 8: [0.6, 0.5], 32: [0.8, 0.9]}
    assert results.labels_to_match(line, [0.7, 0.5]) == pytest.approx([16, 2])
    assert results.labels_to_match(line, [0.95, 0.5]) == [None, 2]


def test_what_was_not_measured_is_told():
    with pytest.raises(CourseError, match="digits inverted"):
        results.line("digit", "none", "scratch")
    with pytest.raises(CourseError, match="has no trial with"):
        experiment.LABELS.repeat(task="digits", source="typeset", method="tuned", per_class=7, seed=0)


def test_figures_say_their_numbers():
    scratch, frozen = results.line("digits", "none", "scratch"), results.line("digits", "typeset", "frozen")
    lines = figures.budget_lines({"from scratch": scratch, "frozen": frozen}, crossings=[10, 20, 40])
    assert "scratch overtakes: 10 to 40, middle 20 labels per class, one seed each at 10, 20, 40" in lines.alt
    assert f"100 {figures.summary(scratch[100], 2)}" in lines.alt


def test_what_networks_read_is_drawn_and_said():
    images = np.zeros((3, 8, 8, 1), np.uint8)
    drawn = figures.readings(images, [3, 8, 1], {"new head": np.eye(10)[[3, 9, 1]], "kept": np.eye(10)[[3, 8, 7]]})
    assert drawn.alt == "3 handwritten digits: 3, 8, 1. Read new head: 3, 9, 1; kept: 3, 8, 7."
    words = [text.get_text() for axes in drawn.axes for text in axes.texts]
    assert [word for word in words if "\u2717" in word] == ["9 \u2717", "7 \u2717"]


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
