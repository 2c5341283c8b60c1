"""Results are made once, kept whole, made again when something changed, and reported without harm."""

from __future__ import annotations

import csv
import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from tlwidgets.errors import CourseError
from tlwidgets.grading import grader
from tlwidgets.grading.sandbox import Limits

SHEETS = Path(__file__).parent / "assignments"
LIMITS = Limits(cpu=6, wall=60, memory=1 << 30)


@pytest.fixture
def grade(sandbox_kind, cheap):
    """Grade a folder; returns the grades by name and how many were really done."""

    def go(source, out, sheet=cheap, **options):
        lines = []
        found = grader.grade(source, sheet, out, limits=LIMITS, say=lines.append, **options)
        return {g.learner: g for g in found}, int(lines[0].split(", ")[1].split()[0])

    return go


def table(path):
    with path.open(encoding="utf-8", newline="") as f:
        return list(csv.DictReader(f))


def test_the_second_run_does_only_what_changed(grade, class_folder, hand_in, cheap, tmp_path):
    out = tmp_path / "results"
    people = {"ann": hand_in(), "bob": hand_in("def double(x): return x"), "cy": b"not a notebook"}
    first, done = grade(class_folder(people), out)
    assert done == 3
    assert {k: g.points for k, g in first.items()} == {"ann": 4, "bob": 2, "cy": 0}
    assert grade(class_folder(people), out) == (first, 0)
    runs = {p.name: p.stat().st_mtime_ns for p in (out / "runs").iterdir()}
    # one learner hands in again: one run
    second, done = grade(class_folder({**people, "bob": hand_in(why="Other words.")}), out)
    assert (done, second["bob"].points) == (1, 4)
    # other hidden tests: all are judged again, nobody is run again
    changed = {k: v.replace('"Every number', '"Really every number') for k, v in cheap.hidden.items()}
    third, done = grade(class_folder(people), out, replace(cheap, hidden=changed))
    assert done == 3
    assert any("Really" in t["title"] for t in third["ann"].tests)
    assert {n: (out / "runs" / n).stat().st_mtime_ns for n in runs} == runs


def test_regrade_makes_one_result_again(grade, class_folder, hand_in, tmp_path):
    out = tmp_path / "results"
    source = class_folder({"ann": hand_in(), "bob": hand_in(why="x y")})
    grade(source, out)
    before = {p.name: p.stat().st_mtime_ns for p in (out / "runs").iterdir()}
    _, done = grade(source, out, regrade=["ann"])
    after = {p.name: p.stat().st_mtime_ns for p in (out / "runs").iterdir()}
    assert done == 1
    assert sum(after[n] != before[n] for n in before) == 1
    with pytest.raises(CourseError, match="did you mean ann"):
        grade(source, out, regrade=["anne"])


def test_shards_and_collect_give_what_one_run_gives(grade, class_folder, hand_in, cheap, tmp_path):
    source = class_folder(
        {
            f"learner {i}": hand_in("def double(x): return x" if i % 3 else "def double(x): return 2 * x", why=str(i))
            for i in range(7)
        }
    )
    whole, _ = grade(source, tmp_path / "whole", seed=5)
    parts = []
    for i in (1, 2, 3):
        parts.append(tmp_path / f"part{i}")
        grade(source, parts[-1], shard=(i, 3), seed=5)
    together = {g.learner: g for g in grader.collect(parts, cheap, tmp_path / "all")}
    assert {k: (g.points, g.notes) for k, g in together.items()} == {k: (g.points, g.notes) for k, g in whole.items()}
    assert len(table(tmp_path / "all" / "grades.csv")) == 7
    grade(source, tmp_path / "other", shard=(1, 3), seed=6)
    with pytest.raises(CourseError, match="another seed"):
        grader.collect([*parts[1:], tmp_path / "other"], cheap, tmp_path / "bad")


def test_killed_at_any_moment_nothing_is_lost_or_doubled(sandbox_kind, class_folder, hand_in, tmp_path):
    source = class_folder({f"learner{i:02d}": hand_in(why=f"answer {i}") for i in range(24)})
    out = tmp_path / "results"
    command = [sys.executable, "-m", "tlwidgets", "grade", "run", str(source), "--assignment", "cheap"]
    command += ["--assignments", str(SHEETS), "--out", str(out), "--cpu", "6", "--memory", "1G"]
    kills = 0
    for delay in (1.5, 2.5):
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, start_new_session=True)
        end = time.monotonic() + 60
        while not list((out / "runs").glob("*.json")) and time.monotonic() < end:
            time.sleep(0.05)
        time.sleep(delay / 5)
        os.kill(process.pid, signal.SIGKILL)
        kills += process.wait() == -9
        assert all(json.loads(p.read_text()) for p in out.glob("*/*.json"))
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    rows = table(out / "grades.csv")
    assert [r["learner"] for r in rows] == [f"learner{i:02d}" for i in range(24)]
    assert {r["points"] for r in rows} == {"4"}
    assert len(list((out / "runs").glob("*.json"))) == len(list((out / "scores").glob("*.json"))) == 24
    assert kills >= 1
    assert not [p for p in out.rglob("*.partial") if p.stat().st_mtime > time.time()]


