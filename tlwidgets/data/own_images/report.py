"""What became of the files of a folder: how many are used, which were left out or changed, and why."""

from __future__ import annotations

import html
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..records import Counts

__all__ = ["ImageReport", "LeftOut", "Reasons"]

Reasons = Mapping[str, tuple[str, ...]]

SHOWN = 3
LONGEST = 72


class LeftOut(Exception):
    """A file cannot be used; the text is the reason, the same for every file of its kind."""


@dataclass(frozen=True, repr=False)
class ImageReport:
    """What became of the files of a folder or ZIP archive.

    Attributes
    ----------
    name
        Name of the folder or archive.
    counts
        Number of images used, by split and class.
    left_out
        Names of the files (and folders) that are not used, by the reason.
    changed
        Names of those that are used, and of which something is to be known, by what that is.
    """

    name: str
    counts: Counts
    left_out: Reasons
    changed: Reasons

    @property
    def used(self) -> int:
        """Number of images in the three splits."""
        return sum(n for of in self.counts.values() for n in of.values())

    def to_json(self) -> dict[str, Any]:
        """Return everything, with all the names, as plain types that ``json.dumps`` takes."""
        return {
            "name": self.name,
            "used": self.used,
            "counts": {split: dict(of) for split, of in self.counts.items()},
            "left_out": {reason: list(names) for reason, names in self.left_out.items()},
            "changed": {reason: list(names) for reason, names in self.changed.items()},
        }

    def brief(self) -> str:
        """Return what was left out as a part of a sentence."""
        if not self.left_out:
            return "no file was left out"
        return "left out: " + "; ".join(f"{reason} ({len(n)}): {_few(n)}" for reason, n in self.left_out.items())

    def __repr__(self) -> str:
        """A line with the counts, then a line for each reason, with at most three names."""
        lines = [self._headline()]
        for title, reasons in (("left out", self.left_out), ("to know", self.changed)):
            if reasons:
                lines.append(f"{title}:")
                lines += [f"  {reason} ({len(names)}): {_few(names)}" for reason, names in reasons.items()]
        return "\n".join(lines)

    def _headline(self) -> str:
        classes = list(self.counts.get("train", {}))
        each = ", ".join(f"{_short(c)} {sum(of[c] for of in self.counts.values())}" for c in classes)
        out = sum(map(len, self.left_out.values()))
        return f"{_short(self.name)}: {self.used} images used ({each}), {out} left out"

    def _repr_html_(self) -> str:
        """Return the same as :meth:`__repr__`, each reason with all its names to unfold."""
        parts = [f"<p>{html.escape(self._headline())}</p>"]
        for title, reasons in (("left out", self.left_out), ("to know", self.changed)):
            for reason, names in reasons.items():
                summary = html.escape(f"{title}: {reason} ({len(names)})")
                listed = "".join(f"<li>{html.escape(n)}</li>" for n in names[:200])
                more = f"<li>and {len(names) - 200} more</li>" if len(names) > 200 else ""
                parts.append(f"<details><summary>{summary}</summary><ul>{listed}{more}</ul></details>")
        return "".join(parts)


def _short(name: str) -> str:
    return name if len(name) <= LONGEST else f"{name[: LONGEST // 2]}…{name[-LONGEST // 2 + 1 :]}"


def _few(names: tuple[str, ...]) -> str:
    shown = ", ".join(_short(n) for n in names[:SHOWN])
    return shown + (f" and {len(names) - SHOWN} more" if len(names) > SHOWN else "")
