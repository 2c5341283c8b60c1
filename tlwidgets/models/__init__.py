"""What is transferred: the backbones, and surgery on them."""

from .registry import Backbone, backbone, backbones
from .surgery import (
    FreezePlan,
    LayerRecord,
    block_of,
    blocks,
    classifier,
    count_params,
    cut,
    freeze,
    layers,
    moved,
    snapshot,
)

__all__ = [
    "Backbone",
    "FreezePlan",
    "LayerRecord",
    "backbone",
    "backbones",
    "block_of",
    "blocks",
    "classifier",
    "count_params",
    "cut",
    "freeze",
    "layers",
    "moved",
    "snapshot",
]
