"""What this lesson measures."""

from ...course.experiments import new_head, read_table
from .what_to_freeze import (
    NEAR,
    PAIRS,
    RATES,
    SCRATCH,
    STRATEGIES,
    Case,
    WhatToFreeze,
    domain_distances,
    mean_gain,
    mean_regret,
    measure_strategy,
    on_drawings,
    rule_of_thumb,
    source_network,
    training_images,
    what_to_freeze,
)

__all__ = [
    "NEAR",
    "PAIRS",
    "RATES",
    "SCRATCH",
    "STRATEGIES",
    "Case",
    "WhatToFreeze",
    "domain_distances",
    "mean_gain",
    "mean_regret",
    "measure_strategy",
    "new_head",
    "on_drawings",
    "read_table",
    "rule_of_thumb",
    "source_network",
    "training_images",
    "what_to_freeze",
]

EXPERIMENTS = ()
