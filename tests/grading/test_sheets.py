"""The assignments of the course are sound, and an unsound one is told from them."""

from __future__ import annotations

import csv
import json
import shutil
import tempfile
from dataclasses import replace
from pathlib import Path

import pytest

from tlwidgets import cli as command
from tlwidgets.course import content
from tlwidgets.errors import CourseError
from tlwidgets.grading import assignment as assignments
from tlwidgets.grading.engine import Engine
from tlwidgets.grading.sandbox import Limits
from tlwidgets.grading.soundness import verify
from tlwidgets.grading.unit import hidden_tests

SHEETS = Path(__file__).parent / "assignments"
NAMES = assignments.assignment_names()
# of the sample class, the ones graded in every run: good, weak and hostile learners, and names that trip file systems
SAMPLE = ["Grüße Ωμέγα 学生", "hana o'neill", "hostile-equal", "hostile-exit", "hostile-loop", "ines", "pavel", "sven"]


@pytest.fixture(scope="module")
def warm(sandbox_kind):
    with Engine(sandbox_kind, assignments.load(NAMES[0]).preload) as engine:
        yield engine


def test_every_exercise_of_every_lesson_has_a_sheet():
    lessons = {f"{name}/{key}" for name in content.lesson_names() for key in content.read(name).exercises}
    sheets = {f"{a.lesson}/{t.name}" for a in map(assignments.load, NAMES) for t in a.tasks if not t.manual}
    assert sheets == lessons


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_it_is_sound(name, warm, pytestconfig):
    """Solution full points, empty copy none, stubs and hints in place, no test in the release."""
    assert verify(assignments.load(name), warm, seeds=2 if pytestconfig.getoption("weekly") else 1) == []


@pytest.mark.slow
def test_records_of_the_sheets_cannot_be_forged_with_a_model(warm):
    """A learner who writes a model file with code into the records gets nothing, and no code runs."""
    from tlwidgets.grading import unit

    sheet = assignments.load("freezing")
    whole = json.loads(sheet.notebook(sheet.instructor()))
    forge = """import io, json, os, zipfile
import keras
m = keras.Sequential([keras.Input((5,)), keras.layers.Dense(2, name="head")])
m.save("m.keras")
z = zipfile.ZipFile("m.keras"); parts = {i.filename: z.read(i) for i in z.infolist()}
config = json.loads(parts["config.json"])
config["config"]["layers"][1].update(class_name="Lambda", config={"function": {"class_name": "__lambda__"}})
parts["config.json"] = json.dumps(config).encode()
b = io.BytesIO(); z = zipfile.ZipFile(b, "w"); [z.writestr(k, v) for k, v in parts.items()]; z.close()
for name in ("freeze_to.0", "freeze_to.1", "freeze_to.2", "freeze_to.again"):
    head = dict(kind="record", name=name, ending="keras", task="freeze_to", size=len(b.getvalue()))
    for fd in range(3, 60):
        try:
            if os.readlink(f"/proc/self/fd/{fd}").startswith("pipe:"):
                os.write(fd, json.dumps(head).encode() + b"\\n" + b.getvalue())
        except OSError: pass
os._exit(0)"""
    for cell in whole["cells"]:
        if cell["metadata"].get("nbgrader", {}).get("grade_id") == "freeze_to":
            cell["source"] = forge
    ran = unit.run(warm, sheet, json.dumps(whole).encode(), 4, Limits(cpu=30))
    scores = unit.judge(warm, sheet, ran, 4, Limits(cpu=30))
    assert ran.records["freeze_to.0"][0] == "keras"
    tasks = {t.name: t.task for t in hidden_tests(sheet)}
    assert {m.passed for m in scores if tasks[m.test] == "freeze_to"} == {False}
    assert {m.passed for m in scores if tasks[m.test] == "uses"} == {True}
    assert any("Lambda, which is not opened" in m.message for m in scores)


@pytest.mark.parametrize("name", NAMES)
def test_what_is_built(name, tmp_path):
    sheet = assignments.load(name)
    release, instructor, _ = assignments.build(sheet, tmp_path)
    learner, own = release.read_text("utf-8"), instructor.read_text("utf-8")
    assert "SOLUTION" not in learner + own
    assert assignments.STUB["code"] in learner
    assert assignments.STUB["code"] not in own
    for task in sheet.tasks:
        if not task.manual:
            line = content.read(sheet.lesson).exercises[task.name].solution.splitlines()[1].strip()
            assert line in own.replace('\\"', '"')
            assert line not in learner.replace('\\"', '"')
    assert assignments.problems(sheet) == []


@pytest.mark.slow
@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("return 2 * x", "return 3 * x", "the solution does not pass 'Every number is doubled'"),
        ("def double(x):\n    ###", "def double(x):\n    return 2 * x\n    ###", "the empty copy passes"),
        ("def double(x):\n    ### BEGIN SOLUTION", "### BEGIN SOLUTION\ndef double(x):", "the stub gives nothing"),
        ("# Cheap", "# Cheap\nAt least one number is not twice what went in.", "the release holds 'At least one"),
        ("assert double", "import no_such_thing\nassert double", None),
        ("import numpy", "import no_such_thing as numpy", "it could not be run"),
    ],
)
def test_an_unsound_sheet_is_noticed(cheap, engine, old, new, words):
    cells = tuple({**c, "source": c["source"].replace(old, new)} for c in cheap.cells)
    said = [s for s in verify(replace(cheap, cells=cells), engine) if "lesson" not in s]
    assert any(words in s for s in said) if words else said == []


