"""ScoreScatter: does a score that costs little rank sources as training them would?"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import traitlets as t

from ...errors import CourseError, unknown
from .. import _bundle
from .._palette import MARKERS, pick
from .._static import StaticWidget

if TYPE_CHECKING:
    from .._figure import StaticFigure

__all__ = ["ScoreScatter"]


class ScoreScatter(StaticWidget):
    """A score against the truth, a point for each candidate, with the rank correlation.

    With groups (the targets, say) candidates compete within their group: the rank correlation is the mean of
    those of the groups, and a ring marks the candidate of each group that the score would choose.

    Parameters
    ----------
    scores
        ``{name: values}``, a value for each candidate, shape ``(n,)``. More should mean better; turn the sign
        of a distance.
    truth
        What was measured for each candidate, shape ``(n,)``.
    labels
        Names of the candidates; their numbers by default.
    groups
        The group of each candidate; one group by default.
    truth_name
        What was measured.
    label
        Title.

    Attributes
    ----------
    value : str
        Name of the score that is shown.
    point : int or None
        Number of the candidate that is described.

    Raises
    ------
    CourseError
        If there is no score, or lengths differ.

    Notes
    -----
    The rank correlation is Spearman's (ties share their mean rank). Candidates with a score or truth that is
    not finite are left out and counted.

    Examples
    --------
    >>> ScoreScatter({"LogME": [0.9, 0.2, 0.5]}, truth=[0.81, 0.64, 0.70], labels=["digits", "fashion", "letters"])
    """

    _esm = _bundle.esm("score_scatter")
    _css = _bundle.css("score_scatter")

    _alone = t.Bool(True).tag(sync=True)
    value = t.Unicode("").tag(sync=True)
    point = t.Int(None, allow_none=True).tag(sync=True)
    label = t.Unicode("").tag(sync=True)
    truth_name = t.Unicode("").tag(sync=True)
    names = t.List(t.Unicode(), read_only=True).tag(sync=True)
    _labels = t.List(t.Unicode()).tag(sync=True)
    _groups = t.List().tag(sync=True)
    _group = t.Bytes(b"").tag(sync=True)
    _values = t.Bytes(b"").tag(sync=True)
    _truth = t.Bytes(b"").tag(sync=True)
    _rho = t.List().tag(sync=True)
    _words = t.List(t.Unicode()).tag(sync=True)

    def __init__(
        self,
        scores: Mapping[str, npt.ArrayLike],
        truth: npt.ArrayLike,
        labels: Sequence[str] | None = None,
        *,
        groups: Sequence[str] | None = None,
        truth_name: str = "accuracy",
        label: str = "Scores against the truth",
    ) -> None:
        y = _column(truth, "truth")
        if not scores:
            raise CourseError("a ScoreScatter needs one score or more.")
        columns = {str(name): _column(values, str(name)) for name, values in scores.items()}
        counts = {"truth": y.size, **{name: v.size for name, v in columns.items()}}
        if labels is not None:
            counts["labels"] = len(labels)
        if groups is not None:
            counts["groups"] = len(groups)
        different = next((name for name, n in counts.items() if n != y.size), None)
        if different is not None:
            raise CourseError(f"{different} has {counts[different]} values for {y.size} candidates: give one for each.")
        owners = [str(g) for g in groups] if groups is not None else [""] * y.size
        kinds = list(dict.fromkeys(owners))
        self._y, self._x = y, columns
        self._member = np.array([kinds.index(g) for g in owners], "<i4")
        self._kinds = kinds
        colors: list[str] = []
        for kind in kinds:
            colors.append(pick(kind, colors))
        shapes = [MARKERS[k % len(MARKERS)] for k in range(len(kinds))]
        # before the words: they name the candidates
        self._names = [str(v) for v in labels] if labels is not None else [str(n) for n in range(y.size)]
        self._truth_name = truth_name
        self.set_trait("names", list(columns))
        super().__init__(
            value=next(iter(columns)),
            label=label,
            truth_name=truth_name,
            _labels=self._names,
            _groups=[
                {"name": kind, "color": color, "shape": shape}
                for kind, color, shape in zip(kinds, colors, shapes, strict=True)
            ],
            _group=self._member.tobytes(),
            _values=np.stack(list(columns.values())).astype("<f8").tobytes(),
            _truth=y.astype("<f8").tobytes(),
            _rho=[self.rank_correlation(name) for name in columns],
            _words=[self._describe(name) for name in columns],
        )
        self.observe(lambda _: self.refresh_static(), ["value", "point", "label"])

    @t.validate("value")
    def _known_score(self, proposal: Any) -> str:
        if proposal["value"] not in self.names:
            raise unknown("score", proposal["value"], self.names)
        return str(proposal["value"])

    @t.validate("point")
    def _known_point(self, proposal: Any) -> int | None:
        point = proposal["value"]
        if point is not None and not 0 <= point < self._y.size:
            raise CourseError(f"there is no candidate {point}: they count from 0 to {self._y.size - 1}.")
        return None if point is None else int(point)

    def set_state(self, sync_data: dict[str, Any]) -> None:
        """Take what a browser sends; what is not known is left out."""
        known = dict(sync_data)
        if known.get("value", self.value) not in self.names:
            del known["value"]
        if known.get("point") is not None and not 0 <= known["point"] < self._y.size:
            del known["point"]
        super().set_state(known)

    # -- what the scores are worth

    def _usable(self, name: str) -> list[npt.NDArray[np.int64]]:
        """Candidates with finite numbers, by group."""
        if name not in self._x:
            raise unknown("score", name, self._x)
        good = np.isfinite(self._x[name]) & np.isfinite(self._y)
        return [np.flatnonzero(good & (self._member == k)) for k in range(len(self._kinds))]

    def rank_correlation(self, name: str) -> float | None:
        """Return Spearman's rank correlation of a score with the truth, the mean over the groups.

        Returns
        -------
        float or None
            -1 to 1; None when no group has three candidates of which neither column is constant.

        Raises
        ------
        CourseError
            If there is no such score.
        """
        from scipy import stats

        x, y = self._x.get(name), self._y
        found = []
        for members in self._usable(name):
            assert x is not None
            if len(members) > 2 and np.ptp(x[members]) > 0 and np.ptp(y[members]) > 0:
                found.append(float(stats.spearmanr(x[members], y[members]).statistic))
        return sum(found) / len(found) if found else None

    def cost_of_choice(self, name: str) -> float | None:
        """Return how far the truth of the highest-scored candidate is below the best, the mean over the groups.

        Raises
        ------
        CourseError
            If there is no such score.
        """
        groups = [members for members in self._usable(name) if len(members)]
        costs = [float(self._y[g].max() - self._y[g][self._x[name][g].argmax()]) for g in groups]
        return sum(costs) / len(costs) if costs else None

    def _describe(self, name: str) -> str:
        groups = [members for members in self._usable(name) if len(members)]
        n = sum(len(members) for members in groups)
        if not n:
            return f"{name}: no candidate has a finite score."
        rho, cost = self.rank_correlation(name), self.cost_of_choice(name)
        inside = f" within {len(groups)} groups" if len(groups) > 1 else ""
        truth = self._truth_name
        words = [
            f"{name}: rank correlation {rho:.2f} with {truth}{inside} ({n} candidates)."
            if rho is not None
            else f"{name}: too few different values for a rank correlation ({n} candidates)."
        ]
        words.append(
            "The highest score is the best candidate."
            if not cost
            else f"Taking the highest score costs {cost:.3f} of {truth}{' on average' * (len(groups) > 1)}."
        )
        left = self._y.size - n
        if left:
            words.append(f"{left} without a finite number {'are' if left > 1 else 'is'} left out.")
        return " ".join(words)

    # -- words and figure

    def summary(self) -> str:
        """Return in words what the shown score is worth, and what the others are."""
        words = [f"{self.label}:", self._words[self.names.index(self.value)]]
        others = [
            f"{name} {rho:.2f}" for name, rho in zip(self.names, self._rho, strict=True)
            if name != self.value and rho is not None
        ]  # fmt: skip
        if others:
            words.append(f"Rank correlation of the others: {', '.join(others)}.")
        if self.point is not None:
            n = self.point
            x, y = float(self._x[self.value][n]), float(self._y[n])
            numbers = [f"{v:.4g}" if math.isfinite(v) else "no number" for v in (x, y)]
            words.append(f"{self._names[n]}: {self.value} {numbers[0]}, {self.truth_name} {numbers[1]}.")
        return " ".join(words)

    def static(self) -> StaticFigure:
        """Return the scatter of the shown score as a matplotlib figure with alternative text."""
        from ._draw import draw

        return draw(self._x[self.value], self._y, self._usable(self.value), self._names, self._groups,
                    (self.value, self.truth_name, self._words[self.names.index(self.value)]), self.point,
                    self.summary())  # fmt: skip


def _column(given: npt.ArrayLike, what: str) -> npt.NDArray[np.float64]:
    try:
        values = np.asarray(given, "float64")
    except (TypeError, ValueError):
        raise CourseError(f"{what} should be numbers, one for each candidate.") from None
    if values.ndim != 1:
        raise CourseError(f"{what} should be one column, shape (n,), not {values.shape}.")
    return values
