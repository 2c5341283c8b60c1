"""What the lessons measured: complete, made with the plans and settings of today, and the same when measured again."""

from __future__ import annotations

import re

import pytest

from tlwidgets._paths import PACKAGE
from tlwidgets.course.experiments import Runner, experiments
from tlwidgets.course.experiments.measuring import drift
from tlwidgets.course.experiments.results import results_path, stored_tables

EXPERIMENTS = experiments()
LESSONS = sorted({e.lesson for e in EXPERIMENTS.values()})


@pytest.mark.parametrize("path", EXPERIMENTS)
def test_every_trial_of_the_plan_is_stored_and_no_other(path):
    experiment = EXPERIMENTS[path]
    assert len(set(experiment.plan)) == len(experiment.plan)
    stored = experiment.stored()
    rows = [row for rows in stored.values() for row in rows]
    assert set(stored) == set(experiment.trials(rows))
    assert {tuple(rows[0])} == {tuple(row) for row in rows}
    table = stored_tables(results_path(experiment.lesson))[experiment.name]
    assert table["title"] == experiment.title
    # as JSON gives them back: a tuple is a list, an integer key is text
    assert {k: table["settings"][k] for k in experiment.settings} == dict(experiment.settings)


@pytest.mark.parametrize("path", EXPERIMENTS)
def test_seeds_are_the_same_for_all_that_is_compared(path):
    """A mean over other seeds would not be comparable, pair by pair least of all."""
    experiment = EXPERIMENTS[path]
    seeds: dict[str, set[int]] = {}
    for trial in experiment.plan:
        method = {k: v for k, v in trial.to_json().items() if k != "seed"}
        seeds.setdefault(str(method), set()).add(trial.seed)
    assert {frozenset(found) for found in seeds.values()} <= {
        frozenset(range(5)), frozenset({0}), frozenset({0, 1}), frozenset({5}),
    }  # fmt: skip


@pytest.mark.parametrize("lesson", LESSONS)
def test_the_card_names_every_table_and_column_and_the_flaws(lesson):
    folder = PACKAGE / "lessons" / lesson
    card = (folder / "card.md").read_text("utf-8")
    named = set(re.findall(r"`([^`]+)`", card))
    tables = stored_tables(folder / "results.json")
    assert set(tables) == {e.name for e in EXPERIMENTS.values() if e.lesson == lesson}
    for name, table in tables.items():
        identify = {name for trial in EXPERIMENTS[f"{lesson}/{name}"].plan for name in trial.to_json()}
        assert {name, *table["columns"]} - identify <= named
    assert "Flaws" in card
    assert "Apache-2.0" in card


def check(chosen, most):
    said: list[str] = []
    runner = Runner()
    assert all(set(e.again) <= set(e.stored()) and e.agree for e in chosen)
    assert all([drift(e, runner, most=most, say=said.append) for e in chosen]), said


@pytest.mark.slow
@pytest.mark.parametrize("lesson", LESSONS)
def test_a_cheap_trial_comes_out_as_stored(lesson):
    check([e for e in EXPERIMENTS.values() if e.lesson == lesson and e.again][:1], most=1)


@pytest.mark.weekly
@pytest.mark.parametrize("path", [path for path, e in EXPERIMENTS.items() if e.again])
def test_every_cheap_trial_comes_out_as_stored(path):
    check([EXPERIMENTS[path]], most=None)


@pytest.mark.parametrize("lesson", LESSONS)
def test_a_lesson_has_a_cheap_trial(lesson):
    assert any(e.again for e in EXPERIMENTS.values() if e.lesson == lesson)
