"""The checks of lesson 04 tell typical wrong answers apart, each with a sentence that helps."""

from __future__ import annotations

import pytest

from tlwidgets.course import checks
from tlwidgets.training import optimizers, recipes


@pytest.mark.parametrize(
    ("stages", "words"),
    [
        ("all at once", "A plan is a list of stages"),
        ([(None, 1e-3)], "three entries"),
        ([(None, 0, 8)], "a number above 0"),
        ([(None, 1e-3, 2.5)], "a whole number"),
        ([(1.5, 1e-3, 2)], "the name of a block"),
        ([("block4", 1e-2, 5), (None, 1e-3, 4)], "takes 9 epochs, and the budget is 8"),
        ([("blok4", 1e-2, 5)], "did you mean block4"),
    ],
)
def test_a_plan_that_cannot_be_tried_is_told_why(stages, words):
    outcome = checks.run("fine_tuning/plan", (lambda: stages,))
    assert not outcome.passed
    assert outcome.attempted
    assert words in outcome.message


@pytest.mark.parametrize(
    ("stages", "words"),
    [
        ([(None, 1e-2, 8)], "try a lower rate"),
        ([(None, 1e-4, 8)], "raise the rate"),
        ([(None, 1e-3, 8)], "a stage of its own"),
        ([("block4", 1e-2, 8)], "let more than the head train"),
    ],
)
def test_a_plan_that_falls_short_is_told_why(stages, words):
    outcome = checks.run("fine_tuning/plan", (lambda: stages,))
    assert not outcome.passed
    assert words in outcome.message


def on_digits_alone(model, digits, clothes):
    model.compile(optimizers.FlatAdam(1e-3), "sparse_categorical_crossentropy")
    model.fit(*digits, batch_size=20, epochs=10, verbose=0)


def on_a_short_rope(model, digits, clothes):
    with recipes.l2_sp(model, alpha=10.0, beta=0.0, head="digits"):
        model.compile(optimizers.FlatAdam(1e-3), "sparse_categorical_crossentropy")
        model.fit(*digits, batch_size=20, epochs=20, verbose=0)


@pytest.mark.parametrize(
    ("function", "words"),
    [
        (lambda model, digits, clothes: None, "has not learnt the digits"),
        (on_digits_alone, "forgets too much"),
        (on_a_short_rope, "holds on too tightly"),
    ],
)
def test_a_way_that_does_not_keep_or_does_not_learn_is_told_why(function, words):
    outcome = checks.run("fine_tuning/keep", (function,))
    assert not outcome.passed
    assert outcome.attempted
    assert words in outcome.message


def test_an_untouched_stub_is_not_attempted():
    for key in ("plan", "keep"):
        assert not checks.run(f"fine_tuning/{key}", (lambda *_: ...,)).attempted
