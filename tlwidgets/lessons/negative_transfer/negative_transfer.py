"""The measurement of lesson 09: what a tiny network brings from near and from far, and what repairs the harm."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..._threads import one_thread
from ...course.experiments import Table, new_head, read_table
from ...errors import CourseError, unknown

__all__ = [
    "BLOCKS",
    "EPOCHS",
    "HARMFUL",
    "MARKED",
    "RATE",
    "RATES",
    "SOURCES",
    "TARGETS",
    "NegativeTransfer",
    "Task",
    "effective_rank",
    "frozen",
    "marked",
    "nearest_alike",
    "source",
    "source_accuracy",
    "task",
    "transfer_gaps",
    "tuned",
]

SIZE = 32
BATCH = 20
EPOCHS = 40
RATE = 3e-3
RATES = (RATE, 1e-2)
"""Every source, and scratch, is tuned with both."""
BLOCKS = 4
"""Blocks of the tiny network."""
TARGETS = ("digits", "digits 5-9")
"""What is to be learnt from few labels."""
EMBEDDED = {"clothes": "fashion_mnist", "drawings": "styles", "clothes, labels shuffled": "fashion_mnist_shuffled"}
"""Sources whose weights come with the course."""
TRAINED = {"printed digits": 10, "digits 0-4": 40, "clothes, unmarked": 8, "clothes, marked": 8}
"""Sources that are trained here, with their epochs."""
MARKED = ("clothes, unmarked", "clothes, marked")
"""A source as it should be, and one in which every T-shirt carries a white mark."""
SOURCES = ("printed digits", "digits 0-4", "drawings", "clothes", "clothes, labels shuffled", "random")
"""What the network knew before; ``"random"`` is the network as it is born."""

HARMFUL = ("clothes, labels shuffled", "digits")
"""The pair of source and target that is repaired."""


@dataclass(frozen=True, eq=False)
class Task:
    """Few labelled images of a target, and the ones that are held out: float32 (n, 32, 32, 3), 0 … 255."""

    x: NDArray[np.float32]
    y: NDArray[np.int64]
    x_test: NDArray[np.float32]
    y_test: NDArray[np.int64]

    @property
    def classes(self) -> int:
        """Number of classes."""
        return int(self.y.max()) + 1

    def accuracy(self, predicted: Any) -> float:
        """Return the share (0 … 1) of held-out images that were named correctly."""
        return float((np.asarray(predicted) == self.y_test).mean())

    def with_mark(self) -> Task:
        """Return the same with every held-out image twice: first all as they are, then all with the mark."""
        both = np.concatenate([self.x_test, marked(self.x_test)])
        return replace(self, x_test=both, y_test=np.concatenate([self.y_test, self.y_test]))


def marked(x: Any) -> NDArray[np.float32]:
    """Put a white square of 5 x 5 pixels into the lower left corner of images (n, 32, 32, 3), as a copy."""
    out = np.array(x, "float32")
    out[:, -6:-1, 1:6] = 255
    return out


@cache
def _images(name: str, split: str) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Return the images of a source or target."""
    from ...data import load
    from ...models.tiny import to_rgb

    if name in MARKED:
        x, y = _images("clothes", split)
        x, y = x[::2], y[::2]
        return (np.where((y == 0)[:, None, None, None], marked(x), x), y) if name == MARKED[1] else (x, y)
    known = {"printed digits": "simulated_digits", "clothes": "fashion_mnist"}
    only = {"digits 0-4": range(5), "digits 5-9": range(5, 10)}.get(name)
    data = load("digits" if only else known.get(name, name), size=SIZE)
    part = data.splits[split]
    x, y = to_rgb(part.x).astype("float32"), part.y
    if only:
        inside = np.isin(y, only)
        x, y = x[inside], y[inside] - only[0]
    return x, y


def task(name: str, *, per_class: int = 10, seed: int = 0) -> Task:
    """Return a target with a draw of few labelled images.

    Parameters
    ----------
    name
        One of :data:`TARGETS`, or ``"brain"``.
    per_class
        Labelled images of each class.
    seed
        Chooses them.
    """
    from ...training import subset

    if name not in (*TARGETS, "brain"):
        raise unknown("target", name, (*TARGETS, "brain"))
    x, y = _images(name, "train")
    chosen = subset(y, per_class, seed)
    return Task(x[chosen], y[chosen], *_images(name, "test"))


@cache
def _source_weights(name: str) -> tuple[list[NDArray[Any]], float]:
    import keras

    from ...models import tiny

    x, y = _images(name, "train")
    keras.utils.set_random_seed(0)
    model = tiny.build(SIZE, top=True, classes=int(y.max()) + 1)
    _compile(model)
    _fit(model, x, y, learning_rate=RATE, epochs=TRAINED[name], batch_size=64)
    x, y = _images(name, "test")
    return model.get_weights()[:-2], float((_scores(model, x).argmax(1) == y).mean())


