"""What came out, as the figures and claims of the lesson need it: every list holds one value per seed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ...course.experiments import pick, values
from ...errors import unknown
from ...transfer.comparison import compare
from ..freezing.experiment import DEPTH_SETTINGS
from ..freezing.results import by_depth
from .experiment import BUDGETS, DISTANCES, DRAWINGS, GRID, PAIRS, PHOTOGRAPHS, SCRATCH, STRATEGIES

__all__ = [
    "NEAR",
    "Case",
    "best_habit",
    "by_target",
    "case",
    "cases",
    "cell",
    "chosen_rate",
    "costs",
    "distance",
    "grid",
    "habit",
    "mean_gain",
    "mean_regret",
    "on_drawings",
    "rule_of_thumb",
]

NEAR = 0.2
"""A distance from what BatchNorm remembers below this counts as near: between the two groups that were measured."""
FEW = 20
"""Up to so many labels per class count as few."""
TOLERANCE = 0.02
"""Less accuracy than this is no reason to break a rule: two images of a hundred."""


@dataclass(frozen=True)
class Case:
    """One kind of target: a source, a target and a number of labels, with what every strategy gave."""

    source: str
    target: str
    per_class: int
    """Labelled images of each class."""
    distance: float
    """How far the target is from what the network remembers of its source (column ``batchnorm`` of the distances)."""
    accuracy: dict[str, list[float]]
    """Strategy → accuracy on the test images (0 … 1) with each seed."""

    def __str__(self) -> str:
        return f"{self.source} → {self.target}, {self.per_class} per class"

    @property
    def near(self) -> bool:
        """Whether the distance is below ``NEAR``."""
        return self.distance < NEAR

    @property
    def few(self) -> bool:
        """Whether there are at most ``FEW`` labels per class."""
        return self.per_class <= FEW

    @property
    def best(self) -> str:
        """The strategy with the highest mean accuracy."""
        return max(self.accuracy, key=lambda strategy: float(np.mean(self.accuracy[strategy])))

    def regret(self, strategy: str) -> list[float]:
        """Return what the best strategy gives more than this one, seed by seed; the mean is 0 or more."""
        pairs = zip(self.accuracy[self.best], self.of(strategy), strict=True)
        return [best - this for best, this in pairs]

    def of(self, strategy: str) -> list[float]:
        """Return the accuracy of a strategy with each seed."""
        if strategy not in self.accuracy:
            raise unknown("strategy", strategy, self.accuracy)
        return self.accuracy[strategy]

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
        mine = self.of(strategy)
        others = [compare(self.accuracy[name], mine) for name in among or self.accuracy if name != strategy]
        return not any(other.verdict == "better" and other.mean > TOLERANCE for other in others)


# ---------------------------------------------------------------- the cases


def distance(source: str, target: str, column: str = "batchnorm") -> float:
    """Return a distance of a source and a target: ``"batchnorm"``, ``"mean"``, ``"A"`` or ``"MMD²"``."""
    return float(values(DISTANCES.read(), column, source=source, task=target)[0])


def cases(*per_class: int) -> list[Case]:
    """Return every kind of target, by the number of labels per class; only those with these numbers, if some are given.

    What is tuned is tuned with the learning rate that validation chose.
    """
    table = pick(GRID.read(), chosen=True)
    found = []
    for n in per_class or sorted(BUDGETS):
        for source, target in PAIRS:
            accuracy = {
                name: values(
                    table, "test", source="none" if name == SCRATCH else source, task=target, method=name, per_class=n
                )
                for name in STRATEGIES
            }
            found.append(Case(source, target, n, distance(source, target), accuracy))
    return found


def case(source: str, target: str, per_class: int) -> Case:
    """Return one kind of target."""
    found = {str(one): one for one in cases()}
    asked = f"{source} → {target}, {per_class} per class"
    if asked not in found:
        raise unknown("case", asked, found)
    return found[asked]


def cell(among: Sequence[Case], *, few: bool, near: bool) -> list[Case]:
    """Return the cases in one of the four cells of the table of rules."""
    return [one for one in among if one.few == few and one.near == near]


def chosen_rate(source: str, target: str, strategy: str, per_class: int) -> float:
    """Return the learning rate that validation chose."""
    about = {"source": source, "task": target, "method": strategy, "per_class": per_class}
    return float(values(GRID.read(), "learning_rate", **about, chosen=True)[0])


def on_drawings() -> list[Case]:
    """Return two cases of a larger network, from the sweep of lesson 04: photographs → drawings, 20 per class.

    EfficientNet-Lite0, 96 pixels, frozen to ``block2b``, ``block6d``, ``top`` or not at all; without *from scratch*.
    Each strategy at the better of two learning rates, chosen on the images on which it is measured: somewhat
    flattering, and to all alike.
    """
    depths = dict(zip(STRATEGIES, ("top", "block6d", "block2b", "nothing"), strict=False))
    found = []
    for target, domain in DRAWINGS.items():
        learning_rates = by_depth(domain).values()
        accuracy = {
            name: max((learning_rate[depth] for learning_rate in learning_rates), key=np.mean)
            for name, depth in depths.items()
        }
        found.append(Case(PHOTOGRAPHS, target, DEPTH_SETTINGS["per_class"], distance(PHOTOGRAPHS, target), accuracy))
    return found


# ---------------------------------------------------------------- rules


def rule_of_thumb(case: Case) -> str:
    """Return what the rules of thumb say, rows C15 to C18 of the claims ledger."""
    if not case.few:
        return "everything"
    return "head only" if case.near else "all but the lowest"


def habit(strategy: str) -> Callable[[Case], str]:
    """Return the rule to do always the same."""
    return lambda case: strategy


def mean_regret(choose: Callable[[Case], str], cases: Sequence[Case]) -> list[float]:
    """Return the regret of a rule, averaged over cases, seed by seed.

    Parameters
    ----------
    choose
        The rule: takes a case, returns a strategy.
    cases
        What it is tried on.
    """
    return _mean_by_seed([case.regret(choose(case)) for case in cases])


def mean_gain(new: str, old: str, cases: Sequence[Case]) -> list[float]:
    """Return the accuracy of one strategy minus that of another, averaged over cases, seed by seed."""
    return _mean_by_seed([[a - b for a, b in zip(case.of(new), case.of(old), strict=True)] for case in cases])


def _mean_by_seed(rows: Sequence[Sequence[float]]) -> list[float]:
    return [float(np.mean(seed)) for seed in zip(*rows, strict=True)]


def costs(cases: Sequence[Case]) -> dict[str, list[float]]:
    """Return rule → mean regret: of the rules of thumb, and of always doing the same."""
    found = {"the table of rules": mean_regret(rule_of_thumb, cases)}
    return found | {f"always {name}": mean_regret(habit(name), cases) for name in STRATEGIES}


def best_habit(costs: Mapping[str, Sequence[float]]) -> str:
    """Return the habit with the lowest mean regret among :func:`costs`."""
    return min((name for name in costs if name.startswith("always")), key=lambda name: float(np.mean(costs[name])))


# ---------------------------------------------------------------- for the figures


def grid(cases: Sequence[Case]) -> dict[tuple[str, str, str], list[float]]:
    """Return the runs for :class:`tlwidgets.DecisionGrid`: labels, source and target, strategy → accuracies."""
    runs: dict[tuple[str, str, str], list[float]] = {}
    for case in cases:
        place = f"{'near' if case.near else 'far'}: {case.source} → {case.target}"
        runs |= {(f"{case.per_class} per class", place, name): found for name, found in case.accuracy.items()}
    return runs


def by_target(cases: Sequence[Case]) -> dict[str, list[Case]]:
    """Return target and number of labels → its cases, from a near source and from a far one."""
    found: dict[str, list[Case]] = {}
    for case in sorted(cases, key=lambda case: (PAIRS.index((case.source, case.target)), case.per_class)):
        found.setdefault(f"{case.target}, {case.per_class}", []).append(case)
    return found
