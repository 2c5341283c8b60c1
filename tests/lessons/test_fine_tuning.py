"""The measurements of lesson 04: complete, and the same when a cheap point is measured again."""

from __future__ import annotations

import numpy as np
import pytest

import tlwidgets as tl
from tlwidgets.lessons.fine_tuning import experiment, figures

SEEDS = [0, 1, 2, 3, 4]


@pytest.mark.parametrize(
    ("name", "by"),
    [
        ("rates", ("trains", "head", "optimizer", "slower_below", "learning_rate")),
        ("gradients", ("head", "part")),
        ("forgetting", ("mitigation", "strength", "learning_rate")),
        ("long_tuning", ("data", "epoch")),
    ],
)
def test_every_point_has_the_same_five_seeds_once(name, by):
    table = experiment.read_table(name)
    seeds = {}
    for row in table.rows:
        seeds.setdefault(tuple(row[column] for column in by), []).append(row["seed"])
    assert {tuple(sorted(s)) for s in seeds.values()} == {tuple(SEEDS)}


def test_paired_rows_stand_for_the_same_start():
    """The converged head is the same whatever is tuned after it."""
    table = experiment.read_table("rates").where(trains="everything", head="trained")
    for seed in SEEDS:
        assert len({row["before"] for row in table.rows if row["seed"] == seed}) == 1
    assert {row["before"] for row in experiment.read_table("rates").where(trains="everything", head="new").rows} == {
        0.16667
    }


@pytest.fixture(scope="module")
def tasks():
    return experiment.SourceAndTarget(), experiment.two_heads()


@pytest.mark.parametrize(("mitigation", "strength", "learning_rate"), [("none", 0.0, 1e-3), ("replay", 2.0, 1e-3)])
def test_forgetting_repeats(tasks, mitigation, strength, learning_rate):
    """On other processors the last bits differ, and after a hundred steps a few images in a hundred."""
    pair, model = tasks
    before = tl.training.fingerprint(model)
    row = experiment.forget_at(
        model, pair, learning_rate=learning_rate, seed=0, mitigation=mitigation, strength=strength
    )
    assert tl.training.fingerprint(model) == before
    shipped = (
        experiment.read_table("forgetting")
        .where(mitigation=mitigation, strength=strength, learning_rate=learning_rate, seed=0)
        .rows[0]
    )
    assert row["target"] == pytest.approx(shipped["target"], abs=0.06)
    assert row["source"] == pytest.approx(shipped["source"], abs=0.08)
    assert row["moved"] == pytest.approx(shipped["moved"], rel=0.1)


def test_the_head_alone_and_the_gradients_repeat():
    data = tl.load("styles", domain="openmoji_black", size=64)
    model = tl.classifier(tl.backbone("efficientnet-lite0", size=64), data.classes)
    before = tl.training.fingerprint(model)
    row = experiment.tune_at(model, data, trains="head", learning_rate=1e-3, seed=0)
    shipped = experiment.read_table("rates").where(trains="head", learning_rate=1e-3, seed=0).rows[0]
    assert row["test"] == pytest.approx(shipped["test"], abs=0.03)
    assert row["moved"] == 0
    sizes = experiment.gradient_sizes(model, data, head="trained", seed=0)
    table = experiment.read_table("gradients")
    for part, size in sizes.items():
        assert size == pytest.approx(table.values("norm", head="trained", part=part)[0], rel=0.1)
    assert tl.training.fingerprint(model) == before


def test_long_tuning_leaves_the_model_as_it_was_and_looks_at_every_epoch(monkeypatch):
    from tlwidgets.lessons.fine_tuning import long_tuning

    monkeypatch.setattr(long_tuning, "EPOCHS_LOOKED_AT", (1, 2))
    data = tl.load("digits", size=32)
    model = tl.classifier(tl.backbone("tiny", size=32, weights="fashion_mnist"), data.classes)
    before = tl.training.fingerprint(model)
    rows = experiment.tune_long(model, data, learning_rate=1e-3, seed=0, per_class=10)
    assert [row["epoch"] for row in rows] == [1, 2]
    assert rows[1]["train_loss"] < rows[0]["train_loss"]
    shipped = experiment.read_table("long_tuning").where(data="digits", seed=0, epoch=2).rows[0]
    assert rows[1]["test_loss"] == pytest.approx(shipped["test_loss"], rel=0.05)
    assert tl.training.fingerprint(model) == before


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
        experiment.forget_at(model, pair, learning_rate=1e-3, seed=0, mitigation="replya")
    with pytest.raises(tl.CourseError, match="a whole number of images"):
        experiment.forget_at(model, pair, learning_rate=1e-3, seed=0, mitigation="replay", strength=0.5)
    for wrong in ({"head": "old"}, {"trains": "some"}, {"optimizer": "adm"}):
        with pytest.raises(tl.CourseError, match="unknown"):
            experiment.tune_at(model, pair.target, learning_rate=1e-3, seed=0, **wrong)


def test_figures_say_their_numbers():
    sizes = figures.sizes_by_part({"new": {"a": [1, 2], "b": [10, 20]}}, x_label="part", y_label="size")
    assert "b 15.00 ± 7.07" in sizes.alt
    methods = {"penalty": {"1": ([0.5, 0.7], [0.8, 0.6]), "3": ([0.4, 0.4], [0.9, 0.9])}}
    plane = figures.source_and_target(methods, marked=("penalty", "1"), before=0.9)
    assert "marked is penalty 1: target 0.60 ± 0.14" in plane.alt
    assert "source before 0.90" in plane.alt
    with pytest.raises(tl.CourseError, match="unknown point"):
        figures.source_and_target(methods, marked=("penalty", "4"))
