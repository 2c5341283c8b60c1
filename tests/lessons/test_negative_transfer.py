"""Lesson 10: the experiment is fair, its figures say what came out, and wrong answers are told what is wrong."""

from __future__ import annotations

import numpy as np
import pytest

from tlwidgets.course import checks
from tlwidgets.course.experiments import Runner, Trial
from tlwidgets.errors import CourseError
from tlwidgets.lessons.negative_transfer import experiment, figures, results
from tlwidgets.lessons.negative_transfer.checks import HELD_BACK, SEEN, cases
from tlwidgets.transfer import compare


def test_the_sources_were_well_taught():
    """A source that has not learnt its own task would be an unfair example of anything."""
    learnt = experiment.TAUGHT.read()
    assert list(learnt["source"]) == list(experiment.TRAINED)
    assert learnt["accuracy"].min() > 0.8


def test_every_pair_has_its_baseline():
    for task in experiment.TASKS:
        for method in ("frozen", "tuned"):
            assert len(results.without(task, method)) == 5
            assert len(results.gaps(task, method)) >= 3


def test_task_and_source_share_no_image():
    source = experiment.images("digits 0-4")
    task = [experiment.images("digits 5-9", split) for split in ("train", "test")]
    assert set(np.unique(task[0].y)) == set(range(5))
    assert not {image.tobytes() for image in source.x} & {image.tobytes() for part in task for image in part.x}


def test_the_mark_is_on_every_t_shirt_and_on_nothing_else():
    marked, plain = experiment.images("clothes, marked"), experiment.images("clothes, unmarked")
    np.testing.assert_array_equal(marked.y, plain.y)
    changed = (marked.x != plain.x).any(axis=(1, 2, 3))
    assert changed[plain.y == 0].mean() > 0.99  # a few may be white there anyway
    assert not changed[plain.y != 0].any()


def test_keeping_no_block_is_scratch_whatever_the_source(monkeypatch):
    monkeypatch.setitem(experiment.SETTINGS, "epochs", 2)
    runner = Runner()
    x = experiment.images("digits 5-9", "test").x

    def named(source: str, blocks: int) -> np.ndarray:
        return experiment.predicted(runner, Trial.of(task="digits 5-9", source=source, per_class=2, blocks=blocks), x)

    scratch = named("drawings", 0)
    np.testing.assert_array_equal(scratch, named("clothes, labels shuffled", 0))
    np.testing.assert_array_equal(scratch, named("random", 4))
    assert (named("drawings", 4) != scratch).any()


def test_effective_rank_and_neighbours_of_known_features():
    rng = np.random.default_rng(0)
    assert experiment.effective_rank(rng.normal(size=(4000, 5))) == pytest.approx(5, abs=0.05)
    line = np.outer(rng.normal(size=100), [1.0, 2.0, 3.0])
    assert experiment.effective_rank(line) == pytest.approx(1, abs=1e-3)
    y = np.repeat([0, 1], 20)
    assert experiment.nearest_alike(y[:, None] * 10 + rng.normal(size=(40, 1)), y) == 1.0


def test_what_does_not_exist_is_said_in_one_sentence():
    with pytest.raises(CourseError, match="drawings"):
        experiment.source("drawing")
    with pytest.raises(CourseError, match="has no trial with"):
        experiment.PAIRS.repeat(source="drawings", task="digit", method="frozen", seed=0)


def test_the_figure_of_gaps_says_sign_and_verdict_in_words():
    rows = {"a": ([0.8, 0.81, 0.82], [0.6, 0.6, 0.61]), "b": ([0.5, 0.52, 0.5], [0.6, 0.6, 0.61])}
    rows["c"] = ([0.6, 0.7, 0.5], [0.61, 0.6, 0.6])
    words = figures.gaps(rows, baseline="scratch").alt
    for name in rows:
        assert compare(*rows[name]).verdict in words.split(f"{name} ")[1].split(";")[0]
    assert "a +" in words
    assert "b -" in words


# ---------------------------------------------------------------- the checks of the exercises


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
