"""The record of a run: saved and loaded whole, compared, drawn."""

from __future__ import annotations

import csv
import json

import numpy as np
import pytest

import tlwidgets as tl
from tlwidgets.training import Run, band, compare
from tlwidgets.training.run import plot, versions


def run(seed=0, final=0.8, **changes):
    settings = {
        "model": "small",
        "data": "styles/noto",
        "examples": 96,
        "n_val": 40,
        "history": {"loss": (1.0, 0.5), "val_loss": (1.1, 0.7), "val_accuracy": (0.5, final)},
        "batch_losses": (1.2, 0.8, 0.6, 0.4),
        "seed": seed,
        "batch_size": 48,
        "epochs": 2,
        "optimizer": {"class_name": "Adam", "config": {"learning_rate": 0.01}},
        "loss": "sparse_categorical_crossentropy",
        "trained": ("head",),
        "trainable_params": 27,
        "total_params": 500,
        "ended": "finished",
        "cache": "cached <all> of it",
        "seconds": 1.0,
        "cpu_seconds": 2.0,
        "peak_mb": 300.0,
        "device": "cpu:0",
        "versions": {"keras": "3"},
    }
    return Run(**{**settings, **changes})


def test_saved_and_loaded_it_is_the_same(tmp_path):
    path = run(history={"loss": (1.0, float("nan"))}).save(tmp_path / "run.json")
    again = Run.load(path)
    assert again.to_json()["history"]["loss"][0] == 1.0
    assert np.isnan(again.history["loss"][1])
    assert Run.load(run().save(path)) == run()
    assert [f.name for f in tmp_path.iterdir()] == ["run.json"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{", "is not the record of a run"),
        ("[]", "is not the record of a run"),
        (json.dumps({**run().to_json(), "schema": 99}), "version 99 of the format, and version 1"),
        (json.dumps({"schema": 1, "model": "small"}), "'data' is missing"),
    ],
)
def test_what_is_no_run_is_refused(text, words, tmp_path):
    (tmp_path / "run.json").write_text(text)
    with pytest.raises(tl.CourseError, match=words):
        Run.load(tmp_path / "run.json")
    with pytest.raises(tl.CourseError, match="there is no file"):
        Run.load(tmp_path / "other.json")


def test_the_table_is_tidy(tmp_path):
    with run().to_csv(tmp_path / "run.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 6
    assert rows[-1] == {
        "model": "small",
        "data": "styles/noto",
        "seed": "0",
        "epoch": "2",
        "split": "validation",
        "metric": "accuracy",
        "value": "0.8",
    }


def test_it_shows_a_table_and_a_curve_with_words():
    page = run()._repr_html_()
    assert "cached &lt;all&gt; of it" in page
    assert 'role="img" aria-label="Loss over 2 epochs: loss from 1.000 to 0.500; val_loss from 1.100 to 0.700."' in page
    assert "val_accuracy 0.800" in repr(run())


def test_a_comparison_names_only_what_differs():
    rows = compare([run(), run(seed=1, final=0.9, optimizer={"class_name": "SGD", "config": {"learning_rate": 0.01}})])
    assert [set(r) - set(run().final) for r in rows] == [{"seed", "optimizer"}] * 2
    assert [r["val_accuracy"] for r in rows] == [0.8, 0.9]
    with pytest.raises(tl.CourseError, match="two or more runs"):
        compare([run()])


def test_the_band_is_the_interval_of_student():
    found = band([run(final=v) for v in (0.7, 0.8, 0.9)])
    assert found.mean[1] == pytest.approx(0.8)
    assert found.high[1] - found.mean[1] == pytest.approx(4.3027 * 0.1 / 3**0.5, rel=1e-4)
    assert found.low[0] == found.high[0] == 0.5
    with pytest.raises(tl.CourseError, match="did you mean val_accuracy"):
        band([run(), run()], "val_acuracy")


def test_figures_have_labels_and_words():
    figure = run().plot("loss")
    assert figure.axes[0].get_xlabel() == "epoch"
    assert figure.alt == "loss over 2 epochs: training from 1.000 to 0.500; validation from 1.100 to 0.700."
    figure = plot([run(), run(final=0.6)], "accuracy")
    assert "mean of 2 runs with the 95 % interval: validation from 0.500 to 0.700" in figure.alt
    assert len(figure.axes[0].collections) == 1
    with pytest.raises(tl.CourseError, match="unknown metric"):
        run().plot("lss")


def test_versions_say_what_a_run_depends_on():
    assert {"python", "keras", "numpy", "tlwidgets"} < set(versions())
