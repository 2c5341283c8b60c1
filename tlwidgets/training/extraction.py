"""Run images through a frozen network once and keep what comes out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from .._threads import one_thread
from ..errors import CourseError, unknown
from ..models.preprocessing import check_images
from ..models.surgery import block_of, flatten, layer_outputs, list_blocks

__all__ = ["extract_features", "extract_features_by_block", "linear_probe", "linear_probe_over_seeds", "subset"]

Features = NDArray[np.float32]


# Models that end in pooled tensors, by the model they were made from: made and traced once, not for every call.
_pooled_models: WeakKeyDictionary[Any, dict[tuple[int, ...], Any]] = WeakKeyDictionary()


def _pooled(base: Any, tensors: list[Any]) -> Any:
    """Return the model from the input of ``base`` to some of its tensors, averaged over positions."""
    import keras

    made = _pooled_models.setdefault(base, {})
    key = tuple(id(t) for t in tensors)
    if key not in made:
        pooled = [keras.layers.GlobalAveragePooling2D()(t) if len(t.shape) == 4 else t for t in tensors]
        made[key] = keras.Model(base.input, pooled)
    return made[key]


def forward(model: Any, x: Any, batch_size: int = 32) -> list[Features]:
    """Return the outputs of a model in inference mode, as float32 arrays.

    The last batch is padded and numbers go in as float32, so that Keras traces a single graph. Batch by batch, because
    ``predict`` keeps a copy of all images and of all intermediate results of its larger batches.

    Parameters
    ----------
    model
        A Keras model.
    x
        An array (n, …), or a list of them for a model with several inputs.
    batch_size
        Examples a forward pass.
    """
    import keras

    inputs = [np.asarray(a) for a in keras.tree.flatten(x)]
    n = len(inputs[0])
    if n == 0:
        raise CourseError("there are no images to run through the network.")
    batch_size = min(batch_size, n)

    def filled(array: NDArray[Any], start: int) -> NDArray[Any]:
        part = np.asarray(array[start : start + batch_size], "float32")
        missing = batch_size - len(part)
        return np.concatenate([part, np.repeat(part[-1:], missing, axis=0)]) if missing else part

    parts = []
    for start in range(0, n, batch_size):
        given = [filled(a, start) for a in inputs]
        parts.append(keras.tree.flatten(model.predict_on_batch(given if len(given) > 1 else given[0])))
    return [np.concatenate(tensors)[:n] for tensors in zip(*parts, strict=True)]


def extract_features(base: Any, x: Any, *, batch_size: int = 32) -> Features:
    """Return what a network says about each image, averaged over positions.

    Parameters
    ----------
    base
        A functional Keras model. It runs in inference mode; none of its weights changes.
    x
        Images (n, height, width, channels) in the shape that ``base`` takes.
    batch_size
        Images a forward pass.

    Returns
    -------
    ndarray of float32, (n, channels)
        Feature maps (n, h, w, c) are averaged over h and w; feature vectors (n, c) are returned as they are.
    """
    (out,) = forward(_pooled(base, [base.output]), check_images(base, x), batch_size)
    return out


def extract_features_by_block(
    base: Any, x: Any, *, at: Sequence[str] | None = None, batch_size: int = 32
) -> dict[str, Features]:
    """Return the features at the end of every block, from one forward pass.

    Parameters
    ----------
    base
        A Keras model whose layer names tell their blocks; models inside it are looked through.
    x
        Images (n, height, width, channels).
    at
        Names of the blocks, by default all of them.
    batch_size
        Images a forward pass.

    Returns
    -------
    dict of block name to ndarray of float32, (n, channels)
        Averaged over positions, in order from the input.
    """
    names = list(at) if at is not None else list_blocks(base)
    flat = flatten(base)
    last = {block_of(name): output for name, output in layer_outputs(flat).items()}
    missing = [name for name in names if name not in last]
    if missing:
        raise unknown("block", missing[0], list_blocks(base))
    outputs = forward(_pooled(flat, [last[name] for name in names]), check_images(base, x), batch_size)
    return dict(zip(names, outputs, strict=True))


def linear_classifier(strength: float = 0.1) -> Any:
    """Return the classifier of :func:`linear_probe`, not yet fitted: a scikit-learn pipeline."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    return make_pipeline(StandardScaler(), LogisticRegression(C=strength, max_iter=500))


@one_thread
def linear_predictions(x_train: Any, y_train: Any, x_test: Any, *, strength: float = 0.1) -> NDArray[np.int64]:
    """Return what the classifier of :func:`linear_probe` says of test images: labels (n,)."""
    y_train = np.asarray(y_train)
    if len(np.unique(y_train)) < 2:
        raise CourseError("a probe needs training examples of two classes or more.")
    said = linear_classifier(strength).fit(np.asarray(x_train), y_train).predict(np.asarray(x_test))
    return np.asarray(said, np.int64)


def linear_probe(x_train: Any, y_train: Any, x_test: Any, y_test: Any, *, strength: float = 0.1) -> float:
    """Return the test accuracy (0 … 1) of a linear classifier on given features.

    Standardised features, multinomial logistic regression with L2 penalty (scikit-learn, ``C=strength``): what is
    called a linear probe (Alain & Bengio 2016, "Understanding intermediate layers using linear classifier probes").

    Parameters
    ----------
    x_train, x_test
        Arrays (n, d).
    y_train, y_test
        Integer labels (n,).
    strength
        Inverse of the penalty.
    """
    said = linear_predictions(x_train, y_train, x_test, strength=strength)
    return float((said == np.asarray(y_test)).mean())


def subset(labels: Any, per_class: int, seed: int) -> NDArray[np.int64]:
    """Return the indices of ``per_class`` examples of every class, drawn with a seed.

    Budgets are nested: with one seed, the first examples of a larger draw are the smaller draw.

    Parameters
    ----------
    labels
        Integer labels (n,).
    per_class
        Examples of each class.
    seed
        Seed of the draw.
    """
    y = np.asarray(labels)
    classes, counts = np.unique(y, return_counts=True)
    if not 1 <= per_class <= counts.min():
        raise CourseError(f"{per_class} examples of each class cannot be drawn: the smallest class has {counts.min()}.")
    picked = []
    for c in classes:
        # a generator of its own for each class, so that one class does not change what another draws
        picked.append(np.random.default_rng([seed, int(c)]).permutation(np.flatnonzero(y == c))[:per_class])
    return np.concatenate(picked)


def linear_probe_over_seeds(x: Any, labels: Any, *, per_class: int, seeds: int) -> list[float]:
    """Probe features repeatedly: draw training examples, test on all the others.

    Parameters
    ----------
    x
        Features (n, d).
    labels
        Integer labels (n,).
    per_class
        Training examples of each class.
    seeds
        How many draws; the first seeds are 0, 1, 2, …

    Returns
    -------
    list of float
        Accuracy (0 … 1) of each draw. The draws share examples, so their spread says how much the choice of examples
        matters, not how well the accuracy is known.
    """
    x, y = np.asarray(x), np.asarray(labels)
    accuracies = []
    for seed in range(seeds):
        train = subset(y, per_class, seed)
        rest = np.setdiff1d(np.arange(len(y)), train)
        accuracies.append(linear_probe(x[train], y[train], x[rest], y[rest]))
    return accuracies
