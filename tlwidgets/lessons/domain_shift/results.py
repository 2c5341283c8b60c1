"""What came out, as the figures and claims of the lesson need it: every list holds one value per seed."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ...course.experiments import values
from ...transfer.comparison import Comparison, compare
from .experiment import CORRUPTIONS, KINDS, STRENGTHS, STYLE_NAMES, STYLES
from .kinds import FOLDS

__all__ = [
    "MITIGATIONS",
    "OTHERS",
    "adapted",
    "alarm_and_drop",
    "alarms",
    "by_distance",
    "by_strength",
    "clean",
    "decisions",
    "far_apart",
    "harmful",
    "kind",
    "lost",
    "matrix",
    "mean_fall",
    "mean_lost",
    "mitigated",
    "standardized",
    "style",
    "verdicts",
]

Pair = tuple[str, str]
Both = tuple[list[float], list[float]]

OTHERS: tuple[Pair, ...] = tuple((s, t) for s in STYLE_NAMES for t in STYLE_NAMES if s != t)
"""Source and target that are not the same style."""
MITIGATIONS = {"as it is": "accuracy", "AdaBN": "adabn_accuracy", "shares corrected": "prior_accuracy"}
"""What is done about a shift → the column with its accuracy."""
CASES: dict[Pair, tuple[str, int]] = {
    ("mild", "covariate"): ("gaussian_noise", 3),
    ("strong", "covariate"): ("gaussian_noise", 5),
    ("mild", "label"): ("label shift", 2),
    ("strong", "label"): ("label shift", 5),
    ("mild", "concept"): ("concept shift", 1),
    ("strong", "concept"): ("concept shift", 3),
}
"""How strong and what kind of shift → kind and strength of ``experiment.KINDS``."""


# ---------------------------------------------------------------- train on one style, test on another


def style(source: str, target: str, column: str = "accuracy") -> list[float]:
    """Return a column of the probes that were trained on one style and tested on another."""
    return values(STYLES.read(), column, source=source, task=target)


def matrix() -> tuple[dict[tuple[str, str, str], list[float]], dict[str, list[float]]]:
    """Return runs and baseline for :class:`tlwidgets.TransferMatrix`: every pair, as it is and standardized."""
    methods = {"as it is": "accuracy", "own statistics": "own_statistics"}
    runs = {
        (source, target, method): style(source, target, column)
        for method, column in methods.items()
        for source in STYLE_NAMES
        for target in STYLE_NAMES
    }
    return runs, {target: style(target, target) for target in STYLE_NAMES}


def verdicts(column: str = "accuracy", against: str = "trained on the target") -> dict[Pair, Comparison]:
    """Compare the probes of every pair, seed by seed.

    Parameters
    ----------
    column
        What is compared.
    against
        ``"trained on the target"``: the accuracy of probes that were trained on the target itself; or a column of the
        same pair.
    """
    table = STYLES.read()

    def other(source: str, target: str) -> list[float]:
        if against == "trained on the target":
            return values(table, "accuracy", source=target, task=target)
        return values(table, against, source=source, task=target)

    return {
        (source, target): compare(values(table, column, source=source, task=target), other(source, target))
        for source, target in OTHERS
    }


def lost(source: str, target: str) -> list[float]:
    """Return the accuracy lost on a target, compared with probes that were trained on it."""
    return np.subtract(style(target, target), style(source, target)).tolist()  # type: ignore[no-any-return]


def mean_lost() -> list[float]:
    """Return :func:`lost`, averaged over all pairs."""
    return np.mean([lost(*pair) for pair in OTHERS], axis=0).tolist()  # type: ignore[no-any-return]


def by_distance(column: str) -> dict[Pair, Both]:
    """Return pair → ``"a_distance"``, ``"mean_distance"`` or ``"mmd"``, and the accuracy lost on the target."""
    return {pair: (style(*pair, column), lost(*pair)) for pair in OTHERS}


def far_apart(a_distance: float) -> list[float]:
    """Return the mean accuracy lost by every pair with at least this A-distance."""
    return [
        float(np.mean(cost)) for distance, cost in by_distance("a_distance").values() if np.mean(distance) > a_distance
    ]


def standardized(source: str) -> dict[str, Both]:
    """Return target → accuracies of the probes trained on a style, as they are and with own statistics."""
    return {target: (style(source, target), style(source, target, "own_statistics")) for target in STYLE_NAMES}


# ---------------------------------------------------------------- three kinds of shift


def kind(name: str, strength: int, column: str = "accuracy") -> list[float]:
    """Return a column for one kind and strength of shift."""
    return values(KINDS.read(), column, kind=name, strength=strength)


def clean(column: str = "accuracy") -> list[float]:
    """Return a column for images without a shift."""
    return kind("none", 0, column)


def by_strength(name: str, columns: Mapping[str, str]) -> dict[str, dict[str, list[float]]]:
    """Return line → strength → values over seeds, as :func:`~tlwidgets.course.figures.accuracy_lines` takes them.

    Parameters
    ----------
    name
        Kind of shift; the line begins with strength 0, the images as they are.
    columns
        Name of a line → column of the table.
    """
    strengths = range(1, STRENGTHS[name] + 1)
    return {
        line: {"0": clean(column)} | {str(s): kind(name, s, column) for s in strengths}
        for line, column in columns.items()
    }


def harmful() -> list[str]:
    """Return the corruptions that clearly lower the accuracy at severity 5."""
    return [name for name in CORRUPTIONS if compare(kind(name, 5), clean()).verdict == "worse"]


def mean_fall(column: str) -> list[float]:
    """Return how much lower a column is at severity 5 than without a shift, averaged over the harmful corruptions."""
    falls = [np.subtract(clean(column), kind(name, 5, column)) for name in harmful()]
    return np.mean(falls, axis=0).tolist()  # type: ignore[no-any-return]


def adapted() -> dict[str, Both]:
    """Return corruption, worst first → accuracies at severity 5 as it is, and with AdaBN."""
    worst_first = sorted(CORRUPTIONS, key=lambda name: float(np.mean(kind(name, 5))))
    return {name: (kind(name, 5), kind(name, 5, "adabn_accuracy")) for name in worst_first}


def mitigated(name: str, strength: int) -> dict[str, list[float]]:
    """Return what is done about a shift → accuracies."""
    return {words: kind(name, strength, column) for words, column in MITIGATIONS.items()}


def decisions() -> dict[tuple[str, str, str], list[float]]:
    """Return the runs for :class:`tlwidgets.DecisionGrid`: which mitigation for which shift."""
    return {(*cell, words): found for cell, about in CASES.items() for words, found in mitigated(*about).items()}


def alarms(name: str, strength: int) -> int:
    """Return in how many parts of the images a test for a shift with 5 % false alarms raised the alarm."""
    return sum(p <= 0.05 for p in kind(name, strength, "p_value"))


def alarm_and_drop() -> dict[tuple[bool, bool], list[str]]:
    """Sort the shifts by whether they were noticed and whether accuracy dropped.

    Returns
    -------
    dict
        ``(alarm, drop)`` → names of kind and strength. Alarm: in most of the parts, without labels. Drop: the paired
        95 % interval of the change in accuracy lies below 0.
    """
    found: dict[tuple[bool, bool], list[str]] = {}
    for name, strength in [(name, s) for name, most in STRENGTHS.items() for s in range(1, most + 1)]:
        change = compare(kind(name, strength), clean())
        noticed = alarms(name, strength) > FOLDS / 2
        found.setdefault((noticed, change.verdict == "worse"), []).append(f"{name} {strength}")
    return found
