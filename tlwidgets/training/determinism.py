"""Tell whether two trainings gave the same weights."""

from __future__ import annotations

import hashlib
from typing import Any

import numpy as np

from ..errors import CourseError

__all__ = ["fingerprint"]


def fingerprint(model: Any) -> str:
    """Return the SHA-256 of all weights of a model, running statistics included: equal bits, equal fingerprint.

    Names do not count, so that two models of one architecture can be compared.

    Parameters
    ----------
    model
        A built Keras model.

    Returns
    -------
    str
        64 hexadecimal digits over dtype, shape and little-endian bytes of each weight, in order.
    """
    if not model.weights:
        raise CourseError(f"the model {model.name!r} has no weights yet: call it once on a batch of images.")
    digest = hashlib.sha256()
    for weight in model.weights:
        array = np.asarray(weight)
        digest.update(f"{array.dtype} {array.shape};".encode())
        digest.update(np.ascontiguousarray(array, array.dtype.newbyteorder("<")).tobytes())
    return digest.hexdigest()
