"""Hidden tests of the sheet on lesson 07."""

import numpy as np
from probes import kinds, tables

from tlwidgets.grading import points
from tlwidgets.lessons.what_to_freeze.experiment import STRATEGIES
from tlwidgets.lessons.what_to_freeze.results import mean_regret, rule_of_thumb


def right(table, choice):
    means = {name: np.mean(values) for name, values in table.items()}
    return max(means.values()) - means[choice]


@points("regret", 1, "With one seed each, it is the difference to the best", "The best minus the choice.")
def test_one_seed(answers, seed):
    assert np.isclose(answers["regret"][0], right(*tables(seed)[0])), "The regret of one of two strategies is wrong."


@points("regret", 2, "With several seeds, means are compared", "Take the mean of each strategy over its seeds first.")
def test_several_seeds(answers, seed):
    for answer, table in list(zip(answers["regret"], tables(seed), strict=True))[1:]:
        assert np.isclose(answer, right(*table)), "A regret over several seeds is wrong."


def cost(answers, seed, near):
    """Return what the choices cost on the near or on the far cases, the table of rules, and the best habit."""
    pairs = zip(answers["choose"], kinds(seed), strict=True)
    chosen = [(case, name) for name, (case, _) in pairs if case.near == near]
    assert all(name in case.accuracy for case, name in chosen), "One of the answers is no strategy of the lesson."
    cases = [case for case, _ in chosen]
    own = np.mean([case.regret(name) for case, name in chosen])
    habits = [np.mean([case.regret(name) for case in cases]) for name in STRATEGIES]
    return own, np.mean(mean_regret(rule_of_thumb, cases)), min(habits)


@points("choose", 2, "Near targets: it costs no more than the best habit", "What was best with a near source?")
def test_near(answers, seed):
    own, _, habit = cost(answers, seed, near=True)
    assert own <= habit + 0.01, "On near targets, always doing the same would have cost clearly less."


@points("choose", 2, "Far targets: it costs less than the table", "From scratch is a strategy too.")
def test_far(answers, seed):
    own, rules, _ = cost(answers, seed, near=False)
    assert own < rules, "On far targets, the table of rules would have cost no more."


@points("choose", 1, "It has an answer for any number of labels and any distance", "What comes after the last if?")
def test_others(answers, seed):
    assert set(answers["choose.others"]) <= set(STRATEGIES), "For some target it returns something that is no strategy."
