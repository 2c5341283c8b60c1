"""What was measured: ``results.json`` of a lesson, one or more named tables, read as pandas DataFrames."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..._paths import PACKAGE
from ...errors import CourseError, unknown

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "hits",
    "packed",
    "pick",
    "read_results",
    "results_path",
    "series",
    "stored_tables",
    "values",
    "write_results",
]

Row = dict[str, Any]


def results_path(lesson: str) -> Path:
    """Return where the results of a lesson are, by its topic."""
    return PACKAGE / "lessons" / lesson / "results.json"


def stored_tables(path: Path) -> dict[str, dict[str, Any]]:
    """Return the tables of a file by name: ``title``, ``settings``, and ``rows`` as column → value."""
    if not path.exists():
        return {}
    raw: dict[str, dict[str, Any]] = json.loads(path.read_text("utf-8"))
    return {
        name: {**table, "rows": [dict(zip(table["columns"], row, strict=True)) for row in table["rows"]]}
        for name, table in raw.items()
    }


def read_results(lesson: str, table: str) -> pd.DataFrame:
    """Read one table of a lesson's ``results.json``.

    Parameters
    ----------
    lesson
        Its topic, for example ``"freezing"``.
    table
        Name of the table.

    Returns
    -------
    pandas.DataFrame
        A row for each trial, or several where a trial was looked at several times. ``.attrs`` holds the title and what
        all trials share.
    """
    import pandas as pd

    tables = stored_tables(results_path(lesson))
    if table not in tables:
        raise unknown(f"table of the lesson {lesson}", table, tables)
    found = tables[table]
    frame = pd.DataFrame(found["rows"], columns=found["columns"])
    frame.attrs = {"title": found["title"], **found["settings"]}
    return frame


def write_results(path: Path, tables: Mapping[str, Mapping[str, Any]]) -> None:
    """Write tables as JSON, a row a line, so that a change shows up in a diff.

    Parameters
    ----------
    path
        The file; what it holds is replaced.
    tables
        Name → ``title``, ``settings`` and ``rows`` (column → value, ``None`` where a row does not say).
    """
    written = []
    for name, table in tables.items():
        columns = list(dict.fromkeys(column for row in table["rows"] for column in row))
        head = {"title": table["title"], "settings": dict(table["settings"]), "columns": columns}
        lines = ",\n   ".join(_json([row.get(column) for column in columns]) for row in table["rows"])
        body = json.dumps(head, indent=1, ensure_ascii=False)[:-2].replace("\n", "\n ")
        written.append(f' {_json(name)}: {body},\n  "rows": [\n   {lines}\n  ]\n }}')
    partial = path.with_suffix(".partial")
    partial.write_text("{\n" + ",\n".join(written) + "\n}\n", "utf-8")
    partial.replace(path)


def _json(value: Any) -> str:
    try:
        return json.dumps(value, ensure_ascii=False, allow_nan=False)
    except ValueError:
        raise CourseError(f"{value} holds a number that is not finite: say that in another column.") from None


# ---------------------------------------------------------------- reading a table


def _check(table: pd.DataFrame, columns: Sequence[str]) -> None:
    for column in columns:
        if column not in table.columns:
            raise unknown("column", column, list(table.columns))


def pick(table: pd.DataFrame, **conditions: Any) -> pd.DataFrame:
    """Return the rows in which each named column has the given value, in the order of their seeds.

    Parameters
    ----------
    table
        From :func:`read_results`.
    **conditions
        Column → value. At least one row must have them all.
    """
    _check(table, list(conditions))
    chosen = table
    for column, value in conditions.items():
        chosen = chosen[chosen[column] == value]
    if chosen.empty:
        asked = ", ".join(f"{column} = {value!r}" for column, value in conditions.items())
        known = {column: table[column].unique().tolist() for column in conditions}
        raise CourseError(f"the table has no row with {asked}; it has {known}.")
    return chosen.sort_values("seed", kind="stable")


def values(table: pd.DataFrame, column: str, **conditions: Any) -> list[Any]:
    """Return one column of the matching rows, in the order of their seeds."""
    _check(table, [column])
    found: list[Any] = pick(table, **conditions)[column].tolist()
    return found


def packed(recognized: Any) -> str:
    """Return which images were recognised, booleans (n,), as text that a table can hold: their number and the bits."""
    bits = np.asarray(recognized, bool)
    return f"{len(bits)}:{np.packbits(bits).tobytes().hex()}"


def hits(table: pd.DataFrame, column: str = "hits", **conditions: Any) -> NDArray[np.bool_]:
    """Return which images were recognised, shape (seeds, images), from a column that :func:`packed` has made."""
    rows = []
    for text in values(table, column, **conditions):
        count, bits = str(text).split(":")
        rows.append(np.unpackbits(np.frombuffer(bytes.fromhex(bits), np.uint8), count=int(count)).astype(bool))
    return np.array(rows)


def series(table: pd.DataFrame, by: str, x: str, column: str, **conditions: Any) -> dict[str, dict[str, list[float]]]:
    """Return line → position → values over seeds, as :func:`~tlwidgets.course.figures.accuracy_lines` takes them.

    Parameters
    ----------
    table
        From :func:`read_results`.
    by
        Column that tells the lines apart.
    x
        Column of the positions.
    column
        What was measured.
    **conditions
        As for :func:`pick`.
    """
    _check(table, [by, x, column])
    chosen = pick(table, **conditions)
    places = chosen[x].sort_index().unique()
    return {
        str(line): {str(at): group[group[x] == at][column].tolist() for at in places}
        for line, group in chosen.groupby(by, sort=False)
    }
