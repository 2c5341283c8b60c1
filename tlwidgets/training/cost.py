"""Decide whether keeping the output of the frozen part is worth it, from the work that it saves and its size.

With ``Fp`` and ``Fs`` MACs for a forward pass of prefix and suffix, ``N`` training and ``V`` validation
examples and ``E`` epochs, plain training takes ``E · (N + V) · Fp + E · (3 · N + V) · Fs``, and training on features
``(N + V) · Fp + E · (3 · N + V) · Fs``; a backward pass counts as two forward ones.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import numpy as np

from .prefix import SplitModel

__all__ = ["MEMORY", "decide", "macs"]

WORTH = 1.1
"""Least ratio of the work without and with kept features at which it is worth the trouble."""
MEMORY = 512 * 2**20
"""Bytes of features that are kept at most."""


def macs(nodes: Iterable[Any]) -> int:
    """Estimate the MACs of calls of layers for one example.

    Layers with a kernel count its size at every position; all others count one for each number that they put out.
    """
    return sum(_of_call(node) for node in nodes)


def _of_call(node: Any) -> int:
    import keras

    layer = node.operation
    out = sum(_size(t) for t in node.output_tensors)
    kernels = [w for w in getattr(layer, "weights", ()) if "kernel" in w.name and len(w.shape) > 1]
    if not kernels:
        return out
    size = sum(math.prod(w.shape) for w in kernels)
    if isinstance(layer, keras.layers.Conv1DTranspose | keras.layers.Conv2DTranspose | keras.layers.Conv3DTranspose):
        positions = _positions(node.input_tensors[0])  # every input position is spread out
    else:
        positions = _positions(node.output_tensors[0])
    return int(positions * size)


def _size(tensor: Any) -> int:
    return math.prod(d or 1 for d in tensor.shape[1:])


def _positions(tensor: Any) -> int:
    """Return in how many places of a tensor (n, …, channels) a kernel is applied."""
    return math.prod(d or 1 for d in tensor.shape[1:-1])


def _bytes(tensor: Any) -> int:
    """Return how many bytes a tensor takes for one example; NumPy has bfloat16 as float32."""
    dtype = str(tensor.dtype)
    return _size(tensor) * (4 if dtype == "bfloat16" else np.dtype(dtype).itemsize)


def decide(split: SplitModel, *, cache: str, examples: int, n_val: int, epochs: int) -> tuple[bool, str]:
    """Decide whether to keep features, and say why in one sentence.

    Parameters
    ----------
    split
        What could be kept.
    cache
        ``"auto"`` if it is worth it, ``"on"`` always if it can be done.
    examples, n_val
        Number of training and of validation examples.
    epochs
        Number of epochs.
    """
    if split.prefix is None:
        return False, f"not cached: {split.why}"
    below, above = macs(split.nodes_before), macs(split.nodes_after)
    train = epochs * (3 * examples + n_val) * above
    ratio = (epochs * (examples + n_val) * below + train) / max((examples + n_val) * below + train, 1)
    size = (examples + n_val) * sum(_bytes(t) for t in split.prefix.outputs)
    n, of = split.layers
    part = f"the first {n} of {of} layers" if n < of else f"all {of} layers"
    if size > MEMORY:
        return False, f"not cached: {size / 1e6:,.0f} MB of features would be over {MEMORY / 1e6:,.0f} MB"
    if cache == "auto" and ratio < WORTH:
        return False, f"not cached: {part} are little of the work ({ratio:.2f} x less without them)"
    return True, f"cached {part}: {ratio:,.1f} x less work over {epochs} epochs, {size / 1e6:.3g} MB"
