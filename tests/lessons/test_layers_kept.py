"""The short measurements of lesson 03 can be made again, and are complete."""

from __future__ import annotations

import pytest

import tlwidgets as tl
from tlwidgets.lessons.freezing import layers_kept
from tlwidgets.lessons.freezing.experiment import best_scratch, read_table

SEEDS = [0, 1, 2, 3, 4]


@pytest.fixture(scope="module")
def shipped():
    return read_table("layers_kept")


def test_the_measurement_is_complete(shipped):
    assert {k: shipped.settings[k] for k in layers_kept.LAYERS_KEPT} == layers_kept.LAYERS_KEPT
    for end in layers_kept.ENDS:
        inherit = shipped.where(experiment="inherit", part=end)
        assert inherit.distinct("layers") == [0, 2, 6, 10, 12]
        assert all(inherit.values("seed", layers=layers) == SEEDS for layers in inherit.distinct("layers"))
    for end in layers_kept.ENDS:
        for layers in (3, 6, 9, 12):
            assert shipped.values("seed", experiment="shorten", part=end, layers=layers) == SEEDS


def test_both_ends_meet_where_all_or_none_inherit(shipped):
    for layers in (0, 12):
        first, last = (
            shipped.values("accuracy", experiment="inherit", part=p, layers=layers) for p in ("first", "last")
        )
        assert first == last


def test_scratch_is_the_better_of_its_rates(shipped):
    for domain in ("noto", "openmoji_black"):
        runs = shipped.where(experiment="scratch", data=domain)
        means = [sum(runs.values("accuracy", part=p)) for p in runs.distinct("part")]
        assert len(means) == 2
        assert sum(best_scratch(shipped, domain)) == max(means)


def test_points_come_out_as_shipped(shipped):
    """Twelve images of 154 is what rounding in another order may change."""
    for measured in (
        layers_kept.inherit("last", 2, "noto", seeds=[1]),
        layers_kept.shorten("last", 2, "noto", seeds=[1]),
    ):
        (row,) = measured
        same = {k: row[k] for k in ("experiment", "data", "part", "layers", "seed")}
        (stored,) = shipped.where(**same).rows
        assert list(row) == list(stored)
        assert row["accuracy"] == pytest.approx(stored["accuracy"], abs=12 / 154)
        assert row["params"] == stored["params"]


def test_only_the_chosen_end_inherits():
    """The mixed weights are seen before training: after no epoch could they be told apart."""
    known = tl.snapshot_weights(tl.backbone("tiny", size=32, weights="styles"))
    mixed = layers_kept.mixed_weights("last", 2, seed=3)
    same = [name for name in known if all((a == b).all() for a, b in zip(known[name], mixed[name], strict=True))]
    assert same == ["block4_a_conv", "block4_a_bn", "block4_b_conv", "block4_b_bn"]


def test_what_cannot_be_measured_is_said():
    with pytest.raises(tl.CourseError, match="did you mean last"):
        layers_kept.inherit("lst", 2, "noto")
    with pytest.raises(tl.CourseError, match="layers is 0 to 12"):
        layers_kept.inherit("last", 13, "noto")
    with pytest.raises(tl.CourseError, match="blocks is 1 to 4"):
        layers_kept.shorten("last", 0, "noto")
