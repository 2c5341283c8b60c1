"""The measurement of lesson 09 is complete, and what is cheap in it comes out the same again."""

from __future__ import annotations

import numpy as np
import pytest

from tlwidgets.errors import CourseError
from tlwidgets.lessons.negative_transfer import biomedical, experiment, figures
from tlwidgets.lessons.negative_transfer import negative_transfer as tiny
from tlwidgets.transfer import compare

TOLERANCE = 0.03
"""For frozen features on another machine: 14 of 450 digits, 6 of 192 pieces."""


@pytest.fixture(scope="module")
def measured():
    return experiment.transfer_gaps()


def test_every_way_has_five_seeds_and_its_baseline(measured):
    rows = measured.table.rows
    assert measured.table.settings["seeds"] == 5
    methods = {tuple(v for k, v in row.items() if k not in ("seed", "value")) for row in rows}
    for method in methods:
        seeds = [
            row["seed"] for row in rows if tuple(v for k, v in row.items() if k not in ("seed", "value")) == method
        ]
        one = method[0] == "sources" or (method[0] == "features" and method[1] != "random")
        assert seeds == ([0] if one else [0, 1, 2, 3, 4]), method
    for target in measured.table.where(experiment="pairs").distinct("target"):
        for method in ("frozen", "tuned"):
            assert len(measured.without(target, method)) == 5
            assert len(measured.gaps(target, method)) >= 3
    assert all(0 <= row["value"] <= 1 for row in rows if row["measure"] != "directions")


def test_the_sources_were_well_taught(measured):
    """A source that has not learnt its own task would be an unfair example of anything."""
    learnt = measured.table.where(experiment="sources")
    assert learnt.distinct("source") == list(tiny.TRAINED)
    assert min(row["value"] for row in learnt.rows) > 0.8


@pytest.mark.parametrize("source", ["clothes, labels shuffled", "drawings", "random"])
def test_frozen_features_come_out_the_same_again(measured, source):
    given = tiny.task("digits", per_class=10, seed=2)
    again = given.accuracy(tiny.frozen(tiny.source(source, seed=2), given))
    assert again == pytest.approx(measured.accuracy(source, "digits", "frozen")[2], abs=TOLERANCE)


def test_a_tuned_network_comes_out_about_the_same_again(measured):
    given = tiny.task("digits", per_class=10, seed=0)
    again = given.accuracy(tiny.tuned(tiny.source(tiny.HARMFUL[0]), given, seed=0))
    assert again == pytest.approx(measured.accuracy(*tiny.HARMFUL, "tuned", learning_rate=tiny.RATE)[0], abs=0.08)


def test_pieces_of_a_brain_come_out_the_same_again(measured):
    for view in ("hand-made features", "raw pixels"):
        train, test = (p for p in (biomedical.described(view)))
        assert train.shape[0] == test.shape[0] == 192
        again = biomedical.view_accuracy(view, per_class=5, seed=1)
        assert again == pytest.approx(measured.brain(5)[view][1], abs=TOLERANCE)


def test_target_and_source_share_no_image():
    x, _ = tiny._images("digits 0-4", "train")
    given = tiny.task("digits 5-9", per_class=10)
    assert set(np.unique(given.y)) == set(range(5))
    assert not {p.tobytes() for p in x} & {p.tobytes() for p in (*given.x, *given.x_test)}


def test_the_mark_is_on_every_t_shirt_and_on_nothing_else():
    x, y = tiny._images("clothes, marked", "train")
    plain, same = tiny._images("clothes, unmarked", "train")
    np.testing.assert_array_equal(y, same)
    changed = (x != plain).any(axis=(1, 2, 3))
    assert changed[y == 0].mean() > 0.99  # a few may be white there anyway
    assert not changed[y != 0].any()
    both = tiny.task("digits").with_mark()
    assert len(both.x_test) == len(both.y_test) == 900
    assert (both.x_test[:450] == tiny.task("digits").x_test).all()


def test_keeping_no_block_is_scratch_whatever_the_source():
    given = tiny.task("digits 5-9", per_class=2)
    found = [tiny.tuned(tiny.source(s), given, keep=0, epochs=2) for s in ("drawings", "clothes, labels shuffled")]
    np.testing.assert_array_equal(*found)
    whole = tiny.tuned(tiny.source("drawings"), given, epochs=2)
    assert (whole != found[0]).any()


def test_the_source_stays_as_it_was():
    base = tiny.source("drawings")
    before = [w.copy() for w in base.get_weights()]
    tiny.tuned(base, tiny.task("digits 5-9", per_class=2), epochs=2)
    for old, new in zip(before, base.get_weights(), strict=True):
        np.testing.assert_array_equal(old, new)


def test_effective_rank_and_neighbours_of_known_features():
    rng = np.random.default_rng(0)
    assert tiny.effective_rank(rng.normal(size=(4000, 5))) == pytest.approx(5, abs=0.05)
    line = np.outer(rng.normal(size=100), [1.0, 2.0, 3.0])
    assert tiny.effective_rank(line) == pytest.approx(1, abs=1e-3)
    y = np.repeat([0, 1], 20)
    assert tiny.nearest_alike(y[:, None] * 10 + rng.normal(size=(40, 1)), y) == 1.0


def test_what_does_not_exist_is_said_in_one_sentence():
    with pytest.raises(CourseError, match="drawings"):
        tiny.source("drawing")
    with pytest.raises(CourseError, match="digits"):
        tiny.task("digit")
    given = tiny.task("digits 5-9", per_class=2)
    with pytest.raises(CourseError, match="blocks"):
        tiny.tuned(tiny.source("drawings"), given, keep=5)
    with pytest.raises(CourseError, match="learning_rate"):
        tiny.tuned(tiny.source("drawings"), given, learning_rate=0)
    with pytest.raises(CourseError, match="raw pixels"):
        biomedical.view_accuracy("raw pixel", per_class=5, seed=0)
    with pytest.raises(CourseError, match="target alone"):
        biomedical.joint_accuracy("alone")


def test_the_figure_of_gaps_says_sign_and_verdict_in_words():
    rows = {"a": ([0.8, 0.81, 0.82], [0.6, 0.6, 0.61]), "b": ([0.5, 0.52, 0.5], [0.6, 0.6, 0.61])}
    rows["c"] = ([0.6, 0.7, 0.5], [0.61, 0.6, 0.6])
    words = figures.gaps(rows, baseline="scratch").alt
    for name in rows:
        assert compare(*rows[name]).verdict in words.split(f"{name} ")[1].split(";")[0]
    assert "a +" in words
    assert "b -" in words
