"""DecisionGrid without a browser: choices, regret, what is uncovered."""

from __future__ import annotations

import json
import math

import pytest

from tlwidgets.errors import CourseError
from tlwidgets.widgets import DecisionGrid

RUNS = {
    ("small", "similar", "frozen"): [0.70, 0.72],
    ("small", "similar", "tuned"): [0.60, 0.62],
    ("small", "different", "frozen"): [0.40, math.nan],
    ("small", "different", "tuned"): [0.50, 0.52],
    ("large", "similar", "tuned"): [0.90, 0.92],
}


def test_regret_is_the_distance_to_the_best_mean(wire):
    grid = DecisionGrid(RUNS)
    assert grid.regret() == {}
    grid.choose("small", "similar", "tuned")
    grid.choose("small", "different", "tuned")
    assert grid.regret() == {("small", "similar"): pytest.approx(0.1), ("small", "different"): 0}
    grid.choose("small", "similar", "frozen")
    assert grid.regret()["small", "similar"] == 0
    assert len(grid.value) == 2, "one choice a cell"
    assert grid.regret({("small", "different"): "frozen"}) == {("small", "different"): pytest.approx(0.11)}


def test_records_say_the_same(wire):
    records = [
        {"size": a, "similarity": b, "strategy": s, "accuracy": v} for (a, b, s), values in RUNS.items() for v in values
    ]
    assert DecisionGrid(records)._runs == DecisionGrid(RUNS)._runs
    json.dumps(DecisionGrid(RUNS)._runs, allow_nan=False)


def test_nothing_is_told_before_a_choice(wire):
    grid = DecisionGrid(RUNS)
    assert "0.7" not in grid.summary()
    grid.choose("small", "similar", "tuned")
    assert "tuned 0.610, regret 0.100 (best: frozen 0.710)" in grid.summary()
    assert "0.51" not in grid.summary()
    data, metadata = grid._repr_mimebundle_()
    assert metadata["image/png"]["alt"] == data["text/plain"] == grid.summary()


def test_the_same_from_either_side(wire, from_browser):
    one, two = DecisionGrid(RUNS), DecisionGrid(RUNS)
    from_browser(one, value=[["small", "similar", "tuned"]], cell=["small", "similar"])
    two.choose("small", "similar", "tuned")
    assert one.regret() == two.regret()
    assert wire.updates("value")[-1] == [["small", "similar", "tuned"]]
    for strange in ([["small", "similar", "?"]], [["large", "different", "tuned"]], [["small"]]):
        from_browser(one, value=strange)
    from_browser(one, cell=["large", "different"])
    assert (one.value, one.cell) == ([["small", "similar", "tuned"]], ["small", "similar"])
    from_browser(one, value=[["small", "similar", "tuned"], ["small", "similar", "frozen"]])
    assert one.value == [["small", "similar", "frozen"]], "the last one counts"


def test_what_is_not_there(wire):
    grid = DecisionGrid(RUNS)
    with pytest.raises(CourseError, match="unknown strategy 'tune'; did you mean tuned"):
        grid.choose("small", "similar", "tune")
    with pytest.raises(CourseError, match="unknown size 'tiny'"):
        grid.choose("tiny", "similar", "tuned")
    with pytest.raises(CourseError, match="unknown similarity"):
        grid.choose("large", "differing", "tuned")
    with pytest.raises(CourseError, match="unknown cell"):
        grid.regret({("large", "different"): "tuned"})
    with pytest.raises(CourseError, match="that was measured there"):
        grid.value = [["large", "similar", "frozen"]]
    with pytest.raises(CourseError, match="open cell"):
        grid.cell = ["large", "different"]
    with pytest.raises(CourseError, match="small / similar / frozen has no finite result"):
        DecisionGrid({("small", "similar", "frozen"): [math.nan]})
    with pytest.raises(CourseError, match="size, similarity, strategy"):
        DecisionGrid({("small", "similar"): [1]})


def test_empty_and_hostile(wire):
    assert "Nothing was measured." in DecisionGrid({}).summary()
    DecisionGrid({}).static()
    grid = DecisionGrid({("<b>$x$", "<i>", "$s$"): 0.5}, label="$\\frac$")
    grid.choose("<b>$x$", "<i>", "$s$")
    grid._repr_mimebundle_()
