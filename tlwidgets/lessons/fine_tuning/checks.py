"""Public checks of the exercises."""

from __future__ import annotations

from numbers import Integral, Real
from typing import Any

import numpy as np

from ...course.checks import Outcome

__all__ = ["BUDGET", "CHECKS", "GOAL", "KEPT_SHARE", "KEPT_TARGET", "problem_of", "try_plan"]

BUDGET = 8
"""Epochs that a plan may take."""
GOAL = 0.77
"""Accuracy that a plan has to reach on held-out digits."""
KEPT_SHARE = 0.9
"""Share of the source accuracy that has to be kept."""
KEPT_TARGET = 0.7
"""Accuracy on held-out digits that has to be reached meanwhile."""


def problem_of(plan: Any) -> str:
    """Return in a sentence what is wrong with a plan before it is tried; nothing if it can be tried."""
    if not isinstance(plan, (list, tuple)) or not plan:
        return "A plan is a list of stages, each (frozen_to, learning_rate, epochs)."
    for stage in plan:
        if not isinstance(stage, (list, tuple)) or len(stage) != 3:
            return f"Each stage has three entries, (frozen_to, learning_rate, epochs), not {stage!r}."
        frozen_to, learning_rate, epochs = stage
        if not (frozen_to is None or isinstance(frozen_to, (str, Integral))):
            return f"frozen_to is the name of a block, such as 'block4', or None, not {frozen_to!r}."
        if (
            isinstance(learning_rate, bool)
            or not isinstance(learning_rate, Real)
            or not float(learning_rate) > 0
            or not np.isfinite(float(learning_rate))
        ):
            return f"A learning rate is a number above 0, not {learning_rate!r}."
        if isinstance(epochs, bool) or not isinstance(epochs, Integral) or epochs < 1:
            return f"A stage takes 1 epoch or more, a whole number, not {epochs!r}."
    total = sum(int(stage[2]) for stage in plan)
    return f"The plan takes {total} epochs, and the budget is {BUDGET}." if total > BUDGET else ""


def try_plan(plan: Any, *, seed: int) -> tuple[float, float]:
    """Train the tiny network on 200 digits by a plan and return its accuracies on these and on held-out digits.

    Parameters
    ----------
    plan
        Stages ``(frozen_to, learning_rate, epochs)``.
    seed
        Chooses the digits, the head and the order.
    """
    import keras

    from ...data import load
    from ...models import backbone, classifier, to_rgb
    from ...training import subset
    from ...training.extraction import forward
    from ...training.recipes import Stage, fit_in_stages

    data = load("digits", size=32)
    model = classifier(backbone("tiny", size=32, weights="fashion_mnist"), data.classes, seed=seed)
    chosen = subset(data.train.y, 20, seed)
    x, y = to_rgb(data.train.x[chosen]).astype("float32"), data.train.y[chosen]
    keras.utils.set_random_seed(seed)
    stages = [Stage(frozen_to, float(learning_rate), int(epochs)) for frozen_to, learning_rate, epochs in plan]
    fit_in_stages(model, x, y, stages=stages, metrics=[], batch_size=20, verbose=0)

    def accuracy(images: Any, labels: Any) -> float:
        return float((forward(model, images, 50)[0].argmax(axis=1) == labels).mean())

    return accuracy(x, y), accuracy(to_rgb(data.test.x).astype("float32"), data.test.y)


def _plan(function: Any) -> Outcome:
    plan = function()
    if plan is ... or plan is None:
        return Outcome(False, "Write the stages in place of the dots.", False)
    if problem := problem_of(plan):
        return Outcome(False, problem)
    train, held = try_plan(plan, seed=2)
    found = f"{held:.2f} of the held-out digits are right, {GOAL:.2f} are wanted"
    if held >= GOAL:
        return Outcome(True, f"{held:.2f} of the held-out digits are right, within the budget.")
    head_alone = [stage[0] in ("block4", "block4_out", "head_pool") for stage in plan]
    highest = max((float(stage[1]) for stage, alone in zip(plan, head_alone, strict=True) if not alone), default=0.0)
    if all(head_alone):
        why = "the features of clothes are not enough for digits: let more than the head train in some stage."
    elif highest > 2e-3:
        why = f"at {highest:g}, tuning the base destroys more than {BUDGET} epochs repair: try a lower rate."
    elif highest < 5e-4:
        why = f"of its own training digits {train:.2f} are right: it has not gone far enough, so raise the rate."
    else:
        why = "the rate suits the base, but the head needs longer steps: give it a stage of its own at a higher rate."
    return Outcome(False, f"{found}; {why}")


def _keep(function: Any) -> Outcome:
    import keras

    from ...models.surgery import freeze
    from .sharing import SourceAndTarget, two_heads

    tasks, model = SourceAndTarget(), two_heads(seed=0)
    freeze(model, None)
    before, _ = tasks.accuracy(model)
    keras.utils.set_random_seed(0)
    shape = [w.shape for w in model.get_weights()]
    if function(model, tasks.digits(10, 0), tasks.clothes(20, 0)) is ...:
        return Outcome(False, "Write the body of the function in place of the dots.", False)
    if [w.shape for w in model.get_weights()] != shape:
        return Outcome(False, "The model has other weights now: train the one that is given.")
    source, target = tasks.accuracy(model)
    least = KEPT_SHARE * before
    found = f"Clothes: {source:.2f} right, {least:.2f} wanted. Digits: {target:.2f} right, {KEPT_TARGET:.2f} wanted"
    if source >= least and target >= KEPT_TARGET:
        return Outcome(True, f"{found}.")
    if target < 0.2:
        return Outcome(False, f"{found}; it has not learnt the digits: is the model compiled and fitted on them?")
    if source < least:
        return Outcome(False, f"{found}; it forgets too much: let the kept clothes join the batches, or go slower.")
    return Outcome(False, f"{found}; it holds on too tightly: a weaker penalty, a higher rate, or more epochs.")


CHECKS = {"plan": _plan, "keep": _keep}
