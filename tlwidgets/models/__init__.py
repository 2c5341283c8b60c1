"""What is transferred: the backbones, and surgery on them."""

from .preprocessing import CourseWarning, check_pictures
from .registry import Backbone, backbone, backbones, describe, imagenet_classes, top_classes
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
    "CourseWarning",
    "FreezePlan",
    "LayerRecord",
    "backbone",
    "backbones",
    "block_of",
    "blocks",
    "check_pictures",
    "classifier",
    "count_params",
    "cut",
    "describe",
    "drop_top",
    "freeze",
    "imagenet_classes",
    "inline",
    "layer_outputs",
    "layer_table",
    "layers",
    "moved",
    "rgb",
    "snapshot",
    "top_classes",
]
