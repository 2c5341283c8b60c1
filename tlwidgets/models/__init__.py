"""What is transferred: the backbones, and surgery on them."""

from .backbones import Backbone, backbone, backbones
from .surgery import FreezePlan, LayerRecord, blocks, classifier, count_params, cut, freeze, layers

__all__ = [
    "Backbone",
    "FreezePlan",
    "LayerRecord",
    "backbone",
    "backbones",
    "blocks",
    "classifier",
    "count_params",
    "cut",
    "freeze",
    "layers",
]
