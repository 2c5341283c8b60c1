"""Measurements that come with the course, and how to repeat a point of them: one module a measurement.

Each has a function that measures one point. The script in ``datasets`` that made the shipped file, the cell or button
that repeats a point in a lesson, and the test for drift all call that function.
"""

from .batchnorm import BatchNormTable, batchnorm_idioms, batchnorm_trials
from .freeze_depth import FreezeDepthSweep, freeze_depth
from .label_budget import label_budget, label_budget_curve, label_budget_point
from .table import Table, read_table, save_table

__all__ = [
    "BatchNormTable",
    "FreezeDepthSweep",
    "Table",
    "batchnorm_idioms",
    "batchnorm_trials",
    "freeze_depth",
    "label_budget",
    "label_budget_curve",
    "label_budget_point",
    "read_table",
    "save_table",
]
