"""Find a learning rate by trying all of them, quickly."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from ...errors import CourseError
from ._parts import check_examples, unchanged

__all__ = ["RangeTest", "range_test"]


@dataclass(frozen=True)
class RangeTest:
    """The losses of a range test."""

    learning_rates: tuple[float, ...]
    """Learning rate of each step, growing."""
    losses: tuple[float, ...]
    """Loss of each batch, before the step."""
    smoothed: tuple[float, ...]
    """Exponential average of the losses, corrected for its start."""

    @property
    def suggestion(self) -> float:
        """A tenth of the rate at which the smoothed loss is lowest."""
        return self.learning_rates[int(np.argmin(self.smoothed))] / 10

    def __str__(self) -> str:
        lowest = min(self.smoothed)
        return (
            f"rates {self.learning_rates[0]:.1e} to {self.learning_rates[-1]:.1e} in {len(self.learning_rates)} steps; "
            f"lowest smoothed loss {lowest:.3g}; suggested rate {self.suggestion:.1e}"
        )

    def to_json(self) -> dict[str, Any]:
        """Return the record as plain JSON values."""
        return {**{k: list(v) for k, v in asdict(self).items()}, "suggestion": self.suggestion}

    def plot(self) -> Any:
        """Return a matplotlib figure: loss over the rate, the suggestion marked."""
        from matplotlib.figure import Figure

        figure = Figure(figsize=(6, 3.5), layout="constrained")
        axes = figure.subplots()
        axes.plot(self.learning_rates, self.losses, color="0.75", label="each batch")
        axes.plot(self.learning_rates, self.smoothed, color="C0", label="smoothed")
        axes.axvline(self.suggestion, color="C1", linestyle="--", label=f"suggestion {self.suggestion:.1e}")
        low, high = min(self.smoothed), max(self.smoothed[0], min(self.smoothed))
        axes.set(xscale="log", xlabel="learning rate", ylabel="loss", ylim=(0.9 * low, high + 0.5 * (high - low) + 0.1))
        axes.legend(frameon=False)
        return figure


def range_test(
    model: Any,
    x: Any,
    y: Any,
    *,
    low: float = 1e-6,
    high: float = 1.0,
    steps: int = 80,
    batch_size: int = 32,
    smoothing: float = 0.9,
    seed: int = 0,
) -> RangeTest:
    """Train for some steps while the learning rate grows, and note the loss: a learning-rate range test.

    After Smith, "Cyclical learning rates for training neural networks", WACV 2017, where the rate grows linearly and
    the accuracy is noted; here it grows by a constant factor each step. It stops when the smoothed loss is four times
    the lowest. Weights, running statistics, random states and optimizer are afterwards as they were.

    Parameters
    ----------
    model
        A compiled model whose optimizer has a plain learning rate.
    x, y
        Training examples, shuffled with the seed and used again when they run out.
    low, high
        First and last rate.
    steps
        Number of rates.
    batch_size
        Examples a step.
    smoothing
        Weight (0 … 1) of the average so far in the exponential average.
    seed
        Seed of the order.
    """
    check_examples(x, y)
    if not getattr(model, "compiled", False):
        raise CourseError("compile the model first: the range test uses its loss and its optimizer.")
    if not 0 < low < high or steps < 2 or not 0 <= smoothing < 1:
        raise CourseError("a range test needs 0 < low < high, two steps or more, and a smoothing of 0 to below 1.")
    if isinstance(model.optimizer.get_config().get("learning_rate", 0.0), dict):
        raise CourseError("the optimizer follows a schedule of its own: compile with a plain learning rate first.")
    x, y = np.asarray(x), np.asarray(y)
    batch_size = min(batch_size, len(x))
    rng = np.random.default_rng(seed)
    order = np.concatenate([rng.permutation(len(x)) for _ in range(math.ceil(steps * batch_size / len(x)))])
    model.optimizer.build(model.trainable_variables)
    losses: list[float] = []
    smoothed: list[float] = []
    average = 0.0
    learning_rates = np.geomspace(low, high, steps)
    with unchanged(model, model.optimizer):
        for step, learning_rate in enumerate(learning_rates):
            chosen = order[step * batch_size : (step + 1) * batch_size]
            model.optimizer.learning_rate = float(learning_rate)
            loss = float(model.train_on_batch(x[chosen], y[chosen], return_dict=True)["loss"])
            if not math.isfinite(loss):
                break
            average = smoothing * average + (1 - smoothing) * loss
            losses.append(loss)
            smoothed.append(average / (1 - smoothing ** (step + 1)))
            if smoothed[-1] > 4 * min(smoothed):
                break
    model.reset_metrics()
    if not losses:
        raise CourseError("the loss is not a number at the lowest rate already: check the images and labels.")
    return RangeTest(tuple(map(float, learning_rates[: len(losses)])), tuple(losses), tuple(smoothed))
