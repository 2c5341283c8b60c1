"""Lesson 07: fair in what it claims to hold equal, repeatable, and wrong answers are told what is wrong."""

from __future__ import annotations

import numpy as np
import pytest

import tlwidgets as tl
from tlwidgets.course import checks
from tlwidgets.lessons.what_to_freeze import experiment, results


def test_every_case_has_every_strategy_with_every_seed():
    cases = results.cases()
    assert {(c.source, c.target) for c in cases} == set(experiment.PAIRS)
    assert {c.per_class for c in cases} == set(experiment.BUDGETS)
    assert len(cases) == len(experiment.PAIRS) * len(experiment.BUDGETS)
    for case in cases:
        assert tuple(case.accuracy) == experiment.STRATEGIES
        assert {len(found) for found in case.accuracy.values()} == {len(experiment.SEEDS)}


def test_the_rate_was_chosen_by_validation_images():
    table = experiment.GRID.read()
    for (_, _, strategy, _), rows in table.groupby(["source", "task", "method", "per_class"]):
        tried = rows[rows["seed"].isin(experiment.CHOOSING)].groupby("learning_rate")["validation"].mean()
        assert set(tried.index) == set(experiment.LEARNING_RATES[strategy])
        (chosen,) = rows[rows["chosen"]]["learning_rate"].unique()
        assert tried[chosen] == pytest.approx(tried.max())
        assert (rows["test"].notna() == rows["chosen"]).all()


def test_near_and_far_are_the_same_targets_and_no_distance_disagrees():
    for target in experiment.TARGETS:
        near, far = sorted((c for c in results.cases(5) if c.target == target), key=lambda c: c.distance)
        assert near.distance < results.NEAR < far.distance
        assert near.accuracy[experiment.SCRATCH] == far.accuracy[experiment.SCRATCH]
        for column in ("batchnorm", "mean", "A", "MMD²"):
            distances = [results.distance(case.source, target, column) for case in (near, far)]
            assert distances[0] < distances[1], column


def test_source_and_target_share_no_image_and_no_first_head():
    source = {x.tobytes() for x in experiment.images("clothes").x}
    # the targets' images as they are before the noise
    clean = tl.load("fashion_mnist", size=16)
    first = np.concatenate([np.flatnonzero(clean.train.y == c)[200:] for c in range(10)])
    held = np.concatenate([clean.train.x[first], clean.validation.x, clean.test.x])
    assert not source & {x.tobytes() for x in np.repeat(held, 3, axis=-1)}
    assert experiment.SOURCE_SEED not in set(experiment.GRID.read()["seed"])


def test_regret_is_paired_and_never_negative_on_average():
    case = results.Case("a", "b", 5, 0.1, {"x": [0.5, 0.7], "y": [0.6, 0.4]})
    assert case.best == "x"
    assert case.regret("y") == pytest.approx([-0.1, 0.3])
    assert case.regret("x") == [0, 0]
    assert results.mean_regret(lambda c: "y", [case, case]) == pytest.approx([-0.1, 0.3])
    assert case.holds("y")
    with pytest.raises(tl.CourseError, match="did you mean"):
        case.regret("xx")


def test_a_rule_fails_where_another_strategy_is_clearly_better_with_every_seed():
    case = results.Case("a", "b", 5, 0.1, {"x": [0.70, 0.71, 0.70], "y": [0.60, 0.61, 0.59], "z": [0.69, 0.70, 0.69]})
    assert case.holds("x")
    assert not case.holds("y")
    assert case.holds("z")  # sure, but by one image of a hundred
    assert case.holds("y", among=["y"])
    with pytest.raises(tl.CourseError, match="unknown strategy"):
        case.holds("w")


def test_the_rules_of_thumb_fill_four_cells():
    said = {(c.few, c.near): results.rule_of_thumb(c) for c in results.cases()}
    many = {(False, True): "everything", (False, False): "everything"}
    assert said == {(True, True): "head only", (True, False): "all but the lowest", **many}


def test_the_rate_that_is_repeated_is_the_chosen_one():
    rate = results.chosen_rate("clothes", "noisy clothes", "head only", 5)
    about = {"source": "clothes", "task": "noisy clothes", "method": "head only", "per_class": 5}
    assert any(trial.learning_rate == rate and trial.seed == 4 for trial in experiment.GRID.stored())
    with pytest.raises(tl.CourseError, match="has no trial with"):
        experiment.GRID.repeat(**about, learning_rate=0.5)


def test_what_cannot_be_had_is_named():
    with pytest.raises(tl.CourseError, match="unknown set of images"):
        experiment.images("cloths")
    with pytest.raises(tl.CourseError, match="unknown case"):
        results.case("clothes", "noisy clothes", 7)


# ---------------------------------------------------------------- the checks of the exercises


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
