"""Hidden tests of the sheet on lesson 01."""

import math

import numpy as np
from probes import KINDS, lines, worths

from tlwidgets.grading import points


def crosses(labels, transfer, scratch):
    lead = np.subtract(scratch, transfer)
    i = int(np.argmax(lead >= 0))
    share = lead[i - 1] / (lead[i - 1] - lead[i])
    return labels[i - 1] * (labels[i] / labels[i - 1]) ** share


def found(answers, name, count):
    values = answers[name]
    assert isinstance(values, list), "There is no list of answers."
    assert len(values) == count, "Not every case has an answer."
    return values


def check_crossing(answers, seed, *kinds):
    values = dict(zip(KINDS, found(answers, "crossing", len(KINDS)), strict=True))
    for kind in kinds:
        value = values[kind]
        assert isinstance(value, int | float), "Where the lines cross there should be a number."
        assert math.isclose(value, crosses(*lines(seed, kind)), rel_tol=0.01), "The place of a crossing is not right."


@points("crossing", 1, "It finds a crossing between the first budgets", "Go straight between the logarithms.")
def test_early(answers, seed):
    check_crossing(answers, seed, "crosses early")


@points(
    "crossing", 1, "It finds a crossing between the last budgets", "The lead of transfer may grow before it shrinks."
)
def test_late(answers, seed):
    check_crossing(answers, seed, "crosses late")


@points(
    "crossing", 1, "It finds a crossing that lies on a budget", "A lead of exactly nothing is where the lines meet."
)
def test_on_budget(answers, seed):
    check_crossing(answers, seed, "meets at a budget")


@points("crossing", 1, "It says None where the lines do not cross", "One method can be ahead with every budget.")
def test_none(answers, seed):
    values = dict(zip(KINDS, found(answers, "crossing", len(KINDS)), strict=True))
    assert values["stays ahead"] is None, "Lines that do not cross were given a crossing."
    assert values["never ahead"] is None, "Lines that do not cross were given a crossing."
    assert values["crosses early"] is not None, "Lines that cross were given none."


def check_worth(answers, seed, *cases):
    values = found(answers, "label_multiplier", 4)
    for i in cases:
        labels, transfer, scratch, n = worths(seed)[i]
        level = transfer[labels.index(n)]
        expected = math.exp(np.interp(level, scratch, np.log(labels))) / n
        assert isinstance(values[i], int | float), "Where scratch gets there the answer should be a number."
        assert math.isclose(values[i], expected, rel_tol=0.01), "A multiplier is not right."


@points(
    "label_multiplier",
    2,
    "It says how many times as many labels scratch needs",
    "Labels of scratch over labels of transfer.",
)
def test_more(answers, seed):
    check_worth(answers, seed, 0, 1)


@points(
    "label_multiplier", 1, "It is below one where transfer is behind", "The same sum gives it, without a special case."
)
def test_less(answers, seed):
    check_worth(answers, seed, 2)


@points(
    "label_multiplier", 1, "It says None where scratch never gets there", "Compare the level with the best of scratch."
)
def test_never(answers, seed):
    values = found(answers, "label_multiplier", 4)
    assert values[3] is None, "A level that scratch never reaches was given a multiplier."
    assert values[0] is not None, "A level that scratch reaches was given none."
