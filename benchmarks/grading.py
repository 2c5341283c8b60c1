"""Grading against nbgrader and otter-grader: CPU a correct submission, memory over a class, and a class of 2,000.

    python benchmarks/grading.py                       # our own figures, and the class of 2,000
    python benchmarks/grading.py --nbgrader            # and nbgrader (installed beside us: the extra [grading])
    python benchmarks/grading.py --otter PYTHON        # and otter-grader in the environment of that Python

Every tool gets the same assignment 04, the same correct answers and the same hidden tests; its processes are counted
with all their children, in CPU seconds, because the wall clock of a shared machine says little.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import zipfile
from pathlib import Path

from tlwidgets.grading import assignment as assignments
from tlwidgets.grading import grader, unit
from tlwidgets.grading.sandbox import Limits

TOP = Path(__file__).resolve().parents[1]
NAME = "freezing"
CHEAP = TOP / "tests" / "grading" / "assignments"
QUIET = {
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "TF_ENABLE_ONEDNN_OPTS": "0",
    "CUDA_VISIBLE_DEVICES": "-1",
    "OMP_NUM_THREADS": "1",
}
QUIET |= {"TF_NUM_INTRAOP_THREADS": "1", "TF_NUM_INTEROP_THREADS": "1", "TLWIDGETS_PROFILE": "smoke"}


def spent() -> float:
    """CPU seconds of this process and of all its children that have ended."""
    return sum(
        u.ru_utime + u.ru_stime for u in map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    )


def notebook(sheet, extra: str = "") -> bytes:
    """A correct submission; a last line makes each of them another one."""
    whole = json.loads(sheet.notebook(sheet.instructor()))
    for cell in whole["cells"]:
        if cell["metadata"].get("nbgrader", {}).get("grade_id") == "why":
            cell["source"] += f"\n{extra}"
    return json.dumps(whole).encode()


def ours(sheet, many: int, folder: Path) -> tuple[float, float]:
    """Grade a class of correct submissions in a process of its own; return CPU seconds for one and the fixed part."""
    source = folder / "class"
    source.mkdir()
    for i in range(many):
        (source / f"learner{i:03d}.ipynb").write_bytes(notebook(sheet, str(i)))
    used = []
    for part in (1, many):
        some = folder / f"some{part}"
        some.mkdir()
        for path in sorted(source.iterdir())[:part]:
            shutil.copy(path, some)
        before = spent()
        command = [sys.executable, "-m", "tlwidgets", "grade", "run", str(some), "--assignment", sheet.name]
        subprocess.run([*command, "--out", str(folder / f"r{part}")], check=True, stdout=subprocess.DEVNULL)
        used.append(spent() - before)
    with (folder / f"r{many}" / "grades.csv").open() as f:
        assert {row["points"] for row in csv.DictReader(f)} == {"8"}
    each = (used[1] - used[0]) / (many - 1)
    return each, used[0] - each


def inlined(sheet, task: str) -> str:
    """The hidden tests of a task for a grader that runs them beside the answer: the same probes and assertions."""
    source = "\n".join(sheet.hidden.values())
    names = [t.name for t in unit.hidden_tests(sheet) if t.task == task]
    return f"""import sys, types
