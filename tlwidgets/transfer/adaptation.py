"""Fit the source to the target, or the network to the target, without any target label."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..errors import CourseError
from ..models.surgery import leaf_layers
from ._arrays import Features, pair

__all__ = ["adapt_batchnorm", "coral", "standardize"]


def standardize(source: Any, target: Any) -> tuple[Features, Features]:
    """Give each domain mean 0 and standard deviation 1 in every feature, by its own statistics.

    The cheapest adaptation. It takes for granted that both domains hold the classes in the same shares: where they do
    not, it moves classes onto each other.

    Parameters
    ----------
    source, target
        Features (n, d) and (m, d). A feature that does not vary in a domain becomes 0 there.

    Returns
    -------
    tuple of ndarray of float64
        Both domains, in the same shapes.
    """
    out = []
    for x in pair(source, target):
        std = x.std(axis=0)
        out.append((x - x.mean(axis=0)) / np.where(std > 1e-12, std, 1.0))
    return out[0], out[1]


def coral(source: Any, target: Any, *, ridge: float = 1.0) -> Features:
    """Return the source with the mean and the covariance of the target (correlation alignment).

    ``(x - mean_s) C_s^(-1/2) C_t^(1/2) + mean_t`` with ``C = cov + ridge · I`` (Sun, Feng & Saenko 2016, "Return of
    frustratingly easy domain adaptation", algorithm 1, which has ``ridge = 1`` and leaves the means to the user).

    Parameters
    ----------
    source, target
        Features (n, d) and (m, d).
    ridge
        Added to the variances, above 0: with fewer examples than features the covariance has no inverse without it.

    Returns
    -------
    ndarray of float64, (n, d)
    """
    if not ridge > 0:
        raise CourseError(f"ridge={ridge} is not above 0: the covariance could not be inverted.")
    xs, xt = pair(source, target)

    def power(x: Features, exponent: float) -> Features:
        values, vectors = np.linalg.eigh(np.cov(x, rowvar=False).reshape(x.shape[1], -1) + ridge * np.eye(x.shape[1]))
        return np.asarray((vectors * values**exponent) @ vectors.T)

    return np.asarray((xs - xs.mean(axis=0)) @ power(xs, -0.5) @ power(xt, 0.5) + xt.mean(axis=0))


def adapt_batchnorm(model: Any, x: Any, *, batch_size: int = 128) -> int:
    """Replace the running statistics of every BatchNorm layer by those of other images (AdaBN).

    Li et al. 2017, "Revisiting batch normalization for practical domain adaptation". Nothing is trained and no label
    is needed; no weight changes but the running means and variances. They become the averages over the batches.

    Parameters
    ----------
    model
        A built Keras model with BatchNorm layers, frozen or not; models inside it are looked through.
    x
        Images of the target domain (n, h, w, c). Small numbers of them give poor statistics: take 50 or more.
    batch_size
        Images a forward pass.

    Returns
    -------
    int
        Number of BatchNorm layers that were adapted.

    Raises
    ------
    CourseError
        If the model has no BatchNorm layer, or there are fewer than two images.
    """
    import keras

    images = np.asarray(x)
    leaves = leaf_layers(model)
    norms = [layer for layer in leaves if isinstance(layer, keras.layers.BatchNormalization)]
    if not norms:
        raise CourseError(f"{model.name!r} has no BatchNorm layer: there are no statistics to adapt.")
    if len(images) < 2:
        raise CourseError(f"statistics need two images or more, not {len(images)}.")
    # in training mode dropout would draw, and change the statistics of what comes after it
    drops = [layer for layer in leaves if getattr(layer, "rate", 0) and not layer.weights]
    flags, momenta, rates = [n.trainable for n in norms], [n.momentum for n in norms], [d.rate for d in drops]
    parts = np.array_split(images, -(-len(images) // batch_size))
    try:
        for layer in norms:
            layer.trainable = True  # a frozen BatchNorm layer would not update
        for layer in drops:
            layer.rate = 0.0
        for done, part in enumerate(parts):
            for layer in norms:
                layer.momentum = done / (done + 1)  # a plain average over the batches so far
            model(np.asarray(part, "float32"), training=True)
    finally:
        for layer, flag, momentum in zip(norms, flags, momenta, strict=True):
            layer.trainable, layer.momentum = flag, momentum
        for layer, rate in zip(drops, rates, strict=True):
            layer.rate = rate
    return len(norms)
