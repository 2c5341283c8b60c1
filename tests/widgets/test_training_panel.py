"""TrainingPanel without a browser: the same runs as fit, nothing by itself, one state on both sides."""

from __future__ import annotations

import numpy as np
import pytest

import tlwidgets as tl
from tlwidgets.errors import CourseError
from tlwidgets.widgets.training_panel import TrainingPanel


@pytest.fixture
def panel_of(make_model, data):
    """``panel_of(**options)``: a panel over the tiny model; 60 training and 20 validation images."""
    x, y = data

    def make(**options):
        compiled = options.pop("compiled", False)
        model = make_model(compiled=compiled)
        return TrainingPanel(model, (x[:60], y[:60]), validation_data=(x[60:], y[60:]), **{"epochs": 2, **options})

    return make


def weights(model):
    return [np.array(w.numpy()) for w in model.weights]


def test_the_same_run_as_fit(wire, panel_of, make_model, data):
    import keras

    panel = panel_of(frozen_to=3, learning_rate=0.01)
    (run,) = panel.train()
    x, y = data
    model = make_model(compiled=False)
    tl.freeze(model, 3)
    other = tl.fit(
        model, (x[:60], y[:60]), validation_data=(x[60:], y[60:]), epochs=2, optimizer=keras.optimizers.Adam(0.01)
    )
    assert run.history == other.history
    assert run.trained == other.trained
    (row,) = panel.results()
    assert row["accuracy"] == run.final["val_accuracy"]
    assert (row["frozen_to"], row["learning_rate"], row["examples"]) == (3, 0.01, 60)
    assert panel.curves.history()[row["name"]]["val_accuracy"] == pytest.approx(run.history["val_accuracy"], abs=1e-6)


def test_every_run_begins_with_the_first_weights(wire, panel_of):
    panel = panel_of(frozen_to=0)
    before = weights(panel.model)
    (first,) = panel.train()
    assert any(not np.array_equal(a, b) for a, b in zip(before, weights(panel.model), strict=True))
    panel.learning_rate = 0.1
    panel.train()
    panel.learning_rate = 0.001
    (again,) = panel.train()
    assert first.history == again.history
    assert len(panel.runs) == 3


def test_moving_never_trains_but_marks(wire, panel_of, from_browser):
    panel = panel_of(frozen_to=2)
    before = weights(panel.model)
    from_browser(panel, learning_rate=0.02, per_class=5, _freeze_value=4)
    assert all(np.array_equal(a, b) for a, b in zip(before, weights(panel.model), strict=True))
    assert panel.value == {
        "frozen_to": 4, "freeze_batchnorm": True, "learning_rate": 0.02, "per_class": 5, "seeds": 1, "epochs": 2,
    }  # fmt: skip
    assert (panel.stale, panel.runs) == (False, ())
    panel.train()
    assert not panel.stale
    from_browser(panel, _freeze_value=2)
    assert panel.stale
    assert "changed since the last run" in panel.summary()
    assert [row["now"] for row in panel._rows] == [False]
    from_browser(panel, _freeze_value=4)
    assert not panel.stale, "back where it was"
    assert [row["now"] for row in panel._rows] == [True]


def test_freezing_from_either_side(wire, panel_of, from_browser):
    panel = panel_of(frozen_to=0)
    panel.freeze.to("block1")
    assert panel._freeze_value == panel.freeze.value == 2
    assert wire.updates("_freeze_value")[-1] == 2
    from_browser(panel, _freeze_value=99)
    assert panel._freeze_value == panel.freeze.value == 6, "not beyond the last layer"
    assert not panel.model.layers[-1].trainable


def test_the_button(wire, panel_of, message_from_browser):
    panel = panel_of(frozen_to=4)
    message_from_browser(panel, {"kind": "train"})
    assert len(panel.runs) == 1
    points = [buffers for content, buffers in wire.custom() if content.get("kind") == "points"]
    assert points, "the points go out through the panel"
    assert wire.updates("training") == [True, False]
    message_from_browser(panel, {"kind": "clear"})
    assert (panel.runs, panel._rows, panel.curves.runs) == ((), [], ())
    for strange in (None, "train", {"kind": 7}, {}):
        message_from_browser(panel, strange)
    assert panel.runs == ()


def test_a_press_trains_with_the_settings_that_it_brings(wire, panel_of, message_from_browser):
    panel = panel_of(frozen_to=0, epochs=4)
    shown = {"epochs": 2, "learning_rate": 0.02, "per_class": None, "seeds": 1, "_freeze_value": 4, "strange": 1}
    message_from_browser(panel, {"kind": "train", "settings": shown})
    (row,) = panel.results()
    assert (row["epochs"], row["epochs_done"], row["frozen_to"], row["learning_rate"]) == (2, 2, 4, 0.02)
    assert panel.freeze.value == 4
    assert not panel.stale


def test_an_error_is_a_sentence_in_the_panel(wire, panel_of, message_from_browser):
    panel = panel_of(frozen_to=6)
    message_from_browser(panel, {"kind": "train"})  # there is no cell for an error
    assert "nothing in" in panel.problem
    assert (panel.training, panel.runs) == (False, ())
    with pytest.raises(CourseError, match="nothing in"):
        panel.train()
    panel.freeze.value = 4
    panel.train()
    assert panel.problem == ""


def test_a_rate_that_is_far_too_high(wire, make_model, data):
    x, y = data
    panel = TrainingPanel(make_model(compiled=False), (x * 1e18, y), frozen_to=0, epochs=3, learning_rate=10)
    before = weights(panel.model)
    with pytest.raises(CourseError, match="not finite"):
        panel.train()
    assert "smaller learning rate" in panel.problem
    assert panel.curves.status == "error"
    assert all(np.array_equal(a, b) for a, b in zip(before, weights(panel.model), strict=True))


