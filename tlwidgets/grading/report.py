"""What comes out: grades as a table, as JSON and as JUnit, points to give by hand, and a page for each learner."""

from __future__ import annotations

import base64
import binascii
import csv
import hashlib
import io
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

from ..errors import CourseError
from .assignment import Assignment, write_atomic
from .store import Store
from .unit import RunResult, Score, hidden_tests

__all__ = ["Grade", "report"]

_MANUAL = ["learner", "task", "answer", "points", "of", "comment", "state"]


@dataclass
class Grade:
    """What one learner gets."""

    learner: str
    points: float | None
    """``None`` when the submission could not be graded, which is never 0 points."""
    most: float
    tasks: dict[str, float | None] = field(default_factory=dict)
    """Points by task; ``None`` where a person has not given them yet."""
    notes: list[str] = field(default_factory=list)
    late: bool = False
    problem: str = ""
    tests: list[dict[str, Any]] = field(default_factory=list)
    errors: dict[str, str] = field(default_factory=dict)
    cpu: float = 0.0
    ids: dict[str, str] = field(default_factory=dict)


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:g}"


def _cell(text: str) -> str:
    """Make a text safe for a spreadsheet, which would take some for a formula."""
    text = re.sub(r"[\x00-\x08\x0b-\x1f]", " ", text)
    return f"'{text}" if text[:1] in "=+-@\t" and text[:1] else text


def _table(rows: Iterable[Iterable[str]]) -> bytes:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows([_cell(c) for c in row] for row in rows)
    return out.getvalue().encode("utf-8")


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:12]


def _read_manual(path: Path) -> dict[tuple[str, str], dict[str, str]]:
    """Read the points that people have given; what they wrote is never lost."""
    if not path.exists():
        return {}
    try:
        with path.open(encoding="utf-8-sig", newline="") as f:
            rows = list(csv.DictReader(f))
        return {(row["learner"].removeprefix("'"), row["task"].removeprefix("'")): row for row in rows}
    except (OSError, ValueError, KeyError, csv.Error) as e:
        raise CourseError(
            f"{path} cannot be read ({e}): mend it or move it away, so that no points are lost."
        ) from None


def _given(row: dict[str, str], most: float) -> tuple[float | None, str]:
    text = (row.get("points") or "").strip().replace(",", ".")
    if not text:
        return None, "to do"
    try:
        points = float(text)
    except ValueError:
        return None, f"{text!r} is no number of points"
    return (points, "given") if 0 <= points <= most else (None, f"{points:g} is not between 0 and {most:g}")


def grade_one(
    assignment: Assignment,
    learner: str,
    entry: dict[str, Any],
    ran: RunResult | None,
    scores: list[Score] | None,
    manual: Any,
) -> tuple[Grade, list[list[str]]]:
    """Put the points of one learner together; also return the rows of ``manual.csv``."""
    grade = Grade(learner, None, assignment.points, ids=entry.get("ids", {}), late=bool(entry.get("late")))
    grade.notes = [*entry.get("notes", [])]
    if ran is None or scores is None:
        grade.problem = entry.get("problem") or "Not graded yet."
        return grade, []
    grade.notes += ran.notes
    grade.errors, grade.cpu = ran.errors, round(ran.cpu, 2)
    by_name = {m.test: m for m in scores}
    for test in hidden_tests(assignment):
        mark = by_name.get(test.name, Score(test.name, False, "This was not judged."))
        grade.tests.append(
            {"test": test.name, "task": test.task, "title": test.title, "points": test.points, "hint": test.hint}
            | {"passed": mark.passed, "message": mark.message, "detail": mark.detail}
        )
    rows = []
    for task in assignment.tasks:
        if not task.manual:
            grade.tasks[task.name] = sum(t["points"] for t in grade.tests if t["task"] == task.name and t["passed"])
            continue
        answer = ran.answers.get(task.name, "") if ran.attempted.get(task.name) else ""
        old = manual.get((learner, task.name), {})
        points, state = _given(old, task.points)
        if not answer and points is None:
            points, state = 0.0, "no answer"
        elif old and points is not None and not old.get("answer", "").endswith(f"[{_digest(answer)}]"):
            state = "the answer has changed since"
            grade.notes.append(f"{task.name}: the points were given for another answer.")
        grade.tasks[task.name] = points
        short = " ".join(answer.split())[:200]
        kept = "" if state == "no answer" else old.get("points") or ""
        comment = old.get("comment") or ""
        rows.append([learner, task.name, f"{short} [{_digest(answer)}]", kept, f"{task.points:g}", comment, state])
    grade.points = sum(p for p in grade.tasks.values() if p is not None)
    return grade, rows


