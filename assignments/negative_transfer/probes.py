"""Accuracies drawn from the seed of the run. No expected value is here."""

import numpy as np


def trials(seed):
    """Return pairs of lists of accuracies, by what is going on in them, in an order that the seed chooses."""
    rng = np.random.default_rng(seed)
    found = {}
    for kind in rng.permutation(["harm", "gain", "noise", "paired_harm", "one_seed"]):
        n = 1 if kind == "one_seed" else int(rng.integers(5, 8))
        scratch = rng.uniform(0.6, 0.65, n)
        if kind == "noise":
            wide = np.array([0.1, -0.12, 0.11, -0.1] * 2)[:n] + rng.uniform(-0.01, 0.01, n)
            difference = wide - wide.mean() - 0.01
        elif kind == "paired_harm":
            scratch = rng.permutation(np.linspace(0.4, 0.9, n))
            difference = -0.03 - rng.uniform(0, 0.01, n)
        else:
            difference = rng.uniform(0.1, 0.15, n) * (1 if kind == "gain" else -1)
        found[str(kind)] = ([float(v) for v in scratch + difference], [float(v) for v in scratch])
    return found


def is_harmful(get, record, seed):
    function = get("is_harmful")
    for kind, (transfer, scratch) in trials(seed).items():
        answer = function(transfer, scratch)
        record(f"is_harmful.{kind}", bool(answer) if isinstance(answer, bool | np.bool_) else None)


def plans(seed):
    """Return what three seeds have shown for pairs of source and target: way → mean, and the accuracies."""
    rng = np.random.default_rng([seed, 1])
    methods = ["frozen", "tuned", "keep 1 blocks", "keep 2 blocks", "no transfer"]
    found = []
    for best in rng.permutation(methods):
        level = {method: float(rng.uniform(0.4, 0.6)) for method in rng.permutation(methods)}
        level[str(best)] = float(rng.uniform(0.75, 0.85))
        found.append((level, {w: [float(v) for v in m + rng.uniform(-0.03, 0.03, 3)] for w, m in level.items()}))
    return found


def repair(get, record, seed):
    function = get("repair")
    record("repair", [function({method: list(values) for method, values in shown.items()}) for _, shown in plans(seed)])
