"""Training on top of what a network already knows."""

from .determinism import fingerprint
from .device import device
from .extraction import extract_features, extract_features_by_block, linear_probe, linear_probe_over_seeds, subset
from .fit import fit
from .handcrafted import explained_by_edges, handcrafted_features
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
    "epoch_seconds",
    "explained_by_edges",
    "extract_features",
    "extract_features_by_block",
    "fingerprint",
    "fit",
    "handcrafted_features",
    "linear_probe",
    "linear_probe_over_seeds",
    "subset",
    "sweep",
]
