"""The claims ledger: what is said about transfer learning, and what came out when the course measured it.

``claims.toml`` says what is claimed. ``measured.json`` of a lesson says what it found in profile ``cpu``, and what it
took; it is made from reports of runs (``tools/claims.py``), and the tests compare every run of the lesson with it.
"""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..errors import unknown
from . import content, evidence

__all__ = ["Row", "Statement", "as_markdown", "as_text", "check_row", "ledger", "row"]

_HERE = Path(__file__).parent
_KINDS = {"C": "claim", "T": "topic", "S": "system"}
OPEN = "open"
"""Verdict of a row that no lesson has measured yet."""

_HOW_WE_DECIDE = """\
Courses and papers say many things about transfer learning. This course measures them and says what came out on its own
data. A lesson states each verdict beside the experiment; the tests run every lesson and compare its verdicts with this
page.

A claim is a **difference** between two ways that were tried with the same seeds, five or more, with its 95 % interval,
and a **margin**: the smallest difference that would matter (0.02 of accuracy unless another is named). It *holds* where
the interval lies on the side that was said, *does not hold* where the interval rules out a gain as large as the margin,
and is *not settled* otherwise. *No difference* is a claim as well: it holds where the whole interval lies within the
margin. A **control** is what would do the same if the reason that is given were wrong; where it does, the claim is not
settled. Nor is it where the verdict changes **with the second-best setting** of what was tuned. What is counted and not
sampled (parameters, bits) is exact.
"""


@dataclass(frozen=True)
class Statement:
    """What one cell of a lesson found about a row: a record of :mod:`tlwidgets.course.evidence`."""

    lesson: str
    record: dict[str, Any]

    @property
    def said(self) -> str:
        """The claim in words."""
        return str(self.record["said"])

    @property
    def verdict(self) -> str:
        """``holds``, ``holds when …``, ``does not hold`` or ``not settled``."""
        return str(self.record["verdict"])


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
        """``holds``, ``holds when …``, ``does not hold``, ``not settled``, or ``open`` while nothing is measured."""
        verdicts = {s.verdict for s in self.statements}
        if not verdicts:
            return OPEN
        if len(verdicts) == 1 and not self.when:
            return verdicts.pop()
        if any(v.startswith("holds") for v in verdicts):
            return f"holds when {self.when}"
        return "does not hold" if "does not hold" in verdicts else "not settled"

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
        found = {name: getattr(self, name) for name in ("id", "kind", "group", "said", "when", "verdict")}
        statements = [{"lesson": s.lesson, **s.record} for s in self.statements]
        return {**found, "lessons": list(self.lessons), "tests": list(self.tests), "statements": statements}


def _said() -> dict[str, dict[str, str]]:
    raw = tomllib.loads((_HERE / "claims.toml").read_text("utf-8"))
    return {r["id"]: r for r in raw["row"]}


def ledger() -> tuple[Row, ...]:
    """Read the ledger, in its order."""
    found: dict[str, list[Statement]] = {}
    for lesson in content.lesson_names():
        for s in content.measured(lesson)["claims"]:
            found.setdefault(s["id"], []).append(Statement(lesson, s))
    return tuple(
        Row(id, _KINDS[id[0]], r["group"], r["said"], r.get("when", ""), tuple(found.get(id, ())))
        for id, r in _said().items()
    )


def check_row(id: str) -> None:
    """Raise a :class:`~tlwidgets.errors.CourseError` unless the ledger has such a row."""
    if id not in _said():
        raise unknown("claim", id, _said(), "('tlwidgets claims' lists them.)")


def row(id: str) -> Row:
    """Return one row of the ledger by its id."""
    rows = {r.id: r for r in ledger()}
    if id not in rows:
        raise unknown("claim", id, rows)
    return rows[id]


def as_text(rows: Sequence[Row]) -> str:
    """Return the ledger as text for a terminal: rows not yet measured are shown as open."""
    lines = []
    for r in rows:
        lines.append(f"{r.id}  {r.verdict}\n     {r.said}")
        for s in r.statements:
            _, *rest = evidence.as_lines(s.record)
            lines += [f"     {s.lesson}: {s.said}", *(f"       {line}" for line in rest)]
        lines += [f"     {test}" for test in r.tests]
    done = [r for r in rows if r.statements]
    return "\n".join([*lines, "", f"{len(done)} of {len(rows)} rows measured, {len(rows) - len(done)} open."])


def as_markdown(rows: Sequence[Row]) -> str:
    """Return the ledger as the page ``docs/claims.md``."""
    done = [r for r in rows if r.statements]
    lines = [
        "# What is said, and what was measured",
        "",
        *_HOW_WE_DECIDE.splitlines(),
        "",
        f"{len(done)} of {len(rows)} rows are measured; the others are open. Figures are those of profile `cpu`.",
        "`tlwidgets claims` prints the same, with `--json` every figure.",
        "",
    ]
    for group in dict.fromkeys(r.group for r in rows):
        lines += [f"## {group}", ""]
        for r in (r for r in rows if r.group == group):
            lines += [f"### {r.id}: {r.verdict}", "", f"> {r.said}", ""]
            for s in r.statements:
                notebook = content.read(s.lesson).notebook
                _, verdict, *rest = evidence.as_lines(s.record)
                lines.append(f"- [{notebook}](../notebooks/{notebook}.ipynb): {s.said}. **{verdict}**")
                lines += [f"  - {line.strip()}" for line in rest]
            lines += [""] if r.statements else []
    return "\n".join(lines).rstrip() + "\n"
