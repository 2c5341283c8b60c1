"""Pairs of sets of features drawn from the seed of the run. No expected value is here."""

import numpy as np

CALM = [(12, 12, 3), (40, 40, 6), (25, 100, 10)]
TRIES = 40
MOVED = {"one": (40, 40, 6, 5.0), "every": (30, 60, 10, 1.3), "little": (300, 300, 4, 0.45), "down": (40, 40, 5, -1.5)}
EACH = 10


def features(n, d, rng, sizes):
    """Return features as a network gives them: not negative, skewed, of different sizes, correlated."""
    common = rng.gamma(2.0, 1.0, (n, 1))
    return ((rng.gamma(2.0, 1.0, (n, d)) + common) * sizes).astype("float32")


def calm(seed):
    """Yield pairs of sets of one domain."""
    for k, (n, m, d) in enumerate(CALM):
        rng = np.random.default_rng([seed, k])
        sizes = rng.lognormal(0, 1.0, d)
        for _ in range(TRIES):
            yield features(n, d, rng, sizes), features(m, d, rng, sizes)


def moved(seed, kind):
    """Yield pairs of sets of two domains."""
    n, m, d, far = MOVED[kind]
    rng = np.random.default_rng([seed, 7, sorted(MOVED).index(kind)])
    sizes = rng.lognormal(0, 1.0, d)
    for i in range(EACH):
        reference, sample = features(n, d, rng, sizes), features(m, d, rng, sizes)
        columns = [i % d] if kind == "one" else list(range(d))
        sample[:, columns] += far * reference[:, columns].std(axis=0)
        yield reference, sample


def detect(get, record, seed):
    function = get("detect")
    record("detect.calm", [bool(function(a, b)) for a, b in calm(seed)])
    for kind in MOVED:
        record(f"detect.{kind}", [bool(function(a, b)) for a, b in moved(seed, kind)])
