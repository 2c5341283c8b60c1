"""What came out, as the figures and claims of the lesson need it: every list holds one value per seed."""

from __future__ import annotations

import numpy as np

from ...course.experiments import pick, series, values
from .experiment import (
    BIAS,
    BLOCKS,
    BRAIN,
    DEPTH,
    HARMFUL,
    JOINT,
    LEARNING_RATE,
    LEARNING_RATES,
    LOOKS,
    PAIRS,
    RATES,
    SOURCES,
    TASKS,
)

__all__ = [
    "accuracy",
    "bias",
    "brain",
    "by_blocks",
    "by_learning_rate",
    "features",
    "gaps",
    "joint",
    "matrix",
    "sources",
    "without",
]


def accuracy(source: str, task: str, method: str, *, learning_rate: float | None = None) -> list[float]:
    """Return the accuracies of one source on one task, ``"frozen"`` or ``"tuned"``.

    Tuned without a ``learning_rate``: those with the one of ``LEARNING_RATES`` that suits this source and this task
    better.
    """
    rows = pick(PAIRS.read(), source=source, task=task, method=method)
    if method == "tuned" and learning_rate is None:
        learning_rate = max(LEARNING_RATES, key=lambda r: float(np.mean(values(rows, "accuracy", learning_rate=r))))
    return values(rows, "accuracy", **({} if learning_rate is None else {"learning_rate": learning_rate}))


def without(task: str, method: str = "tuned") -> list[float]:
    """Return the same without a source: scratch, or random features for ``"frozen"``."""
    return accuracy("random", task, method)


def sources(task: str) -> list[str]:
    """Return the sources that were tried on a task, near ones first."""
    return [name for name in SOURCES if name in TASKS[task] and name != "random"]


def gaps(task: str, method: str) -> dict[str, tuple[list[float], list[float]]]:
    """Return source → accuracies with and without it, for the figure of that name."""
    return {source: (accuracy(source, task, method), without(task, method)) for source in sources(task)}


def matrix() -> tuple[dict[tuple[str, str, str], list[float]], dict[str, list[float]]]:
    """Return runs and baseline for :class:`tlwidgets.TransferMatrix`, random frozen features as one more source."""
    runs = {
        (source, task, method): accuracy(source, task, method)
        for method in ("tuned", "frozen")
        for task in TASKS
        for source in [*sources(task), *(["random"] if method == "frozen" else [])]
    }
    return runs, {task: without(task) for task in TASKS}


def by_blocks() -> dict[str, list[float]]:
    """Return number of blocks kept → accuracies of the harmful pair, all layers tuned at one rate; 0 is scratch."""
    source, task = HARMFUL
    between = series(DEPTH.read(), "task", "blocks", "accuracy")[task]
    ends = [accuracy(name, task, "tuned", learning_rate=LEARNING_RATE) for name in ("random", source)]
    return {"0": ends[0], **between, str(BLOCKS): ends[1]}


def by_learning_rate() -> dict[str, dict[str, list[float]]]:
    """Return source or scratch → learning rate → accuracies on the harmful pair's task, all layers tuned."""
    source, task = HARMFUL
    further = RATES.read()
    learning_rates = sorted({*LEARNING_RATES, *further["learning_rate"]})

    def at(name: str, learning_rate: float) -> list[float]:
        if learning_rate in LEARNING_RATES:
            return accuracy(name, task, "tuned", learning_rate=learning_rate)
        return values(further, "accuracy", source=name, learning_rate=learning_rate)

    return {
        words: {f"{learning_rate:g}": at(name, learning_rate) for learning_rate in learning_rates}
        for words, name in ((source, source), ("scratch", "random"))
    }


def features(source: str, column: str) -> list[float]:
    """Return ``"directions"`` or ``"nearest_alike"`` of the features of the digits."""
    return values(LOOKS.read(), column, source=source)


def bias(source: str, method: str, column: str) -> list[float]:
    """Return ``"accuracy"``, ``"accuracy_marked"`` or ``"changed"`` for the source with a mark or its twin."""
    return values(BIAS.read(), column, source=source, method=method)


def brain(per_class: int) -> dict[str, list[float]]:
    """Return description → accuracies on pieces of a brain."""
    return series(BRAIN.read(), "task", "source", "accuracy", per_class=per_class)["brain"]


def joint(source: str) -> dict[str, list[float]]:
    """Return method → accuracies on coloured emoji, with black drawings or wrongly labelled ones added."""
    return series(JOINT.read(), "task", "method", "accuracy", source=source)["coloured emoji"]
