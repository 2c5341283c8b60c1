"""Remember every trial as soon as it is measured."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path
from typing import Any

from .trial import Trial

__all__ = ["Journal"]

Row = dict[str, Any]


class Journal:
    """A file with a line a trial: what a measurement that was stopped or killed has found so far.

    Parameters
    ----------
    path
        The file. Its name should change with everything that the rows depend on beside their trials, so that rows of
        another measurement are never taken for ones of this. Two processes may write to it at once.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def read(self) -> dict[str, list[Row]]:
        """Return the rows by :attr:`Trial.key`; a line that was cut off is passed over."""
        found: dict[str, list[Row]] = {}
        if self.path.exists():
            for line in self.path.read_text("utf-8", errors="replace").splitlines():
                with suppress(ValueError, TypeError):
                    key, rows = json.loads(line)
                    found[key] = rows
        return found

    def add(self, trial: Trial, rows: list[Row]) -> None:
        """Write down what a trial gave."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        # the break comes first: what follows a line that was cut off must not become a part of it
        line = "\n" + json.dumps([trial.key, rows], ensure_ascii=False)
        with self.path.open("ab", buffering=0) as file:  # one write at the end of the file, whoever else writes
            file.write(line.encode())

    def remove(self) -> None:
        """Delete the file: what it holds is in the results."""
        self.path.unlink(missing_ok=True)
