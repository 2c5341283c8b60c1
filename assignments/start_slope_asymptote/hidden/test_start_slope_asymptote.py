"""Hidden tests of the sheet on lesson 02."""

from probes import KINDS, curves

import tlwidgets as tl
from tlwidgets.grading import points


def check(answers, seed, *kinds):
    values = answers["gains"]
    assert isinstance(values, list), "There is no list of answers."
    assert len(values) == len(KINDS), "Not every case has an answer."
    for kind in kinds:
        scratch, transfer = curves(seed, kind)
        better = [n for n, at in (("end", -1), ("start", 0)) if tl.compare(transfer[:, at], scratch[:, at]).low > 0]
        assert values[KINDS.index(kind)] == better, "What is gained is not right."


@points("gains", 2, "It finds a higher start and a higher end", "The first column is the start, the last the end.")
def test_each(answers, seed):
    check(answers, seed, "start", "end", "both")


@points("gains", 2, "It claims nothing that the seeds do not settle", "A higher mean alone is no claim.")
def test_noise(answers, seed):
    check(answers, seed, "neither", "noise", "both")


@points("gains", 1, "It looks at the end, and at the sign", "What is higher in between is not the end.")
def test_peak(answers, seed):
    check(answers, seed, "worse", "peak", "both")
