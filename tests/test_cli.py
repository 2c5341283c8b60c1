"""The command ``tlwidgets``: running notebooks, looking at the machine, and what is said when something is wrong."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import nbformat
import psutil
import pytest

from tlwidgets import __version__
from tlwidgets.cli import main
from tlwidgets.course import CLAIM_TYPE

CLAIM = {"id": "T1", "said": "a claim", "holds": True, "figures": {"gain": 2.0}}
SHOW_CLAIM = f"""
from IPython.display import display
display({{"text/plain": "T1 holds", {CLAIM_TYPE!r}: {CLAIM!r}}}, raw=True)
"""
NOTEBOOKS = {
    "good": ['PROFILE = "cpu"', "print('profile', PROFILE)", SHOW_CLAIM],
    "wrong": ["x = 1", "print('as far as here')", "x / 0", "print('never')"],
    "dies": ["import os; os._exit(1)"],
    "learner": [
        "import os; from pathlib import Path\n"
        "path = Path(os.environ['TLWIDGETS_PROGRESS'])\n"
        "assert not path.exists(), path\n"
        "path.write_text('spoiled')",
        "assert os.environ['TLWIDGETS_PROFILE'] == 'smoke'",
    ],
}


def write(folder: Path, name: str, cells: list[str]) -> Path:
    """Write a notebook of code cells; the first one holds the parameters."""
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in cells])
    notebook.cells[0].metadata["tags"] = ["parameters"]
    notebook.metadata.kernelspec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    path = folder / f"{name}.ipynb"
    nbformat.write(notebook, path)
    return path


def command(*words: object) -> list[str]:
    return [sys.executable, "-m", "tlwidgets", *map(str, words)]


def source(path: Path) -> str:
    """Return everything that cells of a notebook printed."""
    cells = nbformat.read(path, as_version=4).cells
    return "".join(o.get("text", "") for cell in cells for o in cell.get("outputs", []))


def leftovers(folder: Path) -> list[str]:
    return [str(path) for path in folder.rglob("*") if "partial" in path.name]


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """A run of four notebooks; two of them go wrong, and the last comes after those."""
    top = tmp_path_factory.mktemp("run")
    paths = [write(top, name, cells) for name, cells in NOTEBOOKS.items()]
    originals = [path.read_bytes() for path in paths]
    progress = top / "progress.json"
    progress.write_text('{"mine": 1}')
    done = subprocess.run(
        command("run", *paths, "--profile", "smoke", "--out", top / "out"),
        env={**os.environ, "TLWIDGETS_PROGRESS": str(progress)},
        cwd=top,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert [path.read_bytes() for path in paths] == originals, "the notebooks themselves stay as they are"
    report = json.loads((top / "out/report.json").read_text("utf-8"))
    by_name = {entry["name"]: entry for entry in report["notebooks"]}
    return SimpleNamespace(done=done, out=top / "out", report=report, progress=progress, **by_name)


def test_a_failing_notebook_does_not_stop_the_rest(finished):
    outcomes = [(entry["name"], entry["outcome"]) for entry in finished.report["notebooks"]]
    assert outcomes == [("good", "passed"), ("wrong", "failed"), ("dies", "failed"), ("learner", "passed")], (
        finished.report
    )
    assert finished.report["not_run"] == []
    assert finished.done.returncode == 1
    assert "2 of 4 notebooks passed" in finished.done.stdout
    assert "Traceback" not in finished.done.stderr


def test_the_report_says_what_it_took(finished):
    for entry in finished.report["notebooks"]:
        assert entry["seconds"] > 0
        # the kernel that dies at once may be gone before it is first looked at
        assert entry["peak_memory_mb"] > (0 if entry["name"] != "dies" else -1)
    assert finished.report["profile"] == "smoke"
    assert finished.report["versions"]["tlwidgets"] == __version__


def test_the_error_names_the_cell(finished):
    # papermill puts a cell with the parameters in, so the one that divides has run as number 4
    assert finished.wrong["error"].startswith("cell 4: ZeroDivisionError: division by zero")
    assert "ZeroDivisionError" in finished.done.stdout
    assert "died" in finished.dies["error"].lower()


def test_what_ran_is_there_whole(finished):
    for name in ("good", "wrong", "learner"):
        assert (finished.out / f"{name}.ipynb").is_file()
        assert (finished.out / f"{name}.html").stat().st_size > 1000
    assert leftovers(finished.out) == []
    printed = source(finished.out / "wrong.ipynb")
    assert "as far as here" in printed
    assert "never" not in printed


def test_the_profile_reaches_the_notebook(finished):
    assert "profile smoke" in source(finished.out / "good.ipynb")


def test_claims_are_collected(finished):
    assert finished.good["claims"] == [CLAIM]
    assert finished.wrong["claims"] == []


def test_the_progress_of_the_learner_stays(finished):
    assert finished.progress.read_text() == '{"mine": 1}'


def test_a_page_that_cannot_be_made_does_not_stop_the_rest(tmp_path, monkeypatch, capsys):
    """Nbconvert refuses an output that it has no words for; the notebook itself is still there."""
    from tlwidgets.course import export

    def refuse(notebook):
        raise ValueError("no page")

    monkeypatch.setattr(export, "page", refuse)
    paths = [str(write(tmp_path, name, ["1"])) for name in ("one", "two")]
    assert main(["run", *paths, "--out", str(tmp_path / "out")]) == 1
    report = json.loads((tmp_path / "out/report.json").read_text("utf-8"))
    assert [entry["outcome"] for entry in report["notebooks"]] == ["failed", "failed"]
    assert "no page" in report["notebooks"][0]["error"]
    assert (tmp_path / "out/two.ipynb").is_file()
    assert "no page" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["run", "freezin"], "freezing"),
        (["run", "nothing_like_it.ipynb"], "unknown notebook"),
        (["run", "03", "--profile", "smok"], "did you mean smoke?"),
    ],
)
def test_unknown_names(words, said, tmp_path, capsys):
    assert main([*words, "--out", str(tmp_path / "out")]) == 2
    told = capsys.readouterr()
    assert said in told.err
    assert told.err.count("\n") == 1
    assert not (tmp_path / "out").exists(), "nothing is begun"


def test_a_folder_that_cannot_be_written(tmp_path):
    (tmp_path / "file").write_text("in the way")
    notebook = write(tmp_path, "one", ["1"])
    for out in (tmp_path / "file", tmp_path / "file/below"):
        done = subprocess.run(command("run", notebook, "--out", out), capture_output=True, text=True, timeout=300)
        assert done.returncode == 2
        assert done.stderr.count("\n") == 1
        assert "choose another folder with --out" in done.stderr
    assert (tmp_path / "file").read_text() == "in the way"


def test_results_never_go_over_the_notebook_itself(tmp_path, capsys):
    notebook = write(tmp_path, "one", ["1"])
    before = notebook.read_bytes()
    assert main(["run", str(notebook), "--out", str(tmp_path)]) == 2
    assert "--out" in capsys.readouterr().err
    assert notebook.read_bytes() == before


def test_two_notebooks_of_one_name_are_refused(tmp_path, capsys):
    (tmp_path / "a").mkdir()
    paths = [str(write(folder, "one", ["1"])) for folder in (tmp_path, tmp_path / "a")]
    assert main(["run", *paths, "--out", str(tmp_path / "out")]) == 2
    assert "one" in capsys.readouterr().err


def wait_for(what, seconds=300):
    """Wait until something is so, and return it."""
    end = time.monotonic() + seconds
    while not (found := what()):
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.05)
    return found


@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
def test_ctrl_c_ends_it_cleanly(tmp_path):
    running = tmp_path / "running"
    cells = [f"from pathlib import Path; Path({str(running)!r}).write_text('')\nimport time; time.sleep(300)"]
    paths = [write(tmp_path, name, cells) for name in ("sleeps", "after")]
    process = subprocess.Popen(
        command("run", *paths, "--out", tmp_path / "out"),
        start_new_session=True,
        # a test run in the background of a shell has the interrupt ignored, and hands that on
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        wait_for(running.exists)
        kernels = psutil.Process(process.pid).children(recursive=True)
        assert kernels
        process.send_signal(signal.SIGINT)
        stdout, stderr = process.communicate(timeout=300)
    finally:
        if process.poll() is None:
            process.kill()
    assert process.returncode == 130, stderr
    assert "Traceback" not in stderr
    assert "Interrupted" in stdout
    assert not [kernel for kernel in kernels if kernel.is_running() and kernel.status() != psutil.STATUS_ZOMBIE]
    report = json.loads((tmp_path / "out/report.json").read_text("utf-8"))
    assert [(entry["name"], entry["outcome"]) for entry in report["notebooks"]] == [("sleeps", "interrupted")]
    assert report["not_run"] == ["after"]
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["report.json"]


# ---------------------------------------------------------------- doctor


def test_doctor_as_json_and_in_words(capsys):
    status = main(["doctor", "--json"])
    findings = json.loads(capsys.readouterr().out)
    assert {f["state"] for f in findings} <= {"ok", "note", "problem"}
    assert {"Python", "keras", "device", "memory", "widgets", "kernel", "data", "folder"} <= {
        f["what"] for f in findings
    }
    assert all(f["mend"] for f in findings if f["state"] != "ok"), "whatever is wrong says how to mend it"
    problems = [f for f in findings if f["state"] == "problem"]
    assert status == bool(problems)
    assert problems == [], "this machine runs the tests, so it is fit for the course"


def test_doctor_finds_a_damaged_file(top, tmp_path, monkeypatch, capsys):
    from tlwidgets.course import doctor

    shutil.copytree(top / "datasets/styles", tmp_path / "datasets/styles")
    monkeypatch.setattr(doctor, "datasets_root", lambda: tmp_path / "datasets")
    monkeypatch.setattr(doctor, "_device", lambda: doctor.Finding("device", "ok", "not looked at"))
    assert main(["doctor"]) == 0
    damaged = max((tmp_path / "datasets/styles").glob("*.[npwz]*"), key=lambda path: path.stat().st_size)
    content = bytearray(damaged.read_bytes())
    content[len(content) // 2] ^= 1
    damaged.write_bytes(content)
    capsys.readouterr()
    assert main(["doctor"]) == 1
    told = capsys.readouterr().out
    assert "✗ data" in told
    assert damaged.name in told
    assert "restore it" in told


# ---------------------------------------------------------------- the command itself


def test_version(capsys):
    with pytest.raises(SystemExit, match="0"):
        main(["--version"])
    assert capsys.readouterr().out == f"tlwidgets {__version__}\n"


def test_wrong_use_is_2(capsys):
    with pytest.raises(SystemExit, match="2"):
        main(["rum"])
    assert "rum" in capsys.readouterr().err


def test_the_import_is_light():
    code = "import sys, tlwidgets, tlwidgets.cli; print({'tensorflow', 'keras', 'matplotlib'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=300, check=True)
    assert done.stdout == "set()\n"


# ---------------------------------------------------------------- data, backbones


def test_data_are_listed_with_what_one_needs_to_know(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["data"]) == 0
    shown = capsys.readouterr().out
    assert max(map(len, shown.splitlines())) <= 100
    assert main(["data", "--json"]) == 0
    listed = {entry["name"]: entry for entry in json.loads(capsys.readouterr().out)}
    assert {"styles", "fashion_mnist", "digits", "simulated_digits", "glosses", "glove"} <= set(listed)
    for name, entry in listed.items():
        assert name in shown
        assert entry["license"]
        assert entry["counts"]
        assert entry["bytes"] > 0 or name == "digits"  # those come with scikit-learn


def test_backbones_are_listed_with_what_one_needs_to_know(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["backbones"]) == 0
    shown = capsys.readouterr().out
    assert max(map(len, shown.splitlines())) <= 100
    assert main(["backbones", "--json"]) == 0
    listed = {entry["name"]: entry for entry in json.loads(capsys.readouterr().out)}
    wanted = {"efficientnet-lite0", "tiny", "vgg16", "vgg19", "resnet50", "inceptionv3", "xception", "mobilenetv2"}
    assert wanted <= set(listed)
    for name, entry in listed.items():
        assert name in shown
        assert entry["params"] > 10_000
        assert entry["input_size"] >= 32
        assert entry["license"]
        assert entry["source"]
        assert entry["preprocessing"]


def test_a_reader_who_has_seen_enough_is_no_error():
    process = subprocess.Popen(command("claims", "--json"), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout.readline() == "[\n"
    process.stdout.close()
    assert process.stderr.read() == ""
    assert process.wait(60) == 0
