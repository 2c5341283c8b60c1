"""TransferMatrix: what every source is worth on every target, against no transfer."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import traitlets as t

from ...errors import CourseError, unknown
from .. import _bundle
from .._palette import pick
from .._runs import Table, difference, json_numbers, mean, names, table
from .._static import StaticWidget

if TYPE_CHECKING:
    from .._figure import StaticFigure

__all__ = ["TransferMatrix"]

_NICE = (0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 20, 30, 40, 50, 75, 100)


class TransferMatrix(StaticWidget):
    """Sources by targets: how much better or worse than the baseline a model gets on a target from a source.

    The number and the colour of a cell are the gain; a small triangle marks the gains (▲) and losses (▼)
    that the seeds settle, which is when the 95 % interval of the mean leaves out zero. Enter or a click opens
    a cell: every run as a bar, beside the baseline and the other methods.

    Parameters
    ----------
    runs
        ``{(source, target, method): results}``, a list with one number for each seed; or records such as
        ``{"source": "digits", "target": "letters", "method": "frozen base", "accuracy": 0.81}``. More is
        better. Cells that were not measured may be left out. Results that are not finite count as failed.
    baseline
        What the target gives without a source: ``{target: results}``, or records with ``target`` and
        ``accuracy``.
    paired
        The n-th result of a cell and of its baseline come from the same seed: the interval is that of the
        differences.
    label
        Title.
    baseline_name
        What the baseline is called.

    Attributes
    ----------
    value : list of str
        ``[source, target]`` of the open cell, or ``[]``.
    method : str
        The method that is shown.

    Raises
    ------
    CourseError
        If the tables have another form or a target has no baseline.

    Notes
    -----
    Results between -1 and 1 (accuracies and the like) are compared in percentage points, others in their own
    unit.

    Examples
    --------
    >>> runs = {("digits", "letters", "frozen base"): [0.71, 0.73], ("letters", "digits", "frozen base"): [0.9, 0.92]}
    >>> TransferMatrix(runs, baseline={"letters": [0.60, 0.63], "digits": [0.94, 0.95]})
    """

    _esm = _bundle.esm("transfer_matrix")
    _css = _bundle.css("transfer_matrix")

    _alone = t.Bool(True).tag(sync=True)
    value = t.List(t.Unicode()).tag(sync=True)
    method = t.Unicode("").tag(sync=True)
    label = t.Unicode("").tag(sync=True)
    baseline_name = t.Unicode("").tag(sync=True)
    sources = t.List(t.Unicode(), read_only=True).tag(sync=True)
    targets = t.List(t.Unicode(), read_only=True).tag(sync=True)
    methods = t.List(t.Unicode(), read_only=True).tag(sync=True)
    _cells = t.List().tag(sync=True)
    _baseline = t.List().tag(sync=True)
    _colors = t.List().tag(sync=True)
    _limit = t.Float(1.0).tag(sync=True)
    _unit = t.Unicode("points").tag(sync=True)

    def __init__(
        self,
        runs: Table,
        baseline: Table | Mapping[str, Any],
        *,
        paired: bool = False,
        label: str = "Transfer from every source to every target",
        baseline_name: str = "from scratch",
    ) -> None:
        measured = table(runs, ("source", "target", "method"))
        base = {key[0]: values for key, values in table(baseline, ("target",)).items()}
        sources, targets, methods = (names(measured, part) for part in range(3))
        targets.sort(key=lambda name: sources.index(name) if name in sources else len(sources))  # one diagonal
        missing = [target for target in targets if target not in base]
        if missing:
            raise CourseError(
                f"the baseline has no results for {', '.join(missing)}: give every target its runs without transfer."
            )
        everything = [v for values in (*measured.values(), *base.values()) for v in values if math.isfinite(v)]
        points = all(-1 <= v <= 1 for v in everything)
        unit = "points" if points else "units"
        cells: list[dict[str, Any]] = []
        for (source, target, method), values in measured.items():
            gain = difference(values, base[target], paired=paired)
            factor = 100 if points else 1
            scaled: list[float | None] = [None, None, None]
            if gain is not None:
                scaled = [None if v is None else factor * v for v in (gain.mean, gain.low, gain.high)]
            cell = {
                "s": sources.index(source),
                "t": targets.index(target),
                "m": methods.index(method),
                "runs": json_numbers(values),
                "mean": mean(values),
                "gain": scaled[0],
                "low": scaled[1],
                "high": scaled[2],
                "sign": gain.sign if gain is not None else 0,
            }
            cell["words"] = f"{source} → {target}, {method}: {_words(cell, baseline_name, unit)}"
            cells.append(cell)
        largest = max([abs(c["gain"]) for c in cells if c["gain"] is not None], default=0.0)
        colors = [pick(baseline_name, ())]
        for method in methods:
            colors.append(pick(method, colors))
        self.set_trait("sources", sources)
        self.set_trait("targets", targets)
        self.set_trait("methods", methods)
        super().__init__(
            method=methods[0] if methods else "",
            label=label,
            baseline_name=baseline_name,
            _cells=cells,
            _baseline=[{"runs": json_numbers(base[target]), "mean": mean(base[target])} for target in targets],
            _colors=colors,
            _limit=next((float(n) for n in _NICE if n >= largest), largest),
            _unit=unit,
        )
        self.observe(lambda _: self.refresh_static(), ["value", "method", "label"])

    def _is_cell(self, value: Any) -> bool:
        return value == [] or (len(value) == 2 and value[0] in self.sources and value[1] in self.targets)

    @t.validate("value")
    def _known_cell(self, proposal: Any) -> list[str]:
        value = list(proposal["value"])
        if not self._is_cell(value):
            if len(value) != 2:
                raise CourseError(f"the open cell is [source, target], or [] for none, not {value!r}.")
            kind = "source" if value[0] not in self.sources else "target"
            known = self.sources if kind == "source" else self.targets
            raise unknown(kind, value[kind == "target"], known)
        return value

    @t.validate("method")
    def _known_method(self, proposal: Any) -> str:
        if proposal["value"] not in self.methods and self.methods:
            raise unknown("method", proposal["value"], self.methods)
        return str(proposal["value"])

    def set_state(self, sync_data: dict[str, Any]) -> None:
        """Take what a browser sends; names that are not known are left out."""
        known = dict(sync_data)
        if not self._is_cell(known.get("value", [])):
            del known["value"]
        if known.get("method", self.method) not in self.methods:
            known.pop("method", None)
        super().set_state(known)

    def gains(self) -> list[dict[str, Any]]:
        """Return every measured cell as a record.

        Returns
        -------
        list of dict
            ``source``, ``target``, ``method``, ``gain`` over the baseline, ``low`` and ``high`` of its 95 %
            interval (None with fewer than two runs), and ``sign``: 1 or -1 when the interval leaves out
            zero, else 0.
        """
        return [
            {
                "source": self.sources[c["s"]],
                "target": self.targets[c["t"]],
                "method": self.methods[c["m"]],
                **{k: c[k] for k in ("gain", "low", "high", "sign")},
            }
            for c in self._cells
        ]

    def summary(self) -> str:
        """Return in words what the shown method gains and loses, and the open cell."""
        shown = [c for c in self._cells if self.methods[c["m"]] == self.method]
        known = sorted((c for c in shown if c["gain"] is not None), key=lambda c: c["gain"])
        if not known:
            return f"{self.label}: nothing was measured."
        up, down = (sum(c["sign"] == s for c in known) for s in (1, -1))
        words = [
            f"{self.label}: {self.method}, {len(known)} cells against {self.baseline_name}.",
            f"{up} clear gains, {down} clear losses, {len(known) - up - down} that the seeds do not settle.",
            f"Best: {known[-1]['words']}.",
        ]
        if len(known) > 1:
            words.append(f"Worst: {known[0]['words']}.")
        if self.value:
            opened = [c["words"] for c in shown if [self.sources[c["s"]], self.targets[c["t"]]] == self.value]
            words.append(f"Open: {opened[0] if opened else ' → '.join(self.value) + ', not measured'}.")
        return " ".join(words)

    def static(self) -> StaticFigure:
        """Return the matrix of the shown method as a matplotlib figure with alternative text."""
        from ._draw import draw

        shown = [c for c in self._cells if self.methods[c["m"]] == self.method]
        return draw(self.sources, self.targets, shown, self._limit, f"{self.method}: gain over {self.baseline_name}",
                    self._unit, self.value, self.summary())  # fmt: skip


def _words(cell: Mapping[str, Any], baseline: str, unit: str) -> str:
    """A cell in words: gain, interval, runs."""
    runs = cell["runs"]
    failed = sum(v is None for v in runs)
    lost = f", {failed} without a number" if failed else ""
    counted = f"{len(runs)} run{'s' * (len(runs) != 1)}{lost}"
    if cell["gain"] is None:
        return f"no gain can be given ({counted})"
    interval = f"95 % interval {cell['low']:+.1f} to {cell['high']:+.1f}, " if cell["low"] is not None else ""
    text = f"{cell['gain']:+.1f} {unit} against {baseline} ({interval}{counted})"
    return text.replace("-", "\N{MINUS SIGN}") if "-" not in baseline else text
