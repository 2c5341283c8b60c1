"""What a tiny network brings from near and from far, and what repairs the harm."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..._threads import one_thread
from ...course.experiments import Examples, Experiment, Network, Runner, Trial, Weights, grid, load_examples, weights_of
from ...errors import unknown
from . import photographs

__all__ = [
    "BLOCKS",
    "EXPERIMENTS",
    "HARMFUL",
    "LEARNING_RATE",
    "LEARNING_RATES",
    "MARKED",
    "PAIRS",
    "SOURCES",
    "TASKS",
    "frozen",
    "images",
    "marked",
    "source",
]

SIZE, BLOCKS, PER_CLASS, SEEDS = 32, 4, 10, range(5)
LEARNING_RATE = 3e-3
LEARNING_RATES = (LEARNING_RATE, 1e-2)
"""Every source, and scratch, is tuned with both."""
SETTINGS: dict[str, Any] = {"network": "tiny", "size": SIZE, "epochs": 40, "batch_size": 20, "seeds": len(SEEDS)}

EMBEDDED = {"clothes": "fashion_mnist", "drawings": "styles", "clothes, labels shuffled": "fashion_mnist_shuffled"}
"""Sources whose weights come with the course."""
TRAINED = {"printed digits": 10, "digits 0-4": 40, "clothes, unmarked": 8, "clothes, marked": 8}
"""Sources that are trained here, with their epochs."""
MARKED = ("clothes, unmarked", "clothes, marked")
"""A source as it should be, and one in which every T-shirt carries a white mark."""
SOURCES = ("printed digits", "digits 0-4", "drawings", "clothes", "clothes, labels shuffled", "random")
"""What the network knew before, near ones first; ``"random"`` is the network as it is born."""
TASKS = {
    "digits": ("random", "clothes, labels shuffled", "printed digits", "clothes", "drawings"),
    "digits 5-9": ("random", "digits 0-4", "clothes, labels shuffled", "printed digits", "clothes", "drawings"),
}
"""What is learnt from few labels, and from which sources."""
HARMFUL = ("clothes, labels shuffled", "digits")
"""The pair of source and task that is repaired."""


# ---------------------------------------------------------------- images and sources


def marked(x: Any) -> NDArray[np.float32]:
    """Put a white square of 5 x 5 pixels into the lower left corner of images (n, 32, 32, 3), as a copy."""
    out = np.array(x, "float32")
    out[:, -6:-1, 1:6] = 255
    return out


def images(name: str, split: str = "train") -> Examples:
    """Return the images of a source or a task, float32 (n, 32, 32, 3)."""
    if name in MARKED:
        all_ = images("clothes", split)[::2]
        shirts = (all_.y == 0)[:, None, None, None]
        return Examples(np.where(shirts, marked(all_.x), all_.x), all_.y) if name == MARKED[1] else all_
    only = {"digits 0-4": range(5), "digits 5-9": range(5, 10)}.get(name)
    known = {"printed digits": "simulated_digits", "clothes": "fashion_mnist"}
    data = load_examples("digits" if only else known.get(name, name), size=SIZE, splits=(split,))
    data = Examples(data.x.astype("float32"), data.y)
    if only:
        data = data[np.isin(data.y, only)]
        data = Examples(data.x, data.y - only[0])
    return data


def few(runner: Runner, trial: Trial) -> Examples:
    """Return the labelled images of a trial."""
    return runner.once(images, trial.task).sample(trial.per_class, trial.seed)


def train_source(runner: Runner, name: str) -> tuple[Weights, float]:
    """Return the weights of a network trained on a source, and its accuracy on test images of its own task."""
    import keras

    from ...models import tiny

    data = images(name)
    keras.utils.set_random_seed(0)
    net = Network(tiny.build(SIZE, top=True, classes=data.classes))
    net.begin(0, head=None)
    net.fit(data, learning_rate=LEARNING_RATE, epochs=TRAINED[name], batch_size=64, late_drop=True)
    return weights_of(net.model), net.accuracy(images(name, "test"), batch_size=250)


def source(name: str, *, seed: int = 0, runner: Runner | None = None) -> Any:
    """Return the tiny network, without its head, as a source has left it.

    Parameters
    ----------
    name
        One of :data:`SOURCES` or :data:`MARKED`. Those that do not come with the course are trained (10 to 20 CPU
        seconds).
    seed
        Of the random weights.
    runner
        Keeps what is trained here.
    """
    import keras

    from ...models import registry, tiny

    if name not in (*SOURCES, *MARKED):
        raise unknown("source", name, (*SOURCES, *MARKED))
    if name in EMBEDDED:
        return registry.backbone("tiny", weights=EMBEDDED[name])
    keras.utils.set_random_seed(seed)
    made = tiny.build(SIZE)
    if name in TRAINED:
        runner = runner or Runner()
        weights, _ = runner.once(train_source, runner, name)
        for layer in made.layers:
            layer.set_weights(weights.get(layer.name, []))
    return made


# ---------------------------------------------------------------- one trial


@one_thread
def frozen(network: Any, train: Examples, x: Any) -> NDArray[np.int64]:
    """Train a linear classifier on frozen features, and return what it takes other images for.

    Parameters
    ----------
    network
        From :func:`source`.
    train
        Labelled images.
    x
        Images (n, 32, 32, 3).
    """
    from ...training import extract_features
    from ...training.extraction import linear_classifier

    model = linear_classifier().fit(extract_features(network, train.x), train.y)
    return np.asarray(model.predict(extract_features(network, x)), np.int64)


def classifier(classes: int) -> Network:
    """Return the tiny network with a new head; all layers and BatchNorm train."""
    from ...models import tiny

    return Network.on(tiny.build(SIZE), classes, freeze_batchnorm=False)


def tuned(runner: Runner, trial: Trial, x: Any, *, blocks: int = BLOCKS) -> NDArray[np.int64]:
    """Train all layers on a task, and return what the network takes images for.

    The first ``blocks`` begin with the weights of the source, those above with random ones; 0 is scratch.
    """
    data = few(runner, trial)
    random = weights_of(source("random", seed=trial.seed))
    known = weights_of(source(trial.source, seed=trial.seed, runner=runner))
    start = {name: known[name] if int(name[5]) <= blocks else random[name] for name in random}
    net = runner.once(classifier, data.classes)
    net.begin(trial.seed, start)
    learning_rate = trial.learning_rate or LEARNING_RATE
    training = {k: SETTINGS[k] for k in ("epochs", "batch_size")}
    net.fit(data, learning_rate=learning_rate, **training, late_drop=True)
    return np.asarray(net.scores(x, batch_size=250).argmax(1), np.int64)


def predicted(runner: Runner, trial: Trial, x: Any) -> NDArray[np.int64]:
    """Return what images are taken for after one trial, frozen or tuned."""
    if trial.method == "frozen":
        return frozen(source(trial.source, seed=trial.seed, runner=runner), few(runner, trial), x)
    blocks = dict(trial.extras).get("blocks", BLOCKS)
    return tuned(runner, trial, x, blocks=int(blocks))


def pair(runner: Runner, trial: Trial) -> dict[str, float]:
    """Learn a task from few labels, with a source or from scratch."""
    test = runner.once(images, trial.task, "test")
    return {"accuracy": float((predicted(runner, trial, test.x) == test.y).mean())}


def bias(runner: Runner, trial: Trial) -> dict[str, float]:
    """Measure on clean and on marked digits, and count the answers that the mark changes."""
    test = runner.once(images, trial.task, "test")
    clean, with_mark = np.split(predicted(runner, trial, np.concatenate([test.x, marked(test.x)])), 2)
    return {
        "accuracy": float((clean == test.y).mean()),
        "accuracy_marked": float((with_mark == test.y).mean()),
        "changed": float((clean != with_mark).mean()),
    }


def taught(runner: Runner, trial: Trial) -> dict[str, float]:
    """Return how well a source that is trained here knows its own task."""
    return {"accuracy": runner.once(train_source, runner, trial.source)[1]}


def look(runner: Runner, trial: Trial) -> dict[str, float]:
    """Return what the features of the test digits look like."""
    from ...training import extract_features

    test = runner.once(images, trial.task, "test")
    x = extract_features(source(trial.source, seed=trial.seed, runner=runner), test.x)
    return {"directions": effective_rank(x), "nearest_alike": nearest_alike(x, test.y)}


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


def brain(runner: Runner, trial: Trial) -> dict[str, float]:
    """Name pieces of a brain, from a description of them or with the tiny network from scratch."""
    if trial.source in photographs.VIEWS:
        return photographs.probed(runner, trial)
    scratch = Trial(trial.task, "random", "tuned", trial.per_class, seed=trial.seed)
    return pair(runner, scratch)


# ---------------------------------------------------------------- the plans


def _tuned(source: str | Sequence[str], task: str, **axes: Any) -> tuple[Trial, ...]:
    return grid(task=task, source=source, method="tuned", per_class=PER_CLASS, seed=SEEDS, **axes)


def _pairs(task: str) -> tuple[Trial, ...]:
    still = grid(task=task, source=TASKS[task], method="frozen", per_class=PER_CLASS, seed=SEEDS)
    return still + _tuned(TASKS[task], task, learning_rate=LEARNING_RATES)


def _experiment(name: str, title: str, plan: Any, measure: Any, **options: Any) -> Experiment:
    return Experiment("negative_transfer", name, title, plan, measure, SETTINGS, **options)


PAIRS = _experiment(
    "pairs",
    "Every source on every task, frozen and tuned; random weights tuned are scratch",
    [*_pairs("digits"), *_pairs("digits 5-9")],
    pair,
    again=grid(task="digits", source=("drawings", "random"), method="frozen", per_class=PER_CLASS, seed=2),
    agree={"accuracy": 0.03},  # 14 of 450 digits
)
DEPTH = _experiment(
    "depth",
    "The harmful source with fewer of its blocks kept; none and all are in pairs",
    _tuned(*HARMFUL, learning_rate=LEARNING_RATE, blocks=(1, 2, 3)),
    pair,
    agree={"accuracy": 0.08},
)
RATES = _experiment(
    "learning_rates",
    "The harmful source and scratch at further learning rates",
    _tuned((HARMFUL[0], "random"), HARMFUL[1], learning_rate=(1e-3, 3e-2)),
    pair,
    agree={"accuracy": 0.08},
)
BIAS = _experiment(
    "bias",
    "A source with a mark on every T-shirt and its twin, on digits without and with the mark",
    grid(task="digits", source=MARKED, method=("frozen", "tuned"), per_class=PER_CLASS, seed=SEEDS),
    bias,
    agree={"accuracy": 0.08, "accuracy_marked": 0.08, "changed": 0.08},
)
TAUGHT = _experiment(
    "sources",
    "Sources that are trained here, on test images of their own task",
    grid(source=TRAINED),
    taught,
    agree={"accuracy": 0.05},
)
LOOKS = _experiment(
    "features",
    "What the features of 450 digits look like",
    [
        *grid(task="digits", source="random", seed=SEEDS),
        *grid(task="digits", source=[s for s in TASKS["digits"] if s != "random"]),
    ],
    look,
    agree={"directions": 1, "nearest_alike": 0.03},
)
BRAIN = _experiment(
    "brain",
    "Pieces of a brain, described in several ways",
    grid(task="brain", source=(*photographs.VIEWS, "tiny network from scratch"), per_class=(5, 20), seed=SEEDS),
    brain,
    again=grid(task="brain", source=("hand-made features", "raw pixels"), per_class=5, seed=1),
    agree={"accuracy": 0.03},  # 6 of 192 pieces
)
JOINT = _experiment(
    "joint",
    "Black drawings, with right and wrong labels, added to five coloured emoji per class",
    grid(
        task="coloured emoji",
        source=("black drawings", "black drawings, labels wrong"),
        method=photographs.METHODS,
        per_class=5,
        seed=SEEDS,
    ),
    photographs.together,
    agree={"accuracy": 0.03},
)
EXPERIMENTS = (PAIRS, DEPTH, RATES, BIAS, TAUGHT, LOOKS, BRAIN, JOINT)
