"""What came out, as the figures and claims of the lesson need it: every list holds one value per seed."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from ...course.experiments import pick, series, values
from .experiment import FORGETTING, GRADIENTS, LONG, RATES, SLOWER_BELOW

__all__ = [
    "at_the_end",
    "best_rate",
    "by_epoch",
    "by_rate",
    "gain",
    "gradients",
    "highest_rate",
    "source_and_target",
    "source_before",
    "stopped_early",
    "trade_offs",
    "tuned",
]

Line = dict[str, list[float]]


def gradients() -> dict[str, Line]:
    """Return ``"new head"`` and ``"trained head"`` → part of the network → length of the gradient."""
    return {f"{head} head": parts for head, parts in series(GRADIENTS.read(), "head", "part", "norm").items()}


# ---------------------------------------------------------------- learning rates


def tuned(
    column: str = "test",
    *,
    learning_rate: float = 1e-3,
    head: str = "new",
    optimizer: str = "adam",
    by_block: bool = False,
) -> list[float]:
    """Return what tuning everything gave.

    Parameters
    ----------
    column
        ``"before"`` (test accuracy with the head alone), ``"train"``, ``"validation"`` or ``"test"`` (accuracies),
        ``"train_loss"``, ``"test_loss"`` or ``"changed"``.
    learning_rate
        That of the head, where rates differ.
    head
        ``"new"`` or ``"trained"``.
    optimizer
        ``"adam"`` or ``"sgd"``.
    by_block
        Whether each part has a lower rate than the part above it.
    """
    about = {"head": head, "optimizer": optimizer, "slower_below": SLOWER_BELOW if by_block else 1.0}
    return values(RATES.read(), column, method="everything", learning_rate=learning_rate, **about)


def by_rate(column: str = "test", *, method: str = "everything", head: str = "new") -> Line:
    """Return learning rate of Adam → values; ``method`` is ``"everything"`` or ``"head"``, which is trained alone."""
    about = {"method": method, "head": head, "optimizer": "adam", "slower_below": 1.0}
    rows = pick(RATES.read(), **about)
    return {f"{rate:g}": values(rows, column, learning_rate=rate) for rate in sorted(rows["learning_rate"].unique())}


def best_rate(head: str) -> float:
    """Return the learning rate of Adam with the highest mean on validation drawings, everything tuned."""
    found = by_rate("validation", head=head)
    return float(max(found, key=lambda rate: sum(found[rate])))


def highest_rate(method: str) -> float:
    """Return the highest rate at which the mean accuracy on test drawings is within a tenth of its best."""
    means = {float(rate): float(np.mean(found)) for rate, found in by_rate(method=method).items()}
    return max(rate for rate, mean in means.items() if mean > max(means.values()) - 0.1)


# ---------------------------------------------------------------- for longer and longer


def by_epoch(column: str) -> dict[str, Line]:
    """Return ``"styles"`` and ``"digits"`` → epoch → ``"test"``, ``"test_loss"``, …"""
    return series(LONG.read(), "task", "epoch", column)


def at_the_end(task: str, column: str) -> list[float]:
    """Return a column after the last epoch."""
    return list(by_epoch(column)[task].values())[-1]


def stopped_early(task: str, column: str) -> list[float]:
    """Return a column after the epoch with the lowest loss on validation images."""
    rows = pick(LONG.read(), task=task)
    best = rows.loc[rows.groupby("seed")["validation_loss"].idxmin()]
    return values(best, column)


# ---------------------------------------------------------------- what is forgotten


def source_before() -> float:
    """Return the accuracy on clothes before anything was learnt about digits."""
    return float(FORGETTING.read().attrs["source_before"])


def source_and_target() -> dict[str, Line]:
    """Return ``"clothes"`` and ``"digits"`` → learning rate of Adam → accuracies, without a mitigation."""
    rows = pick(FORGETTING.read(), method="none")
    return {
        name: series(rows, "method", "learning_rate", column)["none"]
        for name, column in (("clothes", "source_accuracy"), ("digits", "target_accuracy"))
    }


def trade_offs() -> dict[str, dict[str, tuple[list[float], list[float]]]]:
    """Return method → setting → accuracies (target, source), as :func:`.figures.source_and_target` takes them."""
    table = FORGETTING.read()

    def both(rows: pd.DataFrame, by: str) -> dict[str, tuple[list[float], list[float]]]:
        found = {at: pick(rows, **{by: at}) for at in rows[by].unique()}
        return {
            f"{at:g}": (values(part, "target_accuracy"), values(part, "source_accuracy")) for at, part in found.items()
        }

    return {
        "rate alone": both(pick(table, method="none"), "learning_rate"),
        "penalty": both(pick(table, method="l2_sp"), "strength"),
        "replay": both(pick(table, method="replay"), "strength"),
        "frozen base": both(pick(table, method="frozen"), "learning_rate"),
    }


def gain(method: str, strength: float) -> dict[str, list[float]]:
    """Return what a mitigation gains on ``"clothes"`` and on ``"digits"`` over tuning without, at the same rate."""
    rows = pick(FORGETTING.read(), learning_rate=1e-3)

    def over_none(column: str) -> list[float]:
        mitigated: list[Any] = values(rows, column, method=method, strength=strength)
        return [a - b for a, b in zip(mitigated, values(rows, column, method="none"), strict=True)]

    return {"clothes": over_none("source_accuracy"), "digits": over_none("target_accuracy")}
