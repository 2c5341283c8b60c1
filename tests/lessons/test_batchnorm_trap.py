"""What lesson 05 says of BatchNorm is so on the installed Keras, and in what was measured."""

from __future__ import annotations

import pytest

import tlwidgets as tl
from tlwidgets.lessons.batchnorm_trap import experiment, figures, idioms, results


@pytest.fixture(scope="module")
def table():
    return idioms.what_fit_does()


def one(table, model, training, trainable):
    (row,) = table[(table.model == model) & (table.training == training) & (table.trainable == trainable)].iloc
    return row


def moves(row):
    return {name for name in idioms.VECTORS if row[name] == "moves"}


def test_every_way_is_tried_once(table):
    assert len(table) == len(table[["model", "training", "trainable"]].drop_duplicates()) == 4 * 2 * 2


def test_the_flag_keeps_all_four_vectors_however_the_model_is_made(table):
    frozen = table[~table.trainable]
    assert len(frozen) == 8
    assert frozen.still.all()


@pytest.mark.parametrize("model", ["flat", "nested"])
def test_the_argument_has_no_effect_in_a_functional_model(table, model):
    """If this fails, Keras heeds the argument again: the lesson, docs/surgery.md and freeze's notes have to say so."""
    row = one(table, model, "False", True)
    assert moves(row) == set(idioms.VECTORS)
    assert row.normalizes_with == "the batch"


def test_the_argument_holds_in_a_class_of_ones_own(table):
    row = one(table, "subclassed", "False", True)
    assert moves(row) == {"gamma", "beta"}
    assert row.normalizes_with == "running statistics"
    assert one(table, "subclassed", "not given", True).normalizes_with == "the batch"


def test_a_call_without_the_argument_is_never_in_training(table):
    assert not {"moving_mean", "moving_variance"} & moves(one(table, "call(x) only", "not given", True))


def test_the_advised_argument_changes_no_digit():
    for n in experiment.BATCH_SIZES:
        for column in ("fit_accuracy", "train_accuracy", "accuracy", "recalibrated"):
            assert results.costs("nested, training=False", n, column) == results.costs("left free", n, column)


def test_statistics_moved_where_the_lesson_says_so():
    found = experiment.COSTS.read()
    changed = found.groupby("method")["changed"].agg(set)
    assert changed["left free"] == {found.attrs["layers"]}
    assert changed["subclassed, training=False"] == changed["trainable=False"] == {0}


def test_methods_with_equal_numbers_share_a_line():
    figure = figures.batchnorm_costs(results.looks(8))
    assert "left free = nested, training=False: " in figure.alt
    assert "\n" not in figure.alt


def test_what_cannot_be_had_is_said():
    with pytest.raises(tl.CourseError, match="has no trial with"):
        experiment.COSTS.repeat(method="trainable=Flase", batch_size=8)
    with pytest.raises(tl.CourseError, match="did you mean nested"):
        idioms.assemble("nestd", None, None, None)
