"""Tables of accuracies and kinds of targets, drawn from the seed of the run. No expected value is here."""

import numpy as np


def tables(seed):
    """Return tables of accuracies, strategy by strategy, each with one choice."""
    rng = np.random.default_rng(seed)
    found = []
    for strategies, seeds in ((2, 1), (4, 5), (6, 3)):
        names = [f"strategy {n}" for n in rng.permutation(90)[:strategies] + 10]
        table = {name: [round(float(v), 3) for v in rng.uniform(0.2, 0.95, seeds)] for name in names}
        found.append((table, names[int(rng.integers(strategies))]))
    return found


def regret(get, record, seed):
    function = get("regret")
    record("regret", [float(function(table, choice)) for table, choice in tables(seed)])


def kinds(seed):
    """Return targets of the measurement, each with a distance that is a little off, as other images would give."""
    from tlwidgets.lessons.what_to_freeze.results import cases

    rng = np.random.default_rng([seed, 1])
    return [(case, case.distance * float(rng.uniform(0.85, 1.15))) for case in cases()]


def choose(get, record, seed):
    function = get("choose")
    record("choose", [str(function(case.per_class, distance)) for case, distance in kinds(seed)])
    rng = np.random.default_rng([seed, 2])
    others = [(int(rng.integers(2, 300)), float(rng.uniform(0, 1))) for _ in range(20)]
    record("choose.others", [str(function(*other)) for other in others])
