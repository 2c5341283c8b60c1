"""The measurement of lesson 01 is complete, repeats here, and is read as it is meant to be."""

from __future__ import annotations

import importlib.util
import math
from pathlib import Path

import numpy as np
import pytest

from tlwidgets.errors import CourseError
from tlwidgets.lessons.why_transfer import figures
from tlwidgets.lessons.why_transfer import label_budget as experiment
from tlwidgets.lessons.why_transfer.label_budget import (
    BUDGETS,
    CURVE_STEPS,
    SETTINGS,
    crossing,
    labels_needed,
    steps_needed,
)

FOLDER = Path(__file__).resolve().parents[2] / "datasets" / "label_budget"


@pytest.fixture(scope="module")
def budget():
    return experiment.label_budget()


@pytest.fixture(scope="module")
def plan():
    spec = importlib.util.spec_from_file_location("label_budget_build", FOLDER / "build.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.plan(SEEDS)


SEEDS = 5


def test_it_is_complete_and_made_with_the_settings_of_today(budget, plan):
    found = {tuple(row[k] for k in ("target", "source", "method", "per_class", "seed")) for row in budget.table.rows}
    assert found == set(plan)
    assert {k: budget.table.settings[k] for k in SETTINGS} == SETTINGS
    assert all(0 <= row[k] <= 1 for row in budget.table.rows for k in ("accuracy", "train_accuracy"))
    assert (FOLDER / "label_budget.json").stat().st_size <= 60_000


def test_lines_and_curves_have_every_budget_step_and_seed(budget):
    line = budget.line("digits", "clothes", "tuned")
    assert tuple(line) == BUDGETS["digits"]
    assert {len(v) for v in line.values()} == {SEEDS}
    curve = budget.curve("typeset", "head kept")
    assert tuple(curve) == CURVE_STEPS
    assert curve[CURVE_STEPS[-1]] == budget.line("digits", "typeset", "head kept")[10]
    assert tuple(budget.line("emoji", "photographs", "frozen")) == BUDGETS["emoji"]


@pytest.mark.parametrize(("source", "method"), [("none", "pixels"), ("random", "frozen")])
def test_a_point_without_training_repeats(budget, source, method):
    again = experiment.label_budget_point("digits", source, method, 5, 1)
    (shipped,) = (
        r for r in budget.table.where(target="digits", source=source, method=method, per_class=5).rows if r["seed"] == 1
    )
    # nine images of 450
    assert again["accuracy"] == pytest.approx(shipped["accuracy"], abs=0.02)


def test_a_trained_point_repeats(budget):
    again = experiment.label_budget_point("digits", "none", "scratch", 10, 0)
    assert again["train_accuracy"] == 1.0
    # small networks from random weights spread more over machines than over seeds of one machine
    assert again["accuracy"] == pytest.approx(np.mean(budget.line("digits", "none", "scratch")[10]), abs=0.08)


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


@pytest.mark.parametrize(
    ("point", "said"),
    [
        (("digit", "none", "scratch", 10, 0), "did you mean digits"),
        (("digits", "photographs", "tuned", 10, 0), "has no way|unknown|no way"),
        (("emoji", "typeset", "frozen", 10, 0), "typeset"),
        (("digits", "none", "scratch", 105, 0), "1 to 104"),
        (("emoji", "none", "scratch", 0, 0), "1 to 21"),
    ],
)
def test_points_that_cannot_be_measured(point, said):
    with pytest.raises(CourseError, match=said):
        experiment.label_budget_point(*point)


def test_a_probe_has_no_learning_curve():
    with pytest.raises(CourseError, match="no steps"):
        experiment.label_budget_curve("digits", "random", "frozen", 10, 0)


def test_figures_say_their_numbers(budget):
    scratch, frozen = budget.line("digits", "none", "scratch"), budget.line("digits", "typeset", "frozen")
    lines = figures.budget_lines({"from scratch": scratch, "frozen": frozen}, crossings={"overtakes": 17.2})
    assert "overtakes at 17 labels" in lines.alt
    assert f"100 {figures.summary(scratch[100], 2)}" in lines.alt
    rows = figures.budget_dots({"from scratch": scratch, "frozen": frozen})
    assert list(rows) == [str(n) for n in BUDGETS["digits"]]
    assert len({tuple(f.axes[0].get_xlim()) for f in rows.values()}) == 1
    curves = figures.learning_phases(budget.curve("none", "scratch"), budget.curve("typeset", "tuned"))
    half = steps_needed(CURVE_STEPS, [np.mean(v) for v in budget.curve("none", "scratch").values()])
    assert math.isfinite(half)
    assert f"half-way after {half:.0f} steps" in curves.alt
