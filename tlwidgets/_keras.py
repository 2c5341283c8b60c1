"""Keras, or one sentence where the backend that it computes with is missing.

Whoever needs Keras before the caller has shown a model imports it from here; after that it is there anyway.
"""

from __future__ import annotations

from ._extras import missing
from .errors import CourseError

__all__ = ["keras"]

try:
    import keras
except ModuleNotFoundError as e:
    lacks = str(e.name).split(".")[0]
    if lacks == "tensorflow":
        raise missing("TensorFlow, with which Keras computes,", "cpu") from None
    if lacks in ("jax", "torch"):
        raise CourseError(
            f"{lacks}, with which Keras is told to compute (KERAS_BACKEND), is not installed: "
            f"pip install {lacks}, or leave that setting out."
        ) from None
    raise