def test_stop_ends_all_seeds(wire, panel_of, from_browser):
    panel = panel_of(frozen_to=4, seeds=3, epochs=50)
    panel.curves.observe(lambda c: c["new"]["epoch"] == 2 and from_browser(panel, _curves_stop=True), "value")
    runs = panel.train()
    assert [run.ended for run in runs] == ["stopped"]
    assert runs[0].done < 50
    assert panel.results()[0]["stopped"]
    assert panel.curves.status == "stopped"


def test_seeds_are_one_line_and_one_row(wire, panel_of):
    panel = panel_of(frozen_to=4, seeds=2, per_class=4)
    runs = panel.train()
    assert [run.seed for run in runs] == [0, 1]
    assert {run.examples for run in runs} == {12}
    assert runs[0].history != runs[1].history
    (row,) = panel.results()
    assert (row["seeds"], row["done"], row["per_class"]) == (2, 2, 4)
    assert row["lowest"] <= row["accuracy"] <= row["highest"]
    assert {run["line"] for run in panel.curves._runs} == {row["name"]}


def test_the_model_s_own_optimizer_loss_and_metrics(wire, make_model, data):
    import keras

    x, y = data
    model = make_model(compiled=False)
    loss = keras.losses.SparseCategoricalCrossentropy()
    model.compile(keras.optimizers.SGD(0.05, momentum=0.9), loss, metrics=["accuracy"])
    panel = TrainingPanel(model, (x, y), epochs=1)
    assert panel.learning_rate == pytest.approx(0.05)
    panel.learning_rate = 0.1
    (run,) = panel.train()
    assert run.optimizer["class_name"] == "SGD"
    assert run.optimizer["config"]["momentum"] == 0.9
    assert run.optimizer["config"]["learning_rate"] == pytest.approx(0.1)
    assert panel.results()[0]["accuracy"] is None, "no validation examples"


def test_a_data_set_keeps_its_name(wire, make_model, data):
    from tlwidgets.data.records import Dataset, Split

    x, y = (data[0] * 20 + 100).clip(0, 255).astype("uint8"), data[1]
    splits = [Split(x[part], y[part], tuple(str(i) for i in range(80)[part]))
              for part in (slice(0, 50), slice(50, 65), slice(65, 80))]  # fmt: skip
    panel = TrainingPanel(
        make_model(compiled=False), Dataset("mine", None, ("a", "b", "c"), *splits, "CC0-1.0", ""), epochs=1
    )
    assert panel._budgets[-1] is None
    panel.per_class = 3
    (run,) = panel.train()
    assert (run.data, run.examples, run.n_val) == ("mine", 9, 15)


def test_regression_has_no_budget(wire):
    import keras

    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3), keras.layers.Dense(1)])
    x = np.random.default_rng(0).normal(size=(40, 4)).astype("float32")
    panel = TrainingPanel(model, (x, x.sum(1)), validation_data=(x, x.sum(1)), epochs=1)
    assert panel._budgets == [None]
    assert panel.curves.metrics == ["loss"]
    with pytest.raises(CourseError, match="leave per_class out"):
        panel.per_class = 3
    panel.train()
    (row,) = panel.results()
    assert row["accuracy"] is None
    assert row["loss"] > 0


@pytest.mark.parametrize(("learning_rate", "kept"), [(1e9, 10.0), (1e-30, 1e-7)])
def test_rates_stay_in_range(wire, panel_of, learning_rate, kept):
    panel = panel_of()
    panel.learning_rate = learning_rate
    assert panel.learning_rate == kept


@pytest.mark.parametrize("learning_rate", [0, -1, float("nan"), float("inf")])
def test_rates_that_are_none(wire, panel_of, learning_rate):
    with pytest.raises(CourseError, match="learning rate should be"):
        panel_of(learning_rate=learning_rate)


def test_data_that_do_not_fit(wire, make_model, data):
    with pytest.raises(CourseError, match="takes inputs of shape"):
        TrainingPanel(make_model(), (data[0][:, :4], data[1]))
    with pytest.raises(CourseError, match="data should be"):
        TrainingPanel(make_model(), data[0])


def test_figure_and_words(wire, panel_of):
    panel = panel_of(frozen_to=4)
    assert "Nothing has been trained yet" in panel.summary()
    panel.train()
    data, metadata = panel._repr_mimebundle_()
    assert "1: frozen base: validation accuracy 0." in data["text/plain"]
    assert metadata["image/png"]["alt"] == data["text/plain"]
    assert len(data["image/png"]) < 200_000
    assert panel.static().get_figheight() > panel.freeze.static().get_figheight()


def test_a_press_that_arrives_in_another_thread_trains_in_the_main_one(kernel_factory):
    """Some front ends have widget messages delivered in a thread beside the cells."""
    kernel = kernel_factory()
    kernel.run(
        "import keras, numpy as np, threading\n"
        "from tlwidgets.widgets.training_panel import TrainingPanel\n"
        "y = np.arange(40) % 2\n"
        "x = np.ones((40, 4), 'float32') * y[:, None]\n"
        "model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(2, 'softmax')])\n"
        "panel = TrainingPanel(model, (x, y), epochs=2)\n"
        "main = []\n"
        "panel.observe(lambda _: main.append(threading.current_thread() is threading.main_thread()), 'training')\n"
        "press = threading.Thread(target=panel._on_message, args=(None, {'kind': 'train'}, []))\n"
        "press.start(); press.join(); print(len(panel.runs))"
    )
    found = ""
    for _ in range(20):
        found = kernel.run("print(len(panel.runs), main, panel.training)").text.strip()
        if found.startswith("1"):
            break
    assert found == "1 [True, True] False"
