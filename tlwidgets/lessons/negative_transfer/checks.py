"""Public checks of the exercises."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...course.checks import Outcome

__all__ = ["CHECKS", "cases"]

SEEN, HELD_BACK = slice(0, 3), slice(3, None)
"""Seeds that a plan is shown, and seeds by which it is judged."""


def _is_harmful(function: Any) -> Outcome:
    hard = [0.52, 0.71, 0.60, 0.83, 0.66]  # the draw of the images decides more than the source
    trials = [
        ([0.40, 0.43, 0.41, 0.39, 0.42], [0.70, 0.73, 0.70, 0.71, 0.72], True, "far below scratch with every seed"),
        ([0.70, 0.73, 0.70, 0.71, 0.72], [0.40, 0.43, 0.41, 0.39, 0.42], False,
         "far above scratch with every seed (mind the sign)"),
        ([0.60, 0.80, 0.55, 0.78, 0.66], [0.66, 0.70, 0.72, 0.69, 0.65], False,
         "lower on average, but better with some seeds and worse with others (the mean is not enough)"),
        ([a - d for a, d in zip(hard, [0.03, 0.04, 0.03, 0.05, 0.04], strict=True)], hard, True,
         "a little lower with every seed, while the seeds differ much (compare seed by seed)"),
        ([0.60], [0.70], False, "lower with the one seed that there is (one seed has no spread)"),
        ([0.70, 0.72, 0.71], [0.70, 0.72, 0.71], False, "the same as scratch"),
    ]  # fmt: skip
    for transfer, scratch, right, words in trials:
        answer = function(transfer, scratch)
        if answer is ... or answer is None:
            return Outcome(False, "The function returns nothing yet.", False)
        if not isinstance(answer, bool | np.bool_):
            return Outcome(False, f"The answer should be True or False, not {answer!r}.")
        if bool(answer) is not right:
            return Outcome(False, f"For transfer that is {words}, the answer should be {right}.")
    return Outcome(True, "Your function asks for harm that the seeds agree on, in the right direction, pair by pair.")


def cases() -> dict[str, dict[str, list[float]]]:
    """Return every measured pair of the lesson: way → accuracies over seeds, ``"no transfer"`` among them."""
    from .negative_transfer import HARMFUL, RATES, TARGETS, transfer_gaps

    measured = transfer_gaps()
    found: dict[str, dict[str, list[float]]] = {}
    for target in TARGETS:
        for source in measured.sources(target):
            methods = {
                f"tuned at {learning_rate:g}": measured.accuracy(source, target, "tuned", learning_rate=learning_rate)
                for learning_rate in RATES
            }
            methods["frozen"] = measured.accuracy(source, target, "frozen")
            found[f"{source} → {target}"] = {**methods, "no transfer": measured.without(target)}
    depth = measured.by_depth()
    found[" → ".join(HARMFUL)] |= {f"keep {kept} blocks": depth[kept] for kept in ("1", "2", "3")}
    return found


def _repair(function: Any) -> Outcome:
    regrets: dict[str, float] = {}
    for name, methods in cases().items():
        answer = function({method: list(values[SEEN]) for method, values in methods.items()})
        if answer is ... or answer is None:
            return Outcome(False, "The function returns nothing yet.", False)
        if answer not in methods:
            return Outcome(False, f"{answer!r} is none of the ways of {name}: return one of {', '.join(methods)}.")
        held = {method: float(np.mean(values[HELD_BACK])) for method, values in methods.items()}
        regrets[name] = max(held.values()) - held[answer]
        if held["no transfer"] - held[answer] > 0.03:
            return Outcome(
                False,
                f"For {name} you chose {answer!r}, which on the held-back seeds is "
                f"{100 * (held['no transfer'] - held[answer]):.0f} points worse than no transfer.",
            )
    mean = 100 * float(np.mean(list(regrets.values())))
    if mean > 3:
        worst = max(regrets, key=regrets.__getitem__)
        return Outcome(
            False,
            f"No harm is left, but on the held-back seeds your choices give away {mean:.1f} points on average, most "
            f"for {worst}: what would a source that helps have brought?",
        )
    return Outcome(True, f"On the held-back seeds your choices give away {mean:.1f} points on average, and none harms.")


CHECKS = {"is_harmful": _is_harmful, "repair": _repair}