def _png(text: str) -> str:
    """Return an image as base64 if it is one, else nothing."""
    try:
        raw = base64.b64decode(re.sub(r"\s", "", text), validate=True)
    except (binascii.Error, ValueError):
        return ""
    return base64.b64encode(raw).decode() if raw.startswith(b"\x89PNG\r\n\x1a\n") else ""


def _shown(outputs: list[dict[str, Any]]) -> list[dict[str, str]]:
    """Return outputs as text and images; HTML, scripts and widgets of a learner are never shown."""
    found = []
    for output in outputs[:20]:
        data = output.get("data", {})
        if isinstance(data, dict) and isinstance(data.get("image/png"), str) and (image := _png(data["image/png"])):
            found.append({"image": image})
            continue
        text = output.get("text") or (data.get("text/plain") if isinstance(data, dict) else "")
        if output.get("output_type") == "error":
            text = f"{output.get('ename')}: {output.get('evalue')}"
        if isinstance(text, str) and text.strip():
            found.append({"text": text[:5000]})
    return found


def _page(assignment: Assignment, grade: Grade, ran: RunResult | None, comments: dict[str, str]) -> bytes:
    from jinja2 import Environment

    template = Environment(autoescape=True).from_string((Path(__file__).parent / "feedback.html").read_text("utf-8"))
    tasks = []
    waiting = 0.0
    for task in assignment.tasks:
        points = grade.tasks.get(task.name)
        waiting += task.points if points is None and grade.points is not None else 0.0
        said = "not graded yet" if points is None else f"{points:g} of {task.points:g} points"
        tests = [{**t, "points": f"{t['points']:g}"} for t in grade.tests if t["task"] == task.name]
        tasks.append(
            {"name": task.name, "said": said, "tests": tests, "error": grade.errors.get(task.name, "")}
            | {"source": ran.answers.get(task.name, "") if ran else "", "comment": comments.get(task.name, "")}
            | {"outputs": _shown(ran.outputs.get(task.name, [])) if ran else []}
        )
    page = template.render(
        title=f"{assignment.title}: feedback",
        learner=grade.learner,
        points="?" if grade.points is None else f"{grade.points:g}",
        most=f"{grade.most:g}",
        open=f"{waiting:g}" if waiting else "",
        problem=grade.problem,
        notes=grade.notes,
        tasks=tasks,
    )
    return page.encode("utf-8", "replace")


def _file_name(learner: str) -> str:
    """Return a file name for a learner: readable, and different for every learner on every system."""
    return f"{re.sub(r'[^A-Za-z0-9._-]+', '_', learner).strip('._')[:60]}-{_digest(learner)[:8]}.html"


def _xml(text: str) -> str:
    return re.sub("[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", "?", text)


