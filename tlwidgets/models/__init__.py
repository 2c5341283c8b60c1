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
    drop_top,
    freeze,
    inline,
    layer_outputs,
    layer_table,
    layers,
    moved,
    snapshot,
)
from .tiny import rgb

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
    "drop_top",
    "freeze",
    "inline",
    "layer_outputs",
    "layer_table",
    "layers",
    "moved",
    "rgb",
    "snapshot",
]
