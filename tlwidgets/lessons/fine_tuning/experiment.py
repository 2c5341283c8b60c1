"""What this lesson measures."""

from ...course.experiments import new_head, read_table
from .forgetting import MITIGATIONS, SourceAndTarget, forget_at, trade_offs, two_heads
from .long_tuning import EPOCHS_LOOKED_AT, tune_long
from .rates import gradient_sizes, measured_on, train_head, tune_at

__all__ = [
    "EPOCHS_LOOKED_AT",
    "MITIGATIONS",
    "SourceAndTarget",
    "forget_at",
    "gradient_sizes",
    "measured_on",
    "new_head",
    "read_table",
    "trade_offs",
    "train_head",
    "tune_at",
    "tune_long",
    "two_heads",
]

EXPERIMENTS = ()
