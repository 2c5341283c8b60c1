"""What is transferred: the backbones, and surgery on them."""

from .preprocessing import CourseWarning, check_images
from .registry import Backbone, backbone, describe, imagenet_classes, list_backbones, top_classes
from .surgery import (
    FreezePlan,
    LayerRecord,
    block_of,
    changed_weights,
    classifier,
    count_params,
    cut,
    drop_top,
    flatten,
    freeze,
    layer_outputs,
    layer_table,
    list_blocks,
    list_layers,
    snapshot_weights,
)
from .tiny import to_rgb

__all__ = [
    "Backbone",
    "CourseWarning",
    "FreezePlan",
    "LayerRecord",
    "backbone",
    "block_of",
    "changed_weights",
    "check_images",
    "classifier",
    "count_params",
    "cut",
    "describe",
    "drop_top",
    "flatten",
    "freeze",
    "imagenet_classes",
    "layer_outputs",
    "layer_table",
    "list_backbones",
    "list_blocks",
    "list_layers",
    "snapshot_weights",
    "to_rgb",
    "top_classes",
]
