"""Training on top of what a network already knows."""

from .extraction import draw, features, features_by_block, probe, probe_over_seeds
from .fit import fit
from .handmade import handmade
from .run import Band, Run, band, compare
from .sweep import Point, Sweep, Trial, sweep
from .timing import epoch_seconds

__all__ = [
    "Band",
    "Point",
    "Run",
    "Sweep",
    "Trial",
    "band",
    "compare",
    "draw",
    "epoch_seconds",
    "features",
    "features_by_block",
    "fit",
    "handmade",
    "probe",
    "probe_over_seeds",
    "sweep",
]
