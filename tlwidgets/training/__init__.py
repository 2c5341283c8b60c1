"""Training on top of what a network already knows."""

from .features import features, features_by_block, probe

__all__ = ["features", "features_by_block", "probe"]
