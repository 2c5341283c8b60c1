"""ScoreScatter without a browser: rank correlation, cost of the choice, numbers that are none."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from tlwidgets.errors import CourseError
from tlwidgets.widgets import ScoreScatter

TRUTH = [0.9, 0.5, 0.7, 0.6, 0.2, 0.4]
GOOD = [9.0, 5.0, 7.5, 6.0, 2.0, 4.0]
POOR = [1.0, 5.0, 2.0, 5.0, 3.0, math.nan]


def test_rank_correlation_is_spearmans(wire):
    scatter = ScoreScatter({"good": GOOD, "poor": POOR}, TRUTH)
    assert scatter.rank_correlation("good") == pytest.approx(1)
    assert scatter.rank_correlation("poor") == pytest.approx(stats.spearmanr(POOR[:5], TRUTH[:5]).statistic)
    assert "1 without a finite number is left out" in scatter._words[1]


def test_groups_compete_among_themselves(wire):
    """Over all candidates the score looks good; within each target it is the wrong way round."""
    truth = [0.1, 0.2, 0.3, 0.7, 0.8, 0.9]
    score = [3.0, 2.0, 1.0, 9.0, 8.0, 7.0]
    assert ScoreScatter({"s": score}, truth).rank_correlation("s") > 0.5
    grouped = ScoreScatter({"s": score}, truth, groups=list("aaabbb"))
    assert grouped.rank_correlation("s") == pytest.approx(-1)
    assert grouped.cost_of_choice("s") == pytest.approx(0.2)
    assert "within 2 groups" in grouped.summary()


def test_cost_of_the_choice(wire):
    scatter = ScoreScatter({"good": GOOD, "poor": POOR}, TRUTH)
    assert scatter.cost_of_choice("good") == 0
    assert "The highest score is the best candidate." in scatter.summary()
    assert scatter.cost_of_choice("poor") == pytest.approx(0.4)


@pytest.mark.parametrize("values", [[1, 1, 1, 1, 1, 1], [math.nan] * 6, [1, 2, math.nan, math.inf, math.nan, math.nan]])
def test_too_little_for_a_correlation(wire, values):
    scatter = ScoreScatter({"s": values}, TRUTH)
    assert scatter.rank_correlation("s") is None
    assert "nan" not in scatter.summary()
    scatter.static()


def test_one_candidate_and_none(wire):
    assert ScoreScatter({"s": [1.0]}, [0.5]).rank_correlation("s") is None
    empty = ScoreScatter({"s": []}, [])
    assert "no candidate" in empty.summary()
    empty.static()


def test_numbers_travel_as_they_are(wire):
    scatter = ScoreScatter({"good": GOOD, "poor": POOR}, TRUTH)
    found = np.frombuffer(scatter._values, "<f8").reshape(2, 6)
    assert np.array_equal(found, [GOOD, POOR], equal_nan=True)


def test_the_same_from_either_side(wire, from_browser):
    one, two = (ScoreScatter({"good": GOOD, "poor": POOR}, TRUTH, list("abcdef")) for _ in range(2))
    from_browser(one, value="poor", point=5)
    two.value, two.point = "poor", 5
    assert one.summary() == two.summary()
    assert "f: poor no number, accuracy 0.4." in one.summary()
    from_browser(one, value="?", point=99)
    assert (one.value, one.point) == ("poor", 5)
    with pytest.raises(CourseError, match="unknown score 'goo'; did you mean good"):
        one.value = "goo"
    with pytest.raises(CourseError, match="no candidate 6"):
        one.point = 6
    with pytest.raises(CourseError, match="unknown score"):
        one.rank_correlation("goo")


@pytest.mark.parametrize(
    ("scores", "truth", "options", "words"),
    [
        ({}, TRUTH, {}, "one score or more"),
        ({"s": [1]}, TRUTH, {}, "s has 1 values for 6"),
        ({"s": ["a"] * 6}, TRUTH, {}, "should be numbers"),
        ({"s": [[1]] * 6}, TRUTH, {}, "one column"),
        ({"s": GOOD}, TRUTH, {"labels": ["a"]}, "labels has 1 values"),
        ({"s": GOOD}, TRUTH, {"groups": ["a"]}, "groups has 1 values"),
    ],
)
def test_input_that_does_not_fit(wire, scores, truth, options, words):
    with pytest.raises(CourseError, match=words):
        ScoreScatter(scores, truth, **options)


def test_words_and_figure(wire):
    scatter = ScoreScatter({"$s$": GOOD}, TRUTH, ["<b>$x$"] * 6, groups=["_a"] * 3 + ["$b"] * 3, label="$")
    scatter.point = 0
    data, metadata = scatter._repr_mimebundle_()
    assert metadata["image/png"]["alt"] == data["text/plain"] == scatter.summary()


def test_many_candidates_and_groups_are_drawn(wire):
    rng = np.random.default_rng(0)
    ScoreScatter({"s": rng.random(5000)}, rng.random(5000), groups=[str(i % 40) for i in range(5000)]).static()
