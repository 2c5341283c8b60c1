"""What training costs in operations, which no other program on the machine can change."""

from __future__ import annotations

from typing import Any

from ...models import cut
from ...models.graph import calls
from ...training.cost import macs

__all__ = ["multiplications"]


def multiplications(model: Any, frozen_to: str | None) -> int:
    """Return about how many multiplications one training step takes per image.

    All layers run forward; the way back, which takes twice as many, goes through the layers above the boundary only.

    Parameters
    ----------
    model
        A flat classifier.
    frozen_to
        The last frozen block, ``None`` for none.
    """
    upper = macs(calls(cut(model, frozen_to)[1] if frozen_to else model))
    return macs(calls(model)) + 2 * upper
