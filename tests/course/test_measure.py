"""Experiments: trials, what a runner keeps, and a measurement that is stopped, shared out, and compared."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tlwidgets.course.experiments import (
    Experiment,
    Runner,
    Trial,
    experiments,
    find,
    grid,
    measuring,
    pick,
    series,
    values,
)
from tlwidgets.course.experiments import experiment as experiment_module
from tlwidgets.course.experiments.measuring import drift, measure, save
from tlwidgets.course.experiments.results import read_results, stored_tables, write_results
from tlwidgets.errors import CourseError

PLAN = grid(task="sums", blocks=(1, 2), seed=range(3))
asked: list[Trial] = []


def double(runner: Runner, trial: Trial) -> dict[str, float]:
    """Measure nothing much; a trial with the seed of BREAKS_AT is the end of it."""
    if str(trial.seed) == os.environ.get("BREAKS_AT"):
        raise KeyboardInterrupt
    time.sleep(float(os.environ.get("SLOW", "0")))
    asked.append(trial)
    return {"value": trial["blocks"] + trial.seed / 3}


def experiment(**options: object) -> Experiment:
    usual = {"plan": PLAN, "measure": double, "settings": {"size": 1}, "digits": 3}
    return Experiment("sums", "doubles", "Sums", **{**usual, **options})


def nothing(runner: Runner, trial: Trial) -> dict[str, float]:
    """Measure what cannot be stored."""
    return {"value": float("nan")}


@pytest.fixture(autouse=True)
def _clean(tmp_path, monkeypatch):
    """Journals and results of these tests lie in a folder of their own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(experiment_module, "results_path", lambda lesson: tmp_path / "results.json")
    monkeypatch.setattr(measuring, "results_path", lambda lesson: tmp_path / "results.json")
    asked.clear()


def journals() -> list[Path]:
    return sorted(Path("build/measure").glob("*.jsonl"))


# ---------------------------------------------------------------- trials


def test_a_trial_is_text_and_json_and_what_it_does_not_say_is_no_column():
    trial = Trial.of(task="digits", source="clothes", method="tuned", per_class=5, learning_rate=3e-3, blocks=2, seed=1)
    assert str(trial) == "clothes → digits, tuned, 5 per class, learning rate 0.003, blocks 2, seed 1"
    assert Trial.of(**trial.to_json()) == trial
    assert Trial.of(**json.loads(trial.key)) == trial
    assert trial["blocks"] == 2
    assert Trial(seed=4).to_json() == {"seed": 4}
    with pytest.raises(CourseError, match="did you mean blocks"):
        trial["block"]
    with pytest.raises(CourseError, match="text or a number"):
        Trial.of(blocks=[1, 2])


def test_the_order_of_extras_does_not_make_another_trial():
    assert Trial.of(a=1, b=2) == Trial.of(b=2, a=1)


def test_a_runner_makes_equal_things_once():
    made = []

    def make(a: int, b: int = 0) -> int:
        made.append((a, b))
        return a + b

    runner = Runner()
    assert [runner.once(make, 1, b=2), runner.once(make, 1, b=2), runner.once(make, 2)] == [3, 3, 2]
    assert made == [(1, 2), (2, 0)]
    assert Runner().once(make, 1, b=2) == 3
    assert len(made) == 3


# ---------------------------------------------------------------- measuring


def test_rows_say_what_identifies_them_and_what_came_out_rounded():
    table = measure(experiment(), Runner(), say=lambda _: None)
    assert table["rows"][1] == {"task": "sums", "blocks": 1, "seed": 1, "value": 1.333}
    assert [row["seed"] for row in table["rows"]] == [0, 1, 2, 0, 1, 2]
    with pytest.raises(CourseError, match="value came out as nan"):
        measure(experiment(measure=nothing, settings={"size": 2}), Runner())


