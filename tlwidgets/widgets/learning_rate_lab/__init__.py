"""LearningRateLab: choose a learning rate from a range test, and see what happened with it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import traitlets as t

from ...errors import CourseError
from .. import _bundle
from .._runs import json_numbers
from .._static import StaticWidget

if TYPE_CHECKING:
    from .._figure import StaticFigure

__all__ = ["LearningRateLab"]

_SMOOTHING = 0.9  # weight of the average so far, as in tlwidgets.training.recipes.range_test
_CHANCE = 0.02  # a curve that ends less than this above chance has learnt nothing


class LearningRateLab(StaticWidget):
    """The curve of a learning-rate range test with a marker to move, and what training did at the rates around it.

    Parameters
    ----------
    test
        A record of :func:`tlwidgets.training.recipes.range_test`, or ``(rates, losses)``: the rate of each step, above
        0, and the loss of each batch. Losses alone are smoothed as the record's are.
    runs
        What was trained at some rates: ``{rate: curves}``, a list of curves (one for each seed), each a list of
        values, one for each epoch. A value that is NaN or infinite says that the run broke.
    metric
        What the curves are.
    chance
        Value of guessing, drawn as a dotted line; a run that ends no better than that is named.
    multipliers
        ``{block: factor}``: the rate of each block is the chosen one times its factor
        (:func:`tlwidgets.training.recipes.discriminative` trains so); shown in words.
    value
        The rate that is chosen first; by default the suggestion: a tenth of the rate with the lowest smoothed loss.
    label
        Title.

    Attributes
    ----------
    value : float
        The chosen learning rate.
    suggestion : float or None
        None when no loss is a number.

    Raises
    ------
    CourseError
        If rates are not above 0, or lengths differ.

    Examples
    --------
    >>> lab = LearningRateLab(tl.training.recipes.range_test(model, x, y))
    >>> model.compile(keras.optimizers.Adam(lab.value), "sparse_categorical_crossentropy")
    """

    _esm = _bundle.esm("learning_rate_lab")
    _css = _bundle.css("learning_rate_lab")

    _alone = t.Bool(True).tag(sync=True)
    value = t.Float(1e-3).tag(sync=True)
    label = t.Unicode("").tag(sync=True)
    metric = t.Unicode("accuracy").tag(sync=True)
    chance = t.Float(None, allow_none=True).tag(sync=True)
    suggestion = t.Float(None, allow_none=True, read_only=True).tag(sync=True)
    _rates = t.Bytes(b"").tag(sync=True)
    _losses = t.Bytes(b"").tag(sync=True)
    _smoothed = t.Bytes(b"").tag(sync=True)
    _limits = t.List(t.Float()).tag(sync=True)
    _runs = t.List().tag(sync=True)
    _multipliers = t.List().tag(sync=True)

    def __init__(
        self,
        test: Any,
        runs: Mapping[float, Any] | None = None,
        *,
        metric: str = "accuracy",
        chance: float | None = None,
        multipliers: Mapping[str, float] | None = None,
        value: float | None = None,
        label: str = "Learning rate",
    ) -> None:
        rates, losses, smoothed = _curve(test)
        self._test = rates, losses, smoothed
        self._curves = {rate: _curves(rate, curves) for rate, curves in sorted((runs or {}).items(), key=_positive)}
        every = [*rates.tolist(), *self._curves]
        if not every:
            raise CourseError("a LearningRateLab needs a range test, or runs at some rates.")
        low, high = min(every), max(every)
        if low == high:
            low, high = low / 10, high * 10
        good = np.isfinite(smoothed)
        suggestion = float(rates[good][smoothed[good].argmin()]) / 10 if good.any() else None
        factors = {str(block): float(factor) for block, factor in (multipliers or {}).items()}
        wrong = next((block for block, factor in factors.items() if not (math.isfinite(factor) and factor >= 0)), None)
        if wrong is not None:
            raise CourseError(f"the factor of {wrong} should be a number, 0 or more, not {factors[wrong]}.")
        self.set_trait("suggestion", suggestion)
        start = value if value is not None else suggestion if suggestion is not None else math.sqrt(low * high)
        self._limits = [min(low, suggestion or low), high]
        super().__init__(
            label=label,
            metric=metric,
            chance=chance,
            value=start,
            _rates=rates.astype("<f8").tobytes(),
            _losses=losses.astype("<f8").tobytes(),
            _smoothed=smoothed.astype("<f8").tobytes(),
            _runs=[
                {
                    "rate": rate,
                    "curves": [json_numbers(curve) for curve in curves],
                    "words": self._run_words(rate, chance),
                }
                for rate, curves in self._curves.items()
            ],
            _multipliers=[[block, factor] for block, factor in factors.items()],
        )
        self.observe(lambda _: self.refresh_static(), ["value", "label"])

    @t.validate("value")
    def _inside(self, proposal: Any) -> float:
        value = float(proposal["value"])
        if not (math.isfinite(value) and value > 0):
            raise CourseError(f"a learning rate is above 0, not {value}.")
        low, high = self._limits
        return float(min(max(value, low), high))

    def set_state(self, sync_data: dict[str, Any]) -> None:
        """Take what a browser sends; what is no rate is left out."""
        known = dict(sync_data)
        rate = known.get("value", 1.0)
        if isinstance(rate, bool) or not isinstance(rate, (int, float)) or not (math.isfinite(rate) and rate > 0):
            del known["value"]
        super().set_state(known)

    # -- what is known of a rate

    @property
    def nearest_run(self) -> float | None:
        """The rate of the runs that is nearest to the chosen one, on a logarithmic scale; None without runs."""
        chosen = math.log(self.value)
        return min(self._curves, key=lambda rate: abs(math.log(rate) - chosen), default=None)

    def learning_rates(self) -> dict[str, float]:
        """Return the learning rate of each block: the chosen one times its factor."""
        return {block: self.value * factor for block, factor in self._multipliers}

    def _run_words(self, rate: float, chance: float | None) -> str:
        curves = self._curves[rate]
        ends = [curve[-1] for curve in curves]
        good = [float(v) for v in ends if math.isfinite(v)]
        epochs = max(map(len, curves))
        words = f"{len(curves)} run{'s' * (len(curves) != 1)} of {epochs} epoch{'s' * (epochs != 1)}"
        if good:
            spread = f" ± {np.std(good, ddof=1):.3f}" if len(good) > 1 else ""
            words += f", {np.mean(good):.3f}{spread} at the end"
        broke = len(ends) - len(good)
        if broke:
            words += f", {broke} broke (NaN or infinite)"
        if chance is not None and good:
            idle = sum(v < chance + _CHANCE for v in good)
            if idle:
                words += f", {'all' if idle == len(ends) else idle} no better than chance"
        return words

    # -- words and figure

    def summary(self) -> str:
        """Return in words what was chosen, what the test suggests, and what happened at the nearest rate."""
        rates, _, smoothed = self._test
        words = [f"{self.label}: {_short(self.value)} chosen."]
        if self.suggestion is not None:
            good = np.isfinite(smoothed)
            lowest = float(smoothed[good].min())
            words.append(
                f"Range test from {_short(rates[0])} to {_short(rates[-1])}: lowest smoothed loss {lowest:.3g} at "
                f"{_short(self.suggestion * 10)}, a tenth of that is suggested, {_short(self.suggestion)}."
            )
        elif len(rates):
            words.append("The range test holds no loss that is a number.")
        nearest = self.nearest_run
        if nearest is not None:
            words.append(f"Trained at {_short(nearest)}: {self.metric}, {self._run_words(nearest, self.chance)}.")
        if self._multipliers:
            words.append(
                f"Rates: {', '.join(f'{block} {_short(rate)}' for block, rate in self.learning_rates().items())}."
            )
        return " ".join(words)

    def static(self) -> StaticFigure:
        """Return the test and the runs as a matplotlib figure with alternative text (``figure.alt``)."""
        from ._draw import draw

        return draw(
            self._test, self._curves, (self.value, self.suggestion, self.nearest_run), (self.metric, self.chance),
            self._limits, (self.label, self.summary()),
        )  # fmt: skip


def _short(rate: float) -> str:
    return f"{rate:.1e}".replace("e-0", "e-").replace("e+0", "e")


def _positive(item: tuple[Any, Any]) -> float:
    try:
        rate = float(item[0])
    except (TypeError, ValueError):
        rate = math.nan
    if not (math.isfinite(rate) and rate > 0):
        raise CourseError(f"the runs are {{rate: curves}} with rates above 0, not {item[0]!r}.")
    return rate


def _curves(rate: float, given: Any) -> list[npt.NDArray[np.float64]]:
    """Return the curves of one rate; one curve alone is taken as a list of one."""
    try:
        values = list(given)
        if not values or np.ndim(values[0]) == 0:
            values = [values]
        curves = [np.asarray(curve, "float64") for curve in values]
    except (TypeError, ValueError):
        raise CourseError(f"the curves at {rate} should be lists of numbers, one for each seed.") from None
    if any(curve.ndim != 1 or not curve.size for curve in curves):
        raise CourseError(f"the curves at {rate} should be lists of one number or more, one list for each seed.")
    return curves


def _curve(test: Any) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Return rates, losses and smoothed losses."""
    smoothed: Any = None
    if all(hasattr(test, name) for name in ("learning_rates", "losses", "smoothed")):
        rates, losses, smoothed = test.learning_rates, test.losses, test.smoothed
    else:
        try:
            rates, losses = test
        except (TypeError, ValueError):
            raise CourseError("test should be the record of a range test, or (rates, losses).") from None
    try:
        x, y = np.asarray(rates, "float64"), np.asarray(losses, "float64")
    except (TypeError, ValueError):
        raise CourseError("rates and losses should be numbers.") from None
    if x.ndim != 1 or x.shape != y.shape:
        raise CourseError(f"give a loss for each rate, not {x.size} rates and {y.size} losses.")
    if not (np.isfinite(x).all() and (x > 0).all()):
        raise CourseError("the rates should be above 0.")
    order = np.argsort(x, kind="stable")
    x, y = x[order], y[order]
    if smoothed is not None:
        return x, y, np.asarray(smoothed, "float64")[order]
    average, weight, found = 0.0, 0.0, []
    for loss in y:
        if math.isfinite(loss):
            average = _SMOOTHING * average + (1 - _SMOOTHING) * float(loss)
            weight = _SMOOTHING * weight + (1 - _SMOOTHING)
        found.append(average / weight if math.isfinite(loss) else math.nan)
    return x, y, np.asarray(found, "float64")
