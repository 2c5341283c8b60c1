"""One submission from its bytes to its points: merge, run in a sandbox, judge in another one."""

from __future__ import annotations

import ast
import base64
import json
import re
from dataclasses import dataclass, field
from typing import Any

from .assignment import Assignment
from .engine import Ended, Engine, InfrastructureError
from .merge import Merged, job_cells, merge
from .sandbox import Limits

__all__ = ["RunResult", "Score", "Test", "hidden_tests", "judge", "run"]

_TRIES = 3


@dataclass(frozen=True)
class Test:
    """What a hidden test is worth, as its author wrote it."""

    name: str
    task: str
    points: float
    title: str
    hint: str


@dataclass
class RunResult:
    """What came out of a run."""

    answers: dict[str, str] = field(default_factory=dict)
    attempted: dict[str, bool] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    records: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Recorded answers: name → (file ending, base64)."""
    outputs: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    """Outputs of the answer cells, by task."""
    errors: dict[str, str] = field(default_factory=dict)
    """What stopped an answer, by task."""
    cpu: float = 0.0
    seconds: float = 0.0


@dataclass
class Score:
    """How one hidden test ended."""

    test: str
    passed: bool
    message: str = ""
    """For the learner."""
    detail: str = ""
    """For the instructor."""


def hidden_tests(assignment: Assignment) -> list[Test]:
    """Read what the hidden tests are worth from their source, so that no sandbox can say otherwise."""
    found = []
    for source in assignment.hidden.values():
        for node in ast.parse(source).body:
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                for mark in node.decorator_list:
                    if isinstance(mark, ast.Call) and getattr(mark.func, "id", "") == "points":
                        values = [ast.literal_eval(a) for a in mark.args] + [""]
                        named = {str(k.arg): ast.literal_eval(k.value) for k in mark.keywords}
                        task, points, title, hint = [*values, "", "", ""][:4]
                        found.append(Test(node.name, task, float(points), title, named.get("hint", hint)))
    return found


def _retry(engine: Engine, job: dict[str, Any], limits: Limits) -> Ended:
    """Run a job; a failure of the infrastructure is tried again, and raised when it stays."""
    for left in reversed(range(_TRIES)):
        try:
            ended = engine.run(job, limits)
        except InfrastructureError:
            if not left:
                raise
            continue
        # killed, and not by a limit: perhaps the machine was out of memory
        if ended.code == -9 and not ended.stopped and not ended.complete and ended.cpu < limits.cpu and left:
            continue
        return ended
    raise AssertionError


def _why(ended: Ended, limits: Limits) -> str:
    if ended.stopped:
        return f"the run was stopped: {ended.stopped}"
    if ended.code in (-24, -9) and ended.cpu >= limits.cpu * 0.95:
        return f"it used {ended.cpu:.0f} CPU seconds and could not be interrupted"
    if ended.code < 0:
        names = {-11: "a segmentation fault", -6: "an abort", -9: "a kill", -25: "too large a file", -7: "a bus error"}
        return f"it ended Python by {names.get(ended.code, f'signal {-ended.code}')}"
    return f"it ended Python with status {ended.code}"


def run(engine: Engine, assignment: Assignment, raw: bytes, seed: int, limits: Limits) -> RunResult:
    """Merge a submission and run it. When an answer brings Python down, the others are run again without it."""
    merged: Merged = merge(assignment, raw)
    ran = RunResult(merged.answers, merged.attempted, list(merged.notes))
    cells = job_cells(assignment, merged)
    skip: set[int] = set()
    while cells and any(c["kind"] == "answer" and c["index"] not in skip for c in cells):
        job = {"mode": "run", "cells": cells, "skip": sorted(skip), "probes": assignment.probes, "seed": seed}
        ended = _retry(engine, job, limits)
        ran.cpu += ended.cpu
        ran.seconds += ended.seconds
        current = _absorb(ran, ended, cells, skip)
        if ended.complete:
            break
        if current is None:
            ran.notes.append(f"The run ended early: {_why(ended, limits)}.")
            break
        if current["kind"] == "setup":
            raise InfrastructureError(f"a cell of the assignment itself did not end ({_why(ended, limits)})")
        task = current["task"]
        ran.errors[task] = f"{_why(ended, limits)}"
        ran.notes.append(f"{task}: {_why(ended, limits)}; the other answers were run without it.")
        skip |= {c["index"] for c in cells if c["task"] == task}
    return ran


def _absorb(ran: RunResult, ended: Ended, cells: list[dict[str, Any]], skip: set[int]) -> dict[str, Any] | None:
    """Take what a sandbox said into the result; return the cell in which it ended, if it did not come to the end."""
    tasks = {c["task"] for c in cells if c["kind"] == "probe"}
    current: dict[str, Any] | None = None
    for frame in ended.frames:
        index = frame.head.get("index")
        cell = cells[index] if isinstance(index, int) and 0 <= index < len(cells) else None
        if frame.kind == "start":
            current = cell
        elif frame.kind == "record" and frame.head.get("task") in tasks:
            name, ending = str(frame.head.get("name")), str(frame.head.get("ending"))
            if re.fullmatch(r"[\w.-]{1,80}", name) and ending in ("json", "npy", "keras"):
                ran.records[name] = (ending, base64.b64encode(frame.body).decode())
        elif frame.kind == "done" and cell is not None:
            current = None
            _done(ran, frame.head, frame.body, cell)
            if cell["kind"] == "probe":
                skip.add(cell["index"])
        elif frame.kind == "garbled":
            note = "The notebook wrote more than is kept, or wrote into the record of its answers."
            if note not in ran.notes:
                ran.notes.append(note)
    return current


def _done(ran: RunResult, head: dict[str, Any], body: bytes, cell: dict[str, Any]) -> None:
    said = str(head.get("error", ""))[:1000]
    task = cell["task"]
    if cell["kind"] == "setup":
        if said:
            raise InfrastructureError(f"a cell of the assignment itself failed ({said})")
        return
    if said and task not in ran.errors:
        ran.errors[task] = said
    if cell["kind"] == "answer":
        try:
            kept = json.loads(body)
            ran.outputs[task] = [o for o in kept["outputs"] if isinstance(o, dict)]
            cut = bool(kept["cut"])
        except (ValueError, KeyError, TypeError, RecursionError):
            return
        if cut and f"{task}: its outputs were cut." not in ran.notes:
            ran.notes.append(f"{task}: its outputs were cut.")


def judge(engine: Engine, assignment: Assignment, ran: RunResult, seed: int, limits: Limits) -> list[Score]:
    """Apply the hidden tests to what was recorded; one score for each test, in order."""
    tests = hidden_tests(assignment)
    if not ran.records:
        return [Score(t.name, False, "No answer to this came out of your notebook.") for t in tests]
    job = {
        "mode": "judge",
        "tests": assignment.hidden,
        "probes": assignment.probes,
        "seed": seed,
        "records": ran.records,
    }
    ended = _retry(engine, job, limits)
    found = {str(f.head.get("test")): f.head for f in ended.frames if f.kind == "test"}
    scores = []
    for test in tests:
        head = found.get(test.name)
        if head is None:
            if ended.complete:
                raise InfrastructureError(f"the hidden test {test.name} was not run")
            scores.append(Score(test.name, False, "The recorded answers could not be judged.", _why(ended, limits)))
        else:
            passed = head.get("passed") is True
            words = "" if passed else str(head.get("message", ""))
            scores.append(Score(test.name, passed, words, str(head.get("detail", ""))))
    return scores
