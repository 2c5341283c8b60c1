"""What to freeze: five strategies on targets near to a source and far from it, small and large.

Two sources and two targets, crossed. Each target is near to one source and far from the other, so that near and far are
compared on the same images: what differs is the source, and not how hard the target is.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...course.experiments import Examples, Experiment, Network, Runner, Trial, Weights, grid, load_examples, weights_of
from ...data import corrupt
from ...errors import unknown
from ...models import backbone
from ...training import extract_features
from ...transfer import a_distance, batchnorm_distance, mean_distance, mmd

__all__ = ["DISTANCES", "EXPERIMENTS", "GRID", "PAIRS", "SCRATCH", "STRATEGIES", "images", "mixed", "source_network"]

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
BUDGETS = (5, 100, 20)
"""Labels per class."""
SCRATCH = "from scratch"
STRATEGIES = ("head only", "top block", "all but the lowest", "everything", SCRATCH)
"""What is trained, from little to all; :data:`SCRATCH` begins with random weights."""
FROZEN_TO = dict(zip(STRATEGIES, ("block4", "block3", "block1", None, None), strict=True))
TUNED = (3e-4, 3e-3, 1e-2)
LEARNING_RATES = dict(zip(STRATEGIES, ((1e-2, 3e-2), TUNED, TUNED, TUNED, (3e-3, 1e-2)), strict=True))
"""Learning rates of each strategy, between which validation images decide. A tuned network may need any of these: the
lowest on a near target, and on a far one the highest of those from scratch."""
SEEDS = range(5)
CHOOSING = (0, 1)
"""Seeds with which all learning rates are tried; the best one on validation is then used with all seeds."""
SOURCE_SEED = 1000
"""None of the targets' seeds: a new head that begins as the source's own did suits the features before any training."""
SETTINGS: dict[str, Any] = {
    "network": "tiny",
    "size": 16,
    "seeds": len(SEEDS),
    "learning_rate_chosen_with_seeds": list(CHOOSING),
    "optimizer": "Adam, a tenth of the learning rate in the last 40 % of the epochs",
}
IMAGES = 500
"""Images of source and target between which distances are measured."""
HALF = {"train": 200, "test": 100}
"""Images of each class of Fashion-MNIST: the first of train are the source *clothes*, and the others, made noisy, the
target; the first of test are enough."""


# ---------------------------------------------------------------- images and networks


def images(name: str, split: str = "train") -> Examples:
    """Return a split of a source or a target, 16 x 16 pixels."""
    if name not in SOURCES + TARGETS:
        raise unknown("set of images", name, SOURCES + TARGETS)
    sets = {"printed digits": "simulated_digits", "handwritten digits": "digits"}
    data = load_examples(sets.get(name, "fashion_mnist"), size=SETTINGS["size"], splits=(split,))
    if name.endswith("clothes") and split != "validation":
        first = np.concatenate([np.flatnonzero(data.y == c)[: HALF[split]] for c in range(data.classes)])
        others = np.setdiff1d(np.arange(len(data)), first)
        data = data[others if (name, split) == ("noisy clothes", "train") else first]
    if name == "noisy clothes":
        grey = corrupt(data.x[..., :1], "gaussian_noise", 3)  # the same noise in all three channels
        return Examples(np.repeat(grey, 3, axis=-1), data.y)
    return data


def mixed(name: str) -> NDArray[np.uint8]:
    """Return the training images (n, 16, 16, 3) of a source or a target, mixed."""
    x = images(name).x
    return np.asarray(x[np.random.default_rng(0).permutation(len(x))])


def network(classes: int, frozen_to: str | None) -> Network:
    """Return the tiny network, frozen up to a block."""
    base = backbone("tiny", weights=None, size=SETTINGS["size"])
    # frozen, BatchNorm would handicap transfer to a far target against scratch, which cannot freeze it
    return Network.on(base, classes, frozen_to=frozen_to, freeze_batchnorm=False)


def random_weights(seed: int) -> Weights:
    """Return the weights with which Keras builds the tiny network."""
    return weights_of(backbone("tiny", weights=None, size=SETTINGS["size"], seed=seed))


def source_weights(runner: Runner, source: str) -> Weights:
    """Train the tiny network on a source, and return its weights without the head."""
    data = images(source)
    net = runner.once(network, data.classes, None)
    start = random_weights(SOURCE_SEED)
    net.begin(SOURCE_SEED, start)
    net.fit(data, learning_rate=3e-3, epochs=10, batch_size=32, late_drop=True)
    found = weights_of(net.model)
    return {name: found[name] for name in start}


def source_network(source: str, runner: Runner | None = None) -> Any:
    """Return the tiny network, 16 x 16 pixels, trained on a source: some 10 seconds.

    Parameters
    ----------
    source
        ``"clothes"`` (2,000 images of Fashion-MNIST) or ``"printed digits"`` (2,000 digits of fonts).
    runner
        Keeps what is trained here.
    """
    if source not in SOURCES:
        raise unknown("source", source, SOURCES)
    runner = runner or Runner()
    weights = runner.once(source_weights, runner, source)
    base = backbone("tiny", weights=None, size=SETTINGS["size"])
    for layer in base.layers:
        layer.set_weights(weights.get(layer.name, []))
    return base


# ---------------------------------------------------------------- one trial


def tune(runner: Runner, trial: Trial) -> dict[str, Any]:
    """Train one strategy on few images of a target; accuracies on its validation and its test images."""
    weights = (
        random_weights(trial.seed) if trial.method == SCRATCH else runner.once(source_weights, runner, trial.source)
    )
    train = runner.once(images, trial.task, "train").sample(trial.per_class, trial.seed)
    net = runner.once(network, train.classes, FROZEN_TO[trial.method])
    net.begin(trial.seed, weights)
    epochs, batch_size = schedule(trial.method, len(train))
    net.fit(
        net.prepare(train),
        learning_rate=trial.learning_rate,
        epochs=epochs,
        batch_size=batch_size,
        late_drop=True,
    )
    held_out = {split: runner.once(images, trial.task, split) for split in ("validation", "test")}
    return {split: net.accuracy(net.prepare(data, batch_size=250), batch_size=250) for split, data in held_out.items()}


def schedule(strategy: str, examples: int) -> tuple[int, int]:
    """Return epochs and size of a batch: not many more steps for many images than for few."""
    epochs, batch_size = (48, 10) if examples <= 60 else (28, 20) if examples <= 250 else (20, 50)
    # a head on kept features costs next to nothing
    return 2 * epochs if strategy == "head only" else epochs, batch_size


def distances(runner: Runner, trial: Trial) -> dict[str, float | None]:
    """Return four distances between the training images of a source and of a target, without their labels.

    ``batchnorm`` needs no image of the source: it is the distance from what the last BatchNorm layer remembers.
    ``mean``, ``A`` and ``MMD²`` are those of the pooled features of the source's network.
    """
    if trial.source == PHOTOGRAPHS:
        x = load_examples("styles", DRAWINGS[trial.task], size=96).x
        return {"batchnorm": batchnorm_distance(backbone("efficientnet-lite0", size=96), x)} | dict.fromkeys(
            ("mean", "A", "MMD²")
        )
    base = source_network(trial.source, runner)
    near, far = mixed(trial.source)[:IMAGES], mixed(trial.task)[:IMAGES]
    both = extract_features(base, near), extract_features(base, far)
    return {
        "batchnorm": batchnorm_distance(base, far),
        "mean": mean_distance(*both),
        "A": a_distance(*both),
        "MMD²": mmd(*both),
    }


# ---------------------------------------------------------------- the plans


def _case(row: dict[str, Any]) -> tuple[Any, ...]:
    return row["source"], row["task"], row["method"], row["per_class"]


def _cases() -> Iterator[dict[str, Any]]:
    for per_class in BUDGETS:
        for source, target in PAIRS:
            for strategy in STRATEGIES:
                if strategy != SCRATCH:
                    yield {"source": source, "task": target, "method": strategy, "per_class": per_class}
                elif source == SOURCES[0]:  # from scratch is one case for both sources
                    yield {"source": "none", "task": target, "method": strategy, "per_class": per_class}


def best_rates(rows: list[dict[str, Any]]) -> dict[tuple[Any, ...], float]:
    """Return case → the learning rate with the highest mean on validation images; of equals the lowest."""
    tried: dict[tuple[Any, ...], dict[float, list[float]]] = {}
    for row in rows:
        if row["seed"] in CHOOSING:
            tried.setdefault(_case(row), {}).setdefault(row["learning_rate"], []).append(row["validation"])
    means = {
        case: {learning_rate: float(np.mean(found)) for learning_rate, found in learning_rates.items()}
        for case, learning_rates in tried.items()
    }
    # accuracies are stored with four digits: less than half an image is no difference
    return {case: min(r for r in mean if mean[r] > max(mean.values()) - 2e-4) for case, mean in means.items()}


def with_all_seeds(rows: list[dict[str, Any]]) -> Iterator[Trial]:
    """Return the trials of the best learning rate with the other seeds."""
    best = best_rates(rows)
    for case in _cases():
        more = [seed for seed in SEEDS if seed not in CHOOSING]
        yield from grid(**case, learning_rate=best[_case(case)], seed=more)


def mark_chosen(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Say which learning rate was chosen, and drop the accuracy on test images where it was not."""
    best = best_rates(rows)
    marked = []
    for row in rows:
        chosen = row["learning_rate"] == best[_case(row)]
        marked.append({**row, "test": row["test"] if chosen else None, "chosen": chosen})
    return marked


GRID = Experiment(
    "what_to_freeze",
    "strategies",
    "Accuracy of five strategies by source, target and number of labels",
    [trial for case in _cases() for trial in grid(**case, learning_rate=LEARNING_RATES[case["method"]], seed=CHOOSING)],
    tune,
    SETTINGS,
    digits=4,
    then=with_all_seeds,
    tidy=mark_chosen,
    again=grid(
        source="clothes", task="noisy clothes", method="head only", per_class=5, learning_rate=1e-2, seed=CHOOSING
    ),
    agree={"test": 0.05},  # a source that is trained anew, with other rounding, moves accuracies by some points
)
DISTANCES = Experiment(
    "what_to_freeze",
    "distances",
    "Four distances of every pair of source and target, without labels",
    [
        *(Trial(target, source) for source, target in PAIRS),
        *grid(source=PHOTOGRAPHS, task=DRAWINGS),
    ],
    distances,
    {"network": "tiny", "size": SETTINGS["size"], "images": IMAGES},
    digits=4,
    again=[Trial("noisy clothes", "clothes")],
    agree={"batchnorm": 0.15, "mean": 0.15, "A": 0.15, "MMD²": 0.15},
)
EXPERIMENTS = (GRID, DISTANCES)
