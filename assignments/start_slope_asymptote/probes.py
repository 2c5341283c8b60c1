"""Learning curves, drawn from the seed of the run. No expected value is here."""

import numpy as np

KINDS = ("start", "end", "both", "neither", "noise", "worse", "peak")


def curves(seed, kind):
    """Return accuracies from scratch and with transfer, each (seeds, steps)."""
    rng = np.random.default_rng([seed, KINDS.index(kind)])
    seeds, steps = int(rng.integers(5, 9)), int(rng.integers(4, 8))
    draw = rng.normal(0, 0.02, (seeds, 1))  # what a seed shares: its labelled images
    rise = np.linspace(0, 1, steps)
    scratch = 0.15 + 0.6 * rise + draw
    start, end = {
        "start": (0.3, 0.0),
        "end": (0.0, 0.06),
        "both": (0.3, 0.06),
        "neither": (0.0, 0.0),
        "noise": (0.0, 0.0),
        "worse": (-0.1, -0.1),
        "peak": (0.0, 0.0),
    }[kind]
    transfer = scratch + start + (end - start) * rise
    jitter = rng.uniform(-1, 1, (seeds, 2))
    jitter -= jitter.mean(0)
    transfer[:, [0, -1]] += 0.006 * jitter
    if kind == "noise":  # one seed lifts the mean, the others do not
        transfer[0, -1] += 0.3
    if kind == "peak":  # higher in between, not at the end
        transfer[:, 1:-1] += 0.2
    return scratch, transfer


def gains(get, record, seed):
    function = get("gains")
    answers = []
    for kind in KINDS:
        answer = function(*curves(seed, kind))
        answers.append(sorted(str(a) for a in answer) if isinstance(answer, (list, tuple, set)) else repr(answer))
    record("gains", answers)
