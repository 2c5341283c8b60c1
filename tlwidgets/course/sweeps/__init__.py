"""Measurements that come with the course, and how to repeat a point of them: one module a measurement.

Each has a function that measures one point. The script in ``datasets`` that made the shipped file, the cell or button
that repeats a point in a lesson, and the test for drift all call that function.
"""

from ._head import new_head
from .batchnorm import BatchNormTable, batchnorm_idioms, batchnorm_trials
from .domain_shift import StyleFeatures, style_features, style_pair
from .forgetting import SourceAndTarget, forget_at, trade_offs, two_heads
from .freeze_depth import FreezeDepthSweep, freeze_depth
from .journal import Journal
from .label_budget import crossing, label_budget, label_budget_curve, label_budget_point, labels_needed, steps_needed
from .layers_kept import best_scratch, inherit, scratch, shorten
from .long_tuning import tune_long
from .negative_transfer import NegativeTransfer, transfer_gaps
from .rates import gradient_sizes, train_head, tune_at
from .shift_kinds import ShiftKinds, alarm_and_harm, alarms, by_strength, shift_kinds
from .table import Table, read_table, save_table
from .what_to_freeze import (
    mean_gain,
    mean_regret,
    measure_strategy,
    on_drawings,
    rule_of_thumb,
    training_pictures,
    what_to_freeze,
)

__all__ = [
    "BatchNormTable",
    "FreezeDepthSweep",
    "Journal",
    "NegativeTransfer",
    "ShiftKinds",
    "SourceAndTarget",
    "StyleFeatures",
    "Table",
    "alarm_and_harm",
    "alarms",
    "batchnorm_idioms",
    "batchnorm_trials",
    "best_scratch",
    "by_strength",
    "crossing",
    "forget_at",
    "freeze_depth",
    "gradient_sizes",
    "inherit",
    "label_budget",
    "label_budget_curve",
    "label_budget_point",
    "labels_needed",
    "mean_gain",
    "mean_regret",
    "measure_strategy",
    "new_head",
    "on_drawings",
    "read_table",
    "rule_of_thumb",
    "save_table",
    "scratch",
    "shift_kinds",
    "shorten",
    "steps_needed",
    "style_features",
    "style_pair",
    "trade_offs",
    "train_head",
    "training_pictures",
    "transfer_gaps",
    "tune_at",
    "tune_long",
    "two_heads",
    "what_to_freeze",
]
