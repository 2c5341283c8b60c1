"""Count the work of a training run with and without kept features, and decide which to do.

With F the multiply-adds of a forward pass, p and s for prefix and suffix, N examples and E epochs::

    plain:  E · N · (Fp + 3 Fs)            kept:  N · Fp + E · N · 3 Fs

The backward pass of the suffix counts twice its forward pass; the prefix has none, because nothing in it trains.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from .prefix import Split

__all__ = ["MEMORY", "Decision", "bytes_of", "decide", "multiply_adds"]

WORTH = 1.1
"""Least ratio of the work without and with kept features at which it is worth the trouble."""
MEMORY = 512 * 2**20
"""Bytes of features that are kept in memory; more go to a file that is read as needed."""


@dataclass(frozen=True)
class Decision:
    """Whether to keep features, and why, in one sentence."""

    keep: bool
    why: str


def multiply_adds(nodes: Iterable[Any]) -> int:
    """Estimate the multiply-adds of calls of layers for one example.

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


def bytes_of(tensor: Any, half: bool) -> int:
    """Return how many bytes a tensor takes for one example, or will as float16."""
    dtype = str(tensor.dtype)
    if half and dtype.startswith(("float", "bfloat")):
        return 2 * _size(tensor)
    return _size(tensor) * (4 if dtype == "bfloat16" else np.dtype(dtype).itemsize)


def decide(
    split: Split, *, cache: str, examples: int, held: int, epochs: int, have: bool, room: int, bytes_each: int
) -> Decision:
    """Decide whether to keep features.

    Parameters
    ----------
    split
        What could be kept.
    cache
        ``"off"`` never, ``"auto"`` if it is worth it, anything else always if it can be done.
    examples, held
        Number of training and of validation examples.
    epochs
        Number of epochs.
    have
        Whether the features are there already, from an earlier run.
    room
        Bytes that may be kept at most.
    bytes_each
        Bytes of the features of one example.
    """
    if cache == "off":
        return Decision(False, "not cached: switched off")
    if split.prefix is None:
        return Decision(False, f"not cached: {split.why}")
    below, above = multiply_adds(split.nodes_before), multiply_adds(split.nodes_after)
    train = epochs * (examples * 3 + held) * above
    plain = epochs * (examples + held) * below + train
    kept = (0 if have else (examples + held) * below) + train
    ratio = plain / max(kept, 1)
    megabytes = (examples + held) * bytes_each / 1e6
    n, of = split.layers
    part = f"the first {n} of {of} layers" if n < of else f"all {of} layers"
    share = f"{ratio:,.{0 if ratio >= 100 else 1}f} x less work over {epochs} epochs, {megabytes:.3g} MB"
    if (examples + held) * bytes_each > room:
        return Decision(False, f"not cached: {megabytes:,.0f} MB of features would be over {room / 1e6:,.0f} MB")
    if cache == "auto" and ratio < WORTH:
        return Decision(False, f"not cached: {part} are little of the work ({ratio:.2f} x less without them)")
    return Decision(True, f"cached {part}: {share}" + (", from an earlier run" if have else ""))