def test_it_goes_on_where_it_was_stopped_and_leaves_nothing_behind(monkeypatch):
    said: list[str] = []
    monkeypatch.setenv("BREAKS_AT", "2")
    with pytest.raises(KeyboardInterrupt):
        measure(experiment(), Runner(), say=said.append)
    assert len(asked) == 2
    assert said[0].startswith("1 of 6  sums, blocks 1, seed 0, about")
    # the last line is cut off, as by a power failure
    (journal,) = journals()
    journal.write_bytes(journal.read_bytes()[:-5])
    monkeypatch.delenv("BREAKS_AT")
    table = measure(experiment(), Runner(), say=said.append)
    assert [t.seed for t in asked] == [0, 1, 1, 2, 0, 1, 2]
    assert said[-1] == "6 of 6  sums, blocks 2, seed 2"
    assert len(table["rows"]) == 6
    assert journals()
    save(experiment(), table)
    assert not journals()


def test_rows_of_other_settings_or_another_plan_are_not_used(monkeypatch):
    said: list[str] = []
    monkeypatch.setenv("BREAKS_AT", "2")
    with pytest.raises(KeyboardInterrupt):
        measure(experiment(), Runner(), say=said.append)
    for other in (experiment(settings={"size": 2}), experiment(digits=2)):
        asked.clear()
        said.clear()
        with pytest.raises(KeyboardInterrupt):
            measure(other, Runner(), say=said.append)
        assert len(asked) == 2
        assert "are not used" in said[0]
    asked.clear()
    longer = experiment(plan=grid(task="sums", blocks=(1, 3), seed=range(2)))
    assert [row["blocks"] for row in measure(longer, Runner())["rows"]] == [1, 1, 3, 3]
    assert [t["blocks"] for t in asked] == [3, 3]


def test_a_plan_may_go_on_from_what_it_gave():
    def then(rows):
        best = max(rows, key=lambda row: row["value"])
        return [Trial.of(task="sums", blocks=best["blocks"], seed=9)]

    def tidy(rows):
        return [{**row, "last": row["seed"] == 9} for row in rows]

    table = measure(experiment(then=then, tidy=tidy), Runner(), say=lambda _: None)
    assert [row["last"] for row in table["rows"]] == [False] * 6 + [True]
    assert table["rows"][-1]["value"] == 5.0


def test_several_processes_give_the_same_rows():
    here = measure(experiment(), Runner(), say=lambda _: None)
    for journal in journals():
        journal.unlink()
    assert measure(experiment(), Runner(), jobs=2, say=lambda _: None) == here
    with pytest.raises(CourseError, match="--jobs 0"):
        measure(experiment(), Runner(), jobs=0)


def test_workers_of_a_cluster_give_the_same_rows():
    distributed = pytest.importorskip("distributed", reason="the extra [cluster] is not installed")
    here = measure(experiment(), Runner(), say=lambda _: None)
    for journal in journals():
        journal.unlink()
    with distributed.LocalCluster(
        n_workers=1, threads_per_worker=2, processes=False, protocol="tcp", dashboard_address=None, host="127.0.0.1"
    ) as cluster:
        address = cluster.scheduler_address
        assert measure(experiment(), Runner(), cluster=address, say=lambda _: None) == here


def test_two_processes_may_write_to_one_journal():
    path = Path("shared.jsonl")
    code = (
        "import sys; from pathlib import Path; from tlwidgets.course.experiments import Trial\n"
        "from tlwidgets.course.experiments.journal import Journal\n"
        "for seed in range(200):\n"
        "    Journal(Path('shared.jsonl')).add(Trial.of(w=sys.argv[1], seed=seed), [{'x': 'y' * 999}])"
    )
    both = [subprocess.Popen([sys.executable, "-c", code, name]) for name in "ab"]
    assert [process.wait() for process in both] == [0, 0]
    from tlwidgets.course.experiments.journal import Journal

    assert len(Journal(path).read()) == 400


# ---------------------------------------------------------------- what is stored


