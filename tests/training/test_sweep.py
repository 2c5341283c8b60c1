"""Sweeps: every combination, the numbers of plain Keras, and none of the work lost."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy import stats

import tlwidgets as tl
from tlwidgets.training import sweep as run_sweep
from tlwidgets.training.sweep import Sweep, Trial


def network() -> Any:
    """Return a small backbone with BatchNorm and dropout, whose blocks have names."""
    import keras
    from keras import layers

    keras.utils.set_random_seed(3)
    x = inputs = keras.Input((8, 8, 1))
    for block in ("block1", "block2"):
        x = layers.Conv2D(6, 3, padding="same", use_bias=False, name=f"{block}_conv")(x)
        x = layers.BatchNormalization(name=f"{block}_bn")(x)
        x = layers.ReLU(name=f"{block}_relu")(x)
    return keras.Model(inputs, layers.Dropout(0.2, name="block3_drop")(x), name="small")


def examples(n: int = 60, seed: int = 0) -> tuple[Any, Any]:
    rng = np.random.default_rng(seed)
    y = np.arange(n) % 3
    return (rng.normal(size=(n, 8, 8, 1)) + y[:, None, None, None]).astype("float32"), y


SETTINGS: dict[str, Any] = {
    "validation_data": examples(30, 1),
    "frozen_to": [None, "block1"],
    "per_class": [4, 8],
    "learning_rates": [1e-2, 1e-3],
    "seeds": 2,
    "epochs": 3,
    "batch_size": 6,
    "progress": False,
}


@pytest.fixture(scope="module")
def base() -> Any:
    return network()


@pytest.fixture(scope="module")
def done(base: Any) -> Sweep:
    return run_sweep({"ours": base, "other": base}, examples(), **SETTINGS)


def test_every_combination_runs_once_and_the_backbone_is_as_before(done: Sweep, base: Any) -> None:
    methods = {(*t.condition, t.seed) for t in done.trials}
    assert len(done) == len(methods) == done.planned == 2 * 2 * 2 * 2 * 2
    assert done.complete
    assert {t.source for t in done.trials} == {"ours", "other"}
    assert {t.frozen_to for t in done.trials} == {"", "block1"}
    for weight, fresh in zip(base.get_weights(), network().get_weights(), strict=True):
        np.testing.assert_array_equal(weight, fresh)


def test_the_same_backbone_under_two_names_gives_the_same_numbers(done: Sweep) -> None:
    assert done.only(source="ours").accuracies == done.only(source="other").accuracies


def test_a_trial_has_the_numbers_of_plain_keras(done: Sweep) -> None:
    import keras

    (trial,) = done.only(source="ours", frozen_to="block1", per_class=8, learning_rate=1e-2, seed=1).trials
    model = tl.classifier(network(), 3, seed=1)
    tl.freeze(model, "block1")
    x, y = examples()
    chosen = tl.subset(y, 8, 1)
    model.compile(keras.optimizers.Adam(1e-2), "sparse_categorical_crossentropy", metrics=["accuracy"])
    schedule = keras.callbacks.LearningRateScheduler(lambda epoch: 1e-2 if epoch < 2 else 1e-3)
    model.get_layer("block3_drop").seed_generator.state.assign([1, 0])
    keras.utils.set_random_seed(1)
    model.fit(x[chosen], y[chosen], batch_size=6, epochs=3, callbacks=[schedule], verbose=0)
    x_held, y_held = SETTINGS["validation_data"]
    assert model.evaluate(x_held, y_held, verbose=0)[1] == pytest.approx(trial.accuracy, abs=1e-6)
    assert model.evaluate(x[chosen], y[chosen], verbose=0)[1] == pytest.approx(trial.train_accuracy, abs=1e-6)


def test_the_table_has_the_mean_and_students_interval_over_the_seeds(done: Sweep) -> None:
    rows = done.table()
    assert len(rows) == 16
    row = next(r for r in rows if r.low < r.high)
    values = done.only(
        source=row.source, frozen_to=row.frozen_to, per_class=row.per_class, learning_rate=row.learning_rate
    ).accuracies
    assert row.mean == pytest.approx(np.mean(values))
    expected = stats.t.interval(0.95, len(values) - 1, np.mean(values), stats.sem(values))
    assert (row.low, row.high) == pytest.approx(expected)
    assert f"{row.mean:.3f}" in str(done)
    assert "one seed" in str(done.only(seed=0))


def test_names_in_the_table_are_shown_as_they_are(done: Sweep) -> None:
    trial = done.trials[0]
    odd = Trial(**{**trial.__dict__, "source": "<script>x</script>"})
    assert "<script>" not in Sweep({}, (odd,), 1)._repr_html_()


def test_a_sweep_survives_json_and_csv(done: Sweep, tmp_path: Path) -> None:
    again = Sweep.from_json(json.loads(json.dumps(done.to_json())))
    assert again == done
    with done.to_csv(tmp_path / "s.csv").open(encoding="utf-8") as f:
        rows = list(csv.DictReader(f))
    assert [float(r["accuracy"]) for r in rows] == done.accuracies
    with pytest.raises(tl.CourseError, match="no sweep of schema"):
        Sweep.from_json({"schema": 99})


def test_a_stopped_sweep_goes_on_where_it_was(
    base: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from tlwidgets.training.sweep import _Plan

    settings = {**SETTINGS, "per_class": [4], "learning_rates": [1e-2], "path": tmp_path / "deep" / "s.jsonl"}
    whole = run_sweep(base, examples(), **{**settings, "path": None})
    real, calls = _Plan._trial, []

    def stop_after_two(self: Any, *args: Any, **kwargs: Any) -> Any:
        if len(calls) == 2:
            raise KeyboardInterrupt
        calls.append(1)
        return real(self, *args, **kwargs)

    monkeypatch.setattr(_Plan, "_trial", stop_after_two)
    part = run_sweep(base, examples(), **settings)
    assert (len(part), part.planned, part.complete) == (2, 4, False)
    assert "2 of 4 trials are finished" in capsys.readouterr().out
    assert "2 of 4" in str(part)
    for weight, fresh in zip(base.get_weights(), network().get_weights(), strict=True):
        np.testing.assert_array_equal(weight, fresh)

    # killed while a line was being written
    with settings["path"].open("a") as f:
        f.write('{"data": "data", "sou')
    monkeypatch.setattr(_Plan, "_trial", lambda *a, **k: calls.append(1) or real(*a, **k))
    finished = run_sweep(base, examples(), **settings)
    assert len(calls) == 4
    assert finished.complete
    assert finished.accuracies == whole.accuracies
    assert len(settings["path"].read_text().splitlines()) == 5
    run_sweep(base, examples(), **settings)
    assert len(calls) == 4


def test_a_file_of_another_sweep_is_not_touched(base: Any, tmp_path: Path) -> None:
    path = tmp_path / "s.jsonl"
    few = {"frozen_to": ["block1"], "per_class": [4], "learning_rates": [1e-2], "seeds": 1}
    settings = {**SETTINGS, **few, "path": path}
    run_sweep(base, examples(), **settings)
    before = path.read_bytes()
    for change in ({"epochs": 4}, {"validation_data": examples(30, 2)}):
        with pytest.raises(tl.CourseError, match="holds another sweep"):
            run_sweep(base, examples(), **{**settings, **change})
    assert path.read_bytes() == before


def test_the_bar_says_how_far_it_is(base: Any, capsys: pytest.CaptureFixture[str]) -> None:
    run_sweep(base, examples(), **{**SETTINGS, "frozen_to": ["block1"], "per_class": [4], "progress": True})
    shown = capsys.readouterr().out
    assert "1 of 4 trials" in shown
    assert "left" in shown
    assert shown.rstrip().endswith("4 of 4 trials, done")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"frozen_to": ["blok1"]}, "did you mean block1"),
        ({"frozen_to": []}, "frozen_to is empty"),
        ({"per_class": [4, 999]}, "cannot be drawn"),
        ({"learning_rates": [0.0]}, "no learning rate"),
        ({"seeds": [1, 1]}, "holds a value twice"),
        ({"epochs": 0}, "epochs"),
        ({"validation_data": None}, "nothing to measure on"),
        ({"validation_data": (np.zeros((3, 9, 9, 1)), np.zeros(3, int))}, "takes inputs of shape"),
    ],
)
def test_what_cannot_be_had_is_said_before_anything_trains(
    base: Any, tmp_path: Path, change: dict[str, Any], said: str
) -> None:
    path = tmp_path / "s.jsonl"
    with pytest.raises(tl.CourseError, match=said):
        run_sweep(base, examples(), **{**SETTINGS, "path": path, **change})
    assert not path.exists()


def test_only_refuses_what_is_not_there(done: Sweep) -> None:
    with pytest.raises(tl.CourseError, match="no trial of the sweep has"):
        done.only(frozen_to="block9")
    with pytest.raises(tl.CourseError, match="did you mean per_class"):
        done.only(per_clas=4)


@pytest.mark.slow
def test_two_processes_get_the_same_numbers() -> None:
    code = textwrap.dedent("""
        import sys; sys.path.insert(0, sys.argv[1])
        from training.test_sweep import SETTINGS, examples, network
        from tlwidgets.training import sweep
        print(sweep(network(), examples(), **{**SETTINGS, "per_class": [4], "learning_rates": [1e-2]}).accuracies)
    """)
    tests = str(Path(__file__).resolve().parents[1])
    outs = [
        subprocess.run([sys.executable, "-c", code, tests], capture_output=True, text=True, check=True).stdout
        for _ in range(2)
    ]
    assert outs[0] == outs[1]
    assert outs[0].startswith("[")
