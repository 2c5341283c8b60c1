"""Lesson 05: what is paired, what is left as it was, what the figures say, and what a wrong answer is told."""

from __future__ import annotations

import numpy as np
import pytest

import tlwidgets as tl
from tlwidgets.course import checks
from tlwidgets.course.experiments import Runner, Trial
from tlwidgets.lessons.fine_tuning import experiment, figures, results, sharing
from tlwidgets.training import optimizers, recipes


def test_paired_rows_stand_for_the_same_start():
    """The converged head is the same whatever is tuned after it; a new head guesses."""
    rates = experiment.LEARNING_RATES
    before = [results.tuned("before", head="trained", learning_rate=rate) for rate in rates]
    assert before[0] == before[1] == before[2] == results.tuned("before", head="trained", optimizer="sgd")
    assert results.tuned("before", head="new") == [0.16667] * 5


def test_the_head_alone_leaves_the_base_as_it_was():
    table = experiment.RATES.read()
    assert (table[table["method"] == "head"]["changed"] == 0).all()
    assert (table[table["method"] != "head"]["changed"] > 0).all()


@pytest.fixture(scope="module")
def tasks():
    return sharing.SourceAndTarget(), sharing.two_heads()


def test_forgetting_leaves_the_model_as_it_was(tasks):
    pair, model = tasks
    before = tl.training.fingerprint(model)
    found = sharing.forget(model, pair, learning_rate=1e-3, seed=0, mitigation="replay", strength=2.0, epochs=1)
    assert found["changed"] > 0
    assert tl.training.fingerprint(model) == before


def test_long_tuning_looks_at_every_epoch_and_comes_out_as_stored(monkeypatch):
    monkeypatch.setattr(experiment, "EPOCHS_LOOKED_AT", (1, 2))
    rows = experiment.tune_long(Runner(), Trial("digits", per_class=10, seed=0))
    assert [row["epoch"] for row in rows] == [1, 2]
    assert rows[1]["train_loss"] < rows[0]["train_loss"]
    assert rows[1]["test_loss"] == pytest.approx(results.by_epoch("test_loss")["digits"]["2"][0], rel=0.05)


def test_early_stopping_keeps_the_epoch_with_the_lowest_validation_loss():
    for task in ("styles", "digits"):
        validation, test = results.by_epoch("validation_loss")[task], results.by_epoch("test_loss")[task]
        for seed, kept in enumerate(results.stopped_early(task, "test_loss")):
            best = min(validation, key=lambda epoch: validation[epoch][seed])
            assert kept == test[best][seed]


def test_a_label_of_one_task_gives_the_other_head_no_gradient(tasks):
    import keras
    import tensorflow as tf

    pair, model = tasks
    x, y = pair.digits(1, 0)
    with tf.GradientTape() as tape:
        loss = keras.ops.mean(keras.losses.sparse_categorical_crossentropy(y, model(x)))
    other, own = tape.gradient(loss, [model.get_layer("clothes").kernel, model.get_layer("digits").kernel])
    assert np.abs(other).max() < 1e-5 < np.abs(own).max()


def test_wrong_words_are_told(tasks):
    pair, model = tasks
    with pytest.raises(tl.CourseError, match="did you mean replay"):
        sharing.forget(model, pair, learning_rate=1e-3, seed=0, mitigation="replya")
    with pytest.raises(tl.CourseError, match="a whole number of images"):
        sharing.forget(model, pair, learning_rate=1e-3, seed=0, mitigation="replay", strength=0.5)
    with pytest.raises(tl.CourseError, match="has no trial with"):
        experiment.RATES.repeat(method="everything", optimizer="adm")


def test_figures_say_their_numbers():
    sizes = figures.sizes_by_part({"new": {"a": [1, 2], "b": [10, 20]}}, x_label="part", y_label="size")
    assert "b 15.00 ± 7.07" in sizes.alt
    methods = {"penalty": {"1": ([0.5, 0.7], [0.8, 0.6]), "3": ([0.4, 0.4], [0.9, 0.9])}}
    plane = figures.source_and_target(methods, marked=("penalty", "1"), before=0.9)
    assert "marked is penalty 1: target 0.60 ± 0.14" in plane.alt
    assert "source before 0.90" in plane.alt
    with pytest.raises(tl.CourseError, match="unknown point"):
        figures.source_and_target(methods, marked=("penalty", "4"))


# ---------------------------------------------------------------- the checks of the exercises


@pytest.mark.parametrize(
    ("stages", "words"),
    [
        ("all at once", "A plan is a list of stages"),
        ([(None, 1e-3)], "three entries"),
        ([(None, 0, 8)], "a number above 0"),
        ([(None, 1e-3, 2.5)], "a whole number"),
        ([(1.5, 1e-3, 2)], "the name of a block"),
        ([("block4", 1e-2, 5), (None, 1e-3, 4)], "takes 9 epochs, and the budget is 8"),
        ([("blok4", 1e-2, 5)], "did you mean block4"),
    ],
)
def test_a_plan_that_cannot_be_tried_is_told_why(stages, words):
    outcome = checks.run("fine_tuning/plan", (lambda: stages,))
    assert not outcome.passed
    assert outcome.attempted
    assert words in outcome.message


@pytest.mark.parametrize(
    ("stages", "words"),
    [
        ([(None, 1e-2, 8)], "try a lower rate"),
        ([(None, 1e-4, 8)], "raise the rate"),
        ([(None, 1e-3, 8)], "a stage of its own"),
        ([("block4", 1e-2, 8)], "let more than the head train"),
    ],
)
def test_a_plan_that_falls_short_is_told_why(stages, words):
    outcome = checks.run("fine_tuning/plan", (lambda: stages,))
    assert not outcome.passed
    assert words in outcome.message


def on_digits_alone(model, digits, clothes):
    model.compile(optimizers.FlatAdam(1e-3), "sparse_categorical_crossentropy")
    model.fit(*digits, batch_size=20, epochs=10, verbose=0)


def on_a_short_rope(model, digits, clothes):
    with recipes.l2_sp(model, alpha=10.0, beta=0.0, head="digits"):
        model.compile(optimizers.FlatAdam(1e-3), "sparse_categorical_crossentropy")
        model.fit(*digits, batch_size=20, epochs=20, verbose=0)


@pytest.mark.parametrize(
    ("function", "words"),
    [
        (lambda model, digits, clothes: None, "has not learnt the digits"),
        (on_digits_alone, "forgets too much"),
        (on_a_short_rope, "holds on too tightly"),
    ],
)
def test_a_way_that_does_not_keep_or_does_not_learn_is_told_why(function, words):
    outcome = checks.run("fine_tuning/keep", (function,))
    assert not outcome.passed
    assert outcome.attempted
    assert words in outcome.message


def test_an_untouched_stub_is_not_attempted():
    for key in ("plan", "keep"):
        assert not checks.run(f"fine_tuning/{key}", (lambda *_: ...,)).attempted
