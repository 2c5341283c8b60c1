"""Public checks of the exercises."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...course.checks import Outcome

__all__ = ["CHECKS"]


def _block_features(function: Any, base: Any) -> Outcome:
    from ...training import extract_features_by_block

    x = np.random.default_rng(7).integers(0, 256, (3, *base.input.shape[1:]), "uint8")
    before = [w.copy() for w in base.get_weights()]
    for block in ("block2b", "block6d"):
        found = function(base, x, block)
        if found is None or found is ...:
            return Outcome(False, "The function returns nothing yet.", False)
        right = extract_features_by_block(base, x, at=[block])[block]
        found = np.asarray(found)
        if found.ndim == 4:
            return Outcome(False, f"You return feature maps {found.shape}: average them over height and width.")
        if found.shape != right.shape:
            return Outcome(
                False,
                f"For {block} the shape should be {right.shape}, not {found.shape}: is it the last layer of the block?",
            )
        if not np.allclose(found, right, atol=1e-3):
            return Outcome(
                False,
                f"The numbers for {block} differ: take the output of the block's last layer, in inference mode.",
            )
    if any(not np.array_equal(a, b) for a, b in zip(before, base.get_weights(), strict=True)):
        return Outcome(False, "The features are right, but the base has changed on the way: extracting must not train.")
    return Outcome(True, "The features are right, and not one weight of the base has moved.")


CHECKS = {"block_features": _block_features}