_probes = sys.modules["probes"] = types.ModuleType("probes")
exec({sheet.probes!r}, _probes.__dict__)
_answers, _tests = {{}}, {{}}
_probes.{task}({{"{task}": {task}}}.__getitem__, _answers.__setitem__, 4)
exec({source!r}, _tests)
for _name in {names!r}:
    _tests[_name](_answers, 4)"""


def nbgrader(sheet, many: int, folder: Path) -> float:
    """Autograde a class with nbgrader, hidden tests in its way; return CPU seconds for one."""
    cells = []
    for cell in sheet.cells:
        cell = json.loads(json.dumps(cell))
        grade = assignments._grade(cell).get("grade_id", "")
        if grade.endswith("_check"):
            cell["source"] = (
                f"### BEGIN HIDDEN TESTS\n{inlined(sheet, grade.removesuffix('_check'))}\n### END HIDDEN TESTS"
            )
        cells.append(cell)
    (folder / "source" / NAME).mkdir(parents=True)
    (folder / "source" / NAME / f"{NAME}.ipynb").write_bytes(sheet.notebook(cells))
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"  # nbgrader calls alembic by its name
    env = {**os.environ, **QUIET, "PATH": path, "HOME": str(folder), "JUPYTER_CONFIG_DIR": str(folder / "j")}

    def run(*arguments: str) -> float:
        before = spent()
        done = subprocess.run(
            [sys.executable, "-m", "nbgrader", *arguments], cwd=folder, env=env, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr[-2000:]
        return spent() - before

    run("generate_assignment", NAME, "--force")
    used = []
    for part in (1, many):
        shutil.rmtree(folder / "submitted", ignore_errors=True)
        for i in range(part):
            path = folder / "submitted" / f"learner{part}_{i}" / NAME / f"{NAME}.ipynb"
            path.parent.mkdir(parents=True)
            path.write_bytes(notebook(sheet, str(i)))
        used.append(run("autograde", NAME))
    run("export")
    with (folder / "grades.csv").open() as f:
        assert {row["raw_score"] for row in csv.DictReader(f)} == {"8.0"}
    return (used[1] - used[0]) / (many - 1)


def otter(sheet, many: int, folder: Path, python: str) -> float:
    """Grade with `otter run`, one call a submission as its autograder container does; return CPU seconds for one."""
    (folder / "tests").mkdir()
    for task in (t.name for t in sheet.tasks if not t.manual):
        body = "\n".join("    " + line for line in inlined(sheet, task).splitlines())
        head = f"OK_FORMAT = False\nfrom otter.test_files import test_case\nname = {task!r}\npoints = 4\n"
        test = f"@test_case()\ndef test_all(env):\n    {task} = env[{task!r}]\n{body}\n"
        (folder / "tests" / f"{task}.py").write_text(head + test)
    archive = folder / "autograder.zip"
    with zipfile.ZipFile(archive, "w") as z:
        z.writestr("otter_config.json", "{}")
        for path in sorted((folder / "tests").iterdir()):
            z.write(path, f"tests/{path.name}")
    used = []
    env = {**os.environ, **QUIET, "PYTHONPATH": str(TOP)}
    for i in range(many):
        path = folder / "sub.ipynb"
        path.write_bytes(notebook(sheet, str(i)))
        before = spent()
        out = folder / f"o{i}"
        out.mkdir()
        done = subprocess.run(
            [python, "-m", "otter", "run", "-a", str(archive), "-o", str(out), str(path)],
            cwd=folder, env=env, capture_output=True, text=True,
        )  # fmt: skip
        used.append(spent() - before)
        results = list(out.glob("results.json"))
        assert results, done.stderr[-2000:] + done.stdout[-500:]
        scores = [t.get("score") for t in json.loads(results[0].read_text())["tests"]]
        assert 4.0 in scores, results[0].read_text()[:1500]
    return statistics.median(used)


def class_of(many: int, folder: Path, jobs: int) -> dict[str, float]:
    """Grade a class on an assignment that costs nothing; return seconds, CPU and the growth of memory."""
    sheet = assignments.load("cheap", CHEAP)
    base = json.loads(sheet.notebook(sheet.instructor()))
    source = folder / "class"
    source.mkdir()
    for i in range(many):
        for cell in base["cells"]:
            if cell["metadata"].get("nbgrader", {}).get("grade_id") == "double":
                cell["source"] = f"def double(x):\n    return {2 if i % 3 else 3} * x  # {i}"
        (source / f"learner{i:05d}.ipynb").write_text(json.dumps(base))
    memory = []

    def say(line: str) -> None:
        status = Path("/proc/self/status").read_text()
        memory.append(int(status.split("VmRSS:")[1].split()[0]) / 1024)

    start, before = time.monotonic(), spent()
    grades = grader.grade(source, sheet, folder / "r", limits=Limits(cpu=20), jobs=jobs, say=say)
    took, cpu = time.monotonic() - start, spent() - before
    right = {f"learner{i:05d}": 4.0 if i % 3 else 2.0 for i in range(many)}
    assert {g.learner: g.points for g in grades} == right, "a result is lost, doubled or wrong"
    assert len(list((folder / "r" / "runs").iterdir())) == many
    middle = memory[len(memory) // 4]
    return {"seconds": took, "cpu": cpu, "memory_mb": memory[-1], "growth_mb": memory[-1] - middle}


def main() -> None:
    """Print every figure that was asked for, with ratios."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--many", type=int, default=8, help="submissions for each tool")
    parser.add_argument("--class-size", type=int, default=2000)
    parser.add_argument("--jobs", type=int, default=0)
    parser.add_argument("--nbgrader", action="store_true")
    parser.add_argument("--otter", metavar="PYTHON")
    args = parser.parse_args()
    sheet = assignments.load(NAME)
    with tempfile.TemporaryDirectory() as tmp:
        folders = iter(Path(tmp, str(i)) for i in range(9))

        def new() -> Path:
            path = next(folders)
            path.mkdir()
            return path

        each, fixed = ours(sheet, args.many, new())
        print(f"tlwidgets: {each:.2f} CPU s a submission, and {fixed:.1f} once for a class", flush=True)
        for name, cost in (
            ("nbgrader", (lambda: nbgrader(sheet, args.many, new())) if args.nbgrader else None),
            ("otter", (lambda: otter(sheet, args.many, new(), args.otter)) if args.otter else None),
        ):
            if cost is not None:
                other = cost()
                print(f"{name}: {other:.2f} CPU s a submission, {other / each:.1f} times ours", flush=True)
        if args.class_size:
            found = class_of(args.class_size, new(), args.jobs)
            print(
                f"class of {args.class_size}: none lost, none doubled;",
                ", ".join(f"{k} {v:.1f}" for k, v in found.items()),
            )


if __name__ == "__main__":
    main()
