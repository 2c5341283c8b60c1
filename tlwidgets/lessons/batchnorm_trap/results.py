"""What came out, as the figures and claims of the lesson need it: every list holds one value per seed."""

from __future__ import annotations

from ...course.experiments import pick, values
from .experiment import BATCH_SIZES, COSTS, LEFT_FREE, METHODS, STATISTICS

__all__ = ["costs", "gain_of_the_flag", "looks", "steps", "untrained", "without_lag"]

LOOKS = {
    "fit_accuracy": "training drawings,\nas fit reports",
    "train_accuracy": "training drawings,\nin inference",
    "accuracy": "held-out drawings,\nin inference",
}
"""The same network, looked at in three ways."""


def costs(method: str, batch_size: int, column: str = "accuracy", *, momentum: float = 0.99) -> list[float]:
    """Return what fine-tuning with a method gave.

    Parameters
    ----------
    method
        One of ``experiment.METHODS``.
    batch_size
        8 or 32.
    column
        ``"fit_accuracy"``, ``"train_accuracy"``, ``"accuracy"`` or ``"recalibrated"``.
    momentum
        0.99, or with *left free* 0.9 too.
    """
    return values(COSTS.read(), column, method=method, batch_size=batch_size, momentum=momentum)


def looks(batch_size: int) -> dict[str, dict[str, list[float]]]:
    """Return method → where one looks → accuracies; methods with the same numbers share a line."""
    lines: dict[str, dict[str, list[float]]] = {}
    for method in METHODS:
        found = {words: costs(method, batch_size, column) for column, words in LOOKS.items()}
        same = next((names for names, other in lines.items() if other == found), None)
        if same is None:
            lines[method] = found
        else:
            lines = {f"{names}\n= {method}" if names == same else names: line for names, line in lines.items()}
    return lines


def gain_of_the_flag(batch_size: int) -> list[float]:
    """Return what ``trainable=False`` gains on held-out drawings over BatchNorm that is left free."""
    pairs = zip(costs("trainable=False", batch_size), costs(LEFT_FREE, batch_size), strict=True)
    return [flag - free for flag, free in pairs]


def steps(batch_size: int) -> int:
    """Return how many steps the whole training took."""
    about = COSTS.read().attrs
    images = 6 * about["per_class"]
    return int(about["epochs"] * -(-images // batch_size))


def without_lag() -> dict[str, list[float]]:
    """Return what is done about running statistics that lag behind → accuracies on held-out drawings."""
    found = {}
    for n in BATCH_SIZES:
        found[f"left free, batches of {n}"] = costs(LEFT_FREE, n)
        found[f"momentum 0.9, batches of {n}"] = costs(LEFT_FREE, n, momentum=0.9)
        found[f"recalibrated, batches of {n}"] = costs(LEFT_FREE, n, "recalibrated")
        found[f"trainable=False, batches of {n}"] = costs("trainable=False", n)
    return found


def untrained() -> dict[str, list[float]]:
    """Return whose running statistics → accuracies of a probe on features that were not trained."""
    found = pick(STATISTICS.read())
    return {
        "statistics of the photographs": found["accuracy"].tolist(),
        "statistics of the drawings": found["recalibrated"].tolist(),
    }
