"""What came out, as the figures and claims of the lesson need it: every list holds one value per seed."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ...course.experiments import pick, series
from .experiment import DEPTH, HEAD, INHERIT, SCRATCH, SHORTEN

__all__ = ["best_head", "best_scratch", "by_depth", "inherited", "shortened"]

Lines = dict[str, dict[str, list[float]]]


def by_depth(domain: str) -> Lines:
    """Return learning rate → last frozen block → accuracy (0 … 1), the ordinary rate first.

    Parameters
    ----------
    domain
        Of *styles*: ``"noto"`` or ``"openmoji_black"``.
    """
    found = pick(DEPTH.read(), task=domain).sort_values("learning_rate", ascending=False, kind="stable")
    lines = {
        learning_rate: series(rows, "task", "frozen_to", "accuracy")[domain]
        for learning_rate, rows in found.groupby("learning_rate", sort=False)
    }
    return {f"rate {learning_rate:g}": line for learning_rate, line in lines.items()}


def best_scratch(domain: str) -> list[float]:
    """Return the accuracies from scratch at the learning rate with the highest mean.

    That rate is chosen by the very accuracies, so the choice is in favour of scratch.
    """
    lines = series(SCRATCH.read(), "learning_rate", "task", "accuracy", task=domain)
    return max((line[domain] for line in lines.values()), key=np.mean)


def inherited(column: str = "accuracy") -> Lines:
    """Return ``"the first"`` and ``"the last"`` → convolutions with pretrained weights, ``"0"`` to ``"12"`` → values.

    Parameters
    ----------
    column
        ``"accuracy"`` or ``"early_loss"``.
    """
    return _both_ends(INHERIT.read(), column, "the {}")


def shortened(column: str = "accuracy") -> Lines:
    """Return ``"the first are kept"`` and ``"the last are kept"`` → convolutions, ``"3"`` to ``"12"`` → values.

    Parameters
    ----------
    column
        ``"accuracy"`` or ``"params"``.
    """
    whole = pick(INHERIT.read(), layers=12)
    return _both_ends(pd.concat([SHORTEN.read(), whole]), column, "the {} are kept")


def best_head(domain: str) -> list[float]:
    """Return the accuracies of the head alone at the learning rate with the highest mean.

    That rate is chosen by the very accuracies, so the choice is in favour of the head.
    """
    rows = pd.concat([pick(DEPTH.read(), frozen_to="top"), HEAD.read()])
    lines = series(rows, "learning_rate", "task", "accuracy", task=domain)
    return max((line[domain] for line in lines.values()), key=np.mean)


def _both_ends(table: pd.DataFrame, column: str, words: str) -> Lines:
    """Return a line for each end; where it has none of the layers, or all, it is the same network, trained once."""
    same = pick(table, end="first")
    same = same[same["layers"].isin([0, 12])]
    table = pd.concat([table, same.assign(end="last")]).sort_values(["layers", "seed"], ignore_index=True)
    return {words.format(end): series(table, "end", "layers", column)[end] for end in ("first", "last")}
