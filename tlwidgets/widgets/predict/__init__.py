"""A guess before an experiment."""

from __future__ import annotations

import html
import math
from typing import Any

import traitlets

from ...errors import CourseError
from .._bundle import css, esm
from .._words import WordsWidget

__all__ = ["Predict"]


class Predict(WordsWidget):
    """Ask for a number before it is measured.

    Parameters
    ----------
    question : str
        What will be measured.
    low, high : float
        Ends of the scale.
    unit : str
        Unit behind the number, with its space (``" %"``).
    value : float or None
        The guess; ``None`` until one is made.
    """

    _esm = esm("predict")
    _css = css("predict")
    _alone = traitlets.Bool(True).tag(sync=True)
    question = traitlets.Unicode().tag(sync=True)
    low = traitlets.Float(0.0).tag(sync=True)
    high = traitlets.Float(100.0).tag(sync=True)
    unit = traitlets.Unicode("").tag(sync=True)
    value = traitlets.Float(None, allow_none=True).tag(sync=True)

    def __init__(self, **traits: Any) -> None:
        low, high = traits.get("low", 0.0), traits.get("high", 100.0)
        if not (math.isfinite(low) and math.isfinite(high) and low < high):
            raise CourseError(f"a prediction needs a scale that goes up, not {low} to {high}.")
        super().__init__(**traits)

    @traitlets.validate("value")
    def _on_scale(self, proposal: Any) -> float | None:
        value = proposal["value"]
        if value is None or not math.isfinite(value):
            return None
        return float(min(max(value, self.low), self.high))

    def summary(self) -> str:
        """Return the question and the guess in words."""
        guess = "no guess yet" if self.value is None else f"your guess: {self.value:g}{self.unit}"
        return f"{self.question} ({self.low:g} to {self.high:g}{self.unit}; {guess})"

    def as_html(self) -> str:
        """Return the question and the guess as HTML."""
        return f"<p><strong>Your prediction.</strong> {html.escape(self.summary())}</p>"
