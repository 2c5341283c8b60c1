"""Correction of the shares of classes: on cases whose answer is known."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tlwidgets.errors import CourseError
from tlwidgets.transfer import correct_prior, estimate_prior

EVEN = np.full(3, 1 / 3)


def sample(shares: Any, n: int, seed: int = 0) -> tuple[Any, Any]:
    """Draw labels with these shares, and the exact probabilities of a classifier that knows even shares."""
    rng = np.random.default_rng(seed)
    y = rng.choice(3, n, p=shares)
    x = rng.normal(np.array([-1.0, 0.0, 1.5])[y], 1)
    density = np.exp(-((x[:, None] - np.array([-1.0, 0.0, 1.5])) ** 2) / 2)
    return density / density.sum(1, keepdims=True), y


def test_the_correction_is_bayes_rule() -> None:
    p, _ = sample(EVEN, 50)
    target = np.array([0.7, 0.2, 0.1])
    # with even shares the probabilities are proportional to the densities
    expected = p * target / (p * target).sum(1, keepdims=True)
    np.testing.assert_allclose(correct_prior(p, EVEN, target), expected)
    np.testing.assert_allclose(correct_prior(correct_prior(p, EVEN, target), target, EVEN), p)


def test_the_shares_are_found_and_the_correction_pays() -> None:
    truth = np.array([0.8, 0.15, 0.05])
    p, y = sample(truth, 4000)
    found = estimate_prior(p, EVEN)
    np.testing.assert_allclose(found, truth, atol=0.03)
    assert found.sum() == pytest.approx(1)
    before, after = ((q.argmax(1) == y).mean() for q in (p, correct_prior(p, EVEN, found)))
    assert after > before + 0.05


def test_without_a_shift_nothing_moves_far() -> None:
    p, _ = sample(EVEN, 4000)
    np.testing.assert_allclose(estimate_prior(p, EVEN), EVEN, atol=0.04)


def test_a_class_that_is_gone_gets_nothing_and_no_row_breaks() -> None:
    p = np.array([[1.0, 0.0, 0.0], [0.2, 0.5, 0.3]])
    out = correct_prior(p, EVEN, [0.0, 0.5, 0.5])
    np.testing.assert_allclose(out, [[0, 0.5, 0.5], [0, 0.625, 0.375]])


@pytest.mark.parametrize(
    ("p", "source", "target", "said"),
    [
        (np.ones(3), EVEN, EVEN, r"shape \(n, classes\)"),
        (np.full((2, 3), 0.9), EVEN, EVEN, "sum to 1"),
        (np.full((2, 3), np.nan), EVEN, EVEN, "sum to 1"),
        (np.full((2, 3), 1 / 3), [0.5, 0.5], EVEN, "shares of the source"),
        (np.full((2, 3), 1 / 3), EVEN, [0.5, 0.4, 0.4], "shares of the target"),
        (np.full((2, 3), 1 / 3), [0.5, 0.5, 0.0], EVEN, "bring it back"),
    ],
)
def test_bad_input_is_refused(p: Any, source: Any, target: Any, said: str) -> None:
    with pytest.raises(CourseError, match=said):
        correct_prior(p, source, target)