def source_accuracy(name: str) -> float:
    """Return the accuracy (0 … 1) of a source that is trained here on its own test images."""
    return _source_weights(name)[1]


def source(name: str, *, seed: int = 0) -> Any:
    """Return the tiny network, without its head, as a source has left it.

    Parameters
    ----------
    name
        One of :data:`SOURCES` or :data:`MARKED`. Those that do not come with the course are trained when they are
        first asked for (10 to 20 CPU seconds).
    seed
        Of the random weights.
    """
    import keras

    from ...models import registry, tiny

    if name not in (*SOURCES, *MARKED):
        raise unknown("source", name, (*SOURCES, *MARKED))
    if name in EMBEDDED:
        return registry.backbone("tiny", weights=EMBEDDED[name])
    keras.utils.set_random_seed(seed)
    base = tiny.build(SIZE)
    if name in TRAINED:
        base.set_weights(_source_weights(name)[0])
    return base


@one_thread
def frozen(base: Any, given: Task) -> NDArray[np.int64]:
    """Train a linear classifier on frozen features, and return what it takes the held-out images for.

    Parameters
    ----------
    base
        A source.
    given
        The target.

    Returns
    -------
    ndarray of int64, (n,)
        Classes of ``given.x_test``. The classifier is that of :func:`tlwidgets.linear_probe`.
    """
    from ...training import extract_features
    from ...training.extraction import linear_classifier

    model = linear_classifier().fit(extract_features(base, given.x), given.y)
    return np.asarray(model.predict(extract_features(base, given.x_test)), np.int64)


@cache
def _classifier(classes: int) -> Any:
    from ...models import classifier, tiny

    model = classifier(tiny.build(SIZE), classes)
    _compile(model)
    return model


def tuned(
    base: Any, given: Task, *, seed: int = 0, learning_rate: float = RATE, epochs: int = EPOCHS, keep: int = BLOCKS
) -> NDArray[np.int64]:
    """Train all layers on a target, and return what the network takes the held-out images for.

    Adam, batches of 20, a tenth of the rate in the last 40 % of the epochs. BatchNorm trains as well.

    Parameters
    ----------
    base
        A source; it is left as it is.
    given
        The target.
    seed
        Of the head, of the weights above ``keep``, and of the order of the images.
    learning_rate, epochs
        Learning rate, and how often every image is seen.
    keep
        Number of blocks that begin with the weights of the source, from the input; those above begin with random
        ones. 0 is scratch.

    Returns
    -------
    ndarray of int64, (n,)
        Classes of ``given.x_test``.
    """
    import keras

    if not 0 <= keep <= BLOCKS:
        raise CourseError(f"keep={keep} should be a number of blocks from 0 (scratch) to {BLOCKS} (all of the source).")
    if not 0 < learning_rate < 1 or epochs < 2:
        raise CourseError(
            f"learning_rate={learning_rate} and epochs={epochs} train nothing: give 3e-3 and 2 epochs or more."
        )
    model = _classifier(given.classes)
    new = source("random", seed=seed)
    for layer in new.layers:
        block = int(layer.name[5]) if layer.name.startswith("block") else 0
        origin = base if block <= keep else new
        model.get_layer(layer.name).set_weights(origin.get_layer(layer.name).get_weights())
    new_head(model, seed)
    keras.utils.set_random_seed(seed)
    _fit(model, given.x, given.y, learning_rate=learning_rate, epochs=epochs, batch_size=BATCH)
    return np.asarray(_scores(model, given.x_test).argmax(1), np.int64)


def effective_rank(x: Any) -> float:
    """Return in how many directions features (n, d) vary: exp of the entropy of the shares of variance.

    Roy & Vetterli, "The effective rank: a measure of effective dimensionality", EUSIPCO 2007, for their
    covariance. Between 1 and d.
    """
    values = np.linalg.svd(np.asarray(x, "float64") - np.mean(x, axis=0), compute_uv=False) ** 2
    share = values[values > 0] / values.sum()
    return float(np.exp(-(share * np.log(share)).sum()))


def nearest_alike(x: Any, y: Any) -> float:
    """Return the share (0 … 1) of features (n, d) whose nearest neighbour is of their own class (standardised)."""
    from sklearn.neighbors import NearestNeighbors

    x, y = np.asarray(x, "float64"), np.asarray(y)
    x = (x - x.mean(0)) / np.maximum(x.std(0), 1e-9)
    return float((y[NearestNeighbors(n_neighbors=1).fit(x).kneighbors(return_distance=False)[:, 0]] == y).mean())


def _compile(model: Any) -> None:
    from ...training.optimizers import FlatAdam

    model.compile(FlatAdam(RATE), "sparse_categorical_crossentropy")
    model.optimizer.build(model.trainable_variables)


