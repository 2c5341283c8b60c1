"""Look into a Keras model without changing it: its layers, blocks, parameters, and what training moved.

Nested models (a base used as one layer of another model) are looked through: a *leaf* layer is a layer that is not
itself a model. A leaf that is used in several places is listed once, where it stands first.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ..errors import CourseError, unknown

__all__ = [
    "LayerRecord",
    "block_of",
    "boundary",
    "changed_weights",
    "check_built",
    "containers",
    "count_params",
    "is_batchnorm",
    "labels",
    "layer_table",
    "leaf_layers",
    "list_blocks",
    "list_layers",
    "snapshot_weights",
]

# The naming habits of keras.applications and of the embedded networks
_BLOCK = re.compile(
    r"""(
    block_?\d+[a-z]?            # block1a_dwconv (EfficientNet), block_3_expand (MobileNetV2), block5_conv3 (VGG)
    | conv\d+_block\d+          # conv4_block2_1_conv (ResNet, DenseNet)
    | expanded_conv(?:_\d+)?    # MobileNetV2's first block, all of MobileNetV3
    | conv_(?:dw|pw)_\d+        # MobileNet
    | mixed\d+ | fire_?\d+      # Inception, SqueezeNet
    | stage_?\d+[a-z]? | stem | top | head
    )(?=_|$|\d)""",
    re.IGNORECASE | re.VERBOSE,
)


@dataclass(frozen=True)
class LayerRecord:
    """One leaf layer of a model, input side first."""

    index: int
    name: str
    kind: str
    """Class name, for example ``Conv2D``."""
    block: str
    """Name of the block it belongs to, empty when its name does not say."""
    params: int
    trainable: bool
    """Whether training would change a weight of it (its own flag and those of the models around it)."""
    batchnorm: bool
    path: str
    """Its name behind those of the models it is in, ``base/block1_conv``; the name alone at the top."""


def block_of(name: str) -> str:
    """Return the block that a layer name such as ``block4a_dwconv`` stands for (``block4a``), or an empty string."""
    match = _BLOCK.match(name)
    return match.group(1) if match else ""


def _walk(model: Any, prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Give every leaf layer with its path, nested models flattened in place."""
    import keras

    for layer in model.layers:
        if isinstance(layer, keras.Model):
            yield from _walk(layer, f"{prefix}{layer.name}/")
        else:
            yield prefix + layer.name, layer


def _leaves(model: Any) -> dict[str, Any]:
    """Return the leaf layers by path, each once, in order."""
    first = {id(layer): (path, layer) for path, layer in reversed(list(_walk(model)))}
    return dict(reversed(first.values()))


def leaf_layers(model: Any) -> list[Any]:
    """Return every layer of a model that is not itself a model, nested models flattened in place."""
    return list(_leaves(model).values())


def labels(model: Any) -> list[str]:
    """Return what to call each leaf layer: its name, or its path where several layers have that name."""
    leaves = _leaves(model)
    times = Counter(layer.name for layer in leaves.values())
    return [layer.name if times[layer.name] == 1 else path for path, layer in leaves.items()]


def containers(model: Any) -> list[Any]:
    """Return the model and the models inside it, outermost first."""
    import keras

    found = [model]
    for layer in model.layers:
        if isinstance(layer, keras.Model):
            found.extend(containers(layer))
    return found


def is_batchnorm(layer: Any) -> bool:
    """Whether a layer keeps running statistics of its batches."""
    return type(layer).__name__ == "BatchNormalization"


def _size(weights: Any) -> int:
    return sum(math.prod(w.shape) for w in weights)


def check_built(model: Any) -> None:
    """Raise a :class:`CourseError` unless this is a Keras model whose layers have their weights."""
    import keras

    if not isinstance(model, keras.Model):
        raise CourseError(f"a Keras model was expected, not {type(model).__name__}.")
    if not model.built or any(not layer.built for layer in leaf_layers(model)):
        raise CourseError(
            f"the model {model.name!r} is not built yet, so its layers have no weights: "
            "call it once on a batch of images, or model.build((None, height, width, channels))."
        )


def list_layers(model: Any) -> list[LayerRecord]:
    """List the leaf layers of a built model as records.

    Raises
    ------
    CourseError
        If the model is not built.
    """
    check_built(model)
    training = {id(w) for w in model.trainable_weights}
    return [
        LayerRecord(
            index=i,
            name=layer.name,
            kind=type(layer).__name__,
            block=block_of(layer.name),
            params=_size(layer.weights),
            trainable=any(id(w) in training for w in layer.weights),
            batchnorm=is_batchnorm(layer),
            path=path,
        )
        for i, (path, layer) in enumerate(_leaves(model).items())
    ]


