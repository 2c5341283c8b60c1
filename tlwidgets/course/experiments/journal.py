"""Measure many points, each written down as soon as it is there."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any, Self

__all__ = ["Journal"]


class Journal:
    """What an interrupted measurement has already found: ``build/NAME.jsonl`` under the current folder, a line a point.

    ``with Journal("rates") as journal:`` goes on where an earlier block was left by an error. The file is deleted when
    the block ends without one, so the table is saved inside it.

    Parameters
    ----------
    name
        Of the measurement.
    """

    def __init__(self, name: str) -> None:
        self.path = Path("build") / f"{name}.jsonl"
        self._done: dict[str, list[dict[str, Any]]] = {}

    def __enter__(self) -> Self:
        self.path.parent.mkdir(exist_ok=True)
        for line in self.path.read_text("utf-8").splitlines() if self.path.exists() else ():
            with suppress(ValueError):  # a line that was cut off
                key, rows = json.loads(line)
                self._done[key] = rows
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None:
            self.path.unlink(missing_ok=True)

    def rows(
        self, points: Iterable[dict[str, Any]], measure: Callable[..., list[dict[str, Any]]]
    ) -> list[dict[str, Any]]:
        """Return the rows of all points; those that the journal holds already are not measured again.

        Parameters
        ----------
        points
            Keyword arguments of ``measure``, one dictionary a point. Equal points are the same measurement, in
            every call: what is measured in two ways needs an entry that says which.
        measure
            Returns the rows of one point.
        """
        found: list[dict[str, Any]] = []
        for point in points:
            key = json.dumps(point, sort_keys=True)
            if key not in self._done:
                self._done[key] = measure(**point)
                with self.path.open("a", encoding="utf-8") as file:
                    # the break comes first: what follows a line that was cut off must not become a part of it
                    file.write("\n" + json.dumps([key, self._done[key]]))
                print(key, flush=True)
            found += self._done[key]
        return found
