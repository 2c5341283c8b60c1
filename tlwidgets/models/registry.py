"""Pretrained networks by name.

A backbone built here takes raw images (RGB, 0 … 255): the preprocessing that it was trained with is its first
layers, so that it cannot be forgotten or done twice.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .._paths import datasets_root, verified
from ..errors import CourseError, unknown
from . import applications, efficientnet_lite, tiny
from .download import NotHere
from .records import Backbone

__all__ = ["Backbone", "backbone", "describe", "imagenet_classes", "list_backbones", "top_classes"]

_LITE0 = "efficientnet_lite0"


def _card() -> dict[str, Any]:
    card: dict[str, Any] = json.loads((datasets_root() / _LITE0 / "dataset.json").read_text("utf-8"))
    return card


def _file(card: dict[str, Any], name: str) -> Path:
    return verified(datasets_root() / _LITE0 / name, card["files"][name]["sha256"])


def _efficientnet_lite0() -> Backbone:
    card = _card()
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
        license=card["license"],
        source=card["source"],
        credit=card["credit"],
        sha256={name: f["sha256"] for name, f in card["files"].items()},
        measured=card["measured"],
        _build=_build_lite0,
        megabytes=round(card["files"]["backbone.npz"]["bytes"] / 1e6, 1),
        published=card["published"],
        published_in=card["published_in"],
    )


def _build_lite0(size: int, weights: str | None, top: bool, download: bool) -> Any:
    """Build EfficientNet-Lite0; every file and every shape of the embedded weights is checked."""
    model = efficientnet_lite.build(size, top=top)
    if weights is None:
        return model
    card = _card()
    stored: dict[str, NDArray[np.float32]] = {}
    for file in ["backbone.npz", "top.npz"] if top else ["backbone.npz"]:
        with np.load(_file(card, file), allow_pickle=False) as archive:
            stored.update(efficientnet_lite.unpacked({key: archive[key] for key in archive.files}))
    for layer in model.layers:
        values = [stored.pop(f"{layer.name}/{i}") for i in range(len(layer.weights))]
        if values:
            layer.set_weights(values)
    if stored:
        raise CourseError(
            f"the weights of efficientnet-lite0 do not fit the network: {sorted(stored)[:3]} … were left over."
        )
    return model


_REGISTRY: dict[str, Callable[[], Backbone]] = {
    "efficientnet-lite0": _efficientnet_lite0,
    "tiny": tiny.record,
    **{app.name: functools.partial(applications.record, app) for app in applications.APPLICATIONS},
}


def list_backbones() -> list[Backbone]:
    """List the networks, those that need no download first."""
    return [make() for make in _REGISTRY.values()]


def backbone(
    name: str = "efficientnet-lite0",
    *,
    size: int | None = None,
    weights: str | None = "default",
    top: bool = False,
    seed: int = 0,
    download: bool = False,
    fallback: str | None = None,
) -> Any:
    """Load a pretrained network.

    Parameters
    ----------
    name
        Name in :func:`list_backbones`.
    size
        Height and width of the images in pixels; the size it was trained with by default. Smaller is faster.
    weights
        Name of a weight set (``Backbone.weights``; ``"default"`` is the first), or ``None`` for random weights (what
        the same network is without what it learnt).
    top
        Whether to keep the layers that name the classes of the source; without them the model ends in feature maps.
    seed
        Seed of the random weights, with ``weights=None``.
    download
        Whether weights that are not on this machine may be fetched. Nothing is ever fetched without it. Weights in
        Keras' own cache (``$KERAS_HOME/models``) and in the folder ``TLWIDGETS_WEIGHTS`` are found without it.
    fallback
        Name of a network to take, and say so, when the weights are neither here nor to be had:
        ``tl.backbone("vgg16", fallback="efficientnet-lite0")`` runs everywhere.

    Returns
    -------
    keras.Model
        Functional and flat; input float or integer images (n, size, size, 3), RGB, 0 … 255; its name says which
        network it is. Every layer is trainable, as Keras leaves it.

    Raises
    ------
    CourseError
        Unknown name or weights, a size it cannot take, weights that are not here, a damaged file.
    """
    if fallback is not None and fallback not in _REGISTRY:
        raise unknown("backbone", fallback, _REGISTRY)
    try:
        return _load(name, size, weights, top, seed, download)
    except NotHere as missing:
        if fallback is None:
            raise
        model = _load(fallback, size, "default", top, seed, download=False)
        print(f"Using {fallback} instead of {name}: {missing}")
        return model


def _load(name: str, size: int | None, weights: str | None, top: bool, seed: int, download: bool) -> Any:
    if name not in _REGISTRY:
        raise unknown("backbone", name, _REGISTRY)
    record = _REGISTRY[name]()
    if weights == "default":
        weights = record.weights[0]
    if weights is not None and weights not in record.weights:
        raise unknown("weights", weights, record.weights, "Or None for random weights.")
    size = record.input_size if size is None else size
    if isinstance(size, bool) or not isinstance(size, int):
        raise CourseError(f"size is a number of pixels, height and width alike, not {size!r}.")
    if not record.smallest_input <= size <= record.largest_input:
        raise CourseError(
            f"{name} takes images of {record.smallest_input} to {record.largest_input} pixels, not {size}."
        )
    if top and not record.has_top:
        raise CourseError(f"{name} comes without the classes of its source: leave out top=True.")
    from .._keras import keras

    if weights is None:
        keras.utils.set_random_seed(seed)
    return record._build(size, weights, top, download)


def imagenet_classes() -> tuple[str, ...]:
    """Return the English names of the 1000 ImageNet classes, in the order of the networks' outputs."""
    return tuple(_file(_card(), "classes.txt").read_text("utf-8").splitlines())


