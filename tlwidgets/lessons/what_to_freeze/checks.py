"""Public checks of the exercises."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...course.checks import Outcome

__all__ = ["CHECKS", "UNSEEN"]

UNSEEN = 20
"""Labels per class of the cases that the lesson does not show."""


def _regret(function: Any) -> Outcome:
    accuracy = {"a": [0.70, 0.60, 0.65], "b": [0.72, 0.50, 0.70], "c": [0.40, 0.42, 0.41]}
    for choice, right in (("c", 0.24), ("b", 0.01), ("a", 0.0)):
        answer = function(accuracy, choice)
        if answer is ... or answer is None:
            return Outcome(False, "The function returns nothing yet.", False)
        about = f"for choice {choice!r} of {accuracy}"
        if np.ndim(answer) != 0:
            return Outcome(False, f"The regret should be one number, {about}.")
        if not np.isclose(answer, right):
            best_seed = max(map(max, accuracy.values())) - float(np.mean(accuracy[choice]))
            if np.isclose(answer, best_seed):
                why = "this compares with the best single seed, which is luck: compare the means"
            elif np.isclose(answer, -right):
                why = "the sign is the wrong way round: the best minus the choice"
            else:
                why = "take the mean of each strategy over its seeds, and the best mean minus that of the choice"
            return Outcome(False, f"The regret should be {right:.2f}, not {answer:.3f}, {about}: {why}.")
    return Outcome(True, "A choice costs what the best mean gives more, and the best choice costs nothing.")


def _choose(function: Any) -> Outcome:
    from .experiment import STRATEGIES
    from .results import cases as measured
    from .results import mean_regret, rule_of_thumb

    cases = measured(UNSEEN)
    choices = []
    for case in cases:
        answer = function(case.per_class, case.distance)
        if answer is ... or answer is None:
            return Outcome(False, "The function returns nothing yet.", False)
        if answer not in case.accuracy:
            return Outcome(False, f"{answer!r} is no strategy: return one of {', '.join(map(repr, STRATEGIES))}.")
        choices.append(answer)
    losses = [float(np.mean(case.regret(choice))) for case, choice in zip(cases, choices, strict=True)]
    own = float(np.mean(losses))
    rules = float(np.mean(mean_regret(rule_of_thumb, cases)))
    same = {name: float(np.mean([case.regret(name) for case in cases])) for name in STRATEGIES}
    least = min(same, key=lambda name: same[name])
    scores = (
        f"Mean regret on {len(cases)} cases that you have not seen: yours {own:.3f}, the table of rules {rules:.3f}, "
        f"always {least!r} {same[least]:.3f}."
    )
    if own < min(rules, same[least]):
        return Outcome(True, f"{scores} You beat both.")
    worst = int(np.argmax(losses))
    return Outcome(
        False,
        f"{scores} Most is lost at distance {cases[worst].distance:.2f}, where you chose {choices[worst]!r}: "
        "look again at what was best there in the lesson.",
    )


CHECKS = {"regret": _regret, "choose": _choose}
