"""Lesson 08: what a shift moves and leaves, what the figures say, and what a wrong detector is told."""

from __future__ import annotations

import numpy as np
import pytest

import tlwidgets as tl
from tlwidgets.course import checks
from tlwidgets.errors import CourseError
from tlwidgets.lessons.domain_shift import experiment, figures, results
from tlwidgets.lessons.domain_shift.kinds import FOLDS, ShiftKinds
from tlwidgets.models import to_rgb
from tlwidgets.transfer import mean_distance, mmd, mmd_test


@pytest.fixture(scope="module")
def kinds():
    return ShiftKinds()


def test_an_accuracy_is_a_share_of_the_images_that_are_held_out():
    styles = experiment.STYLES.read()
    for name, n in styles.attrs["held_out"].items():
        data = tl.load("styles", domain=name)
        assert n == len(data.validation) + len(data.test)
        hits = styles[styles["task"] == name]["accuracy"] * n
        np.testing.assert_allclose(hits, hits.round(), atol=0.02)


def test_every_pair_of_two_styles_is_compared():
    assert set(results.verdicts()) == set(results.OTHERS)
    assert len(results.OTHERS) == 6 * 5
    runs, own = results.matrix()
    assert len(runs) == 2 * 6 * 6
    assert own["noto"] == runs["noto", "noto", "as it is"]
    assert np.mean(results.lost()["noto", "openmoji_black"]) > 0.05


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
    parts = [{p.tobytes() for p in kinds.images("label shift", 0, seed=s)[0]} for s in range(FOLDS)]
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


def test_shifts_are_sorted_by_alarm_and_harm():
    groups = results.alarm_and_drop()
    assert sum(map(len, groups.values())) == 15 * 5 + 5 + 3
    assert "gaussian_noise 5" in groups[True, True]
    assert "label shift 5" in groups[True, False]
    assert "concept shift 3" in groups[False, True]
    assert results.alarms("concept shift", 3) == results.alarms("none", 0)


def test_the_figures_say_their_numbers():
    cured = figures.before_after(
        {"noise": ([0.5, 0.6], [0.8, 0.82])}, names=("plain", "cured"), x_label="accuracy", guess={"clean": 0.9}
    )
    assert "plain → cured. noise 0.55 ± 0.07 → 0.81 ± 0.01; clean 0.90." in cured.alt
    points = {("a", t): ([i, i + 0.2], [0.1 * i, 0.1 * i]) for i, t in enumerate("bcd", 1)}
    scatter = figures.cost_by_distance(points, x_label="distance", y_label="cost")
    assert "3 pairs: distances 1.10 to 3.10, rank correlation +1.00" in scatter.alt
    assert "Least: a → b +0.10 at 1.10; most: a → d +0.30 at 3.10" in scatter.alt
    lines = results.by_strength("concept shift", {"right": "accuracy"})
    assert list(lines["right"]) == ["0", "1", "2", "3"]
    assert len(lines["right"]["0"]) == 5


# ---------------------------------------------------------------- the checks of the exercises


def by_shuffling(distance):
    """Return a detector that asks shuffled sets what is usual."""

    def detect(reference, sample):
        rng = np.random.default_rng(0)
        both, n = np.vstack([reference, sample]), len(reference)
        deals = [rng.permutation(len(both)) for _ in range(99)]
        usual = sorted(distance(both[d[:n]], both[d[n:]]) for d in deals)
        return distance(reference, sample) > usual[94]

    return detect


def ready_made(reference, sample):
    scaled = [(x - reference.mean(0)) / reference.std(0) for x in (reference, sample)]
    return mmd_test(*scaled, shuffles=99).shifted


def any_feature(reference, sample):
    from scipy.stats import ttest_ind

    return bool((ttest_ind(reference, sample).pvalue < 0.05).any())


def in_place(reference, sample):
    reference -= reference.mean(axis=0)
    return False


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (lambda r, s: True, "every time"),
        (lambda r, s: False, "no alarm at all"),
        (lambda r, s: mmd(r, s) > 0, "false alarms"),
        (lambda r, s: mean_distance(r, s) > 0.3, "false alarms"),
        (any_feature, "false alarms"),
        (lambda r, s: mean_distance(r, s) > 1.0, "the threshold has to follow"),
        (lambda r, s: bool(abs(r[:, 0].mean() - s[:, 0].mean()) > r[:, 0].std()), "look at all features"),
        (by_shuffling(lambda a, b: mean_distance(a[:, :1], b[:, :1])), "look at all features"),
        (lambda r, s: 0.03, "not float"),
        (in_place, "work on a copy"),
    ],
)
def test_a_wrong_detector_hears_what_is_wrong(answer, words):
    outcome = checks.run("domain_shift/detect", (answer,))
    assert not outcome.passed
    assert outcome.attempted
    assert words in outcome.message


@pytest.mark.parametrize("answer", [by_shuffling(mean_distance), ready_made])
def test_other_calibrated_detectors_pass(answer):
    outcome = checks.run("domain_shift/detect", (answer,))
    assert outcome.passed, outcome.message


def test_an_untouched_stub_is_not_attempted():
    assert not checks.run("domain_shift/detect", (lambda *_: ...,)).attempted
