"""What to freeze: five strategies on targets near to a source and far from it, small and large (lesson 06).

Two sources and two targets, crossed. Each target is near to one source and far from the other, so that near and far are
compared on the same images: what differs is the source, and not how hard the target is.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...course.experiments import Table, new_head, read_table
from ...errors import unknown
from ..freezing.freeze_depth import freeze_depth

__all__ = [
    "NEAR",
    "PAIRS",
    "RATES",
    "SCRATCH",
    "STRATEGIES",
    "Case",
    "WhatToFreeze",
    "domain_distances",
    "mean_gain",
    "mean_regret",
    "measure_strategy",
    "on_drawings",
    "rule_of_thumb",
    "source_network",
    "training_images",
    "what_to_freeze",
]

PAIRS = (
    ("clothes", "noisy clothes"),
    ("printed digits", "handwritten digits"),
    ("printed digits", "noisy clothes"),
    ("clothes", "handwritten digits"),
)
"""Source and target: two that are near, and the same crossed, which are far."""
SOURCES = tuple(dict.fromkeys(source for source, _ in PAIRS))
TARGETS = tuple(dict.fromkeys(target for _, target in PAIRS))
PHOTOGRAPHS = "photographs"
DRAWINGS = {"coloured drawings": "noto", "line drawings": "openmoji_black"}
"""Targets of the larger network, which was trained on the photographs of ImageNet: domains of *styles*."""
SCRATCH = "from scratch"
STRATEGIES = ("head only", "top block", "all but the lowest", "everything", SCRATCH)
"""What is trained, from little to all; :data:`SCRATCH` begins with random weights."""
FROZEN_TO = dict(zip(STRATEGIES, ("block4", "block3", "block1", None, None), strict=True))
TUNED = (3e-4, 3e-3, 1e-2)
RATES = dict(zip(STRATEGIES, ((1e-2, 3e-2), TUNED, TUNED, TUNED, (3e-3, 1e-2)), strict=True))
"""Learning rates of each strategy, between which validation images decide. A tuned network may need any of these: the
lowest on a near target, and on a far one the highest of those from scratch."""
SIZE = 16
"""Side of the images in pixels."""
HALF = {"train": 200, "test": 100}
"""Images of each class of Fashion-MNIST: the first of train are the source *clothes*, and the others, made noisy, the
target; the first of test are enough."""
NOISE = ("gaussian_noise", 3)
NEAR = 0.2
"""A remembered distance below this counts as near: between the two groups that were measured."""
FEW = 20
"""Up to so many labels a class count as few."""
SOURCE_SEED = 1000
"""None of the targets' seeds: a new head that begins as the source's own did suits the features before any training."""
TOLERANCE = 0.02
"""Less accuracy than this is no reason to break a rule: two images of a hundred."""


def _schedule(strategy: str, examples: int) -> tuple[int, int]:
    """Return epochs and size of a batch: not many more steps for many images than for few."""
    epochs, batch = (48, 10) if examples <= 60 else (28, 20) if examples <= 250 else (20, 50)
    # a head on kept features costs next to nothing
    return 2 * epochs if strategy == "head only" else epochs, batch


# ---------------------------------------------------------------- images and networks


@lru_cache(maxsize=4)
def _splits(name: str) -> dict[str, tuple[NDArray[np.uint8], NDArray[np.int64]]]:
    """Return split → (images, labels) of a source or a target."""
    from ...data import load
    from ...data.corruptions import corrupt
    from ...models.tiny import to_rgb

    if name not in SOURCES + TARGETS:
        raise unknown("set of images", name, SOURCES + TARGETS)
    sets = {"printed digits": "simulated_digits", "handwritten digits": "digits"}
    data = load(sets.get(name, "fashion_mnist"), size=SIZE)
    found = {}
    for split in ("train", "validation", "test"):
        x, y = getattr(data, split).x, getattr(data, split).y
        if name.endswith("clothes") and split != "validation":
            first = np.concatenate([np.flatnonzero(y == c)[: HALF[split]] for c in np.unique(y)])
            mine = np.setdiff1d(np.arange(len(y)), first) if (name, split) == ("noisy clothes", "train") else first
            x, y = x[mine], y[mine]
        if name == "noisy clothes":
            x = corrupt(x, *NOISE)
        found[split] = to_rgb(x), y
    return found


def training_images(name: str) -> NDArray[np.uint8]:
    """Return the training images (n, 16, 16, 3) of a source or a target, mixed."""
    x = _splits(name)["train"][0]
    return np.asarray(x[np.random.default_rng(0).permutation(len(x))])


@lru_cache(maxsize=8)
def _random_weights(seed: int) -> list[NDArray[np.float32]]:
    from ...models import backbone

    return list(backbone("tiny", weights=None, size=SIZE, seed=seed).get_weights())


@lru_cache(maxsize=1)
def _network(classes: int) -> tuple[Any, Any]:
    """Return a backbone and a classifier on it: one for all trials, so that each way is compiled once."""
    from ...models import backbone
    from ...models.surgery import classifier

    base = backbone("tiny", weights=None, size=SIZE)
    return base, classifier(base, classes)


def _train(
    model: Any, x: Any, y: Any, *, frozen_to: str | None, learning_rate: float, epochs: int, batch_size: int, seed: int
) -> None:
    """Train a new head and all above a block, BatchNorm included, with Adam; the rate falls towards the end."""
    from ...models.surgery import freeze
    from ...training.fit import fit
    from ...training.optimizers import FlatAdam
    from ...training.schedule import late_drop

    new_head(model, seed)
    # held still, BatchNorm would handicap transfer to a far target against scratch, which cannot hold it
    freeze(model, frozen_to, freeze_batchnorm=False)
    fit(
        model, (x, y), epochs=epochs, seed=seed, batch_size=batch_size, cache="on", optimizer=FlatAdam(learning_rate),
        loss="sparse_categorical_crossentropy", metrics=[], callbacks=[late_drop(learning_rate, epochs)],
    )  # fmt: skip


@lru_cache(maxsize=2)
def _source_weights(source: str) -> list[NDArray[np.float32]]:
    if source not in SOURCES:
        raise unknown("source", source, SOURCES)
    x, y = _splits(source)["train"]
    base, model = _network(len(np.unique(y)))
    base.set_weights(_random_weights(SOURCE_SEED))
    _train(model, x, y, frozen_to=None, learning_rate=3e-3, epochs=10, batch_size=32, seed=SOURCE_SEED)
    return list(base.get_weights())


def source_network(source: str) -> Any:
    """Return the tiny network, 16 x 16 pixels, trained on a source: some 10 seconds the first time in a kernel.

    Parameters
    ----------
    source
        ``"clothes"`` (2,000 images of Fashion-MNIST) or ``"printed digits"`` (2,000 digits of fonts).
    """
    from ...models import backbone

    weights = _source_weights(source)
    base = backbone("tiny", weights=None, size=SIZE)
    base.set_weights(weights)
    return base


# ---------------------------------------------------------------- what is measured


def domain_distances(source: str, target: str, *, images: int = 500) -> dict[str, float]:
    """Return four distances between the training images of a source and of a target, without their labels.

    Parameters
    ----------
    source, target
        Names from ``SOURCES`` and ``TARGETS``.
    images
        How many of each.

    Returns
    -------
    dict
        ``"remembered"``, which needs no image of the source; ``"mean"``, ``"A"`` and ``"MMD²"`` on the pooled
        features of the source's network (:mod:`tlwidgets.transfer`).
    """
    from ...training.extraction import extract_features
    from ...transfer import a_distance, batchnorm_distance, mean_distance, mmd

    base = source_network(source)
    x = training_images(target)[:images]
    both = extract_features(base, training_images(source)[:images]), extract_features(base, x)
    return {
        "remembered": batchnorm_distance(base, x),
        "mean": mean_distance(*both),
        "A": a_distance(*both),
        "MMD²": mmd(*both),
    }


def measure_strategy(
    source: str, target: str, per_class: int, strategy: str, learning_rate: float, seed: int
) -> dict[str, Any]:
    """Train one strategy on one draw of a target: one trial of the shipped measurement, 1 to 5 CPU seconds.

    Parameters
    ----------
    source, target
        Names from ``SOURCES`` and ``TARGETS``. With ``"from scratch"`` the source does not matter.
    per_class
        Labelled images of each class.
    strategy
        One of ``STRATEGIES``.
    learning_rate
        Learning rate of Adam at the beginning; a tenth of it in the last 40 % of the epochs.
    seed
        Decides the images, the new head, their order, and the random weights from scratch.

    Returns
    -------
    dict
        The arguments, and ``validation`` and ``test``, accuracies (0 … 1) on the two splits.
    """
    from ...training.extraction import forward, subset

    for kind, name, known in (("target", target, TARGETS), ("strategy", strategy, STRATEGIES)):
        if name not in known:
            raise unknown(kind, name, known)
    splits = _splits(target)
    x, y = splits["train"]
    chosen = subset(y, per_class, seed)
    scratch = strategy == SCRATCH
    weights = _random_weights(seed) if scratch else _source_weights(source)
    base, model = _network(len(np.unique(y)))
    base.set_weights(weights)
    epochs, batch = _schedule(strategy, len(chosen))
    _train(
        model, x[chosen], y[chosen], frozen_to=FROZEN_TO[strategy], learning_rate=learning_rate, epochs=epochs,
        batch_size=batch, seed=seed,
    )  # fmt: skip

    def accuracy(split: str) -> float:
        (scores,) = forward(model, splits[split][0], 250)
        return float((scores.argmax(axis=1) == splits[split][1]).mean())

    return {
        "source": "none" if scratch else source,
        "target": target,
        "per_class": per_class,
        "strategy": strategy,
        "learning_rate": learning_rate,
        "seed": seed,
        "validation": accuracy("validation"),
        "test": accuracy("test"),
    }


# ---------------------------------------------------------------- what came out


@dataclass(frozen=True)
class Case:
    """One kind of target: a source, a target and a number of labels, with what every strategy gave."""

    source: str
    target: str
    per_class: int
    """Labelled images of each class."""
    distance: float
    """How far the target is from what the network remembers of its source (:func:`batchnorm_distance`)."""
    accuracy: dict[str, list[float]]
    """Strategy → accuracy on the test images (0 … 1) with each seed."""

    def __str__(self) -> str:
        return f"{self.source} → {self.target}, {self.per_class} a class"

    @property
    def near(self) -> bool:
        """Whether the distance is below ``NEAR``."""
        return self.distance < NEAR

    @property
    def few(self) -> bool:
        """Whether there are at most ``FEW`` labels a class."""
        return self.per_class <= FEW

    @property
    def best(self) -> str:
        """The strategy with the highest mean accuracy."""
        return max(self.accuracy, key=lambda strategy: float(np.mean(self.accuracy[strategy])))

    def regret(self, strategy: str) -> list[float]:
        """Return what the best strategy gives more than this one, seed by seed; the mean is 0 or more."""
        if strategy not in self.accuracy:
            raise unknown("strategy", strategy, self.accuracy)
        pairs = zip(self.accuracy[self.best], self.accuracy[strategy], strict=True)
        return [best - this for best, this in pairs]

    def holds(self, strategy: str, among: Sequence[str] | None = None) -> bool:
        """Whether no other strategy is better by more than ``TOLERANCE`` and beyond the noise of the seeds.

        Parameters
        ----------
        strategy
            The one that is judged.
        among
            Strategies that it is compared with; all without it. Beyond the noise: the 95 % interval of the paired
            differences leaves out 0 (:func:`tlwidgets.transfer.compare`).
        """
        from ...transfer import compare

        if strategy not in self.accuracy:
            raise unknown("strategy", strategy, self.accuracy)
        mine = self.accuracy[strategy]
        others = [compare(self.accuracy[name], mine) for name in among or self.accuracy if name != strategy]
        return not any(other.verdict == "better" and other.mean > TOLERANCE for other in others)


@dataclass(frozen=True)
class WhatToFreeze:
    """Accuracy of every strategy on every kind of target, with every seed, at the rate that validation chose."""

    table: Table
    cases: tuple[Case, ...]

    def case(self, source: str, target: str, per_class: int) -> Case:
        """Return one kind of target."""
        asked = f"{source} → {target}, {per_class} a class"
        found = {str(case): case for case in self.cases}
        if asked not in found:
            raise unknown("case", asked, found)
        return found[asked]


def rule_of_thumb(case: Case) -> str:
    """Return what the rules of thumb say, rows C15 to C18 of the claims ledger."""
    if not case.few:
        return "everything"
    return "head only" if case.near else "all but the lowest"


def mean_regret(choose: Callable[[Case], str], cases: Sequence[Case]) -> list[float]:
    """Return the regret of a rule, averaged over cases, seed by seed.

    Parameters
    ----------
    choose
        The rule: takes a case, returns a strategy.
    cases
        What it is tried on.
    """
    return [float(np.mean(seed)) for seed in zip(*(case.regret(choose(case)) for case in cases), strict=True)]


def mean_gain(new: str, old: str, cases: Sequence[Case]) -> list[float]:
    """Return the accuracy of one strategy minus that of another, averaged over cases, seed by seed."""
    gains = ([a - b for a, b in zip(case.accuracy[new], case.accuracy[old], strict=True)] for case in cases)
    return [float(np.mean(seed)) for seed in zip(*gains, strict=True)]


def what_to_freeze() -> WhatToFreeze:
    """Read the measurement (``datasets/what_to_freeze``)."""
    table = read_table("what_to_freeze")
    chosen = table.where(chosen=True)
    cases = []
    for per_class in sorted(chosen.distinct("per_class")):
        for source, target in PAIRS:
            here = chosen.where(target=target, per_class=per_class)
            accuracy = {
                name: here.values("test", source="none" if name == SCRATCH else source, strategy=name)
                for name in STRATEGIES
            }
            distance = table.settings["distances"][f"{source} → {target}"]["remembered"]
            cases.append(Case(source, target, per_class, distance, accuracy))
    return WhatToFreeze(table, tuple(cases))


def on_drawings() -> tuple[Case, ...]:
    """Return two cases of a larger network, from the sweep of lesson 03: photographs → drawings, 20 a class.

    EfficientNet-Lite0, 96 pixels, frozen to ``block2b``, ``block6d``, ``top`` or not at all; without *from scratch*.
    Each strategy at the better of two rates, chosen on the images on which it is measured: somewhat flattering, and
    to all alike.
    """
    distances = read_table("what_to_freeze").settings["distances"]
    depths = dict(zip(STRATEGIES, ("top", "block6d", "block2b", "nothing"), strict=False))
    sweep = freeze_depth()
    cases = []
    for target, domain in DRAWINGS.items():
        learning_rates = sweep.accuracy(domain).values()
        accuracy = {
            name: max((learning_rate[depth] for learning_rate in learning_rates), key=np.mean)
            for name, depth in depths.items()
        }
        distance = distances[f"{PHOTOGRAPHS} → {target}"]["remembered"]
        cases.append(Case(PHOTOGRAPHS, target, sweep.settings["per_class"], distance, accuracy))
    return tuple(cases)
