"""What this lesson measures."""

from ...course.experiments import new_head, read_table
from .batchnorm import (
    IDIOMS,
    METHODS,
    SETTINGS,
    VECTORS,
    BatchNormTable,
    BatchNormTrial,
    batchnorm_idioms,
    batchnorm_trials,
    statistics_replaced,
)

__all__ = [
    "IDIOMS",
    "METHODS",
    "SETTINGS",
    "VECTORS",
    "BatchNormTable",
    "BatchNormTrial",
    "batchnorm_idioms",
    "batchnorm_trials",
    "new_head",
    "read_table",
    "statistics_replaced",
]

EXPERIMENTS = ()
