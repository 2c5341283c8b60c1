"""What this lesson measures."""

from ...course.experiments import new_head, read_table
from .label_budget import (
    BUDGETS,
    SETTINGS,
    SOURCES,
    LabelBudget,
    crossing,
    label_budget,
    label_budget_curve,
    label_budget_point,
    labels_needed,
    steps_needed,
)

__all__ = [
    "BUDGETS",
    "SETTINGS",
    "SOURCES",
    "LabelBudget",
    "crossing",
    "label_budget",
    "label_budget_curve",
    "label_budget_point",
    "labels_needed",
    "new_head",
    "read_table",
    "steps_needed",
]