def _fit(model: Any, x: Any, y: Any, *, learning_rate: float, epochs: int, batch_size: int) -> None:
    """Train a compiled model as if it had just been compiled."""
    for variable in model.optimizer.variables:
        variable.assign(np.zeros(variable.shape, variable.dtype))
    first = round(0.6 * epochs)
    model.optimizer.learning_rate = learning_rate
    model.fit(x, y, batch_size=batch_size, epochs=first, verbose=0)
    model.optimizer.learning_rate = learning_rate / 10
    model.fit(x, y, batch_size=batch_size, epochs=epochs, initial_epoch=first, verbose=0)


def _scores(model: Any, x: Any) -> NDArray[np.float32]:
    from ...training.extraction import forward

    (scores,) = forward(model, x, 250)
    return scores


@dataclass(frozen=True)
class NegativeTransfer:
    """What was measured (``datasets/negative_transfer``): every value is a list with one accuracy (0 … 1) a seed."""

    table: Table

    def accuracy(self, source: str, target: str, method: str, *, learning_rate: float | None = None) -> list[float]:
        """Return the accuracies of one source on one target, ``"frozen"`` or ``"tuned"``.

        Tuned without a ``learning_rate``: with the one of :data:`RATES` that suits this source and this target better.
        """
        pair = self.table.where(experiment="pairs", source=source, target=target, method=method)
        if method == "tuned" and learning_rate is None:
            learning_rate = max(RATES, key=lambda r: float(np.mean(pair.values("value", learning_rate=r))))
        return pair.values("value", **({} if learning_rate is None else {"learning_rate": learning_rate}))

    def without(self, target: str, method: str = "tuned") -> list[float]:
        """Return the same without a source: scratch, or random features for ``"frozen"``."""
        return self.accuracy("random", target, method)

    def sources(self, target: str) -> list[str]:
        """Return the sources that were tried on a target, near ones first."""
        tried = self.table.where(experiment="pairs", target=target).distinct("source")
        return [name for name in SOURCES if name in tried and name != "random"]

    def gaps(self, target: str, method: str) -> dict[str, tuple[list[float], list[float]]]:
        """Return source → accuracies with and without it, for :func:`tlwidgets.course.figures.gaps`."""
        return {s: (self.accuracy(s, target, method), self.without(target, method)) for s in self.sources(target)}

    def runs(self) -> tuple[dict[tuple[str, str, str], list[float]], dict[str, list[float]]]:
        """Return runs and baseline for :class:`tlwidgets.TransferMatrix`, random frozen features as one more source."""
        runs = {
            (source, target, method): self.accuracy(source, target, method)
            for method in ("tuned", "frozen")
            for target in TARGETS
            for source in [*self.sources(target), *(["random"] if method == "frozen" else [])]
        }
        return runs, {target: self.without(target) for target in TARGETS}

    def by_depth(self) -> dict[str, list[float]]:
        """Return number of blocks kept → accuracies of the harmful pair, all layers tuned at one rate; 0 is scratch."""
        source, target = HARMFUL
        between = {str(keep): self.table.values("value", experiment="depth", keep=keep) for keep in range(1, BLOCKS)}
        ends = [self.accuracy(name, target, "tuned", learning_rate=RATE) for name in ("random", source)]
        return {"0": ends[0], **between, str(BLOCKS): ends[1]}

    def by_rate(self) -> dict[str, dict[str, list[float]]]:
        """Return source or scratch → learning rate → accuracies on the harmful pair's target, all layers tuned."""
        source, target = HARMFUL
        learning_rates = sorted([*RATES, *self.table.where(experiment="learning_rate").distinct("learning_rate")])

        def at(name: str, learning_rate: float) -> list[float]:
            if learning_rate in RATES:
                return self.accuracy(name, target, "tuned", learning_rate=learning_rate)
            return self.table.values("value", experiment="learning_rate", source=name, learning_rate=learning_rate)

        return {
            words: {f"{learning_rate:g}": at(name, learning_rate) for learning_rate in learning_rates}
            for words, name in ((source, source), ("scratch", "random"))
        }

    def look(self, source: str, measure: str) -> list[float]:
        """Return ``"directions"`` or ``"nearest alike"`` of the features of the digits."""
        return self.table.values("value", experiment="features", source=source, measure=measure)

    def bias(self, source: str, method: str, measure: str) -> list[float]:
        """Return ``"accuracy"``, ``"accuracy, marked"`` or ``"changed by the mark"`` for one of :data:`MARKED`."""
        return self.table.values("value", experiment="bias", source=source, method=method, measure=measure)

    def brain(self, per_class: int) -> dict[str, list[float]]:
        """Return description → accuracies on pieces of a brain."""
        return self.table.where(experiment="brain", per_class=per_class).series("target", "source", "value")["brain"]

    def joint(self, source: str) -> dict[str, list[float]]:
        """Return way → accuracies on coloured emoji, with black drawings or wrongly labelled ones added."""
        return self.table.where(experiment="joint", source=source).series("target", "method", "value")["coloured emoji"]


def transfer_gaps() -> NegativeTransfer:
    """Read the measurement of lesson 09."""
    return NegativeTransfer(read_table("negative_transfer"))
