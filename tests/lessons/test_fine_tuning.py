"""The measurements of lesson 04: what is paired, what is left as it was, and what the figures say."""

from __future__ import annotations

import numpy as np
import pytest

import tlwidgets as tl
from tlwidgets.course.experiments import Runner, Trial
from tlwidgets.lessons.fine_tuning import experiment, figures, results, sharing


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
