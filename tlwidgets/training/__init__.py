"""Training on top of what a network already knows."""

from .._lazy import lazy
from .determinism import fingerprint
from .device import device, mixed_precision
from .extraction import draw, features, features_by_block, probe, probe_over_seeds
from .fit import fit
from .handmade import explained_by_edges, handmade
from .run import Band, Run, band, compare
from .sweep import Point, Sweep, Trial, sweep
from .timing import epoch_seconds

# subclasses of Keras' own: they load Keras, and the rest only when it is used
_WHERE = {"FlatAdam": "optimizers", "FlatAdamW": "optimizers"}

__all__ = [
    "Band",
    "FlatAdam",
    "FlatAdamW",
    "Point",
    "Run",
    "Sweep",
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
    "mixed_precision",
    "probe",
    "probe_over_seeds",
    "sweep",
]

__getattr__, __dir__ = lazy(globals(), _WHERE)
