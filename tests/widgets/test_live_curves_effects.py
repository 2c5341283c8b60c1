"""Start, slope and asymptote of two runs: what counts, what is said, what is marked."""

from __future__ import annotations

import numpy as np
import pytest

from tlwidgets.widgets import LiveCurves


def curves_of(**lines):
    """``name=[[values of a run], …]``: finished curves of the validation accuracy."""
    curves = LiveCurves(metrics=["loss", "accuracy"])
    for name, runs in lines.items():
        name = name.replace("_", " ")
        for values in runs:
            run = curves.new_run(None if len(runs) > 1 else name, group=name if len(runs) > 1 else None)
            for epoch, value in enumerate(values):
                curves.add(run, epoch + 1, {"val_accuracy": value, "loss": 1 - value})
    curves._finish("done")
    return curves


SCRATCH = [[0.2, 0.3, 0.4, 0.5, 0.6, 0.65]]
TUNED = [[0.5, 0.7, 0.8, 0.82, 0.84, 0.85]]


def test_start_slope_and_asymptote(wire):
    found = curves_of(fine_tuned=TUNED, from_scratch=SCRATCH).comparison()
    assert (found.base, found.other, found.metric) == ("from scratch", "fine tuned", "accuracy")
    start, slope, end = found.effects
    assert (start.kind, start.y0, start.y1) == ("start", 0.2, 0.5)
    # nine tenths of the way from 0.2 to 0.85 is 0.785
    assert slope.y0 == pytest.approx(0.785)
    assert (slope.x0, slope.x1) == (None, 3.0)
    assert "0.785 is reached at epoch 3 instead of never" in slope.text
    assert (end.kind, end.y0, end.y1) == ("asymptote", 0.65, 0.85)
    assert "Higher asymptote: 0.850 instead of 0.650" in found.words()
    assert "one run only" in found.foot


def test_harm_is_said_too(wire):
    found = curves_of(from_scratch=TUNED, transferred=SCRATCH).comparison()
    assert [effect.text.split(":")[0] for effect in found.effects] == ["Lower start", "Lower slope", "Lower asymptote"]


def test_runs_that_overlap_say_nothing(wire):
    a = [[0.5, 0.6, 0.7], [0.3, 0.4, 0.5]]
    b = [[0.45, 0.55, 0.65], [0.4, 0.5, 0.6]]
    found = curves_of(a=a, b=b).comparison()
    assert found.effects == ()
    assert "No difference" in found.words()


def test_runs_that_do_not_overlap_count(wire):
    a, b = [[0.2, 0.4, 0.6], [0.22, 0.42, 0.62]], [[0.4, 0.7, 0.8], [0.5, 0.72, 0.82]]
    found = curves_of(a=a, b=b).comparison()
    assert [effect.kind for effect in found.effects] == ["start", "slope", "asymptote"]
    assert found.effects[0].y1 == pytest.approx(0.45)
    assert found.foot == ""


def test_loss_is_better_when_it_is_lower(wire):
    curves = LiveCurves(metrics=["loss"])
    for name, values in {"from scratch": (2.0, 1.5, 1.0, 0.9), "tuned": (1.0, 0.5, 0.3, 0.2)}.items():
        run = curves.new_run(name)
        for epoch, value in enumerate(values):
            curves.add(run, epoch + 1, {"loss": value})
    curves._finish("done")
    found = curves.comparison()
    assert "training loss (lower is better)" in found.head
    assert [effect.text.split(":")[0] for effect in found.effects] == [
        "Higher start",
        "Higher slope",
        "Higher asymptote",
    ]
    assert found.effects[1].y0 == pytest.approx(2 - 0.9 * 1.8)


@pytest.mark.parametrize("values", [[], [0.5], [np.nan, np.nan, np.nan], [np.inf, 0.5, np.nan]])
def test_nothing_to_compare(wire, values):
    curves = curves_of(a=TUNED, b=[values])
    assert curves.comparison() is None
    assert curves._effects == []
    curves.static()


def test_only_two_lines_and_only_after_training(wire, from_browser):
    curves = curves_of(a=TUNED, b=SCRATCH, c=[[0.1, 0.2, 0.3, 0.4, 0.5, 0.5]])
    assert curves.comparison() is None
    assert len(curves._effects) == 3, "the browser has every pair"
    from_browser(curves, hidden=["c"])
    assert curves.comparison().other == "b"
    assert "Lower start" in curves.summary()
    assert "Lower start" in curves.static().alt
    accuracy = curves.static().axes[1]
    assert [text.get_text() for text in accuracy.texts] == ["1", "2", "3"]
    curves._begin(True, 3)
    assert (curves._effects, curves.comparison()) == ([], None)
