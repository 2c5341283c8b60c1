"""Training on top of what a network already knows."""

from .depth import FreezeDepth, freeze_depth
from .extraction import draw, features, features_by_block, probe, probe_over_seeds
from .handmade import handmade
from .timing import epoch_seconds

__all__ = [
    "FreezeDepth",
    "draw",
    "epoch_seconds",
    "features",
    "features_by_block",
    "freeze_depth",
    "handmade",
    "probe",
    "probe_over_seeds",
]