def layer_table(model: Any) -> str:
    """Return the layers of a built model as text, a line each: index, path, kind, parameters, whether it trains.

    Layers without weights have nothing to train: their last column is empty.
    """
    rows = [
        (
            str(r.index),
            r.path,
            r.kind,
            f"{r.params:,}" if r.params else "",
            ("trains" if r.trainable else "frozen") if r.params else "",
        )
        for r in list_layers(model)
    ]
    widths = [max((len(row[i]) for row in rows), default=0) for i in range(5)]
    return "\n".join(
        f"{i:>{widths[0]}}  {path:<{widths[1]}}  {kind:<{widths[2]}}  {params:>{widths[3]}}  {state}".rstrip()
        for i, path, kind, params, state in rows
    )


def list_blocks(model: Any) -> list[str]:
    """Return the names of the blocks of a model in order, each once."""
    return list(dict.fromkeys(b for b in (block_of(layer.name) for layer in leaf_layers(model)) if b))


def _places(paths: list[str]) -> tuple[dict[str, int], dict[str, int], dict[str, int]]:
    """Return the last leaf of everything that has a name, by path: of layers, of nested models, of blocks."""
    of_models: dict[str, int] = {}
    of_blocks: dict[str, int] = {}
    for i, path in enumerate(paths):
        where, slash, name = path.rpartition("/")
        parts = where.split("/") if where else []
        of_models.update({"/".join(parts[: n + 1]): i for n in range(len(parts))})
        if block := block_of(name):
            of_blocks[where + slash + block] = i
            of_blocks[where + slash + re.sub(r"(?<=\d)[a-z]$", "", block)] = i  # block4 is block4a, block4b, …
    return {path: i for i, path in enumerate(paths)}, of_models, of_blocks


def boundary(model: Any, frozen_to: int | str | None) -> int:
    """Return how many leaf layers, from the input, lie below a boundary.

    ``frozen_to`` is a number of layers, the name of a layer, block or nested model (included in what lies below;
    ``"block4"`` includes ``block4a``, ``block4b``, …), or ``None`` for none. Where several nested models use a name,
    write the path: ``"base/block4"``.
    """
    leaves = _leaves(model)
    if frozen_to is None:
        return 0
    if isinstance(frozen_to, bool) or not isinstance(frozen_to, int | str):
        raise CourseError(
            f"freeze to what? Give a number of layers or the name of a layer or block, not {frozen_to!r}."
        )
    if isinstance(frozen_to, int):
        if not 0 <= frozen_to <= len(leaves):
            raise CourseError(
                f"cannot freeze {frozen_to} layers: the model has {len(leaves)} (give 0 to {len(leaves)})."
            )
        return frozen_to
    for places in _places(list(leaves)):
        found = {path: i for path, i in places.items() if path == frozen_to or path.endswith(f"/{frozen_to}")}
        if len(found) > 1 and frozen_to not in found:
            raise CourseError(f"the name {frozen_to!r} stands in {len(found)} models: say which, {' or '.join(found)}.")
        if found:
            return found.get(frozen_to, max(found.values())) + 1
    raise unknown("layer or block", frozen_to, [*list_blocks(model), *labels(model)], "list_layers(model) lists them.")


def count_params(model: Any) -> tuple[int, int]:
    """Return the number of parameters that train and the number of all parameters."""
    check_built(model)
    return _size(model.trainable_weights), _size(model.weights)


def snapshot_weights(model: Any) -> dict[str, list[Any]]:
    """Copy the weights of every leaf layer, by layer name (by path where several layers have that name).

    :func:`changed_weights` compares with it later.
    """
    check_built(model)
    return {
        label: layer.get_weights()
        for label, layer in zip(labels(model), leaf_layers(model), strict=True)
        if layer.weights
    }


def changed_weights(model: Any, before: dict[str, list[Any]]) -> list[str]:
    """Return the names of the leaf layers of which any weight differs from a :func:`snapshot_weights`, in order."""
    import numpy as np

    now = snapshot_weights(model)
    if list(now) != list(before):
        raise CourseError("the snapshot was taken of a model with other layers: take one of this model.")
    return [n for n, ws in now.items() if any(not np.array_equal(a, b) for a, b in zip(ws, before[n], strict=True))]
