"""Pretrained networks by name.

A backbone built here takes raw pictures (RGB, 0 … 255): the preprocessing that it was trained with is its first
layer, so that it cannot be forgotten or done twice.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from .._paths import datasets_root, verified
from ..errors import CourseError, unknown
from . import efficientnet_lite

__all__ = ["Backbone", "backbone", "backbones"]


@dataclass(frozen=True)
class Backbone:
    """What there is to know about a pretrained network before it is loaded."""

    name: str
    title: str
    params: int
    """Parameters without the classification layer."""
    input_size: int
    """Height and width in pixels that it was trained with."""
    smallest_input: int
    largest_input: int
    input_range: str
    """What it takes."""
    preprocessing: str
    """What its first layer does to that."""
    trained_on: str
    licence: str
    source: str
    credit: str
    sha256: dict[str, str]
    measured: dict[str, float]
    """Measured accuracies, by what was measured."""
    _build: Callable[..., Any]

    def to_json(self) -> dict[str, Any]:
        """Return the public fields as plain JSON values."""
        return {k: v for k, v in asdict(self).items() if not k.startswith("_")}


def _efficientnet_lite0() -> Backbone:
    card = json.loads((datasets_root() / "efficientnet_lite0" / "dataset.json").read_text("utf-8"))
    return Backbone(
        name="efficientnet-lite0",
        title=card["title"],
        params=3_413_024,
        input_size=224,
        smallest_input=32,
        largest_input=512,
        input_range="RGB, 0 … 255",
        preprocessing="(x − 127) / 128",
        trained_on="ImageNet (ILSVRC 2012), 1000 classes",
        licence=card["licence"],
        source=card["source"],
        credit=card["credit"],
        sha256={name: f["sha256"] for name, f in card["files"].items()},
        measured=card.get("measured", {}),
        _build=efficientnet_lite.build,
    )


_REGISTRY: dict[str, Callable[[], Backbone]] = {"efficientnet-lite0": _efficientnet_lite0}


def backbones() -> list[Backbone]:
    """List the backbones."""
    return [make() for make in _REGISTRY.values()]


def _fill(model: Any, record: Backbone, files: list[str]) -> None:
    """Copy the embedded weights into a model after checking every file and every shape."""
    folder = datasets_root() / record.name.replace("-", "_")
    stored: dict[str, np.ndarray] = {}
    for file in files:
        with np.load(verified(folder / file, record.sha256[file]), allow_pickle=False) as archive:
            stored.update({key: archive[key].astype("float32") for key in archive.files})
    for layer in model.layers:
        values = [stored.pop(f"{layer.name}/{i}") for i in range(len(layer.weights))]
        if values:
            layer.set_weights(values)
    if stored:
        raise CourseError(
            f"the weights of {record.name} do not fit the network: {sorted(stored)[:3]} … were left over."
        )


def backbone(
    name: str = "efficientnet-lite0",
    *,
    size: int | None = None,
    weights: str | None = "imagenet",
    top: bool = False,
    seed: int = 0,
) -> Any:
    """Load a pretrained network.

    Parameters
    ----------
    name
        Name in :func:`backbones`.
    size
        Height and width of the pictures in pixels; the size it was trained with by default. Smaller is faster.
    weights
        ``"imagenet"``, or ``None`` for random weights (what the same network is without what it learnt).
    top
        Whether to keep the layer that names the classes of the source; without it the model ends in feature maps.
    seed
        Seed of the random weights, with ``weights=None``.

    Returns
    -------
    keras.Model
        Functional; input float or integer pictures (n, size, size, 3), RGB, 0 … 255. Every layer is trainable, as Keras
        leaves it.

    Raises
    ------
    CourseError
        Unknown name or weights, a size it cannot take, a damaged file.
    """
    if name not in _REGISTRY:
        raise unknown("backbone", name, _REGISTRY)
    record = _REGISTRY[name]()
    if weights not in ("imagenet", None):
        raise unknown("weights", weights, ["imagenet"], "Or None for random weights.")
    size = record.input_size if size is None else size
    if not record.smallest_input <= size <= record.largest_input:
        raise CourseError(
            f"{name} takes pictures of {record.smallest_input} to {record.largest_input} pixels, not {size}."
        )
    if weights is None:
        import keras

        keras.utils.set_random_seed(seed)
    model = record._build(size, top=top, name=record.name)
    if weights == "imagenet":
        _fill(model, record, ["backbone.npz", "top.npz"] if top else ["backbone.npz"])
    return model
