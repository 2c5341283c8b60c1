"""Known recipes of fine-tuning, each a small function on plain Keras models.

``docs/recipes.md`` shows each in a few lines, with its source and what was measured.
"""

from __future__ import annotations

from ..._lazy import lazy

_WHERE = {
    "Stage": "stages",
    "fit_in_stages": "stages",
    "gradual_unfreezing": "stages",
    "head_then_all": "stages",
    "DiscriminativeRates": "rates",
    "discriminative": "rates",
    "RangeTest": "rate_range",
    "range_test": "rate_range",
    "L2SP": "l2sp",
    "l2_sp": "l2sp",
    "Batches": "batches",
    "Replay": "batches",
    "GradientNorms": "gradients",
    "gradient_norms": "gradients",
    "custom_training_loop": "custom_loop",
}

__all__ = sorted(_WHERE)  # pyright: ignore[reportUnsupportedDunderAll]

__getattr__, __dir__ = lazy(globals(), _WHERE)