def _junit(assignment: Assignment, grades: list[Grade]) -> bytes:
    root = ET.Element("testsuites", name=assignment.name)
    for grade in grades:
        failed = sum(not t["passed"] for t in grade.tests)
        suite = ET.SubElement(root, "testsuite", name=_xml(grade.learner), time=str(grade.cpu))
        suite.set("tests", str(max(len(grade.tests), 1)))
        suite.set("failures", str(failed))
        suite.set("errors", str(int(bool(grade.problem))))
        for test in grade.tests:
            case = ET.SubElement(suite, "testcase", classname=test["task"], name=test["title"])
            if not test["passed"]:
                ET.SubElement(case, "failure", message=_xml(test["message"]))
        if grade.problem:
            case = ET.SubElement(suite, "testcase", classname=assignment.name, name="graded")
            ET.SubElement(case, "error", message=_xml(grade.problem))
    return b'<?xml version="1.0" encoding="utf-8"?>\n' + str(ET.tostring(root, encoding="unicode")).encode()


def _lms(folder: Path, assignment: Assignment, grades: list[Grade]) -> None:
    """Write the tables that Moodle and Canvas import, for the learners whose numbers are known."""
    moodle = [g for g in grades if "moodle" in g.ids]
    if moodle:
        rows = [["Identifier", "Full name", "Grade", "Maximum Grade", "Feedback comments"]]
        rows += [
            [f"Participant {g.ids['moodle']}", g.learner, _number(g.points), f"{g.most:g}", " ".join(g.notes)]
            for g in moodle
        ]
        write_atomic(folder / "moodle.csv", _table(rows))
    canvas = [g for g in grades if "canvas" in g.ids]
    if canvas:
        title = f"{assignment.title} ({assignment.name})"
        rows = [["Student", "ID", "SIS User ID", "SIS Login ID", "Section", title]]
        rows += [["    Points Possible", "", "", "", "", f"{assignment.points:g}"]]
        rows += [[g.learner, g.ids["canvas"], "", "", "", _number(g.points)] for g in canvas]
        write_atomic(folder / "canvas.csv", _table(rows))


def report(store: Store, assignment: Assignment) -> list[Grade]:
    """Write every table and page from what is in the store; return the grades by name of the learner."""
    folder = store.folder
    manual = _read_manual(folder / "manual.csv")
    grades: list[Grade] = []
    rows: list[list[str]] = []
    pages: set[str] = set()
    for learner, entry in store.whole_class().items():
        ran = store.get_run(entry["run"]) if entry.get("run") else None
        scores = store.get_scores(entry["run"], assignment.judge_hash) if ran else None
        grade, own = grade_one(assignment, learner, entry, ran, scores, manual)
        grades.append(grade)
        rows += own
        comments = {task: row.get("comment") or "" for (who, task), row in manual.items() if who == learner}
        pages.add(_file_name(learner))
        write_atomic(folder / "feedback" / _file_name(learner), _page(assignment, grade, ran, comments))
    for old in (folder / "feedback").glob("*.html"):
        if old.name not in pages:
            old.unlink()
    here = {(row[0], row[1]) for row in rows}
    kept = [row for key, row in manual.items() if key not in here and (row.get("points") or "").strip()]
    rows += [[*(row.get(c) or "" for c in _MANUAL[:-1]), "no longer in the class"] for row in kept]
    if rows:
        write_atomic(folder / "manual.csv", _table([_MANUAL, *rows]))
    names = [task.name for task in assignment.tasks]
    head = ["learner", "points", "of", *names, "late", "cpu_seconds", "notes"]
    body = []
    for g in grades:
        points = [_number(g.points), f"{g.most:g}", *(_number(g.tasks.get(n)) for n in names)]
        notes = " ".join([g.problem, *g.notes]).strip()
        body.append([g.learner, *points, "late" if g.late else "", f"{g.cpu:g}", notes])
    write_atomic(folder / "grades.csv", _table([head, *body]))
    write_atomic(folder / "junit.xml", _junit(assignment, grades))
    _lms(folder, assignment, grades)
    whole = {**store.settings(), "tasks": {t.name: t.points for t in assignment.tasks}, "learners": {}}
    whole["learners"] = {g.learner: {k: v for k, v in vars(g).items() if k != "learner"} for g in grades}
    write_atomic(folder / "results.json", json.dumps(whole, indent=1, ensure_ascii=False).encode("utf-8", "replace"))
    return grades
