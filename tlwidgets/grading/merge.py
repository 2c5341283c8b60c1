"""Takes the answers out of a submission into the instructor's notebook; all else that was handed in is ignored."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any

from .assignment import Assignment, _grade, _top_names

__all__ = ["MAX_NOTEBOOK", "Merged", "job_cells", "merge"]

MAX_NOTEBOOK = 50 * 2**20
"""Larger notebooks are not read: their outputs make them so."""
_LONGEST = 200_000
_UNUSUAL = {
    "_getframe": "looks at the frames of its caller",
    "inspect.stack": "looks at the frames of its caller",
    "gc.get_": "looks for objects that it was not given",
    "input_transformers": "changes how later cells are read",
    "/proc/": "looks into /proc",
}


@dataclass
class Merged:
    """The answers of a submission."""

    answers: dict[str, str] = field(default_factory=dict)
    """Task → source. A task without an answer is not in it."""
    notes: list[str] = field(default_factory=list)
    """What was odd, in sentences."""
    attempted: dict[str, bool] = field(default_factory=dict)
    """Task → whether the answer differs from the stub."""


def _text(cell: Any) -> str:
    source = cell.get("source", cell.get("input", ""))
    if isinstance(source, list):
        source = "".join(part for part in source if isinstance(part, str))
    return source if isinstance(source, str) else ""


def _cells(raw: bytes) -> tuple[list[dict[str, Any]], str]:
    """Return the cells of a notebook, or why there are none."""
    if not raw.strip():
        return [], ""
    if len(raw) > MAX_NOTEBOOK:
        return (
            [],
            f"The notebook has {len(raw) / 2**20:.0f} MB and was not read: clear its outputs and hand it in again.",
        )
    for encoding in ("utf-8-sig", "utf-16") if raw[:2] in (b"\xff\xfe", b"\xfe\xff") else ("utf-8-sig",):
        try:
            whole = json.loads(raw.decode(encoding))
            break
        except UnicodeDecodeError:
            continue
        except RecursionError:
            return [], "The file is nested so deeply that it is no notebook."
        except ValueError as e:
            what = "a zip archive" if raw[:2] == b"PK" else "a PDF" if raw[:4] == b"%PDF" else "no valid JSON"
            return [], f"The file is {what}, not a notebook ({str(e)[:80]})."
    else:
        return [], "The file is not text in UTF-8: it is no notebook."
    if not isinstance(whole, dict):
        return [], "The file is JSON but not a notebook."
    cells = whole.get("cells")
    if cells is None and isinstance(whole.get("worksheets"), list):
        cells = [c for w in whole["worksheets"] if isinstance(w, dict) for c in w.get("cells", [])]
    if not isinstance(cells, list):
        return [], "The notebook has no cells."
    return [c for c in cells if isinstance(c, dict)], ""


def _grade_id(cell: dict[str, Any]) -> str:
    metadata = cell.get("metadata")
    grade = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    found = grade.get("grade_id") if isinstance(grade, dict) else None
    return found if isinstance(found, str) else ""


def _defines(source: str, names: set[str]) -> bool:
    try:
        return bool(names & set(_top_names(source)))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return any(re.search(rf"^def {re.escape(name)}\b", source, re.M) for name in names)


def merge(assignment: Assignment, raw: bytes) -> Merged:
    """Find the answers in a submitted notebook: by ``grade_id``, then by cell id, then by what a cell defines.

    The last of several is taken. Nothing that was handed in raises an error: what is odd becomes a note.
    """
    merged = Merged()
    cells, why = _cells(raw)
    if why:
        merged.notes.append(why)
    stubs = {_grade(c)["grade_id"]: c for c in assignment.release() if _grade(c).get("solution")}
    places: list[int] = []
    for task in assignment.tasks:
        stub = stubs[task.name]
        names = set() if stub["cell_type"] != "code" else set(_top_names(stub["source"]))
        found = [i for i, c in enumerate(cells) if _grade_id(c) == task.name]
        how = ""
        if not found:
            found = [
                i for i, c in enumerate(cells) if c.get("id") == stub["id"] and c.get("cell_type") == stub["cell_type"]
            ]
            found = [i for i in found if not _grade_id(cells[i]) and (not names or _defines(_text(cells[i]), names))]
            how = "found by the id of its cell"
        if not found and names:
            code = [i for i, c in enumerate(cells) if c.get("cell_type") == "code"]
            found = [i for i in code if not _grade_id(cells[i]) and _defines(_text(cells[i]), names)]
            how = "found by the name that it defines"
        if not found:
            if cells:
                merged.notes.append(f"{task.name}: no answer cell was found.")
            continue
        if how:
            merged.notes.append(f"{task.name}: the marker of the cell is gone; the answer was {how}.")
        if len(found) > 1:
            merged.notes.append(f"{task.name}: {len(found)} answer cells; the last one was taken.")
        places.append(found[-1])
        source = _text(cells[found[-1]])
        if len(source) > _LONGEST:
            merged.notes.append(f"{task.name}: the answer has {len(source):,} characters and was not taken.")
            continue
        if "\x00" in source:
            merged.notes.append(f"{task.name}: the answer holds null characters, which were removed.")
            source = source.replace("\x00", "")
        source = source.encode("utf-8", "replace").decode()  # half of a surrogate pair cannot be sent on
        merged.answers[task.name] = source
        merged.attempted[task.name] = source.split() != stub["source"].split() and bool(source.strip())
        if stub["cell_type"] == "code" and not merged.attempted[task.name]:
            merged.notes.append(f"{task.name}: not attempted.")
        said = sorted({words for mark, words in _UNUSUAL.items() if mark in source})
        merged.notes += [f"{task.name}: look at this answer, it {words}." for words in said]
        if task.manual or not names or cells[found[-1]].get("cell_type") == "code":
            continue
        merged.notes.append(f"{task.name}: the answer was not in a code cell.")
    if places != sorted(places):
        merged.notes.append("The answers stand in another order than on the sheet.")
    return merged


def job_cells(assignment: Assignment, merged: Merged) -> list[dict[str, Any]]:
    """Return the cells to run: everything but checks and hints, and after each answer its probe."""
    found: list[dict[str, Any]] = []

    def add(**cell: Any) -> None:
        found.append({"index": len(found), **cell})

    manual = {task.name for task in assignment.tasks if task.manual}
    for cell in assignment.release():
        grade = _grade(cell)
        if cell["cell_type"] != "code" or "hint" in cell["metadata"].get("tags", []):
            continue
        if grade.get("solution"):
            name = grade["grade_id"]
            if name not in merged.answers:
                continue
            add(kind="answer", task=name, source=merged.answers[name])
            if name not in manual:
                add(kind="probe", task=name)
        elif not grade.get("grade"):
            add(kind="setup", task="", source=cell["source"])
    return found