def test_tables_come_back_as_they_were_written_a_row_a_line(tmp_path, monkeypatch):
    rows = [{"task": "ä → b", "seed": 0, "value": 0.5}, {"task": "c", "seed": 1, "other": None, "value": 1}]
    path = tmp_path / "results.json"
    write_results(path, {"one": {"title": "One", "settings": {"size": [1, 2]}, "rows": rows}})
    save(experiment(), measure(experiment(), Runner(), say=lambda _: None))
    tables = stored_tables(path)
    assert list(tables) == ["one", "doubles"]
    assert tables["one"]["rows"] == [{**rows[0], "other": None}, rows[1]]
    assert '   ["ä → b", 0, 0.5, null],\n' in path.read_text("utf-8")
    assert json.loads(path.read_text("utf-8"))["one"]["settings"] == {"size": [1, 2]}
    monkeypatch.setattr("tlwidgets.course.experiments.results.results_path", lambda lesson: path)
    frame = read_results("any", "doubles")
    assert frame.attrs == {"title": "Sums", "size": 1}
    assert values(frame, "value", blocks=2) == [2.0, 2.333, 2.667]
    assert series(frame, "blocks", "task", "value") == {
        "1": {"sums": [1.0, 1.333, 1.667]},
        "2": {"sums": [2.0, 2.333, 2.667]},
    }
    with pytest.raises(CourseError, match="did you mean doubles"):
        read_results("any", "doubels")
    with pytest.raises(CourseError, match="did you mean blocks"):
        pick(frame, block=1)
    with pytest.raises(CourseError, match=r"no row with blocks = 3; it has \{'blocks': \[1, 2\]\}"):
        pick(frame, blocks=3)


def test_drift_says_in_a_line_what_agrees_and_what_does_not(tmp_path):
    said: list[str] = []
    cheap = experiment(again=[*PLAN[:2], Trial.of(task="sums", blocks=7)], agree={"value": 0.1})
    table = measure(cheap, Runner(), say=lambda _: None)
    table["rows"][1]["value"] = 1.5
    save(cheap, table)
    assert not drift(cheap, Runner(), say=said.append)
    assert said == [
        "sums/doubles  sums, blocks 1, seed 0: agrees: value 1 (stored 1)",
        "sums/doubles  sums, blocks 1, seed 1: differs: value 1.333 (stored 1.5)",
        "sums/doubles  sums, blocks 7, seed 0: is not stored: measure it",
    ]
    assert drift(cheap, Runner(), most=1, say=said.append)


def test_a_trial_is_repeated_beside_what_is_stored():
    again = experiment(agree={"value": 0.1})
    save(again, measure(again, Runner(), say=lambda _: None))
    frame = again.repeat(blocks=2, seed=1)
    assert frame.loc["sums, blocks 2, seed 1"].to_dict() == {"value here": 2.333, "value stored": 2.333}
    with pytest.raises(CourseError, match="has no trial with"):
        again.repeat(blocks=5)


# ---------------------------------------------------------------- the command


def test_names_are_topics_and_tables_and_near_ones_are_told():
    assert [e.name for e in find("why_transfer")] == ["learning_rates", "label_budget", "second_best_rate"]
    assert [e.path for e in find("negative_transfer/brain")] == ["negative_transfer/brain"]
    assert len({e.path for e in experiments().values()}) == len(experiments())
    done = subprocess.run([sys.executable, "-m", "tlwidgets", "measure", "why_transfr"], capture_output=True, text=True)
    assert done.returncode == 2
    assert "did you mean why_transfer" in done.stderr


@pytest.mark.parametrize("jobs", [1, 2])
def test_ctrl_c_ends_it_cleanly_and_keeps_what_is_measured(jobs, monkeypatch):
    code = (
        "import sys; sys.path.insert(0, sys.argv[1])\n"
        "if __name__ == '__main__':\n"
        "    import test_measure as t; from tlwidgets.course.experiments import commands\n"
        "    commands.find = lambda name: [t.experiment()]\n"
        f"    sys.exit(commands.run('sums', jobs={jobs}))\n"
    )
    Path("run.py").write_text(code)
    monkeypatch.setenv("SLOW", "1")
    process = subprocess.Popen(
        [sys.executable, "run.py", str(Path(__file__).parent)],
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert process.stdout is not None
    process.stdout.readline()
    first = process.stdout.readline()
    assert first.startswith("1 of 6")
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does: to everyone
    rest, _ = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "goes on from there" in rest
    (journal,) = journals()
    assert sum(bool(line) for line in journal.read_text().splitlines()) == 1 + rest.count(" of 6 ")
