"""DecisionGrid: choose a strategy for every kind of target, then see what was measured."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import traitlets as t

from ...errors import CourseError, unknown
from .. import _bundle
from .._palette import pick
from .._runs import Table, json_numbers, mean, names, table
from .._static import StaticWidget

if TYPE_CHECKING:
    from .._figure import StaticFigure

__all__ = ["DecisionGrid"]


class DecisionGrid(StaticWidget):
    """Size by similarity: choose a strategy for each cell; then its measured accuracies and the regret show.

    The regret of a choice is what the best measured strategy of the cell gives more, as a mean over seeds.
    Nothing is shown of a cell before a choice is made in it.

    Parameters
    ----------
    runs
        ``{(size, similarity, strategy): results}``, a list with one number for each seed; or records such as
        ``{"size": "small", "similarity": "similar", "strategy": "frozen base", "accuracy": 0.81}``. More is
        better. Cells need not hold the same strategies.
    size, similarity
        What rows and columns are.
    label
        Title.

    Attributes
    ----------
    value : list of list of str
        The choices: ``[size, similarity, strategy]`` for each cell in which one was made.
    cell : list of str
        ``[size, similarity]`` of the open cell, or ``[]``.

    Raises
    ------
    CourseError
        If the table has another form, or a strategy has no finite result in a cell.

    Examples
    --------
    >>> runs = {("10 per class", "similar", "frozen"): [0.66, 0.64], ("10 per class", "similar", "tuned"): [0.70, 0.69]}
    >>> grid = DecisionGrid(runs)
    >>> grid.choose("10 per class", "similar", "frozen")
    >>> grid.regret()
    {('10 per class', 'similar'): 0.04...}
    """

    _esm = _bundle.esm("decision_grid")
    _css = _bundle.css("decision_grid")

    _alone = t.Bool(True).tag(sync=True)
    value = t.List(t.List(t.Unicode())).tag(sync=True)
    cell = t.List(t.Unicode()).tag(sync=True)
    label = t.Unicode("").tag(sync=True)
    rows = t.List(t.Unicode(), read_only=True).tag(sync=True)
    columns = t.List(t.Unicode(), read_only=True).tag(sync=True)
    _axes = t.List(t.Unicode()).tag(sync=True)
    _runs = t.List().tag(sync=True)

    def __init__(
        self,
        runs: Table,
        *,
        size: str = "target size",
        similarity: str = "source and target",
        label: str = "What to do with which target?",
    ) -> None:
        measured = table(runs, ("size", "similarity", "strategy"))
        lost = [key for key, values in measured.items() if not any(math.isfinite(v) for v in values)]
        if lost:
            raise CourseError(f"{' / '.join(lost[0])} has no finite result: leave the strategy out of this cell.")
        strategies = names(measured, 2)
        colors: list[str] = []
        for strategy in strategies:
            colors.append(pick(strategy, colors))
        by_name = dict(zip(strategies, colors, strict=True))
        self._measured = measured
        self.set_trait("rows", names(measured, 0))
        self.set_trait("columns", names(measured, 1))
        super().__init__(
            label=label,
            _axes=[size, similarity],
            _runs=[
                {"cell": [*key[:2]], "strategy": key[2], "color": by_name[key[2]], "runs": json_numbers(values),
                 "mean": mean(values)}
                for key, values in measured.items()
            ],
        )  # fmt: skip
        self.observe(lambda _: self.refresh_static(), ["value", "cell", "label"])

    # -- choices

    def _strategies(self, size: str, similarity: str) -> dict[str, float]:
        """Strategy → mean accuracy in one cell."""
        return {r["strategy"]: r["mean"] for r in self._runs if r["cell"] == [size, similarity]}

    def _is_choice(self, choice: Any) -> bool:
        return len(choice) == 3 and tuple(choice) in self._measured

    @t.validate("value")
    def _known_choices(self, proposal: Any) -> list[list[str]]:
        choices = {}
        for choice in proposal["value"]:
            if not self._is_choice(choice):
                raise CourseError(
                    f"a choice is [size, similarity, strategy] with a strategy that was measured there, not {choice!r}."
                )
            choices[tuple(choice[:2])] = choice[2]
        return [[*cell, strategy] for cell, strategy in choices.items()]

    @t.validate("cell")
    def _known_cell(self, proposal: Any) -> list[str]:
        cell = list(proposal["value"])
        if cell and not (len(cell) == 2 and self._strategies(*cell)):
            raise CourseError(f"the open cell is [size, similarity] of a measured one, or [] for none, not {cell!r}.")
        return cell

    def set_state(self, sync_data: dict[str, Any]) -> None:
        """Take what a browser sends; what was not measured is left out."""
        known = dict(sync_data)
        if not all(self._is_choice(choice) for choice in known.get("value", [])):
            del known["value"]
        cell = known.get("cell", [])
        if cell and not (len(cell) == 2 and self._strategies(*cell)):
            del known["cell"]
        super().set_state(known)

    def choose(self, size: str, similarity: str, strategy: str) -> None:
        """Choose a strategy for one cell; another choice in the cell goes.

        Raises
        ------
        CourseError
            If there is no such cell, or the strategy was not measured in it.
        """
        measured = self._strategies(size, similarity)
        if not measured:
            kind = "size" if size not in self.rows else "similarity"
            raise unknown(kind, size if kind == "size" else similarity, self.rows if kind == "size" else self.columns)
        if strategy not in measured:
            raise unknown("strategy", strategy, measured)
        others = [choice for choice in self.value if choice[:2] != [size, similarity]]
        self.value = [*others, [size, similarity, strategy]]

    def regret(self, choices: Mapping[tuple[str, str], str] | None = None) -> dict[tuple[str, str], float]:
        """Return the regret of choices.

        Parameters
        ----------
        choices
            ``{(size, similarity): strategy}``; those made in the widget by default.

        Returns
        -------
        dict
            Cell → mean of the best measured strategy minus mean of the chosen one, 0 or more.

        Raises
        ------
        CourseError
            If a cell or a strategy was not measured.
        """
        if choices is None:
            choices = {(size, similarity): strategy for size, similarity, strategy in self.value}
        found = {}
        for (size, similarity), strategy in choices.items():
            measured = self._strategies(size, similarity)
            if not measured:
                raise unknown("cell", f"{size} / {similarity}", [" / ".join(r["cell"]) for r in self._runs])
            if strategy not in measured:
                raise unknown("strategy", strategy, measured)
            found[size, similarity] = max(measured.values()) - measured[strategy]
        return found

    # -- words and figure

    def summary(self) -> str:
        """Return the choices and their regret in words."""
        cells = {tuple(r["cell"]) for r in self._runs}
        if not cells:
            return f"{self.label} Nothing was measured."
        regret = self.regret()
        words = [f"{self.label} A strategy was chosen in {len(regret)} of {len(cells)} cells."]
        for size, similarity, strategy in self.value:
            measured = self._strategies(size, similarity)
            best = max(measured, key=measured.__getitem__)
            words.append(
                f"{size}, {similarity}: {strategy} {measured[strategy]:.3f}, regret {regret[size, similarity]:.3f}"
                + (f" (best: {best} {measured[best]:.3f})." if best != strategy else " (the best).")
            )
        if regret:
            words.append(f"Mean regret {sum(regret.values()) / len(regret):.3f}.")
        return " ".join(words)

    def static(self) -> StaticFigure:
        """Return the grid, with what the choices have uncovered, as a matplotlib figure."""
        from ._draw import draw

        return draw(self.rows, self.columns, self._axes, self._runs, self.value, self.label, self.summary())