def test_a_failing_machine_never_costs_a_mark(class_folder, hand_in, cheap, tmp_path, sandbox_kind):
    """The module that all sandboxes need does not exist: nobody can be graded, and nobody gets 0."""
    broken = replace(
        cheap, cells=tuple({**c, "source": c["source"].replace("numpy", "no_such_module")} for c in cheap.cells)
    )
    found = grader.grade(class_folder({"ann": hand_in()}), broken, tmp_path / "r", limits=LIMITS, say=lambda _: None)
    assert found[0].points is None
    assert "the machine is to blame" in found[0].problem
    assert table(tmp_path / "r" / "grades.csv")[0]["points"] == ""
    assert list((tmp_path / "r").glob("runs/*")) == []


def test_points_given_by_hand_survive(grade, class_folder, hand_in, tmp_path):
    out = tmp_path / "results"
    people = {"ann": hand_in(why="Because of this."), "bob": hand_in(why=""), "=cy": hand_in(why="=1+1")}
    first, _ = grade(class_folder(people), out)
    assert first["ann"].tasks["why"] is None
    assert first["bob"].tasks["why"] is None or first["bob"].tasks["why"] == 0
    path = out / "manual.csv"
    rows = table(path)
    assert {r["state"] for r in rows} <= {"to do", "no answer"}
    for row in rows:
        row["points"], row["comment"] = "0,5", "Nearly."
    with path.open("w", newline="") as f:
        writer = csv.DictWriter(f, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    second, _ = grade(class_folder(people), out)
    assert second["ann"].points == 4.5
    assert second["=cy"].points == 4.5
    assert "Nearly." in next((out / "feedback").glob("ann-*.html")).read_text()
    third, _ = grade(class_folder({**people, "ann": hand_in(why="Because of that.")}), out)
    assert third["ann"].points == 4.5
    assert any("given for another answer" in note for note in third["ann"].notes)
    assert next(r for r in table(path) if r["learner"] == "ann")["state"] == "the answer has changed since"
    gone, _ = grade(class_folder({"bob": people["bob"]}), out)
    assert set(gone) == {"bob"}
    assert any(r["learner"] == "ann" and r["state"] == "no longer in the class" for r in table(path))


def test_points_that_are_no_points_are_said(grade, class_folder, hand_in, tmp_path):
    out = tmp_path / "results"
    people = {"ann": hand_in(), "bob": hand_in(why="x")}
    grade(class_folder(people), out)
    text = (out / "manual.csv").read_text().splitlines()
    (out / "manual.csv").write_text(
        "\n".join(
            [text[0], *(line.replace(",,1,", f",{p},1,") for line, p in zip(text[1:], ("7", "lots"), strict=True))]
        )
    )
    found, _ = grade(class_folder(people), out)
    assert [g.tasks["why"] for g in found.values()] == [None, None]
    said = {"7 is not between 0 and 1", "'lots' is no number of points"}
    assert {r["state"] for r in table(out / "manual.csv")} == said


def test_feedback_shows_titles_and_hints_and_nothing_that_runs(grade, class_folder, hand_in, cheap, tmp_path):
    evil = """def double(x): return x
from IPython.display import HTML, Javascript, SVG, display
display(HTML('<script>alert(1)</script><img src=x onerror=alert(2)>'))
display(Javascript('alert(3)'))
display({'image/svg+xml': '<svg onload=alert(4)>', 'image/png': '"><script>alert(5)</script>'}, raw=True)
print('<script>alert(6)</script>')
raise ValueError('<b onmouseover=alert(7)>')
"""
    whole = hand_in(evil, raw=False)
    for cell in whole["cells"]:
        if cell["cell_type"] == "code":
            cell["outputs"] = [
                {"output_type": "display_data", "metadata": {}, "data": {"text/html": "<script>alert(8)</script>"}}
            ]
    name = "<script>alert(9)<∕script>"
    out = tmp_path / "results"
    found, _ = grade(class_folder({name: json.dumps(whole).encode()}), out)
    assert found[name].points == 2
    (page,) = (out / "feedback").glob("*.html")
    text = page.read_text("utf-8")
    for bad in ("<script", "<img src=x", "<svg", "<b on", "alert(8)"):
        assert bad not in text
    assert "default-src 'none'" in text
    assert "Every number is doubled" in text
    assert "At least one number is not twice what went in." in text
    for source in cheap.hidden.values():
        for line in source.splitlines():
            if "assert" in line:
                assert line.split(",")[0].strip() not in text
    assert ET.parse(out / "junit.xml").getroot()[0].get("failures") == "1"


def test_a_plot_reaches_the_person_who_gives_the_points(grade, class_folder, hand_in, tmp_path):
    plot = "import matplotlib.pyplot as plt\nplt.plot([1, 2]);\ndef double(x): return 2 * x"
    grade(class_folder({"ann": hand_in(plot)}), tmp_path / "r")
    assert "data:image/png;base64,iVBOR" in next((tmp_path / "r" / "feedback").glob("*.html")).read_text()


def test_tables_for_course_sites(grade, hand_in, tmp_path):
    source = tmp_path / "class"
    for name in ("Ann Lee_1234_assignsubmission_file_/x.ipynb", "leeann_777_98765_cheap.ipynb"):
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        (source / name).write_bytes(hand_in())
    grade(source, tmp_path / "r")
    (moodle,) = table(tmp_path / "r" / "moodle.csv")
    assert (moodle["Identifier"], moodle["Full name"], moodle["Grade"]) == ("Participant 1234", "Ann Lee", "4")
    points, canvas = table(tmp_path / "r" / "canvas.csv")
    assert points["Student"].strip() == "Points Possible"
    assert (canvas["ID"], canvas["Cheap (cheap)"]) == ("777", "4")


def test_lateness_is_said_and_costs_nothing(grade, hand_in, tmp_path):
    folder = tmp_path / "class" / "ann" / "cheap"
    folder.mkdir(parents=True)
    (folder / "cheap.ipynb").write_bytes(hand_in())
    (folder / "timestamp.txt").write_text("2026-03-02 00:30:00 UTC")
    found, _ = grade(tmp_path / "class", tmp_path / "r", due=grader.parse_time("2026-03-01T23:59"))
    assert found["ann"].late
    assert found["ann"].points == 4
    assert "31 min after" in found["ann"].notes[0]


def test_folders_that_are_not_ours_are_left_alone(grade, class_folder, hand_in, tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("x")
    with pytest.raises(CourseError, match="neither empty nor a folder of results"):
        grade(class_folder({"ann": hand_in()}), tmp_path / "mine")
    assert [p.name for p in (tmp_path / "mine").iterdir()] == ["thesis.txt"]


def test_a_notebook_of_200_mb_is_not_read_and_is_said(grade, hand_in, tmp_path):
    whole = hand_in(raw=False)
    whole["cells"][1]["outputs"] = [{"output_type": "stream", "name": "stdout", "text": ""}]
    head, tail = json.dumps(whole).split('"text": ""')
    folder = tmp_path / "class"
    folder.mkdir()
    with (folder / "ann.ipynb").open("w") as f:
        f.write(head + '"text": "')
        for _ in range(200):
            f.write("x" * 2**20)
        f.write('"' + tail)
    (folder / "bob.ipynb").write_bytes(hand_in())
    found, _ = grade(folder, tmp_path / "r")
    assert (found["ann"].points, found["bob"].points) == (0, 4)
    assert "was not read: clear its outputs" in found["ann"].notes[0]


def test_an_interrupt_ends_everything_in_order(sandbox_kind, class_folder, hand_in, tmp_path):
    """Ctrl-C: status 130, what was finished is kept, and no sandbox runs on."""
    marker = str(900_000_000 + os.getpid())
    waits = f"import subprocess\nsubprocess.run(['sleep', '{marker}'])"
    source = class_folder({f"learner{i}": hand_in(waits, why=str(i)) for i in range(6)})
    command = [sys.executable, "-m", "tlwidgets", "grade", "run", str(source), "--assignment", "cheap"]
    command += ["--assignments", str(SHEETS), "--out", str(tmp_path / "r"), "--wall", "300"]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    )

    def sleepers():
        found = []
        for path in Path("/proc").iterdir():
            try:
                if path.name.isdigit() and marker.encode() in (path / "cmdline").read_bytes():
                    found.append(path.name)
            except OSError:
                continue
        return found

    end = time.monotonic() + 60
    while not sleepers() and time.monotonic() < end:
        time.sleep(0.1)
    assert sleepers()
    os.killpg(process.pid, signal.SIGINT)
    _, said = process.communicate(timeout=300)
    assert process.returncode == 130
    assert "Traceback" not in said
    end = time.monotonic() + 60  # they die with their parent, which on a busy machine takes a moment
    while sleepers() and time.monotonic() < end:
        time.sleep(0.1)
    assert sleepers() == []
