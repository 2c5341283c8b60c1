"""Training on top of what a network already knows."""

from .depth import FreezeDepth, freeze_depth
from .extraction import draw, features, features_by_block, probe, probe_over_seeds
from .fit import fit
from .handmade import handmade
from .run import Band, Run, band, compare
from .timing import epoch_seconds

__all__ = [
    "Band",
    "FreezeDepth",
    "Run",
    "band",
    "compare",
    "draw",
    "epoch_seconds",
    "features",
    "features_by_block",
    "fit",
    "freeze_depth",
    "handmade",
    "probe",
    "probe_over_seeds",
]