def test_points_that_do_not_add_up_are_noticed(cheap):
    hidden = {k: v.replace('@points("total", 1', '@points("total", 3', 1) for k, v in cheap.hidden.items()}
    assert any("hidden tests are worth 4" in s for s in assignments.problems(replace(cheap, hidden=hidden)))


def test_commands(tmp_path, capsys, sandbox_kind):
    assert command.main(["assignment", "list"]) == 0
    assert "freezing" in capsys.readouterr().out
    assert command.main(["assignment", "build", "freezing", "--out", str(tmp_path)]) == 0
    assert (tmp_path / "release" / "freezing" / "freezing.ipynb").exists()
    assert command.main(["assignment", "build", "frezing"]) == 2
    assert "did you mean freezing" in capsys.readouterr().err
    given = ["--assignment", "freezing", "--out", str(tmp_path / "r")]
    bad = [
        ["run", "nothing-there", *given],
        ["run", str(tmp_path), *given, "--sandbox", "none"],
        ["run", str(tmp_path), *given, "--sandbox", "dockr"],
        ["run", str(tmp_path), *given, "--memory", "lots"],
        ["run", str(tmp_path), *given, "--cpu", "0"],
        ["run", str(tmp_path), *given, "--shard", "3/2"],
        ["run", str(tmp_path), *given, "--due", "soon"],
        ["collect", str(tmp_path / "nothing-there"), *given],
        ["doctor", "--sandbox", "none"],
    ]
    for arguments in bad:
        assert command.main(["grade", *arguments]) == 2, arguments
        said = capsys.readouterr().err
        assert said.count("\n") == 1, said
    unfinished = {"run": "SUBMISSIONS", "run x": "--assignment", "collect --assignment x --out y": "SHARD"}
    for arguments, missing in unfinished.items():
        with pytest.raises(SystemExit, match="2"):
            command.main(["grade", *arguments.split()])
        assert f"required: {missing}" in capsys.readouterr().err
    assert not (tmp_path / "r").exists()


@pytest.mark.parametrize("name", ["doctor", "collect", "run"])
def test_a_class_may_be_called_like_a_command(name, class_folder, hand_in, tmp_path, monkeypatch, capsys, sandbox_kind):
    class_folder({"ann": hand_in()}, name)
    monkeypatch.chdir(tmp_path)
    sheet = ["--assignment", "cheap", "--assignments", str(SHEETS)]
    assert command.main(["grade", "run", name, *sheet, "--out", "r"]) == 0
    assert "1 learners" in capsys.readouterr().out
    assert (tmp_path / "r/grades.csv").is_file()


def test_the_doctor_tries_real_attacks(sandbox_kind, capsys):
    assert command.main(["grade", "doctor", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert len(found) >= 10
    assert all(f["held"] for f in found)


def test_the_doctor_notices_a_hole(sandbox_kind, monkeypatch):
    """A sandbox that shows one folder too many is a sandbox that the doctor warns of."""
    from tlwidgets.grading import doctor, sandbox

    with tempfile.TemporaryDirectory(dir="/var/tmp") as folder:
        Path(folder).chmod(0o755)
        monkeypatch.setattr(tempfile, "tempdir", folder)
        seen = (*sandbox.visible(), folder)
        monkeypatch.setattr(sandbox, "visible", lambda: seen)
        found = {f.attack: f for f in doctor.examine()}
    assert not found["read a file of yours"].held
    assert len(found["read a file of yours"].got) == 16
    assert [f.attack for f in found.values() if not f.held] == ["read a file of yours"]
    assert "FAILED" in doctor.as_text(list(found.values()))
    with pytest.raises(CourseError, match="every attack would succeed"):
        doctor.examine("none")


def test_assignments_may_live_anywhere(tmp_path, monkeypatch):
    shutil.copytree(SHEETS / "cheap", tmp_path / "own" / "cheap")
    assert assignments.assignment_names(tmp_path / "own") == ["cheap"]
    monkeypatch.setenv("TLWIDGETS_ASSIGNMENTS", str(tmp_path / "own"))
    assert assignments.load("cheap").points == 5
    with pytest.raises(CourseError, match="there is no folder"):
        assignments.load("cheap", tmp_path / "none")


@pytest.mark.slow
@pytest.mark.parametrize("who", [SAMPLE, pytest.param(None, marks=pytest.mark.weekly)], ids=["some", "all 30"])
def test_the_sample_class_gets_what_it_deserves(who, top, tmp_path, capsys, sandbox_kind):
    """The quick start of the guide, on invented learners from very good to hostile."""
    source = top / "assignments" / "sample_class"
    with (source / "expected.csv").open(encoding="utf-8") as f:
        expected = {row["learner"]: row for row in csv.DictReader(f) if who is None or row["learner"] in who}
    for learner in expected:
        shutil.copytree(source / "submissions" / learner, tmp_path / "class" / learner)
    options = ["--assignment", "freezing", "--out", str(tmp_path / "r"), "--cpu", "5", "--due", "2026-03-01T23:59"]
    assert command.main(["grade", "run", str(tmp_path / "class"), *options]) == 0
    with (tmp_path / "r" / "grades.csv").open(encoding="utf-8") as f:
        found = {row["learner"]: row for row in csv.DictReader(f)}
    assert set(found) == set(expected)
    assert len(found) == len(who or range(30))
    for learner, row in expected.items():
        assert {k: found[learner][k] for k in row} == row, found[learner]
    assert f"{len(found)} learners" in capsys.readouterr().out
    assert len(list((tmp_path / "r" / "feedback").glob("*.html"))) == len(found)
