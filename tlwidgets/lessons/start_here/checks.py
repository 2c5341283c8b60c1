"""Public checks of the exercises."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...course.checks import Outcome

__all__ = ["CHECKS"]


def _move(answer: Any, model: Any) -> Outcome:
    from ...models import count_params, list_layers

    trainable, total = count_params(model)
    head = sum(int(np.prod(w.shape)) for w in model.get_layer("head").weights)
    if answer is ...:
        return Outcome(
            False,
            "Move the boundary, then put the number of parameters that train in place of the dots.",
            False,
        )
    if next(layer for layer in list_layers(model) if layer.params).trainable:
        return Outcome(False, "Everything still trains: the boundary has not moved yet.")
    if trainable > head:
        return Outcome(
            False,
            f"{trainable:,} parameters train, the head alone has {head:,}: move the boundary further right.",
        )
    if trainable < head:
        return Outcome(
            False, "Now the head is frozen too, so nothing would be learnt: move the boundary back a little."
        )
    if answer != head:
        return Outcome(False, f"The boundary is right. Your answer {answer!r} is not what the widget says trains.")
    return Outcome(True, f"Only the head trains: {head:,} of {total:,} parameters.")


CHECKS = {"move": _move}
