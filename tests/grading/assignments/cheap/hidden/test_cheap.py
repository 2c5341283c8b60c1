"""Hidden tests of the cheap sheet."""

import numpy as np
from probes import drawn

from tlwidgets.grading import points


@points("double", 2, "Every number is doubled", "Multiply.")
def test_double(answers, seed):
    found = answers["double"]
    assert isinstance(found, np.ndarray), "The function should return an array."
    assert np.array_equal(found, 2 * drawn(seed)), "At least one number is not twice what went in."


@points("total", 1, "The total is right", "Add.")
def test_total(answers, seed):
    assert answers["total"] == drawn(seed + 1).sum(), "The total is another one."


@points("total", 1, "Nothing adds up to 0", "What does sum([]) give?")
def test_nothing(answers, seed):
    assert type(answers["total.none"]) in (int, float), "There is no number."
    assert answers["total.none"] == 0, "No numbers should give 0."
    assert answers["total"] == drawn(seed + 1).sum(), "The total is another one."
