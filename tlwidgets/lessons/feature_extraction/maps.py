"""What the blocks of a network answer, not averaged over the positions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from numpy.typing import NDArray

from ...models import block_of

__all__ = ["feature_maps"]


def feature_maps(base: Any, images: NDArray[Any], blocks: Sequence[str]) -> dict[str, NDArray[Any]]:
    """Return block → feature maps (n, height, width, channels) at its end, in inference mode.

    Parameters
    ----------
    base
        A backbone.
    images
        Raw images (n, height, width, 3), 0 … 255.
    blocks
        Names from :func:`tlwidgets.list_blocks`.
    """
    import keras

    ends = {block_of(layer.name): layer.output for layer in base.layers}
    found = keras.Model(base.input, [ends[block] for block in blocks]).predict(images, verbose=0)
    return dict(zip(blocks, found, strict=True))
