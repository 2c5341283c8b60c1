"""Feature maps, drawn from the seed of the run. No expected value is here."""

import numpy as np


def drawn(seed):
    """Return three arrays of feature maps."""
    rng = np.random.default_rng(seed)
    return [rng.normal(size=(n, *rng.permutation([2, 3, 5])[:2], 7)) for n in (1, 4, 6)]


def average(get, record, seed):
    function = get("average")
    for i, maps in enumerate(drawn(seed)):
        record(f"average.{i}", function(maps))
