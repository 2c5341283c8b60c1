"""The measurements of lesson 07 are complete, and their points come out again."""

from __future__ import annotations

import numpy as np
import pytest

import tlwidgets as tl
from tlwidgets.errors import CourseError
from tlwidgets.lessons.domain_shift import experiment, figures
from tlwidgets.lessons.domain_shift.domain_shift import TRAINING, style_features
from tlwidgets.models import to_rgb

SEEDS = range(5)


@pytest.fixture(scope="module")
def kinds():
    return experiment.shift_kinds()


@pytest.fixture(scope="module")
def shifts():
    return experiment.read_table("shift_kinds")


@pytest.fixture(scope="module")
def styles():
    return experiment.read_table("domain_shift")


def test_every_pair_of_styles_was_measured_with_every_seed(styles):
    names = ["noto", "twemoji", "fluent3d", "openmoji_color", "openmoji_black", "openclipart"]
    found = {(r["source"], r["target"], r["seed"]) for r in styles.rows}
    assert found == {(s, t, seed) for s in names for t in names for seed in SEEDS}
    assert len(styles.rows) == len(found)
    assert styles.settings["training"] == TRAINING
    for name, n in styles.settings["held_out"].items():
        data = tl.load("styles", domain=name)
        assert n == len(data.validation) + len(data.test)
        hits = np.array(styles.values("accuracy", target=name)) * n
        np.testing.assert_allclose(hits, hits.round(), atol=0.02)  # a share of that many images


def test_every_kind_of_shift_was_measured_with_every_seed(shifts):
    strengths = {c.name: 5 for c in tl.data.list_corruptions()} | {"label shift": 5, "concept shift": 3}
    wanted = {(k, s, seed) for k, most in strengths.items() for s in range(1, most + 1) for seed in SEEDS}
    found = {(r["kind"], r["strength"], r["seed"]) for r in shifts.rows}
    assert found == wanted | {("none", 0, seed) for seed in SEEDS}
    assert len(shifts.rows) == len(found)


@pytest.mark.slow
def test_a_pair_of_styles_comes_out_again(styles):
    base = tl.backbone("efficientnet-lite0", size=styles.settings["size"])
    source, target = pair = ("openmoji_black", "noto")
    known = style_features(base, pair)
    again = experiment.style_pair(known, source, target, 0)
    shipped = styles.where(source=source, target=target, seed=0).rows[0]
    for column in ("accuracy", "own_statistics"):
        assert again[column] == pytest.approx(shipped[column], abs=0.04), column  # 6 of 154 images
    assert again["a_distance"] == pytest.approx(shipped["a_distance"], abs=0.1)
    assert again["mmd"] == pytest.approx(shipped["mmd"], abs=0.01)
    with pytest.raises(CourseError, match="did you mean noto"):
        experiment.style_pair(known, "noti", "noto", 0)


@pytest.mark.parametrize(
    ("kind", "strength"), [("gaussian_noise", 5), ("contrast", 5), ("label shift", 5), ("concept shift", 3)]
)
def test_a_kind_of_shift_comes_out_again(kinds, shifts, kind, strength):
    again = kinds.measure(kind, strength, seed=2)
    shipped = shifts.where(kind=kind, strength=strength, seed=2).rows[0]
    assert list(again) == list(shipped)
    for column in ("accuracy", "adabn_accuracy", "prior_accuracy", "confidence"):
        assert again[column] == pytest.approx(shipped[column], abs=0.02), column
    assert (again["p_value"] <= 0.05) == (shipped["p_value"] <= 0.05)


def test_the_network_is_afterwards_what_it_was(kinds):
    before = kinds.network.get_weights()
    x, _ = kinds.images("brightness", 5, seed=0)
    plain, adapted = kinds.answers(x)[1], kinds.adapted(x, x)[1]
    assert np.abs(plain - adapted).max() > 0.1
    assert all(np.array_equal(a, b) for a, b in zip(before, kinds.network.get_weights(), strict=True))
    np.testing.assert_allclose(plain, kinds.network.predict(to_rgb(x), verbose=0), atol=1e-5)


def test_each_kind_moves_what_it_should_and_nothing_else(kinds):
    classes = list(kinds.data.classes)
    x, y = kinds.images("label shift", 0, seed=1)
    assert np.bincount(y).tolist() == [40] * 10
    noisy, same = kinds.images("gaussian_noise", 3, seed=1)
    assert np.array_equal(same, y)
    assert not np.array_equal(noisy, x)
    summer, fewer = kinds.images("label shift", 3, seed=1)
    counts = dict(zip(classes, np.bincount(fewer).tolist(), strict=True))
    assert counts == {c: 40 if c in ("t-shirt", "trouser", "dress", "sandal", "bag") else 5 for c in classes}
    assert {s.tobytes() for s in summer} <= {p.tobytes() for p in x}
    shelves, moved = kinds.images("concept shift", 2, seed=1)
    assert np.array_equal(shelves, x)
    changed = moved != y
    assert {classes[c] for c in y[changed]} == {"shirt", "coat"}
    assert {classes[c] for c in moved[changed]} == {"t-shirt"}


def test_the_parts_of_the_seeds_do_not_overlap(kinds):
    parts = [{p.tobytes() for p in kinds.images("label shift", 0, seed=s)[0]} for s in SEEDS]
    assert len(set().union(*parts)) == sum(map(len, parts)) == 2000


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (("gausian_noise", 1, 0), "did you mean gaussian_noise"),
        (("label shift", 6, 0), "give 0 to 5"),
        (("concept shift", 4, 0), "give 0 to 3"),
        (("fog", 1, 5), "give 0 to 4"),
    ],
)
def test_what_cannot_be_measured_is_refused(kinds, given, said):
    with pytest.raises(CourseError, match=said):
        kinds.images(*given)


def test_shifts_are_sorted_by_alarm_and_harm(shifts):
    groups = experiment.alarm_and_drop(shifts)
    assert sum(map(len, groups.values())) == 15 * 5 + 5 + 3
    assert "gaussian_noise 5" in groups[True, True]
    assert "label shift 5" in groups[True, False]
    assert "concept shift 3" in groups[False, True]
    assert experiment.alarms(shifts, "concept shift", 3) == experiment.alarms(shifts, "none", 0)


def test_the_figures_say_their_numbers(shifts):
    cured = figures.before_after(
        {"noise": ([0.5, 0.6], [0.8, 0.82])}, names=("plain", "cured"), x_label="accuracy", guess={"clean": 0.9}
    )
    assert "plain → cured. noise 0.55 ± 0.07 → 0.81 ± 0.01; clean 0.90." in cured.alt
    points = {("a", t): ([i, i + 0.2], [0.1 * i, 0.1 * i]) for i, t in enumerate("bcd", 1)}
    scatter = figures.cost_by_distance(points, x_label="distance", y_label="cost")
    assert "3 pairs: distances 1.10 to 3.10, rank correlation +1.00" in scatter.alt
    assert "Least: a → b +0.10 at 1.10; most: a → d +0.30 at 3.10" in scatter.alt
    lines = experiment.by_strength(shifts, "concept shift", {"right": "accuracy"})
    assert list(lines["right"]) == ["0", "1", "2", "3"]
    assert len(lines["right"]["0"]) == 5
