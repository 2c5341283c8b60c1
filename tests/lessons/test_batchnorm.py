"""What lesson 05 says of BatchNorm is so on the installed Keras, and its shipped figures can be measured again."""

from __future__ import annotations

import pytest

import tlwidgets as tl
from tlwidgets.lessons.batchnorm_trap import batchnorm
from tlwidgets.lessons.batchnorm_trap.experiment import batchnorm_idioms, batchnorm_trials, read_table
from tlwidgets.lessons.batchnorm_trap.figures import batchnorm_costs

SEEDS = [0, 1, 2, 3, 4]
STATISTICS = {"moving_mean", "moving_variance"}


@pytest.fixture(scope="module")
def idioms():
    return batchnorm_idioms()


@pytest.fixture(scope="module")
def shipped():
    return read_table("batchnorm")


def test_the_flag_keeps_all_four_vectors_whatever_the_idiom(idioms):
    frozen = [t for t in idioms.trials if not t.trainable]
    assert len(frozen) == 8
    assert all(t.still for t in frozen)


@pytest.mark.parametrize("idiom", ["flat", "nested"])
def test_the_argument_has_no_effect_in_a_functional_model(idioms, idiom):
    """If this fails, Keras heeds the argument again: the lesson, docs/surgery.md and freeze's notes have to say so."""
    trial = idioms.find(idiom, "False", True)
    assert set(trial.moved) == set(batchnorm.VECTORS)
    assert trial.batch_statistics


def test_the_argument_holds_in_a_class_of_ones_own(idioms):
    trial = idioms.find("subclassed", "False", True)
    assert set(trial.moved) == {"gamma", "beta"}
    assert not trial.batch_statistics
    assert idioms.find("subclassed", "not given", True).batch_statistics


def test_a_call_without_the_argument_is_never_in_training(idioms):
    assert not STATISTICS & set(idioms.find("call(x) only", "not given", True).moved)


def test_the_table_is_text_and_json_and_html(idioms):
    assert len(str(idioms).splitlines()) == 17
    assert idioms._repr_html_().count("<tr>") == 17
    assert len(idioms.to_json()["trials"]) == 16
    with pytest.raises(tl.CourseError, match="unknown combination 'nested, True, True'"):
        idioms.find("nested", "True", True)


def test_the_measurement_is_complete(shipped):
    assert shipped.settings["held_out"] == 154
    assert {k: shipped.settings[k] for k in batchnorm.SETTINGS} == batchnorm.SETTINGS
    for batch in (8, 32):
        for method in batchnorm.METHODS:
            assert shipped.values("seed", method=method, batch_size=batch, momentum=0.99) == SEEDS
        assert shipped.values("seed", method="left free", batch_size=batch, momentum=0.9) == SEEDS


def test_the_advised_argument_changes_no_digit(shipped):
    for column in ("fit_accuracy", "train_accuracy", "accuracy", "recalibrated"):
        advised, free = (
            shipped.values(column, method=method, momentum=0.99) for method in ("nested, training=False", "left free")
        )
        assert advised == free


def test_statistics_moved_where_the_lesson_says_so(shipped):
    layers = shipped.settings["layers"]
    assert set(shipped.values("moved", method="left free")) == {layers}
    for method in ("subclassed, training=False", "trainable=False"):
        assert set(shipped.values("moved", method=method)) == {0}


def test_a_point_comes_out_as_shipped(shipped):
    """Twelve images of 154 is what rounding in another order may change."""
    base = tl.backbone("efficientnet-lite0", size=64)
    before = base.get_weights()
    (row,) = batchnorm_trials("left free", batch_size=32, seeds=[2], base=base)
    (stored,) = (r for r in shipped.where(method="left free", batch_size=32, momentum=0.99).rows if r["seed"] == 2)
    assert list(row) == list(stored)
    for column in ("fit_accuracy", "accuracy"):
        assert row[column] == pytest.approx(stored[column], abs=12 / 154)
    assert row["moved"] == stored["moved"]
    assert all((a == b).all() for a, b in zip(before, base.get_weights(), strict=True))
    assert all(layer.trainable for layer in base.layers)


def test_ways_with_equal_numbers_share_a_line(shipped):
    figure = batchnorm_costs(shipped.where(batch_size=8, momentum=0.99))
    assert "left free = nested, training=False: " in figure.alt
    assert "\n" not in figure.alt


def test_what_cannot_be_measured_is_said():
    with pytest.raises(tl.CourseError, match="did you mean trainable=False"):
        batchnorm_trials("trainable=Flase", batch_size=8)
    with pytest.raises(tl.CourseError, match="64"):
        batchnorm_trials("left free", batch_size=8, base=tl.backbone("tiny", size=32))
