"""Learning curves from scratch and with transfer: where they start, how fast they rise, where they end."""

from __future__ import annotations

from typing import Any

from ...course.experiments import Experiment, Runner, Trial, grid
from ..why_transfer.experiment import BEST, SETTINGS, TEN, learning_curve

__all__ = ["CURVES", "EXPERIMENTS", "STEPS"]

STEPS = (0, 5, 10, 15, 20, 30, 40, 60, 80, 120, 180, 240, 300)
"""Training steps at which the curves were measured."""
SEEDS = range(5)
WAYS = (
    ("none", "scratch"),
    ("typeset", "tuned"),
    ("typeset", "head kept"),
    ("clothes", "tuned"),
    ("clothes", "head kept"),
)
"""Source and method. The head of the clothes means other things, which is why it is a control."""


def rates(source: str, method: str) -> tuple[float, float]:
    """Return the best learning rate on validation images, and the second-best."""
    return BEST["digits", source, "tuned" if method == "head kept" else method]


def measure(runner: Runner, trial: Trial) -> list[dict[str, Any]]:
    """Train the tiny network on ten digits per class, and measure it at every stop."""
    rows = learning_curve(runner, trial, "test", STEPS)
    return [{name: row[name] for name in ("step", "accuracy", "loss", "train_accuracy")} for row in rows]


CURVES = Experiment(
    "start_slope_asymptote",
    "curves",
    "Learning curves on handwritten digits, ten labels per class",
    [
        trial
        for source, method in WAYS
        for learning_rate in rates(source, method)
        for trial in grid(
            task="digits", source=source, method=method, per_class=TEN, learning_rate=learning_rate, seed=SEEDS
        )
    ],
    measure,
    SETTINGS,
    digits=4,
    again=grid(task="digits", source="none", method="scratch", per_class=TEN, learning_rate=3e-3, seed=1),
    agree={"accuracy": 0.08},
)
EXPERIMENTS = (CURVES,)