def top_classes(probabilities: Any, n: int = 5) -> list[list[tuple[str, float]]]:
    """Name the most likely ImageNet classes of each image.

    Parameters
    ----------
    probabilities
        Output of a network with ``top=True``, (images, 1000).
    n
        How many to name.

    Returns
    -------
    list of list of (str, float)
        For each image the ``n`` most likely classes and their probabilities, most likely first.
    """
    p = np.asarray(probabilities)
    if p.ndim != 2 or p.shape[1] != 1000:
        raise CourseError(f"the output of a network with top=True has the shape (images, 1000), not {p.shape}.")
    if not 1 <= n <= 1000:
        raise CourseError(f"there are 1000 classes, so n is 1 to 1000, not {n}.")
    names = imagenet_classes()
    best = np.argsort(-p, axis=1, kind="stable")[:, :n]
    return [[(names[i], float(row[i])) for i in order] for order, row in zip(best, p, strict=True)]


def describe() -> str:
    """Return the table of the networks as plain text, at most 100 characters wide."""
    rows = [("name", "weights", "MB", "params", "px", "preprocessing", "ImageNet top-1")]
    for b in list_backbones():
        rows.append(
            (
                b.name,
                "embedded" if b.embedded else "download",
                f"{b.megabytes:.1f}",
                f"{b.params / 1e6:.2f} M",
                str(b.input_size),
                b.preprocessing.split(" (")[0].split(",")[0],
                f"{b.published['ImageNet top-1']:.3f}" if "ImageNet top-1" in b.published else "",
            )
        )
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    right = (2, 3, 4, 6)
    lines = [
        "  ".join(c.rjust(w) if i in right else c.ljust(w) for i, (c, w) in enumerate(zip(row, widths, strict=True)))
        for row in rows
    ]
    lines.insert(1, "  ".join("-" * w for w in widths))
    notes = [
        "",
        "MB and params without the classification layer. Top-1 is published, not measured here.",
        "Measured here (linear probe, accuracy):",
        *(f"  {b.name}: {what} {value:.3f}" for b in list_backbones() for what, value in b.measured.items()),
        "'download' needs download=True once; weights that Keras has already downloaded are found.",
    ]
    return "\n".join(line.rstrip() for line in [*lines, *notes])
