"""What this lesson measures."""

from ...course.experiments import new_head, read_table
from .freeze_depth import FreezeDepthSweep, freeze_depth
from .layers_kept import LAYERS_KEPT, best_scratch, inherit, mixed_weights, scratch, shorten

__all__ = [
    "LAYERS_KEPT",
    "FreezeDepthSweep",
    "best_scratch",
    "freeze_depth",
    "inherit",
    "mixed_weights",
    "new_head",
    "read_table",
    "scratch",
    "shorten",
]

EXPERIMENTS = ()
