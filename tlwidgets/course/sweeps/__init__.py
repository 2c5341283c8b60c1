"""Measurements that come with the course, and how to repeat a point of them: one module a measurement.

Each has a function that measures one point. The script in ``datasets`` that made the shipped file, the cell or button
that repeats a point in a lesson, and the test for drift all call that function.
"""

from .batchnorm import BatchNormTable, batchnorm_idioms, batchnorm_trials
from .domain_shift import StyleFeatures, style_features, style_pair
from .freeze_depth import FreezeDepthSweep, freeze_depth
from .label_budget import crossing, label_budget, label_budget_curve, label_budget_point, labels_needed, steps_needed
from .shift_kinds import ShiftKinds, by_strength, shift_kinds
from .table import Table, read_table, save_table

__all__ = [
    "BatchNormTable",
    "FreezeDepthSweep",
    "ShiftKinds",
    "StyleFeatures",
    "Table",
    "batchnorm_idioms",
    "batchnorm_trials",
    "by_strength",
    "crossing",
    "freeze_depth",
    "label_budget",
    "label_budget_curve",
    "label_budget_point",
    "labels_needed",
    "read_table",
    "save_table",
    "shift_kinds",
    "steps_needed",
    "style_features",
    "style_pair",
]
