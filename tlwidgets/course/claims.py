"""The claims ledger: what is said about transfer learning, and what came out when the course measured it.

``claims.toml`` says what is claimed. ``measured.json`` of a lesson says what it found in profile ``cpu``, and what it
took; it is made from reports of runs (``tools/claims.py``), and the tests compare every run of the lesson with it.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ..errors import unknown
from . import content

__all__ = ["Row", "Statement", "as_markdown", "as_text", "in_words", "ledger", "row", "statement"]

_HERE = Path(__file__).parent
_KINDS = {"C": "claim", "T": "topic", "S": "system"}
OPEN = "open"
"""Verdict of a row that no lesson has measured yet."""


@dataclass(frozen=True)
class Statement:
    """What one cell of a lesson found about a row."""

    lesson: str
    said: str
    holds: bool
    when: str
    verdict: str
    """``holds``, ``holds when …`` or ``does not hold``."""
    figures: dict[str, Any]
    """Numbers that the verdict rests on: ``{"mean", "std", "n"}`` where there is one per seed."""


@dataclass(frozen=True)
class Row:
    """One row of the ledger."""

    id: str
    kind: str
    """``claim`` (can be measured), ``topic`` (taught with something that runs) or ``system`` (named, so it works)."""
    group: str
    said: str
    when: str
    """In words, the condition of a row that holds only in part."""
    statements: tuple[Statement, ...]

    @property
    def verdict(self) -> str:
        """``holds``, ``holds when …``, ``does not hold``, or ``open`` where nothing is measured yet."""
        if not self.statements:
            return OPEN
        if not any(s.holds for s in self.statements):
            return "does not hold"
        if all(s.verdict == "holds" for s in self.statements):
            return "holds"
        return f"holds when {self.when}"

    @property
    def lessons(self) -> tuple[str, ...]:
        """Names of the lessons that measure it."""
        return tuple(dict.fromkeys(s.lesson for s in self.statements))

    @property
    def tests(self) -> tuple[str, ...]:
        """Tests that run these lessons and assert the verdicts."""
        return tuple(f"tests/lessons/test_run.py::test_its_claims_come_out_as_stated[{n}]" for n in self.lessons)

    def to_json(self) -> dict[str, Any]:
        """Return the row with its verdict, lessons and tests, ready for :func:`json.dumps`."""
        found = asdict(self)
        found |= {"verdict": self.verdict, "lessons": list(self.lessons), "tests": list(self.tests)}
        return found


def statement(
    id: str, said: str, holds: bool, when: str, figures: Mapping[str, float | Sequence[float]]
) -> dict[str, Any]:
    """Return what a lesson found about a claim as a record that can be stored.

    Its figures are numbers, or ``{"mean": …, "std": …, "n": …}`` where one number per seed was given (standard
    deviation with n - 1).
    """
    if id not in _said():
        raise unknown("claim", id, _said(), "('tlwidgets claims' lists them.)")
    stored: dict[str, Any] = {}
    for name, value in figures.items():
        v = np.asarray(value, "float64")
        several = v.ndim == 1 and v.size > 1
        stored[name] = {"mean": float(v.mean()), "std": float(v.std(ddof=1)), "n": int(v.size)} if several else v.item()
    verdict = "does not hold" if not holds else f"holds when {when}" if when else "holds"
    return {"id": id, "said": said, "holds": holds, "when": when, "verdict": verdict, "figures": stored}


def in_words(figures: Mapping[str, Any]) -> dict[str, str]:
    """Return stored figures as text: three digits, mean ± standard deviation where there were several."""

    def number(value: float) -> str:
        return f"{value:.3g}" if abs(value) < 1000 else f"{value:,.0f}"

    return {
        name.replace("_", " "): f"{number(v['mean'])} ± {v['std']:.2g} ({v['n']} seeds)"
        if isinstance(v, dict)
        else number(v)
        for name, v in figures.items()
    }


def _said() -> dict[str, dict[str, str]]:
    raw = tomllib.loads((_HERE / "claims.toml").read_text("utf-8"))
    return {r["id"]: r for r in raw["row"]}


def ledger() -> tuple[Row, ...]:
    """Read the ledger, in its order."""
    found: dict[str, list[Statement]] = {}
    for lesson in content.lesson_names():
        for s in content.measured(lesson)["claims"]:
            found.setdefault(s["id"], []).append(Statement(lesson, **{k: v for k, v in s.items() if k != "id"}))
    return tuple(
        Row(id, _KINDS[id[0]], r["group"], r["said"], r.get("when", ""), tuple(found.get(id, ())))
        for id, r in _said().items()
    )


def row(id: str) -> Row:
    """Return one row of the ledger by its id."""
    rows = {r.id: r for r in ledger()}
    if id not in rows:
        raise unknown("claim", id, rows)
    return rows[id]


def _figures(s: Statement) -> str:
    return ", ".join(f"{k} {v}" for k, v in in_words(s.figures).items())


def as_text(rows: Sequence[Row]) -> str:
    """Return the ledger as text for a terminal: rows not yet measured are shown as open."""
    lines = []
    for r in rows:
        lines.append(f"{r.id}  {r.verdict}\n     {r.said}")
        for s in r.statements:
            lines.append(f"     {s.lesson}: {s.said}: {s.verdict}" + (f" ({_figures(s)})" if s.figures else ""))
        lines += [f"     {test}" for test in r.tests]
    done = [r for r in rows if r.statements]
    return "\n".join([*lines, "", f"{len(done)} of {len(rows)} rows measured, {len(rows) - len(done)} open."])


def as_markdown(rows: Sequence[Row]) -> str:
    """Return the ledger as the page ``docs/claims.md``."""
    done = [r for r in rows if r.statements]
    lines = [
        "# What is said, and what was measured",
        "",
        "Courses and papers say many things about transfer learning. This course measures them, over five seeds or",
        "more wherever two things are compared, and says what came out on its own data. A lesson states each verdict",
        "beside the experiment, and the tests run every lesson and compare its verdicts with this page.",
        "",
        f"{len(done)} of {len(rows)} rows are measured; the others are open. Figures are those of profile `cpu`:",
        "mean ± standard deviation over seeds. `tlwidgets claims` prints the same, with `--json` every figure.",
        "",
    ]
    for group in dict.fromkeys(r.group for r in rows):
        lines += [f"## {group}", ""]
        for r in (r for r in rows if r.group == group):
            lines += [f"### {r.id}: {r.verdict}", "", f"> {r.said}", ""]
            for s in r.statements:
                tail = f" {_figures(s)}." if s.figures else ""
                notebook = content.read(s.lesson).notebook
                lines.append(f"- [{notebook}](../notebooks/{notebook}.ipynb): {s.said}. **{s.verdict}**.{tail}")
            lines += [""] if r.statements else []
    return "\n".join(lines).rstrip() + "\n"
