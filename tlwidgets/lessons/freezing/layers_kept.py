"""How much of a pretrained network must be kept, and which end of it: the short measurements of lesson 03."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...course.experiments import Table, new_head
from ...errors import CourseError, unknown

__all__ = ["LAYERS_KEPT", "best_scratch", "inherit", "mixed_weights", "scratch", "shorten"]

LAYERS_KEPT: dict[str, Any] = {
    "size": 32,
    "per_class": 20,
    "epochs": 20,
    "batch_size": 20,
    "learning_rate": 1e-3,
    "source": "styles",
}
"""What the trials with the tiny network share: pixels, labels a class, training, and what its weights come from."""
CONVOLUTIONS = 12
"""Of the tiny network; each has a BatchNorm layer, which goes with it."""
ENDS = ("first", "last")
EARLY = 3
"""How many epochs count as early."""
Row = dict[str, Any]


def _images(domain: str, size: int, seed: int) -> tuple[Any, tuple[NDArray[Any], NDArray[Any]], int]:
    """Return training images of a draw, the held-out ones, and the number of classes."""
    from ...data import load

    data = load("styles", domain=domain, size=size, per_class=LAYERS_KEPT["per_class"], seed=seed)
    x, y = (np.concatenate([getattr(data.validation, k), getattr(data.test, k)]) for k in "xy")
    return (data.train.x, data.train.y), (x, y), len(data.classes)


class _Trainer:
    """One model that is trained many times from given weights: compiled once."""

    def __init__(self, model: Any) -> None:
        self.model = model

    def run(
        self, weights: list[NDArray[Any]], train: Any, held: Any, seed: int, epochs: int, learning_rate: float
    ) -> Row:
        """Train and return accuracy on the held-out images, and how fast the loss fell at first."""
        from ...training.extraction import forward
        from ...training.fit import fit
        from ...training.optimizers import FlatAdam
        from ...training.schedule import late_drop

        self.model.set_weights(weights)
        new_head(self.model, seed)
        run = fit(
            self.model, train, epochs=epochs, batch_size=LAYERS_KEPT["batch_size"], seed=seed, cache="off",
            optimizer=FlatAdam(learning_rate), callbacks=[late_drop(learning_rate, epochs)],
        )  # fmt: skip
        (scores,) = forward(self.model, held[0])
        return {
            "params": self.model.count_params(),
            "seed": seed,
            "accuracy": float((scores.argmax(axis=1) == held[1]).mean()),
            "early_loss": float(np.mean(run.history["loss"][:EARLY])),
        }


@lru_cache(maxsize=1)
def _whole(classes: int, size: int) -> _Trainer:
    """Return the whole tiny network with a head, to be trained; kept for the next point of a sweep."""
    from ...models.registry import backbone
    from ...models.surgery import classifier

    return _Trainer(classifier(backbone("tiny", size=size, weights=None), classes))


def _over_seeds(
    trainer: Callable[[int, int], _Trainer],
    weights: Callable[[Any, int], list[NDArray[Any]]],
    domain: str,
    seeds: int | Sequence[int],
    *,
    size: int = LAYERS_KEPT["size"],
    epochs: int = LAYERS_KEPT["epochs"],
    learning_rate: float = LAYERS_KEPT["learning_rate"],
) -> Iterator[Row]:
    for seed in range(seeds) if isinstance(seeds, int) else seeds:
        train, held, classes = _images(domain, size, seed)
        ready = trainer(classes, size)
        yield ready.run(weights(ready.model, seed), train, held, seed, epochs, learning_rate)


def mixed_weights(end: str, layers: int, seed: int) -> dict[str, list[NDArray[Any]]]:
    """Return the weights of the tiny network by layer: pretrained at one end, random at the other.

    Parameters
    ----------
    end, layers
        As in :func:`inherit`.
    seed
        Of the random ones.
    """
    from ...models.registry import backbone
    from ...models.surgery import snapshot_weights

    if end not in ENDS:
        raise unknown("end", end, ENDS)
    if not 0 <= layers <= CONVOLUTIONS:
        raise CourseError(f"the tiny network has {CONVOLUTIONS} convolutions, so layers is 0 to {CONVOLUTIONS}.")
    known = snapshot_weights(backbone("tiny", size=LAYERS_KEPT["size"], weights=LAYERS_KEPT["source"]))
    fresh = snapshot_weights(backbone("tiny", size=LAYERS_KEPT["size"], weights=None, seed=seed))
    # a convolution and its BatchNorm layer have one name, up to the last word
    parts = list(dict.fromkeys(name.rsplit("_", 1)[0] for name in known))
    chosen = parts[:layers] if end == "first" else parts[len(parts) - layers :]
    return {name: known[name] if name.rsplit("_", 1)[0] in chosen else fresh[name] for name in known}


def inherit(end: str, layers: int, domain: str, *, seeds: int | Sequence[int] = 5) -> list[Row]:
    """Give pretrained weights to the first or the last convolutions only, random ones to the others; train all.

    Parameters
    ----------
    end
        ``"first"`` or ``"last"``: which end of the tiny network inherits.
    layers
        How many of its twelve convolutions inherit, each with its BatchNorm layer.
    domain
        Of *styles*.
    seeds
        Number of seeds, from 0, or the seeds themselves: each draws images, random weights, head and order.

    Returns
    -------
    list of dict
        A row a seed: ``params``, ``accuracy`` on the held-out images, and ``early_loss``, the mean training loss of
        the first three epochs.
    """
    mixed_weights(end, layers, 0)  # an end or a number that cannot be had is noticed before anything is trained

    def weights(model: Any, seed: int) -> list[NDArray[Any]]:
        inherited = mixed_weights(end, layers, seed).values()
        return [*(w for values in inherited for w in values), *model.get_weights()[-2:]]

    about = {"experiment": "inherit", "data": domain, "source": LAYERS_KEPT["source"], "part": end, "layers": layers}
    return [{**about, **row} for row in _over_seeds(_whole, weights, domain, seeds)]


def shorten(end: str, blocks: int, domain: str, *, seeds: int | Sequence[int] = 5) -> list[Row]:
    """Keep only the first or the last blocks of the tiny network, put a head on it, and train all.

    In place of the early blocks that are taken away the image is shrunk to the size that the next block expects, and
    one new 1 x 1 convolution with BatchNorm makes as many channels.

    Parameters
    ----------
    end
        ``"first"`` or ``"last"``: which end is kept.
    blocks
        How many of its four blocks are kept, 1 to 4.
    domain, seeds
        As in :func:`inherit`.

    Returns
    -------
    list of dict
        As :func:`inherit`.
    """
    import keras

    from ...models.registry import backbone
    from ...models.surgery import classifier, cut

    if end not in ENDS:
        raise unknown("end", end, ENDS)
    if not 1 <= blocks <= 4:
        raise CourseError("the tiny network has 4 blocks, so blocks is 1 to 4.")

    def make(classes: int) -> Any:
        base = backbone("tiny", size=LAYERS_KEPT["size"], weights=LAYERS_KEPT["source"])
        if blocks < 4 and end == "first":
            base, _ = cut(base, f"block{blocks}")
        elif blocks < 4:
            lower, upper = cut(base, f"block{4 - blocks}")
            inputs = keras.Input(base.input.shape[1:])
            side, channels = lower.output.shape[2:]
            x = keras.layers.Rescaling(1 / 64, offset=-2.0)(inputs)
            x = keras.layers.AveragePooling2D(LAYERS_KEPT["size"] // side)(x)
            x = keras.layers.Conv2D(channels, 1, use_bias=False, name="adapter_conv")(x)
            x = keras.layers.BatchNormalization(momentum=0.9, name="adapter_bn")(x)
            base = keras.Model(inputs, upper(keras.layers.ReLU(name="adapter_relu")(x)))
        return classifier(base, classes)

    def weights(model: Any, seed: int) -> list[NDArray[Any]]:
        keras.utils.set_random_seed(seed)
        return list(make(model.output.shape[-1]).get_weights())

    made: list[_Trainer] = []

    def trainer(classes: int, size: int) -> _Trainer:
        if not made:
            made.append(_Trainer(make(classes)))
        return made[0]

    about = {
        "experiment": "shorten",
        "data": domain,
        "source": LAYERS_KEPT["source"],
        "part": end,
        "layers": 3 * blocks,
    }
    return [{**about, **row} for row in _over_seeds(trainer, weights, domain, seeds)]


def scratch(domain: str, *, size: int, learning_rate: float, seeds: int | Sequence[int] = 5) -> list[Row]:
    """Train the tiny network from random weights for 60 epochs.

    Parameters
    ----------
    domain, seeds
        As in :func:`inherit`.
    size
        Pixels of the images.
    learning_rate
        Learning rate of Adam at the beginning.

    Returns
    -------
    list of dict
        As :func:`inherit`; ``part`` says size and rate.
    """
    from ...models.registry import backbone

    def weights(model: Any, seed: int) -> list[NDArray[Any]]:
        return [*backbone("tiny", size=size, weights=None, seed=seed).get_weights(), *model.get_weights()[-2:]]

    method = f"{size} px, {learning_rate:g}"
    about = {"experiment": "scratch", "data": domain, "source": "random", "part": method, "layers": CONVOLUTIONS}
    return [
        {**about, **row}
        for row in _over_seeds(_whole, weights, domain, seeds, size=size, epochs=60, learning_rate=learning_rate)
    ]


def best_scratch(table: Table, domain: str) -> list[float]:
    """Return the accuracies from scratch, one a seed, of the way with the highest mean.

    That way is chosen by the very accuracies, so the choice is in favour of scratch.

    Parameters
    ----------
    table
        ``read_table("layers_kept")``.
    domain
        Of *styles*.
    """
    runs = table.where(experiment="scratch", data=domain)
    methods: list[list[float]] = [runs.values("accuracy", part=part) for part in runs.distinct("part")]
    return max(methods, key=np.mean)
