"""A measurement as a tidy table: one row a trial, with what was varied and what came out."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..._paths import PACKAGE
from ...errors import CourseError, unknown

__all__ = ["Table", "read_table", "save_table"]


@dataclass(frozen=True)
class Table:
    """Trials with their conditions, seeds and results."""

    name: str
    settings: dict[str, Any]
    """What all trials share."""
    rows: tuple[dict[str, Any], ...]
    """Column → value of each trial."""

    def where(self, **conditions: Any) -> Table:
        """Return the trials in which each named column has the given value; at least one must."""
        rows = tuple(row for row in self.rows if all(row[self._column(k)] == v for k, v in conditions.items()))
        if not rows:
            asked = ", ".join(f"{k} = {v!r}" for k, v in conditions.items())
            known = {k: sorted({str(row[k]) for row in self.rows}) for k in conditions}
            raise CourseError(f"{self.name} has no trial with {asked}; it has {known}.")
        return Table(self.name, self.settings, rows)

    def values(self, column: str, **conditions: Any) -> list[Any]:
        """Return one column of the matching trials, in the order of their seeds."""
        rows = self.where(**conditions).rows
        return [row[self._column(column)] for row in sorted(rows, key=lambda row: row["seed"])]

    def distinct(self, column: str) -> list[Any]:
        """Return the different values of a column in the order in which they appear."""
        return list(dict.fromkeys(row[self._column(column)] for row in self.rows))

    def series(self, by: str, x: str, value: str, **conditions: Any) -> dict[str, dict[str, list[float]]]:
        """Return line → position → values over seeds, as :func:`~tlwidgets.course.figures.accuracy_lines` takes them.

        Parameters
        ----------
        by
            Column that tells the lines apart.
        x
            Column of the positions.
        value
            Column that was measured.
        **conditions
            Values that further columns must have.
        """
        chosen = self.where(**conditions)
        return {
            str(line): {str(at): chosen.values(value, **{by: line, x: at}) for at in chosen.distinct(x)}
            for line in chosen.distinct(by)
        }

    def _column(self, name: str) -> str:
        if name not in self.rows[0]:
            raise unknown("column", name, list(self.rows[0]))
        return name


def read_table(name: str) -> Table:
    """Read the measurement ``NAME.json`` of the lesson that made it."""
    (path,) = (PACKAGE / "lessons").glob(f"*/{name}.json")
    raw = json.loads(path.read_text("utf-8"))
    return Table(name, raw["settings"], tuple(dict(zip(raw["columns"], row, strict=True)) for row in raw["rows"]))


def save_table(
    path: str | Path, title: str, settings: Mapping[str, Any], rows: Sequence[Mapping[str, Any]], *, digits: int = 5
) -> None:
    """Write a measurement as JSON, a line a trial, so that a change shows up in a diff.

    Parameters
    ----------
    path
        The file, ``NAME.json`` in the folder of its lesson.
    title
        What was measured, in a few words.
    settings
        What all trials share.
    rows
        Trials, all with the same columns; ``seed`` must be one of them.
    digits
        Places that floats are rounded to.
    """
    columns = list(rows[0])
    if "seed" not in columns or any(list(row) != columns for row in rows):
        raise CourseError("Every trial of a measurement needs the same columns in the same order, one of them 'seed'.")

    def rounded(value: Any) -> Any:
        if isinstance(value, float):
            if not math.isfinite(value):
                raise CourseError(f"A measurement cannot be stored with the value {value}; say it in another column.")
            return round(value, digits)
        return value

    path = Path(path)
    head = {
        "name": path.stem.replace("_", "-"),
        "kind": "measurement",
        "title": title,
        "license": "Apache-2.0",
        "settings": dict(settings),
        "columns": columns,
    }
    lines = ",\n  ".join(json.dumps([rounded(row[c]) for c in columns]) for row in rows)
    text = json.dumps(head, indent=1)[:-2] + ',\n "rows": [\n  ' + lines + "\n ]\n}\n"
    partial = path.with_suffix(".partial")
    partial.write_text(text, "utf-8")
    partial.replace(path)
