"""Hidden tests of the sheet on lesson 05."""

from tlwidgets.grading import points
from tlwidgets.lessons.fine_tuning.checks import GOAL, KEPT_SHARE, KEPT_TARGET, problem_of, try_plan
from tlwidgets.lessons.fine_tuning.sharing import SourceAndTarget, two_heads

# other digits than those of the public check: what the draw alone takes away is forgiven
FORGIVEN = 0.04


def reached(answers, seed):
    stages = answers["plan"]
    assert not problem_of(stages), "The plan cannot be carried out as it is, or takes too long."
    return try_plan(stages, seed=seed)[1]


@points("plan", 2, "The plan reaches its goal on other digits", "Neither too low a rate nor too high.")
def test_reached(answers, seed):
    assert reached(answers, seed) >= GOAL - FORGIVEN, "With the digits of this test the goal is missed."


@points("plan", 2, "It does so with a second draw", "Neither too low a rate nor too high.")
def test_again(answers, seed):
    assert reached(answers, seed + 1) >= GOAL - FORGIVEN, "With the digits of this second test the goal is missed."


def accuracies(answers):
    tasks = SourceAndTarget()
    before, _ = tasks.accuracy(two_heads())
    model = answers["keep"]
    assert model.output_shape == (None, 20), "The model should have its two heads still."
    source, target = tasks.accuracy(model)
    return source / before, target


@points("keep", 2, "The clothes are kept", "A few kept images in every batch do it.")
def test_kept(answers, seed):
    kept, learnt = accuracies(answers)
    assert learnt > 0.4, "No digits have been learnt."
    assert kept >= KEPT_SHARE - FORGIVEN, "Too much of the clothes has been forgotten."


@points("keep", 2, "The digits are learnt meanwhile", "Let everything train, at an ordinary rate, for 20 epochs.")
def test_learnt(answers, seed):
    kept, learnt = accuracies(answers)
    assert learnt >= KEPT_TARGET - FORGIVEN, "Too few of the held-out digits are right."
    assert kept > 0.5, "The clothes are forgotten."
