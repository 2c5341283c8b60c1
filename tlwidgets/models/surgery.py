"""Change what a Keras model trains: freeze; and everything else of surgery in one place.

Everything here takes and gives plain :class:`keras.Model` objects. :mod:`.structure` looks into a model, :mod:`.graph`
takes it apart.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any
from weakref import WeakKeyDictionary

from .graph import classifier, cut, drop_top, flatten, layer_outputs
from .structure import (
    LayerRecord,
    block_of,
    boundary,
    changed_weights,
    check_built,
    containers,
    count_params,
    is_batchnorm,
    labels,
    layer_table,
    leaf_layers,
    list_blocks,
    list_layers,
    snapshot_weights,
)

__all__ = [
    "FreezePlan",
    "LayerRecord",
    "block_of",
    "boundary",
    "changed_weights",
    "classifier",
    "count_params",
    "cut",
    "drop_top",
    "flatten",
    "freeze",
    "layer_outputs",
    "layer_table",
    "leaf_layers",
    "list_blocks",
    "list_layers",
    "snapshot_weights",
]

# Layers that drop at random while training, and the attribute that says how much. StochasticDepth is ConvNeXt's;
# EfficientNet's drop-connect is a Dropout.
_DROPPING = {
    "AlphaDropout": "rate",
    "Dropout": "rate",
    "GaussianDropout": "rate",
    "SpatialDropout1D": "rate",
    "SpatialDropout2D": "rate",
    "SpatialDropout3D": "rate",
    "StochasticDepth": "drop_path_rate",
}
# The rates of the layers that freeze has silenced: Keras has no switch for them but the rate itself.
_rates: WeakKeyDictionary[Any, float] = WeakKeyDictionary()


@dataclass(frozen=True)
class FreezePlan:
    """What :func:`freeze` did: which leaf layers stay as they are."""

    frozen: tuple[str, ...]
    """Names of the frozen leaf layers below the boundary, input side first."""
    frozen_batchnorm: tuple[str, ...]
    """BatchNorm layers above the boundary that are kept still as well."""
    layers: int
    trainable_params: int
    total_params: int
    disabled_dropout: tuple[str, ...] = ()
    """Dropout and stochastic depth below the boundary that drop nothing as long as they are frozen."""

    def __str__(self) -> str:
        share = 100 * self.trainable_params / max(self.total_params, 1)
        still = (
            f"; {len(self.frozen_batchnorm)} BatchNorm layers above them kept still" if self.frozen_batchnorm else ""
        )
        quiet = f"; {len(self.disabled_dropout)} Dropout layers among them silenced" if self.disabled_dropout else ""
        return (
            f"{len(self.frozen)} of {self.layers} layers frozen, "
            f"{self.trainable_params:,} of {self.total_params:,} parameters train ({share:.1f} %){still}{quiet}"
        )

    def to_json(self) -> dict[str, Any]:
        """Return the record as plain JSON values."""
        return asdict(self)


def freeze(
    model: Any, frozen_to: int | str | None, *, freeze_batchnorm: bool = True, disable_dropout: bool = True
) -> FreezePlan:
    """Freeze the layers from the input up to a boundary and let the rest train. Compile the model afterwards.

    Parameters
    ----------
    model
        A built Keras model; nested models are looked through. The layers of a subclassed model are taken in the order
        in which it made them.
    frozen_to
        Number of leaf layers, or the name of a layer, block or nested model that is frozen last (``"block4"`` includes
        all of ``block4a``, ``block4b``, …). ``0`` or ``None`` lets everything train.
    freeze_batchnorm
        Whether BatchNorm layers above the boundary keep their weights and running statistics too. In Keras only
        ``trainable = False`` does that: ``base(x, training=False)`` has no effect inside ``fit``.
    disable_dropout
        Whether Dropout and stochastic depth below the boundary stop dropping, so that the frozen part gives the same
        features each time. In Keras neither ``trainable = False`` nor ``base(x, training=False)`` does that inside
        ``fit``, only the rate: it is 0 as long as the layer is frozen, and comes back with the next :func:`freeze` that
        leaves the layer above the boundary. Random augmentation goes on, and so does the dropout inside attention and
        recurrent layers.

    Returns
    -------
    FreezePlan
        What is frozen now, with the parameter counts.

    Notes
    -----
    Keras builds its training step in the first ``fit`` after ``compile`` and keeps it: a model that has been trained
    goes on training the same weights until it is compiled again. A model that is saved with silenced layers is loaded
    with their rate 0.
    """
    check_built(model)
    below = boundary(model, frozen_to)
    for container in containers(model):
        container.trainable = True  # a frozen container would hide the flags of everything inside it
    names = labels(model)
    still, quiet = [], []
    for i, (name, layer) in enumerate(zip(names, leaf_layers(model), strict=True)):
        frozen = i < below
        kept = not frozen and freeze_batchnorm and is_batchnorm(layer)
        layer.trainable = not frozen and not kept
        if kept:
            still.append(name)
        if _drop(layer, not (frozen and disable_dropout)):
            quiet.append(name)
    trainable, total = count_params(model)
    return FreezePlan(
        frozen=tuple(names[:below]),
        frozen_batchnorm=tuple(still),
        layers=len(names),
        trainable_params=trainable,
        total_params=total,
        disabled_dropout=tuple(quiet),
    )


def _drop(layer: Any, on: bool) -> bool:
    """Let a layer drop as it was built to, or not at all; return whether it is silenced."""
    attribute = _DROPPING.get(type(layer).__name__)
    if attribute is None:
        return False
    rate = getattr(layer, attribute)
    if on:
        before = _rates.pop(layer, None)
        if before is not None and rate == 0:  # otherwise somebody has set it since
            setattr(layer, attribute, before)
        return False
    if rate:
        _rates[layer] = rate
        setattr(layer, attribute, 0.0)
    return layer in _rates
