"""Numbers drawn from the seed of the run."""

import numpy as np


def drawn(seed):
    return np.random.default_rng(seed).integers(1, 1000, 5).astype("float64")


def double(get, record, seed):
    record("double", get("double")(drawn(seed)))


def total(get, record, seed):
    record("total", get("total")([float(v) for v in drawn(seed + 1)]))
    record("total.none", get("total")([]))
