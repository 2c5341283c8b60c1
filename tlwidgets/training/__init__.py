"""Training on top of what a network already knows."""

from .determinism import fingerprint
from .device import device
from .extraction import draw, features, features_by_block, probe, probe_over_seeds
from .fit import fit
from .handmade import explained_by_edges, handmade
from .run import Band, Run, band, compare
from .sweep import Point, Sweep, Trial, sweep
from .timing import epoch_seconds
from .trainer import Trainer

__all__ = [
    "Band",
    "Point",
    "Run",
    "Sweep",
    "Trainer",
    "Trial",
    "band",
    "compare",
    "device",
    "draw",
    "epoch_seconds",
    "explained_by_edges",
    "features",
    "features_by_block",
    "fingerprint",
    "fit",
    "handmade",
    "probe",
    "probe_over_seeds",
    "sweep",
]
