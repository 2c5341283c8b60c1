"""The figures of the lessons: labelled axes, the spread over seeds, direct labels, alternative text with the numbers.

Every function returns a figure made without pyplot; naming it on the last line of a cell shows it.
"""

from ._style import summary
from .accuracy import accuracy_lines, dots
from .batchnorm import batchnorm_costs
from .budgets import budget_dots, budget_lines, learning_phases
from .features import embedding, feature_maps
from .fine_tuning import sizes_by_part, source_and_target
from .gaps import gaps
from .pictures import picture_rows
from .shift import before_after, cost_by_distance
from .strategies import strategy_lines

__all__ = [
    "accuracy_lines",
    "batchnorm_costs",
    "before_after",
    "budget_dots",
    "budget_lines",
    "cost_by_distance",
    "dots",
    "embedding",
    "feature_maps",
    "gaps",
    "learning_phases",
    "picture_rows",
    "sizes_by_part",
    "source_and_target",
    "strategy_lines",
    "summary",
]
