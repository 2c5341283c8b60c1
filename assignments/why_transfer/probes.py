"""Lines drawn from the seed of the run. No expected value is here."""

import numpy as np

KINDS = ("crosses early", "crosses late", "stays ahead", "never ahead", "meets at a budget")


def lines(seed, kind):
    """Return budgets and the accuracies of transfer and of scratch, which cross once at most."""
    rng = np.random.default_rng([seed, KINDS.index(kind)])
    labels = np.cumprod([int(rng.integers(1, 5)), *rng.integers(2, 5, 4)])
    scratch = 0.3 + np.cumsum(rng.uniform(0.03, 0.12, 5))
    lead = rng.uniform(0.04, 0.2, 5)  # of transfer, not in order: it may grow before it shrinks
    turn = {"crosses early": 1, "crosses late": 4, "never ahead": 0, "meets at a budget": 3}.get(kind, 5)
    lead[turn:] *= -1
    if kind == "meets at a budget":
        lead[turn] = 0
    return [int(n) for n in labels], [float(a) for a in scratch + lead], [float(a) for a in scratch]


def crossing(get, record, seed):
    function = get("crossing")
    record("crossing", [function(*map(list, lines(seed, kind))) for kind in KINDS])


def worths(seed):
    """Return four cases: budgets, transfer, scratch, and the number of labels that is asked about."""
    found = []
    for i in range(4):
        rng = np.random.default_rng([seed, 10 + i])
        labels = np.cumprod([int(rng.integers(1, 5)), *rng.integers(2, 5, 4)])
        scratch = 0.2 + np.cumsum(rng.uniform(0.05, 0.12, 5))
        at = int(rng.integers(0, 3))
        transfer = scratch + rng.uniform(0.01, 0.05, 5)
        if i == 3:
            transfer[at] = scratch[-1] + 0.02
        elif i == 2:
            at += 1
            transfer[at] = scratch[at] - rng.uniform(0.3, 0.7) * (scratch[at] - scratch[at - 1])
        else:
            gap = rng.uniform(0.2, 0.8)
            transfer[at] = scratch[at + 1] + gap * (scratch[at + 2] - scratch[at + 1])
        found.append(([int(n) for n in labels], list(map(float, transfer)), list(map(float, scratch)), int(labels[at])))
    return found


def label_multiplier(get, record, seed):
    function = get("label_multiplier")
    record("label_multiplier", [function(list(n), list(t), list(s), k) for n, t, s, k in worths(seed)])
