"""Whether a model trains what its flags say: Keras reads ``trainable`` once after ``compile``."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

__all__ = ["CompileWatch"]


class CompileWatch:
    """Compares the ``trainable`` flags of now with those of the last ``compile``.

    Keras 3.15 notes the flags in every ``compile``; they are read when a compile is seen for the first time
    (each one leaves a new configuration object in the model). For a model that notes nothing, the flags at
    that moment count; and for one that is never compiled by Keras (a training loop of your own), :meth:`mark`
    says when.

    Parameters
    ----------
    model
        The model to watch.
    leaves
        Its leaf layers.
    """

    def __init__(self, model: Any, leaves: Iterable[Any]) -> None:
        self._model = model
        self._leaves = [layer for layer in leaves if layer.weights]
        self._seen: Any = None
        self._applied: tuple[bool, ...] | None = None
        self.look()

    def _flags(self) -> tuple[bool, ...]:
        return tuple(bool(layer.trainable) for layer in self._leaves)

    def mark(self) -> None:
        """Take the flags of now as applied."""
        self._applied = self._flags()

    def look(self) -> bool:
        """Look for a new ``compile`` and return whether the flags have changed since the last one.

        Call it also right *before* flags are changed: a compile in between is then seen with the flags it
        had.
        """
        if getattr(self._model, "compiled", False):
            token = getattr(self._model, "_compile_config", self._model.optimizer)
            if token is not self._seen:
                self._seen = token
                noted = getattr(self._model, "_compiled_trainable_state", {})
                self._applied = tuple(bool(noted.get(layer, layer.trainable)) for layer in self._leaves)
        return self._applied is not None and self._applied != self._flags()
