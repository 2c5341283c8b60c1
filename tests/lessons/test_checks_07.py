"""The check of lesson 07 tells a calibrated detector from the usual wrong ones, with a sentence that helps."""

from __future__ import annotations

import numpy as np
import pytest

from tlwidgets.course import checks
from tlwidgets.transfer import mean_distance, mmd, mmd_test


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
