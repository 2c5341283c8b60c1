"""TransferMatrix without a browser: gains, intervals, forms of the table, what travels, what stays without a kernel."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
from scipy import stats

from tlwidgets.errors import CourseError
from tlwidgets.widgets import TransferMatrix
from tlwidgets.widgets._palette import LEVELS, css_variables, level_color
from tlwidgets.widgets._runs import difference

HOSTILE = "<img src=x onerror=alert(1)>$x$"
BASE = {"a": [0.60, 0.62, 0.61], "b": [0.90, 0.91, 0.92]}
RUNS = {
    ("a", "b", "frozen base"): [0.80, 0.79, 0.81],
    ("b", "a", "frozen base"): [0.75, 0.74, 0.76],
    ("b", "a", "fine-tuned"): [0.60, 0.63, 0.62],
}


def cell(matrix, source, target, method):
    (found,) = (
        g for g in matrix.gains() if (g["source"], g["target"], g["method"]) == (source, target, method)
    )  # fmt: skip
    return found


def test_gain_and_interval_are_those_of_welch(wire):
    found = cell(TransferMatrix(RUNS, BASE), "b", "a", "frozen base")
    expected = stats.ttest_ind(RUNS["b", "a", "frozen base"], BASE["a"], equal_var=False).confidence_interval()
    assert found["gain"] == pytest.approx(14.0)
    assert (found["low"], found["high"]) == pytest.approx((100 * expected.low, 100 * expected.high))
    assert found["sign"] == 1


def test_paired_runs_use_the_differences(wire):
    base = {"b": [0.50, 0.60, 0.70]}
    runs = {("a", "b", "m"): [0.53, 0.62, 0.74]}  # the seeds differ by far more than the methods
    assert cell(TransferMatrix(runs, base), "a", "b", "m")["sign"] == 0
    paired = cell(TransferMatrix(runs, base, paired=True), "a", "b", "m")
    expected = stats.ttest_1samp([0.03, 0.02, 0.04], 0).confidence_interval()
    assert (paired["low"], paired["high"]) == pytest.approx((100 * expected.low, 100 * expected.high))
    assert paired["sign"] == 1
    with pytest.raises(CourseError, match="as many seeds on both sides"):
        TransferMatrix({("a", "b", "m"): [0.5]}, base, paired=True)


def test_records_say_the_same_as_a_dictionary(wire):
    records = [
        {"source": s, "target": t, "method": m, "accuracy": v, "seed": i}
        for (s, t, m), values in RUNS.items()
        for i, v in enumerate(values)
    ]
    base = [{"target": t, "accuracy": v} for t, values in BASE.items() for v in values]
    assert TransferMatrix(records, base).gains() == TransferMatrix(RUNS, BASE).gains()


def test_sources_and_targets_share_their_order(wire):
    matrix = TransferMatrix(RUNS, BASE)
    assert matrix.sources == matrix.targets == ["a", "b"]


def test_one_seed_settles_nothing(wire):
    found = cell(TransferMatrix({("a", "b", "m"): 0.9}, {"b": 0.5}), "a", "b", "m")
    assert (found["gain"], found["low"], found["sign"]) == (pytest.approx(40), None, 0)


def test_runs_that_failed_are_counted_and_left_out(wire):
    matrix = TransferMatrix({("a", "b", "m"): [0.7, math.nan, 0.72], ("b", "b", "m"): [math.inf]}, {"b": [0.6, 0.6]})
    assert cell(matrix, "a", "b", "m")["gain"] == pytest.approx(11)
    assert cell(matrix, "b", "b", "m")["gain"] is None
    assert "3 runs, 1 without a number" in matrix.summary()
    json.dumps(matrix._cells, allow_nan=False)
    matrix.static()


def test_other_units_stay_as_they_are(wire):
    matrix = TransferMatrix({("a", "b", "m"): [31.0, 33.0]}, {"b": [30.0, 30.0]})
    assert cell(matrix, "a", "b", "m")["gain"] == pytest.approx(2.0)
    assert "units" in matrix.summary()


def test_the_same_from_either_side(wire, from_browser):
    matrix = TransferMatrix(RUNS, BASE)
    from_browser(matrix, value=["b", "a"], method="fine-tuned")
    other = TransferMatrix(RUNS, BASE)
    other.value, other.method = ["b", "a"], "fine-tuned"
    assert matrix.summary() == other.summary()
    assert wire.updates("value")[-1] == ["b", "a"]
    from_browser(matrix, value=["nobody", "a"], method="?")
    assert (matrix.value, matrix.method) == (["b", "a"], "fine-tuned")


def test_names_that_are_not_there(wire):
    matrix = TransferMatrix(RUNS, BASE)
    with pytest.raises(CourseError, match="unknown method 'fine-tune'; did you mean fine-tuned"):
        matrix.method = "fine-tune"
    with pytest.raises(CourseError, match="unknown target 'c'"):
        matrix.value = ["a", "c"]
    with pytest.raises(CourseError, match=r"\[source, target\]"):
        matrix.value = ["a"]
    assert (matrix.value, matrix.method) == ([], "frozen base")


@pytest.mark.parametrize(
    ("runs", "base", "words"),
    [
        ({("a", "b"): [1]}, {"b": [1]}, "source, target, method"),
        ([{"source": "a", "target": "b"}], {"b": [1]}, "should hold source, target, method and accuracy"),
        ({("a", "b", "m"): ["high"]}, {"b": [1]}, "should be numbers"),
        ({("a", "b", "m"): [[1, 2]]}, {"b": [1]}, "one list"),
        ({("a", "b", "m"): [1]}, {"a": [1]}, "no results for b"),
    ],
)
def test_tables_of_another_form(wire, runs, base, words):
    with pytest.raises(CourseError, match=words):
        TransferMatrix(runs, base)


def test_figure_and_words(wire):
    matrix = TransferMatrix({(HOSTILE, "b", "m"): [0.7, 0.72]}, {"b": [0.6, 0.6]}, label=HOSTILE)
    data, metadata = matrix._repr_mimebundle_()
    assert data["image/png"]
    assert metadata["image/png"]["alt"] == data["text/plain"] == matrix.summary()
    assert "+11.0 points" in matrix.summary()


def test_a_change_that_comes_after_the_focus_has_left(wire, from_browser, message_from_browser, monkeypatch):
    """Changes are held back on their way, so the last one can come after the word that the hand is gone."""
    shown = []
    monkeypatch.setattr("IPython.display.publish_display_data", lambda data, *_, **keys: shown.append(data))
    matrix = TransferMatrix(RUNS, BASE)
    matrix._ipython_display_()
    from_browser(matrix, method="fine-tuned")
    assert len(shown) == 1, "not while the focus may be in it"
    message_from_browser(matrix, {"kind": "settled"})
    from_browser(matrix, value=["b", "a"])
    assert len(shown) == 3
    assert "Open: b → a, fine-tuned" in shown[-1]["text/plain"]


def test_nothing_measured(wire):
    matrix = TransferMatrix({}, {})
    assert "nothing was measured" in matrix.summary()
    matrix.static()


def test_a_hundred_by_a_hundred_is_drawn(wire):
    rng = np.random.default_rng(0)
    runs = {(f"s{i}", f"t{j}", "m"): [float(rng.random())] for i in range(100) for j in range(100)}
    matrix = TransferMatrix(runs, {f"t{j}": [0.5] for j in range(100)})
    assert matrix.static().get_size_inches().max() < 9


def test_difference_without_numbers():
    assert difference([], [1.0]) is None
    assert difference([1.0], [math.nan]) is None
    assert difference([math.nan], [1.0], paired=True) is None
    assert difference([0.5, 0.5], [0.4, 0.4]).sign == 1


def luminance(color):
    parts = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return float(np.dot([0.2126, 0.7152, 0.0722], linear))


@pytest.mark.parametrize("dark", [False, True])
def test_numbers_can_be_read_on_every_cell(dark):
    fills = []
    for level in range(-LEVELS, LEVELS + 1):
        fill, ink = level_color(level, dark=dark)
        low, high = sorted((luminance(fill), luminance(ink)))
        assert (high + 0.05) / (low + 0.05) >= 4.5, (level, fill, ink)
        assert f"{fill};" in css_variables()
        fills.append(fill)
    assert len(set(fills)) == 2 * LEVELS + 1


def test_shared_scripts_come_in_once():
    text = TransferMatrix._esm
    assert text.count("function followWidth(") == text.count("class Heatmap ") == 1
    assert "import {" not in text
    assert text.count("export ") == text.count("export default") == 1
