"""LearningRateLab without a browser: the record, plain arrays, runs that break, words and state."""

from __future__ import annotations

import math

import numpy as np
import pytest

from tlwidgets.errors import CourseError
from tlwidgets.training.recipes import range_test
from tlwidgets.widgets.learning_rate_lab import LearningRateLab

RATES = np.geomspace(1e-6, 1, 61)
LOSSES = 2.3 - 1.5 / (1 + (1e-3 / RATES) ** 2) + 40 * np.maximum(0, RATES - 0.05)
RUNS = {
    1e-5: [[0.1, 0.11], [0.1, 0.12]],
    1e-3: [[0.5, 0.8], [0.55, 0.82], [0.5, math.nan]],
    1e-1: [[0.3, math.nan], [math.inf, math.nan]],
}


def test_a_record_of_a_range_test(wire, make_model, data):
    record = range_test(make_model(), *data, steps=12)
    lab = LearningRateLab(record)
    assert lab.value == lab.suggestion == record.suggestion
    assert np.array_equal(np.frombuffer(lab._smoothed, "<f8"), record.smoothed)


def test_plain_arrays_are_smoothed_as_the_record_is(wire, make_model, data):
    record = range_test(make_model(), *data, steps=12)
    lab = LearningRateLab((record.learning_rates, record.losses))
    assert np.allclose(np.frombuffer(lab._smoothed, "<f8"), record.smoothed)
    shuffled = np.random.default_rng(0).permutation(len(record.learning_rates))
    other = LearningRateLab((np.array(record.learning_rates)[shuffled], np.array(record.losses)[shuffled]))
    assert other._smoothed == lab._smoothed


def test_words(wire):
    lab = LearningRateLab((RATES, LOSSES), RUNS, chance=0.1, multipliers={"block1": 0.1, "head": 1})
    lab.value = 1e-3
    assert lab.nearest_run == 1e-3
    assert (
        "Trained at 1.0e-3: accuracy, 3 runs of 2 epochs, 0.810 ± 0.014 at the end, 1 broke (NaN or infinite)."
        in lab.summary()
    )
    assert "Rates: block1 1.0e-4, head 1.0e-3." in lab.summary()
    assert lab.learning_rates() == pytest.approx({"block1": 1e-4, "head": 1e-3})
    lab.value = 2e-5
    assert "2 runs of 2 epochs, 0.115 ± 0.007 at the end, all no better than chance" in lab.summary()
    lab.value = 1
    assert "2 runs of 2 epochs, 2 broke (NaN or infinite)." in lab.summary()


def test_rates_far_from_the_runs_and_without_any(wire):
    lab = LearningRateLab((RATES, LOSSES))
    assert lab.nearest_run is None
    assert "Trained" not in lab.summary()
    only = LearningRateLab(([], []), RUNS)
    assert only.suggestion is None
    only.static()


def test_the_rate_stays_within_what_was_tried(wire, from_browser):
    lab = LearningRateLab((RATES, LOSSES))
    lab.value = 50
    assert lab.value == 1
    lab.value = 1e-12
    assert lab.value == pytest.approx(1e-6)
    for wrong in (0, -1, math.nan, math.inf):
        with pytest.raises(CourseError, match="above 0"):
            lab.value = wrong
    for wrong in (0, -1, "x", None, True):
        from_browser(lab, value=wrong)
        assert lab.value == pytest.approx(1e-6)
    from_browser(lab, value=0.01)
    assert lab.value == 0.01


@pytest.mark.parametrize("losses", [[math.nan] * 3, [math.inf, 1, math.nan], [1, 1, 1], [1e300, 1e-300, 0]])
def test_losses_that_are_none_or_level(wire, losses):
    lab = LearningRateLab(([1e-3, 1e-2, 1e-1], losses), RUNS)
    assert (lab.suggestion is None) == (not np.isfinite(losses).any())
    assert "nan" not in lab.summary()
    lab.static()


def test_one_rate(wire):
    lab = LearningRateLab(([0.1], [1.0]), {0.1: [0.5]})
    assert lab._limits == pytest.approx([0.01, 1.0])  # room on both sides
    lab.static()


@pytest.mark.parametrize(
    ("test", "options", "words"),
    [
        (([1, 2], [1]), {}, "a loss for each rate"),
        (([0, 1], [1, 1]), {}, "rates should be above 0"),
        (([math.nan], [1]), {}, "rates should be above 0"),
        ((["a"], [1]), {}, "should be numbers"),
        (3, {}, "record of a range test"),
        (([], []), {}, "or runs at some rates"),
        ((RATES, LOSSES), {"runs": {0: [[1]]}}, "rates above 0"),
        ((RATES, LOSSES), {"runs": {"x": [[1]]}}, "rates above 0"),
        ((RATES, LOSSES), {"runs": {0.1: [[]]}}, "one number or more"),
        ((RATES, LOSSES), {"runs": {0.1: [["x"]]}}, "lists of numbers"),
        ((RATES, LOSSES), {"multipliers": {"head": -1}}, "factor of head"),
    ],
)
def test_input_that_does_not_fit(wire, test, options, words):
    with pytest.raises(CourseError, match=words):
        LearningRateLab(test, **options)


def test_words_and_figure(wire):
    lab = LearningRateLab((RATES, LOSSES), RUNS, chance=0.1, label="$")
    data, metadata = lab._repr_mimebundle_()
    assert metadata["image/png"]["alt"] == data["text/plain"] == lab.summary()
