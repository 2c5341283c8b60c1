"""Learning curves are read as they are meant to be, and wrong answers are told what is wrong."""

from __future__ import annotations

import numpy as np
import pytest

import tlwidgets as tl
from tlwidgets.course import checks, content
from tlwidgets.course.experiments import Runner, Trial
from tlwidgets.lessons.start_slope_asymptote import experiment, figures, results
from tlwidgets.lessons.start_slope_asymptote.results import steps_needed
from tlwidgets.lessons.why_transfer import experiment as why_transfer


def test_curves_have_every_step_and_seed_and_end_where_lesson_01_does():
    for source, method in experiment.WAYS:
        for second_best in (False, True):
            curve = results.curve(source, method, second_best=second_best)
            assert tuple(curve) == experiment.STEPS
            assert {len(v) for v in curve.values()} == {5}
    before = results.curve("none", "scratch"), results.curve("typeset", "tuned")
    kept = results.curve("typeset", "head kept")
    assert np.mean(kept[0]) > max(np.mean(curve[0]) for curve in before)


def test_a_curve_takes_as_many_steps_as_it_says_whatever_the_number_of_images(monkeypatch):
    monkeypatch.setitem(why_transfer.SETTINGS, "steps", 10)
    runner = Runner()
    trial = Trial("digits", "none", "scratch", 2, seed=0, learning_rate=3e-3)
    rows = why_transfer.learning_curve(runner, trial, "test", (0, 4))
    assert [row["step"] for row in rows] == [0, 4, 10]
    assert rows[0]["loss"] != rows[-1]["loss"]
    assert rows == why_transfer.learning_curve(runner, trial, "test", (0, 4))


def test_steps_are_read_between_the_measured_ones():
    assert steps_needed([0, 10, 20], [0.1, 0.3, 0.9]) == pytest.approx(10 + 10 * 0.2 / 0.6)
    assert steps_needed([0, 10], [0.9, 0.9]) == 0
    assert steps_needed([0, 10, 20], [0.1, 0.3, 0.9], 0.6) == pytest.approx(15)
    assert steps_needed([0, 10, 20], [0.1, 0.3, 0.9], 0.95) is None


def test_seeds_are_read_one_by_one():
    curve = {0: [0.1, 0.0], 10: [0.3, 0.5], 20: [0.9, 1.0]}
    assert results.half_way(curve) == pytest.approx([10 + 10 * 0.2 / 0.6, 10])
    assert results.steps_to_match(curve, [0.6, 0.25]) == pytest.approx([15, 5])
    assert results.steps_to_match(curve, [0.95, 0.25]) == pytest.approx([20, 5])  # never reached: its last step
    assert results.rise({0: [2.0, 1.0], 10: [0.5, 0.8], 20: [0.7, 0.4]}) == pytest.approx([0.2, 0.0])


def test_the_figure_says_its_numbers():
    scratch, tuned = results.curve("none", "scratch"), results.curve("typeset", "tuned")
    drawn = figures.learning_phases(scratch, tuned)
    for curve in (scratch, tuned):
        half = steps_needed(list(curve), [np.mean(v) for v in curve.values()])
        assert f"half-way after {half:.0f} steps" in drawn.alt
        assert f"end {figures.summary(curve[300], 2)}" in drawn.alt


# ---------------------------------------------------------------- the exercise


def solution():
    scope = {"np": np, "tl": tl}
    exec(content.read("start_slope_asymptote").exercises["gains"].solution, scope)
    return scope["gains"]


def better(scratch, transfer, at):
    return tl.compare(transfer[:, at], scratch[:, at]).verdict == "better"


def by_interval(scratch, transfer):
    return [n for n, at in {"start": 0, "end": -1}.items() if tl.compare(transfer[:, at], scratch[:, at]).low > 0]


def as_a_set(scratch, transfer):
    return {n for n, at in {"start": 0, "end": -1}.items() if better(scratch, transfer, at)}


def end_first(scratch, transfer):
    return tuple(n for n, at in {"end": -1, "start": 0}.items() if better(scratch, transfer, at))


def by_hand(scratch, transfer):
    from scipy import stats

    found = []
    for name, at in (("start", 0), ("end", -1)):
        difference = transfer[:, at] - scratch[:, at]
        error = difference.std(ddof=1) / np.sqrt(len(difference))
        if difference.mean() - stats.t.ppf(0.975, len(difference) - 1) * error > 0:
            found.append(name)
    return found


@pytest.mark.parametrize("right", [by_interval, as_a_set, end_first, by_hand])
def test_right_answers_of_other_styles_pass(right):
    outcome = checks.run("start_slope_asymptote/gains", (right,))
    assert outcome.passed, outcome.message


def higher_mean(scratch, transfer):
    return [n for n, at in {"start": 0, "end": -1}.items() if transfer[:, at].mean() > scratch[:, at].mean()]


def beyond_the_margin(scratch, transfer):
    return [
        n
        for n, at in {"start": 0, "end": -1}.items()
        if tl.compare(transfer[:, at], scratch[:, at]).low > 0.02 and better(scratch, transfer, at)
    ]


def the_peak(scratch, transfer):
    found = ["start"] if better(scratch, transfer, 0) else []
    return found + (["end"] if tl.compare(transfer.max(1), scratch.max(1)).verdict == "better" else [])


def changes_its_arrays(scratch, transfer):
    transfer -= scratch
    return ["start"]


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (higher_mean, "in one seed much"),
        (beyond_the_margin, "less than the margin but beyond the noise"),
        (lambda s, t: by_interval(t, s), "not nothing"),  # the wrong way round
        (lambda s, t: [n for n in ("start", "end") if t[0, -1] > s[0, -1]], "not nothing"),  # one seed
        (lambda s, t: by_interval(s.T, t.T), "is"),  # seeds and steps mixed up
        (lambda s, t: ["start", "end"], "what is settled to be gained is start"),
        (lambda s, t: [], "not nothing"),
        (the_peak, "is higher on the way, but not at the end"),
        (lambda s, t: "start", "should be a list"),
        (lambda s, t: True, "should be a list"),
        (lambda s, t: [0], "nothing but"),
        (lambda s, t: ["start", "start"], "twice"),
        (changes_its_arrays, "changes the arrays"),
        (lambda s, t: 1 / 0, "ZeroDivisionError"),
        (lambda s: [], "TypeError"),
    ],
)
def test_wrong_answers_are_told_what_is_wrong(wrong, said):
    outcome = checks.run("start_slope_asymptote/gains", (wrong,))
    assert not outcome.passed
    assert outcome.attempted
    assert said in outcome.message


def test_an_untouched_stub_is_not_attempted():
    assert not checks.run("start_slope_asymptote/gains", (lambda *_: ...,)).attempted


def test_the_solution_passes():
    assert checks.run("start_slope_asymptote/gains", (solution(),)).passed
