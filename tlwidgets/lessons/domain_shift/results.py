"""What came out, as the figures and claims of the lesson need it: every list holds one value per seed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from ...course.experiments import pick, values
from ...transfer.comparison import Comparison, compare
from .experiment import CORRUPTIONS, KINDS, STRENGTHS, STYLE_NAMES, STYLES
from .kinds import FOLDS

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "MITIGATIONS",
    "OTHERS",
    "adapted",
    "alarm_and_drop",
    "alarms",
    "at_their_strongest",
    "by_distance",
    "by_strength",
    "by_verdict",
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
    "won_back_by_kind",
    "won_back_by_pair",
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
STRONGEST: dict[str, tuple[str, int]] = {
    "nothing": ("none", 0),
    "covariate: noise": ("gaussian_noise", 5),
    "label: summer": ("label shift", 5),
    "concept: shelves": ("concept shift", 3),
}
"""An example of each kind of shift → kind and strength of ``experiment.KINDS``."""


def _grouped(table: pd.DataFrame, by: tuple[str, str], column: str) -> dict[Any, list[float]]:
    """Return values of two columns → values of a third, in the order of the seeds; reads the table once."""
    return {both: rows[column].tolist() for both, rows in pick(table).groupby(list(by), sort=False)}


# ---------------------------------------------------------------- train on one style, test on another


def _styles(column: str) -> dict[Pair, list[float]]:
    return _grouped(STYLES.read(), ("source", "task"), column)


def style(source: str, target: str, column: str = "accuracy") -> list[float]:
    """Return a column of the probes that were trained on one style and tested on another."""
    return values(STYLES.read(), column, source=source, task=target)


def matrix() -> tuple[dict[tuple[str, str, str], list[float]], dict[str, list[float]]]:
    """Return runs and baseline for :class:`tlwidgets.TransferMatrix`: every pair, as it is and standardized."""
    methods = {"as it is": "accuracy", "own statistics": "own_statistics"}
    found = {method: _styles(column) for method, column in methods.items()}
    runs = {(*pair, method): accuracy for method, by_pair in found.items() for pair, accuracy in by_pair.items()}
    return runs, {target: found["as it is"][target, target] for target in STYLE_NAMES}


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
    new = _styles(column)
    if against == "trained on the target":
        own = _styles("accuracy")
        return {(source, target): compare(new[source, target], own[target, target]) for source, target in OTHERS}
    old = _styles(against)
    return {pair: compare(new[pair], old[pair]) for pair in OTHERS}


def by_verdict() -> tuple[dict[str, Comparison], dict[str, Comparison], dict[str, Comparison]]:
    """Return :func:`verdicts` by the words for a pair: those that are worse, better, and all others."""
    found = {f"{source} → {target}": verdict for (source, target), verdict in verdicts().items()}
    worse, better = ({pair: one for pair, one in found.items() if one.verdict == word} for word in ("worse", "better"))
    return worse, {pair: one for pair, one in found.items() if pair not in {*worse, *better}}, better


def won_back_by_pair() -> Counter[str]:
    """Count for how many pairs own statistics are better, worse, or neither."""
    return _count(verdicts("own_statistics", against="accuracy").values())


def _count(comparisons: Iterable[Comparison]) -> Counter[str]:
    return Counter(found.verdict for found in comparisons)


def lost() -> dict[Pair, list[float]]:
    """Return pair → accuracy lost on the target, compared with probes that were trained on it."""
    accuracy = _styles("accuracy")
    return {(s, t): np.subtract(accuracy[t, t], accuracy[s, t]).tolist() for s, t in OTHERS}


def mean_lost() -> list[float]:
    """Return :func:`lost`, averaged over all pairs."""
    return np.mean(list(lost().values()), axis=0).tolist()  # type: ignore[no-any-return]


def by_distance(column: str) -> dict[Pair, Both]:
    """Return pair → ``"a_distance"``, ``"mean_distance"`` or ``"mmd"``, and the accuracy lost on the target."""
    distance = _styles(column)
    return {pair: (distance[pair], cost) for pair, cost in lost().items()}


def far_apart(a_distance: float) -> list[float]:
    """Return the mean accuracy lost by every pair with at least this A-distance."""
    return [
        float(np.mean(cost)) for distance, cost in by_distance("a_distance").values() if np.mean(distance) > a_distance
    ]


def standardized(source: str) -> dict[str, Both]:
    """Return target → accuracies of the probes trained on a style, as they are and with own statistics."""
    plain, own = _styles("accuracy"), _styles("own_statistics")
    return {target: (plain[source, target], own[source, target]) for target in STYLE_NAMES}


# ---------------------------------------------------------------- three kinds of shift


def _shifts(column: str) -> dict[tuple[str, int], list[float]]:
    return _grouped(KINDS.read(), ("kind", "strength"), column)


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
    found = {}
    for line, column in columns.items():
        shifts = _shifts(column)
        strengths = range(1, STRENGTHS[name] + 1)
        found[line] = {"0": shifts["none", 0]} | {str(strength): shifts[name, strength] for strength in strengths}
    return found


def harmful() -> list[str]:
    """Return the corruptions that clearly lower the accuracy at severity 5."""
    shifts = _shifts("accuracy")
    return [name for name in CORRUPTIONS if compare(shifts[name, 5], shifts["none", 0]).verdict == "worse"]


def mean_fall(column: str) -> list[float]:
    """Return how much lower a column is at severity 5 than without a shift, averaged over the harmful corruptions."""
    shifts = _shifts(column)
    falls = [np.subtract(shifts["none", 0], shifts[name, 5]) for name in harmful()]
    return np.mean(falls, axis=0).tolist()  # type: ignore[no-any-return]


def adapted() -> dict[str, Both]:
    """Return corruption in words, worst first → accuracies at severity 5 as it is, and with AdaBN."""
    plain, with_adabn = _shifts("accuracy"), _shifts("adabn_accuracy")
    worst_first = sorted(CORRUPTIONS, key=lambda name: float(np.mean(plain[name, 5])))
    return {name.replace("_", " "): (plain[name, 5], with_adabn[name, 5]) for name in worst_first}


def won_back_by_kind() -> Counter[str]:
    """Count for how many corruptions AdaBN is better, worse, or neither at severity 5."""
    return _count(compare(with_adabn, plain) for plain, with_adabn in adapted().values())


def mitigated(name: str, strength: int) -> dict[str, list[float]]:
    """Return what is done about a shift → accuracies."""
    return {words: kind(name, strength, column) for words, column in MITIGATIONS.items()}


def decisions() -> dict[tuple[str, str, str], list[float]]:
    """Return the runs for :class:`tlwidgets.DecisionGrid`: which mitigation for which shift."""
    return {(*cell, words): found for cell, about in CASES.items() for words, found in mitigated(*about).items()}


def alarms(name: str, strength: int) -> int:
    """Return in how many parts of the images a test for a shift with 5 % false alarms raised the alarm."""
    return _alarms(kind(name, strength, "p_value"))


def _alarms(p_values: Iterable[float]) -> int:
    return sum(p <= 0.05 for p in p_values)


def at_their_strongest() -> pd.DataFrame:
    """Return a row for each of :data:`STRONGEST`: three means, and the number of parts with an alarm."""
    import pandas as pd

    columns = ("accuracy", "confidence", "distance")
    rows: dict[str, dict[str, float]] = {}
    for words, shift in STRONGEST.items():
        rows[words] = {column: round(float(np.mean(kind(*shift, column))), 2) for column in columns}
        rows[words]["alarms"] = alarms(*shift)
    return pd.DataFrame.from_dict(rows, orient="index")


def alarm_and_drop() -> dict[tuple[bool, bool], list[str]]:
    """Sort the shifts by whether they were noticed and whether accuracy dropped.

    Returns
    -------
    dict
        ``(alarm, drop)`` → names of kind and strength. Alarm: in most of the parts, without labels. Drop: the paired
        95 % interval of the change in accuracy lies below 0.
    """
    accuracy, p_values = _shifts("accuracy"), _shifts("p_value")
    found: dict[tuple[bool, bool], list[str]] = {}
    for name, strength in [(name, s) for name, most in STRENGTHS.items() for s in range(1, most + 1)]:
        change = compare(accuracy[name, strength], accuracy["none", 0])
        noticed = _alarms(p_values[name, strength]) > FOLDS / 2
        found.setdefault((noticed, change.verdict == "worse"), []).append(f"{name} {strength}")
    return found
