"""What this lesson measures."""

from ...course.experiments import new_head, read_table
from .domain_shift import TRAINING, StyleFeatures, style_features, style_pair
from .shift_kinds import FOLDS, SUMMER, ShiftKinds, alarm_and_drop, alarms, by_strength, shift_kinds

__all__ = [
    "FOLDS",
    "SUMMER",
    "TRAINING",
    "ShiftKinds",
    "StyleFeatures",
    "alarm_and_drop",
    "alarms",
    "by_strength",
    "new_head",
    "read_table",
    "shift_kinds",
    "style_features",
    "style_pair",
]

EXPERIMENTS = ()
