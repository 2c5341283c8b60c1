"""Make a model usable again after training was cut short by an interrupt or an exception."""

from __future__ import annotations

from typing import Any

__all__ = ["repair"]


def repair(model: Any) -> bool:
    """Compile a model again with what it was compiled with, so that the next ``fit`` traces anew.

    An exception while TensorFlow traces the training step leaves the traced function half made, and every
    later ``fit`` fails with an error that says nothing about it. The optimizer stays the same object and
    keeps its state.

    Returns
    -------
    bool
        Whether it was done. A model with a ``compile`` of its own, or with changed ``trainable`` flags
        (compiling would apply them behind the learner's back), is left alone.
    """
    config = getattr(getattr(model, "_compile_config", None), "config", None)
    if not getattr(model, "compiled", False) or not isinstance(config, dict):
        return False
    state = getattr(model, "_compiled_trainable_state", {})
    if any(layer.trainable != trainable for layer, trainable in state.items()):
        return False
    model.compile(**config)
    return True
