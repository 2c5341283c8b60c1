"""What lesson 06 says of BatchNorm is so on the installed Keras, and its checks tell typical wrong answers apart."""

from __future__ import annotations

import numpy as np
import pytest

import tlwidgets as tl
from tlwidgets.course import checks
from tlwidgets.lessons.batchnorm_trap import experiment, figures, idioms, results


@pytest.fixture(scope="module")
def table():
    return idioms.what_fit_does()


def one(table, model, training):
    """Return the row of a BatchNorm layer that is trainable."""
    (row,) = table[(table.model == model) & (table.training == training) & table.trainable].to_dict("records")
    return row


def moved(row):
    return {name for name in idioms.VECTORS if row[name] == "moves"}


def test_the_flag_keeps_all_four_vectors_however_the_model_is_built(table):
    frozen = table[~table.trainable]
    assert len(frozen) == 8
    assert frozen.still.all()


@pytest.mark.parametrize("model", ["flat", "nested"])
def test_the_argument_has_no_effect_in_a_functional_model(table, model):
    """If this fails, Keras heeds the argument again: the lesson, docs/surgery.md and freeze's notes have to say so."""
    row = one(table, model, "False")
    assert moved(row) == set(idioms.VECTORS)
    assert row["normalizes_with"] == "the batch"
    assert not row["still"]


def test_the_argument_holds_in_a_class_of_ones_own(table):
    row = one(table, "subclassed", "False")
    assert moved(row) == {"gamma", "beta"}
    assert row["normalizes_with"] == "running statistics"
    assert one(table, "subclassed", "not given")["normalizes_with"] == "the batch"


def test_a_call_without_the_argument_is_never_in_training(table):
    assert not {"moving_mean", "moving_variance"} & moved(one(table, "call(x) only", "not given"))


def test_an_unknown_kind_of_model_is_named():
    with pytest.raises(tl.CourseError, match="did you mean nested"):
        idioms.assemble("nestde", None, None, None)


@pytest.mark.parametrize("column", ["fit_accuracy", "train_accuracy", "accuracy", "recalibrated"])
@pytest.mark.parametrize("batch_size", experiment.BATCH_SIZES)
def test_the_advised_argument_changes_no_digit(column, batch_size):
    advised, free = (results.costs(method, batch_size, column) for method in ("nested, training=False", "left free"))
    assert advised == free


def test_statistics_moved_where_the_lesson_says_so():
    costs = experiment.COSTS.read()
    changed = costs.groupby("method")["changed"].unique()
    assert changed["left free"].tolist() == [costs.attrs["layers"]]
    for method in ("subclassed, training=False", "trainable=False"):
        assert changed[method].tolist() == [0]


def test_methods_with_equal_numbers_share_a_line():
    figure = figures.batchnorm_costs(results.looks(8))
    assert "left free = nested, training=False: " in figure.alt
    assert "\n" not in figure.alt


def test_the_steps_are_those_that_fit_takes():
    assert results.steps(8) == 12 * 8  # 60 drawings: seven batches of 8, and one of 4
    assert results.steps(32) == 12 * 2


def mean_of_all(start, batches, momentum):
    return momentum * start + (1 - momentum) * np.concatenate(batches).mean(axis=0)


def swapped(start, batches, momentum):
    for batch in batches:
        start = (1 - momentum) * start + momentum * batch.mean(axis=0)
    return start


def one_number(start, batches, momentum):
    for batch in batches:
        start = momentum * start + (1 - momentum) * batch.mean()
    return start.mean()


def forgets_the_past(start, batches, momentum):
    return np.mean([batch.mean(axis=0) for batch in batches], axis=0)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (mean_of_all, "every batch makes a step"),
        (swapped, "the other way round"),
        (one_number, "one number per channel"),
        (forgets_the_past, "Keras' own layer ends at"),
    ],
)
def test_running(wrong, words):
    outcome = checks.run("batchnorm_trap/running", (wrong,))
    assert outcome.attempted
    assert not outcome.passed
    assert words in outcome.message


def only_the_outer_layers(model):
    model.trainable = True
    for layer in model.layers:
        layer.trainable = "norm" not in layer.name


def the_whole_base(model):
    for layer in model.layers[:-1]:
        layer.trainable = False


def momentum_one(model):
    model.trainable = True
    for layer in tl.models.surgery.leaf_layers(model):
        if "norm" in layer.name:
            layer.momentum = 1.0


def never_thaws(model):
    for layer in tl.models.surgery.leaf_layers(model):
        if "norm" in layer.name:
            layer.trainable = False


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (lambda model: None, "flat, training moved gamma, beta, the running mean, the running variance of flat_norm"),
        (only_the_outer_layers, "nested, training moved"),
        (the_whole_base, "flat_conv should train"),
        (momentum_one, "flat, training moved gamma, beta of flat_norm"),
        (never_thaws, "its base frozen before, frozen_conv should train"),
    ],
)
def test_freeze_batchnorm(wrong, words):
    outcome = checks.run("batchnorm_trap/freeze_batchnorm", (wrong,))
    assert outcome.attempted
    assert not outcome.passed
    assert words in outcome.message


def test_the_package_has_an_answer_too():
    assert checks.run("batchnorm_trap/freeze_batchnorm", (lambda model: (tl.freeze(model, 0), None)[1],)).passed


def test_a_stub_is_not_attempted():
    for key in ("running", "freeze_batchnorm"):
        assert not checks.run(f"batchnorm_trap/{key}", (lambda *_: ...,)).attempted
