"""What BatchNorm does in ``fit``, for every idiom, and what it costs: the measurements of lesson 05."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from html import escape
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...course.experiments import new_head
from ...errors import unknown
from ...models.preprocessing import check_images
from ...models.structure import is_batchnorm

__all__ = [
    "IDIOMS",
    "METHODS",
    "SETTINGS",
    "VECTORS",
    "BatchNormTable",
    "BatchNormTrial",
    "batchnorm_idioms",
    "batchnorm_trials",
    "statistics_replaced",
]

VECTORS = ("gamma", "beta", "moving_mean", "moving_variance")
"""The four vectors of a BatchNorm layer, in the order of ``layer.weights``."""
IDIOMS = ("flat", "nested", "subclassed", "call(x) only")
"""How base and head are put together; see :func:`assemble`."""
STEPS = 10
"""Of each trial; with fewer, TensorFlow warns that it builds many training steps for few calls, which is the point."""
METHODS = ("left free", "nested, training=False", "subclassed, training=False", "trainable=False")
"""What is done about the BatchNorm layers of a base that is fine-tuned; see :func:`batchnorm_trials`."""
NOTHING_TRAINED = "nothing trained"
"""The ``method`` of the rows of :func:`statistics_replaced`."""
SETTINGS: dict[str, Any] = {
    "backbone": "efficientnet-lite0",
    "data": "styles",
    "domain": "noto",
    "size": 64,
    "per_class": 10,
    "learning_rate": 2e-4,
    "epochs": 12,
}
"""What all trials of ``datasets/batchnorm`` share."""


@dataclass(frozen=True)
class BatchNormTrial:
    """What ten steps of ``fit`` did to the BatchNorm layer of a small model."""

    idiom: str
    argument: str
    """The ``training`` argument of the call, ``"not given"`` or ``"False"``."""
    trainable: bool
    """The flag ``trainable`` of the BatchNorm layer."""
    moved: tuple[str, ...]
    """Which of the four vectors are not, to the last bit, what they were."""
    batch_statistics: bool
    """Whether the layer normalised with the statistics of the batch, not with its own running ones."""

    @property
    def still(self) -> bool:
        """Whether the layer computed in ``fit`` what it computes in inference, and all four vectors stayed."""
        return not self.moved and not self.batch_statistics


@dataclass(frozen=True, repr=False)
class BatchNormTable:
    """The trials for every combination, on the installed Keras."""

    keras: str
    """Version of Keras."""
    trials: tuple[BatchNormTrial, ...]

    def find(self, idiom: str, argument: str, trainable: bool) -> BatchNormTrial:
        """Return the trial of one combination."""
        for trial in self.trials:
            if (trial.idiom, trial.argument, trial.trainable) == (idiom, argument, trainable):
                return trial
        raise unknown(
            "combination", f"{idiom}, {argument}, {trainable}",
            [f"{t.idiom}, {t.argument}, {t.trainable}" for t in self.trials],
        )  # fmt: skip

    def _rows(self) -> list[tuple[str, ...]]:
        return [
            (
                t.idiom,
                t.argument,
                str(t.trainable),
                "the batch" if t.batch_statistics else "its running statistics",
                "move" if set(t.moved) & set(VECTORS[:2]) else "stay",
                "move" if set(t.moved) & set(VECTORS[2:]) else "stay",
            )
            for t in self.trials
        ]

    _HEAD = ("model", "training=", "trainable", "normalises with", "gamma, beta", "mean, variance")

    def __str__(self) -> str:
        rows = [self._HEAD, *self._rows()]
        widths = [max(len(row[i]) for row in rows) for i in range(len(self._HEAD))]
        return "\n".join("  ".join(c.ljust(w) for c, w in zip(row, widths, strict=True)).rstrip() for row in rows)

    __repr__ = __str__

    def _repr_html_(self) -> str:
        head = "".join(f'<th scope="col">{escape(h)}</th>' for h in self._HEAD)
        body = "".join("<tr>" + "".join(f"<td>{escape(c)}</td>" for c in row) + "</tr>" for row in self._rows())
        caption = f"Ten steps of fit, Keras {escape(self.keras)}"
        return f"<table><caption>{caption}</caption><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"

    def to_json(self) -> dict[str, Any]:
        """Return the table as plain JSON values."""
        return {"keras": self.keras, "trials": [asdict(t) for t in self.trials]}


def _toy_base() -> Any:
    import keras
    from keras import layers

    keras.utils.set_random_seed(0)
    return keras.Sequential(
        [
            keras.Input((6, 6, 3)),
            layers.Conv2D(4, 3, name="conv"),
            layers.BatchNormalization(momentum=0.9, name="bn"),
            layers.GlobalAveragePooling2D(name="pool"),
        ],
        name="base",
    )


def assemble(idiom: str, base: Any, head: Any, training: bool | None) -> Any:
    """Put a base and a head together in one of the idioms.

    Parameters
    ----------
    idiom
        ``"flat"``: every layer of the base is called anew in one functional model, BatchNorm with the argument
        ``training``; ``"nested"``: the base is one layer of a functional model and is called with it;
        ``"subclassed"``: a class of its own whose ``call(x, training=None)`` calls the base with it;
        ``"call(x) only"``: the same, but ``call`` takes no argument ``training``, so that ``fit`` cannot pass one on.
    base, head
        A built functional or Sequential model, and a layer or model that takes its output.
    training
        The argument, ``None`` for leaving it out.
    """
    import keras

    given = {} if training is None else {"training": training}
    if idiom in IDIOMS[2:]:

        class Silent(keras.Model):  # type: ignore[misc]
            def __init__(self) -> None:
                super().__init__()
                self.base, self.head = base, head

            def call(self, x: Any) -> Any:
                return self.head(self.base(x, **given))

        class Classifier(Silent):
            def call(self, x: Any, training: bool | None = None) -> Any:
                return super().call(x)

        model = Classifier() if idiom == "subclassed" else Silent()
        model(np.zeros((1, *base.inputs[0].shape[1:]), "float32"))
        return model
    if idiom == "nested":
        inputs = keras.Input(base.inputs[0].shape[1:])
        return keras.Model(inputs, head(base(inputs, **given)))
    if idiom != "flat":
        raise unknown("idiom", idiom, IDIOMS)
    x = inputs = keras.Input(base.inputs[0].shape[1:])
    for layer in base.layers:
        x = layer(x, **given) if isinstance(layer, keras.layers.BatchNormalization) else layer(x)
    return keras.Model(inputs, head(x))


def batchnorm_idioms() -> BatchNormTable:
    """Measure what ten steps of ``fit`` do to a BatchNorm layer, for every idiom, argument and flag.

    A convolution, a BatchNorm layer and a head are put together anew for each combination of :data:`IDIOMS`,
    ``training`` left out or ``False``, and ``trainable`` of the BatchNorm layer. Which statistics it normalises with is
    seen in the loss of the first batch: with its running ones it is the loss in inference.

    Returns
    -------
    BatchNormTable
        Twelve trials; some five seconds.
    """
    import keras

    rng = np.random.default_rng(0)
    x, y = rng.normal(2, 3, (32, 6, 6, 3)).astype("float32"), rng.integers(0, 2, 32)
    trials = []
    for idiom, training, trainable in product(IDIOMS, (None, False), (True, False)):
        base = _toy_base()
        norm = base.get_layer("bn")
        norm.trainable = trainable
        model = assemble(idiom, base, keras.layers.Dense(2, "softmax", name="head"), training)
        model.compile("sgd", "sparse_categorical_crossentropy")
        scores = model(x, training=False)
        inference = float(keras.ops.mean(keras.losses.sparse_categorical_crossentropy(y, scores)))
        before = norm.get_weights()
        # one batch an epoch: the first loss that fit reports is that before any step
        loss = model.fit(x, y, batch_size=32, epochs=STEPS, shuffle=False, verbose=0).history["loss"][0]
        moved = [
            name
            for name, old, new in zip(VECTORS, before, norm.get_weights(), strict=True)
            if not np.array_equal(old, new)
        ]
        argument = "not given" if training is None else str(training)
        trials.append(BatchNormTrial(idiom, argument, trainable, tuple(moved), abs(loss - inference) > 1e-5))
    return BatchNormTable(keras.__version__, tuple(trials))


def _tuned(method: str, base: Any, classes: int) -> Any:
    import keras

    head = keras.Sequential(
        [keras.layers.GlobalAveragePooling2D(), keras.layers.Dense(classes, "softmax")], name="classifier_head"
    )
    head.build(base.outputs[0].shape)
    if method.startswith("subclassed"):
        return assemble("subclassed", base, head, False)
    # flat and nested take the same steps, so all of these are nested
    return assemble("nested", base, head, False if method.startswith("nested") else None)


def _accuracy(model: Any, x: NDArray[Any], y: NDArray[Any]) -> float:
    from ...training.extraction import forward

    (scores,) = forward(model, x)
    return float((scores.argmax(axis=1) == y).mean())


def _held_out() -> tuple[NDArray[Any], NDArray[Any]]:
    from ...data import load

    data = load(SETTINGS["data"], domain=SETTINGS["domain"], size=SETTINGS["size"])
    x, y = (np.concatenate([getattr(data.validation, k), getattr(data.test, k)]) for k in "xy")
    return x, y


def _drawings(seed: int) -> Any:
    from ...data import load

    few = {"domain": SETTINGS["domain"], "size": SETTINGS["size"], "per_class": SETTINGS["per_class"], "seed": seed}
    return load(SETTINGS["data"], **few).train


def _recalibrate(base: Any, x: NDArray[Any]) -> None:
    """Replace all running statistics by those of these images, taken as one batch, under the weights of now."""
    norms = [layer for layer in base.layers if is_batchnorm(layer)]
    usual = [layer.momentum for layer in norms]
    for layer in norms:
        layer.momentum = 0.0
    base(np.asarray(x, "float32"), training=True)
    for layer, momentum in zip(norms, usual, strict=True):
        layer.momentum = momentum


def statistics_replaced(*, seeds: int | Sequence[int] = 5, base: Any = None) -> list[dict[str, Any]]:
    """Probe the pretrained features before and after the running statistics are those of the training drawings.

    Nothing is trained but the probe; data as in :func:`batchnorm_trials`.

    Parameters
    ----------
    seeds, base
        As in :func:`batchnorm_trials`.

    Returns
    -------
    list of dict
        Rows as those of :func:`batchnorm_trials`: ``accuracy`` of the probe on held-out drawings with the statistics of
        the source, ``recalibrated`` with those of the training drawings; the columns of training are ``None``.
    """
    from ...models.registry import backbone
    from ...training.extraction import extract_features, linear_probe

    base = backbone(SETTINGS["backbone"], size=SETTINGS["size"]) if base is None else base
    start = base.get_weights()
    held = _held_out()
    rows = []
    try:
        for seed in range(seeds) if isinstance(seeds, int) else seeds:
            few = _drawings(seed)
            found = []
            for replaced in (False, True):
                base.set_weights(start)
                if replaced:
                    _recalibrate(base, few.x)
                found.append(
                    linear_probe(extract_features(base, few.x), few.y, extract_features(base, held[0]), held[1])
                )
            rows.append(
                {
                    "method": NOTHING_TRAINED, "batch_size": len(few), "momentum": 0.0, "seed": seed,
                    "fit_accuracy": None, "train_accuracy": None, "accuracy": found[0], "recalibrated": found[1],
                    "moved": sum(is_batchnorm(layer) for layer in base.layers),
                }
            )  # fmt: skip
    finally:
        base.set_weights(start)
    return rows


def batchnorm_trials(
    method: str, *, batch_size: int, momentum: float = 0.99, seeds: int | Sequence[int] = 5, base: Any = None
) -> list[dict[str, Any]]:
    """Fine-tune EfficientNet-Lite0 on a few drawings in one way: one point of ``datasets/batchnorm``.

    Everything trains but what the way holds still. Adam, a tenth of the rate in the last 40 % of the epochs; the rest
    is in :data:`SETTINGS`.

    Parameters
    ----------
    method
        One of :data:`METHODS`.
    batch_size
        Images a step.
    momentum
        Of the BatchNorm layers: ``running = momentum * running + (1 - momentum) * batch``.
    seeds
        Number of seeds, from 0, or the seeds themselves: each draws the drawings, the head and their order.
    base
        ``tl.backbone("efficientnet-lite0", size=64)``, where there is one already. It has its weights again
        afterwards, and all of it trains.

    Returns
    -------
    list of dict
        A row a seed. ``fit_accuracy``: what ``fit`` reports for the training drawings in its last epoch.
        ``train_accuracy``: the same drawings in inference. ``accuracy``: the held-out drawings in inference.
        ``recalibrated``: that again, after the running statistics have been replaced by those of the training drawings
        under the trained weights; ``None`` where they did not move. ``moved``: how many BatchNorm layers have other
        running statistics than before.

    Raises
    ------
    CourseError
        For an unknown way, or a base of another input size.
    """
    from ...models.registry import backbone
    from ...training.fit import fit
    from ...training.optimizers import FlatAdam
    from ...training.schedule import late_drop

    if method not in METHODS:
        raise unknown("method", method, METHODS)
    size, epochs, learning_rate = SETTINGS["size"], SETTINGS["epochs"], SETTINGS["learning_rate"]
    base = backbone(SETTINGS["backbone"], size=size) if base is None else base
    check_images(base, np.zeros((1, size, size, 3)))
    held = _held_out()
    norms = [layer for layer in base.layers if is_batchnorm(layer)]
    start, usual = base.get_weights(), [layer.momentum for layer in norms]
    rows = []
    try:
        for layer in norms:
            layer.momentum, layer.trainable = momentum, method != "trainable=False"
        model = _tuned(method, base, len(np.unique(held[1])))
        for seed in range(seeds) if isinstance(seeds, int) else seeds:
            few = _drawings(seed)
            base.set_weights(start)
            before = [layer.get_weights()[2:] for layer in norms]
            new_head(model.layers[-1], seed)
            run = fit(
                model, (few.x, few.y), epochs=epochs, batch_size=batch_size, seed=seed, cache="off",
                optimizer=FlatAdam(learning_rate), callbacks=[late_drop(learning_rate, epochs)],
            )  # fmt: skip
            moved = sum(
                any(not np.array_equal(a, b) for a, b in zip(old, layer.get_weights()[2:], strict=True))
                for old, layer in zip(before, norms, strict=True)
            )
            row = {
                "method": method, "batch_size": batch_size, "momentum": momentum, "seed": seed,
                "fit_accuracy": run.history["accuracy"][-1], "train_accuracy": _accuracy(model, few.x, few.y),
                "accuracy": _accuracy(model, *held), "recalibrated": None, "moved": moved,
            }  # fmt: skip
            if moved:
                _recalibrate(base, few.x)
                row["recalibrated"] = _accuracy(model, *held)
            rows.append(row)
    finally:
        base.set_weights(start)
        for layer, kept in zip(norms, usual, strict=True):
            layer.momentum, layer.trainable = kept, True
    return rows
