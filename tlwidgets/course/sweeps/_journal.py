"""Measure many points, each written down as soon as it is there."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

__all__ = ["resume"]


def resume(
    path: Path, points: Iterable[dict[str, Any]], measure: Callable[..., list[dict[str, Any]]]
) -> list[dict[str, Any]]:
    """Return the rows of all points; those that the journal holds already are not measured again.

    Parameters
    ----------
    path
        The journal: a line a point. A line that was cut off is measured again.
    points
        Keyword arguments of ``measure``, one dictionary a point.
    measure
        Returns the rows of one point.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    done: dict[str, list[dict[str, Any]]] = {}
    for line in path.read_text("utf-8").splitlines() if path.exists() else ():
        try:
            key, rows = json.loads(line)
        except ValueError:
            continue
        done[key] = rows
    found: list[dict[str, Any]] = []
    for point in points:
        key = json.dumps(point, sort_keys=True)
        if key not in done:
            done[key] = measure(**point)
            with path.open("a", encoding="utf-8") as file:
                file.write(json.dumps([key, done[key]]) + "\n")
            print(key, flush=True)
        found += done[key]
    return found
