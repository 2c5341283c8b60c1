"""Look into a Keras model and change what it trains: list, freeze, cut, put a head on, count.

Everything here takes and gives plain :class:`keras.Model` objects. Nested models (a base used as one layer of
another model) are looked through: a *leaf* layer is a layer that is not itself a model.
"""

from __future__ import annotations

import math
import re
from dataclasses import asdict, dataclass
from typing import Any

from ..errors import CourseError, unknown

__all__ = [
    "FreezePlan",
    "LayerRecord",
    "block_of",
    "blocks",
    "classifier",
    "count_params",
    "cut",
    "freeze",
    "layers",
    "leaf_layers",
    "moved",
    "snapshot",
]

# The naming habits of keras.applications and of the embedded networks: block1a_dwconv, block_3_expand,
# conv4_block2_1_conv, block5_conv3, mixed7, fire2, stage3, expanded_conv (MobileNetV2's first block), head, stem.
_BLOCK = re.compile(
    r"(conv\d+_block\d+|block_?\d+[a-z]?|expanded_conv|mixed\d+|fire_?\d+|stage_?\d+[a-z]?|stem|top|head)(?=_|$|\d)",
    re.IGNORECASE,
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


@dataclass(frozen=True)
class FreezePlan:
    """What :func:`freeze` did: which leaf layers stay as they are."""

    frozen: tuple[str, ...]
    """Names of the frozen leaf layers below the boundary, input side first."""
    still_batchnorm: tuple[str, ...]
    """BatchNorm layers above the boundary that are kept still as well."""
    layers: int
    trainable_params: int
    total_params: int

    def __str__(self) -> str:
        share = 100 * self.trainable_params / max(self.total_params, 1)
        still = f"; {len(self.still_batchnorm)} BatchNorm layers above them kept still" if self.still_batchnorm else ""
        return (
            f"{len(self.frozen)} of {self.layers} layers frozen, "
            f"{self.trainable_params:,} of {self.total_params:,} parameters train ({share:.1f} %){still}"
        )

    def to_json(self) -> dict[str, Any]:
        """Return the record as plain JSON values."""
        return asdict(self)


def block_of(name: str) -> str:
    """Return the block that a layer name such as ``block4a_dwconv`` stands for (``block4a``), or an empty string."""
    match = _BLOCK.match(name)
    return match.group(1) if match else ""


def leaf_layers(model: Any) -> list[Any]:
    """Return every layer of a model that is not itself a model, nested models flattened in place."""
    found: list[Any] = []
    for layer in model.layers:
        found.extend(leaf_layers(layer) if hasattr(layer, "layers") else [layer])
    return found


def _containers(model: Any) -> list[Any]:
    """Return the model and the models inside it, outermost first."""
    found = [model]
    for layer in model.layers:
        if hasattr(layer, "layers"):
            found.extend(_containers(layer))
    return found


def _is_batchnorm(layer: Any) -> bool:
    return type(layer).__name__ == "BatchNormalization"


def _size(weights: Any) -> int:
    return sum(math.prod(w.shape) for w in weights)


def _check_built(model: Any) -> None:
    if not hasattr(model, "layers"):
        raise CourseError(f"a Keras model was expected, not {type(model).__name__}.")
    if not model.built or any(not layer.built for layer in leaf_layers(model)):
        raise CourseError(
            f"the model {model.name!r} is not built yet, so its layers have no weights: "
            "call it once on a batch of pictures, or model.build((None, height, width, channels))."
        )


def layers(model: Any) -> list[LayerRecord]:
    """List the leaf layers of a built model as records.

    Raises
    ------
    CourseError
        If the model is not built.
    """
    _check_built(model)
    training = {id(w) for w in model.trainable_weights}
    return [
        LayerRecord(
            index=i,
            name=layer.name,
            kind=type(layer).__name__,
            block=block_of(layer.name),
            params=_size(layer.weights),
            trainable=any(id(w) in training for w in layer.weights),
            batchnorm=_is_batchnorm(layer),
        )
        for i, layer in enumerate(leaf_layers(model))
    ]


def blocks(model: Any) -> list[str]:
    """Return the names of the blocks of a model in order, each once."""
    return list(dict.fromkeys(b for b in (block_of(layer.name) for layer in leaf_layers(model)) if b))


def boundary(model: Any, to: int | str | None) -> int:
    """Return how many leaf layers, from the input, lie below a boundary.

    ``to`` is a number of layers, the name of a layer or block (both included in what lies below; ``"block4"`` includes
    ``block4a``, ``block4b``, …), or ``None`` for none.
    """
    names = [layer.name for layer in leaf_layers(model)]
    if to is None:
        return 0
    if isinstance(to, bool) or not isinstance(to, int | str):
        raise CourseError(f"freeze to what? Give a number of layers or the name of a layer or block, not {to!r}.")
    if isinstance(to, int):
        if not 0 <= to <= len(names):
            raise CourseError(f"cannot freeze {to} layers: the model has {len(names)} (give 0 to {len(names)}).")
        return to
    if to in names:
        return names.index(to) + 1
    inside = [i for i, name in enumerate(names) if re.fullmatch(re.escape(to) + "[a-z]?", block_of(name))]
    if not inside:
        raise unknown("layer or block", to, [*blocks(model), *names], "layers(model) lists them.")
    return inside[-1] + 1


def freeze(model: Any, to: int | str | None, *, keep_batchnorm_still: bool = True) -> FreezePlan:
    """Freeze the layers from the input up to a boundary and let the rest train. Compile the model afterwards.

    Parameters
    ----------
    model
        A built Keras model; nested models are looked through.
    to
        Number of leaf layers, or the name of a layer or block that is frozen last (``"block4"`` includes all of
        ``block4a``, ``block4b``, …). ``0`` or ``None`` lets everything train.
    keep_batchnorm_still
        Whether BatchNorm layers above the boundary keep their weights and running statistics too. In Keras only
        ``trainable = False`` does that: ``base(x, training=False)`` has no effect inside ``fit``.

    Returns
    -------
    FreezePlan
        What is frozen now, with the parameter counts.

    Notes
    -----
    Keras builds its training step in the first ``fit`` after ``compile`` and keeps it: a model that has been trained
    goes on training the same weights until it is compiled again.
    """
    _check_built(model)
    below = boundary(model, to)
    for container in _containers(model):
        container.trainable = True  # a frozen container would hide the flags of everything inside it
    leaves = leaf_layers(model)
    still = []
    for i, layer in enumerate(leaves):
        kept = i >= below and keep_batchnorm_still and _is_batchnorm(layer)
        layer.trainable = i >= below and not kept
        if kept:
            still.append(layer.name)
    trainable, total = count_params(model)
    return FreezePlan(
        frozen=tuple(layer.name for layer in leaves[:below]),
        still_batchnorm=tuple(still),
        layers=len(leaves),
        trainable_params=trainable,
        total_params=total,
    )


def count_params(model: Any) -> tuple[int, int]:
    """Return the number of parameters that train and the number of all parameters."""
    _check_built(model)
    return _size(model.trainable_weights), _size(model.weights)


def snapshot(model: Any) -> dict[str, list[Any]]:
    """Copy the weights of every leaf layer, by layer name; :func:`moved` compares with it later."""
    _check_built(model)
    return {layer.name: layer.get_weights() for layer in leaf_layers(model) if layer.weights}


def moved(model: Any, before: dict[str, list[Any]]) -> list[str]:
    """Return the names of the leaf layers of which any weight differs from a :func:`snapshot`, in order."""
    import numpy as np

    now = snapshot(model)
    if list(now) != list(before):
        raise CourseError("the snapshot was taken of a model with other layers: take one of this model.")
    return [n for n, ws in now.items() if any(not np.array_equal(a, b) for a, b in zip(ws, before[n], strict=True))]


def classifier(
    base: Any, classes: int | tuple[str, ...] | list[str], *, seed: int = 0, name: str = "classifier"
) -> Any:
    """Put a new head on a backbone: global average pooling (where it is needed) and one softmax layer.

    Parameters
    ----------
    base
        A functional model that ends in feature maps (n, h, w, c) or feature vectors (n, c).
    classes
        Number of classes, or their names.
    seed
        Seed of the new layer's weights (Glorot uniform).
    name
        Name of the model.

    Returns
    -------
    keras.Model
        A flat functional model: the layers of ``base`` themselves (shared, not copied), ``head_pool``, ``head``.
    """
    import keras

    n = classes if isinstance(classes, int) else len(classes)
    if n < 2:
        raise CourseError(f"a classifier needs two classes or more, not {n}.")
    x = base.output
    if len(x.shape) == 4:
        x = keras.layers.GlobalAveragePooling2D(name="head_pool")(x)
    elif len(x.shape) != 2:
        raise CourseError(f"the backbone should end in (n, h, w, c) or (n, c), but its output is {tuple(x.shape)}.")
    init = keras.initializers.GlorotUniform(seed=seed)
    return keras.Model(base.input, keras.layers.Dense(n, "softmax", kernel_initializer=init, name="head")(x), name=name)


def cut(model: Any, at: int | str) -> tuple[Any, Any]:
    """Cut a flat functional model in two after a layer or block; ``upper(lower(x))`` equals ``model(x)``.

    Parameters
    ----------
    model
        A functional model without models inside it.
    at
        Number of layers, or name of the layer or block that ends the lower part.

    Returns
    -------
    tuple of keras.Model
        ``(lower, upper)``; they share the layers of ``model``.

    Raises
    ------
    CourseError
        If there is nothing on one side, or more than one tensor crosses the cut (a residual branch, for example).
    """
    import keras

    if len(_containers(model)) > 1:
        raise CourseError(f"the model {model.name!r} contains another model: cut the inner one.")
    leaves = leaf_layers(model)
    below = boundary(model, at)
    if not 0 < below < len(leaves):
        raise CourseError(f"a cut needs layers on both sides, but {below} of {len(leaves)} would be below it.")
    at_tensor = leaves[below - 1].output
    # A tensor made below (or an input) and used above must be the one that is cut.
    made_below = {id(layer.output) for layer in leaves[:below]}
    crossing = {
        id(t)
        for layer in leaves[below:]
        for t in (layer.input if isinstance(layer.input, list) else [layer.input])
        if id(t) in made_below
    }
    if crossing != {id(at_tensor)}:
        raise CourseError(
            f"{len(crossing)} tensors cross a cut after {leaves[below - 1].name!r} (a shortcut leads around it): "
            "cut at the end of a block instead."
        )
    lower = keras.Model(model.input, at_tensor, name=f"{model.name}_lower")
    upper = keras.Model(at_tensor, model.output, name=f"{model.name}_upper")
    return lower, upper
