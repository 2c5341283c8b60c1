"""What lesson 04 measured: special to its networks."""

from __future__ import annotations

import pytest

import tlwidgets as tl
from tlwidgets.lessons.freezing import experiment, results
from tlwidgets.models.structure import leaf_layers


def test_both_ends_meet_where_all_or_none_inherit():
    lines = results.inherited()
    for layers in ("0", "12"):
        assert lines["the first"][layers] == lines["the last"][layers]
    kept = results.shortened()
    assert kept["the first are kept"]["12"] == kept["the last are kept"]["12"] == lines["the first"]["12"]


@pytest.mark.parametrize("domain", experiment.TASKS)
def test_scratch_is_the_better_of_its_rates(domain):
    table = experiment.SCRATCH.read()
    means = table[table["task"] == domain].groupby("learning_rate")["accuracy"].mean()
    assert len(means) == 2
    assert sum(results.best_scratch(domain)) / 5 == pytest.approx(means.max())


def test_only_the_chosen_end_inherits():
    """The mixed weights are seen before training: after an epoch nobody could tell them apart."""
    known = tl.snapshot_weights(tl.backbone("tiny", size=32, weights="styles"))
    mixed = experiment.mixed_weights("last", 2, seed=3)
    same = [name for name in known if all((a == b).all() for a, b in zip(known[name], mixed[name], strict=True))]
    assert same == ["block4_a_conv", "block4_a_bn", "block4_b_conv", "block4_b_bn"]


@pytest.mark.parametrize(("end", "blocks"), [("first", 1), ("last", 1), ("last", 3)])
def test_a_shortened_network_takes_the_same_images(end, blocks):
    model = experiment.shortened(end, blocks, 6)
    assert model.input.shape[1:] == (32, 32, 3)
    names = [layer.name for layer in leaf_layers(model)]
    assert len({name.split("_")[0] for name in names if name.startswith("block")}) == blocks
    assert ("adapter_conv" in names) == (end == "last")


def test_what_was_not_measured_is_said():
    with pytest.raises(tl.CourseError, match="has no trial with"):
        experiment.DEPTH.repeat(task="notto", frozen_to="top")
    with pytest.raises(tl.CourseError, match="has no trial with"):
        experiment.INHERIT.repeat(end="last", layers=13)
