"""LiveCurves without a browser: what goes over the wire, what fits draw, what stays in the notebook."""

from __future__ import annotations

import base64
import subprocess
import sys

import numpy as np
import pytest

from tlwidgets.errors import CourseError
from tlwidgets.widgets import LiveCurves


def test_import_stays_light():
    code = (
        "import sys; from tlwidgets.widgets import FreezeSlider, LiveCurves;"
        "print(sorted({'keras', 'tensorflow', 'matplotlib'} & set(sys.modules)))"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert out.strip() == "[]"


# ---------------------------------------------------------------- points


def test_only_new_points_go_out(wire):
    curves = LiveCurves()
    run = curves.new_run("a")
    wire.sent.clear()
    curves.add(run, 1, {"loss": 1.0, "val_loss": 2.0, "accuracy": 0.5, "lr": 1e-3})
    curves.flush()
    curves.add(run, 2, {"loss": 0.5})
    curves.flush()
    buffers = [buffers[0] for _, buffers in wire.custom()]
    assert [len(b) for b in buffers] == [3 * 20, 20]  # the learning rate is no curve
    assert np.frombuffer(buffers[1], "<f4").tolist() == [0, 0, 0, 2, 0.5]


def test_snapshot_holds_everything_for_a_reload(wire):
    curves = LiveCurves()
    for epoch in range(5):
        if epoch == 0:
            run = curves.new_run("a")
        curves.add(run, epoch + 1, {"loss": 1 / (epoch + 1)})
        curves.flush()
    assert np.frombuffer(curves._snapshot, "<f4").reshape(-1, 5)[:, 3].tolist() == [1, 2, 3, 4, 5]


def test_run_names_stay_apart_and_groups_share_a_line(wire):
    curves = LiveCurves()
    for group in (None, None, "seeds", "seeds"):
        curves.new_run("frozen base", group=group)
    assert curves.runs == ("frozen base", "frozen base (2)", "frozen base (3)", "frozen base (4)")
    assert [run["line"] for run in curves._runs] == ["frozen base", "frozen base (2)", "seeds", "seeds"]
    assert curves._runs[2]["color"] == curves._runs[3]["color"] != curves._runs[0]["color"]


def test_a_regime_has_its_color_whatever_the_order(wire):
    one, two = LiveCurves(), LiveCurves()
    names = ["from scratch", "frozen base", "fine-tuned from block 4"]
    for name in names:
        one.new_run(name)
    for name in reversed(names):
        two.new_run(name)
    assert {r["name"]: r["color"] for r in one._runs} == {r["name"]: r["color"] for r in two._runs}


def test_a_group_is_a_mean_with_a_band(wire):
    curves = LiveCurves(metrics=["loss"])
    for values in ((1.0, 0.5), (3.0, 1.5, 1.0)):
        run = curves.new_run(group="seeds")
        for epoch, value in enumerate(values):
            curves.add(run, epoch + 1, {"val_loss": value})
    line = curves._points.line("seeds", "loss", True)
    assert line.y.tolist() == [2.0, 1.0, 1.0]
    assert line.low.tolist() == [1.0, 0.5, 1.0]
    assert line.high.tolist() == [3.0, 1.5, 1.0]
    assert "mean of 2 runs" in curves.summary()


def test_a_value_that_is_no_number_is_a_gap_said_in_words(wire):
    curves = LiveCurves(metrics=["loss"])
    run = curves.new_run("high rate")
    for epoch, value in enumerate((1.0, float("nan"), float("inf"), 0.5)):
        curves.add(run, epoch + 1, {"loss": value})
    curves.flush()
    loss = curves.history()["high rate"]["loss"]
    assert np.isnan(loss).tolist() == [False, True, True, False]
    assert "training loss was not a number (NaN or infinite) at 2 points from epoch 2" in curves.summary()
    assert curves._gaps == curves._points.gaps()
    assert "to 0.500 at epoch 4" in curves.summary()
    assert curves.static().alt == curves.summary()


def test_history_is_arrays_of_one_length(wire):
    curves = LiveCurves()
    run = curves.new_run("a")
    curves.add(run, 0.5, {"loss": 3.0})
    curves.add(run, 1, {"loss": 2.0, "val_loss": 2.5})
    table = curves.history()["a"]
    assert table["epoch"].tolist() == [0.5, 1.0]
    assert table["loss"].tolist() == [3.0, 2.0]
    assert np.isnan(table["val_loss"][0])
    assert table["val_loss"][1] == 2.5


def test_smoothing_starts_at_the_first_value_and_skips_gaps():
    from tlwidgets.widgets.live_curves._points import smooth

    y = np.array([4.0, np.nan, 2.0, 2.0])
    out = smooth(y, 0.5)
    assert out[0] == 4.0
    assert np.isnan(out[1])
    assert 2.0 < out[3] < out[2] < 4.0
    assert smooth(y, 0) is y


@pytest.mark.parametrize("metrics", [(), ("loss", "loss"), ("val_loss",), (1,)])
def test_wrong_metrics_are_refused(metrics, wire):
    with pytest.raises(CourseError, match="metrics should be"):
        LiveCurves(metrics=metrics)


def test_unknown_run_and_bad_per_batch(wire):
    curves = LiveCurves()
    curves.new_run("frozen base")
    with pytest.raises(CourseError, match="did you mean frozen base"):
        curves.add("frozen bose", 1, {"loss": 1})
    with pytest.raises(CourseError, match="no run number 7"):
        curves.add(7, 1, {"loss": 1})
    with pytest.raises(CourseError, match="number of batches"):
        curves.callback(per_batch=-1)


def test_browser_and_python_change_the_same_traits(wire, from_browser):
    curves = LiveCurves()
    from_browser(curves, stop=True, smoothing=0.5, hidden=["a"])
    assert (curves.stop, curves.smoothing, curves.hidden) == (True, 0.5, ["a"])
    curves.smoothing = 0.25
    assert wire.updates("smoothing")[-1] == 0.25


# ---------------------------------------------------------------- the figure


def test_static_figure_and_words(wire):
    curves = LiveCurves(title="Größe 日本 <b>")
    run = curves.new_run("<img src=x> ünïcode")
    curves.add(run, 1, {"loss": 1.0, "val_accuracy": 0.25})
    data, metadata = curves._repr_mimebundle_()
    assert base64.b64decode(data["image/png"])[:4] == b"\x89PNG"
    assert len(data["image/png"]) < 150_000
    assert "application/vnd.jupyter.widget-view+json" in data
    assert "validation accuracy 0.250" in data["text/plain"]
    assert metadata["image/png"]["alt"] == data["text/plain"]


def test_figure_needs_no_pyplot(wire):
    import matplotlib.pyplot as plt

    LiveCurves(metrics=["a", "b", "c", "d"]).static()
    assert plt.get_fignums() == []


def test_hidden_runs_are_not_in_the_image(wire):
    curves = LiveCurves(metrics=["loss"])
    for name in ("a", "b"):
        run = curves.new_run(name)
        curves.add(run, 1, {"val_loss": 1.0})
        curves.add(run, 2, {"val_loss": 0.5})
    (axes,) = curves.static().axes
    curves.hidden = ["b"]
    (fewer,) = curves.static().axes
    assert (len(axes.lines), len(fewer.lines)) == (2, 1)


# ---------------------------------------------------------------- Keras


def test_plain_fit_draws_what_keras_logs(wire, make_model, data):
    curves = LiveCurves()
    model = make_model()
    history = model.fit(*data, epochs=3, validation_split=0.25, callbacks=[curves.callback("frozen base")], verbose=0)
    mine = curves.history()["frozen base"]
    for name in ("loss", "accuracy", "val_loss", "val_accuracy"):
        assert mine[name].tolist() == pytest.approx(history.history[name])
    assert curves.value == {"status": "done", "run": "frozen base", "epoch": 3, "epochs": 3}
    assert "validation accuracy" in curves.text


def test_stop_ends_after_the_batch_and_keeps_the_history(wire, make_model, data, from_browser):
    import keras

    curves = LiveCurves()

    class Press(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            if self.model.optimizer.iterations == 7:
                from_browser(curves, stop=True)

    callbacks = [Press(), curves.callback("a")]
    model = make_model()
    history = model.fit(*data, batch_size=16, epochs=50, callbacks=callbacks, verbose=0)
    assert int(model.optimizer.iterations) == 7
    assert len(history.history["loss"]) == 2
    assert curves.status == "stopped"
    model.fit(*data, epochs=2, callbacks=[curves.callback("b")], verbose=0)  # an old stop is forgotten
    assert curves.value["epoch"] == 2
    assert curves.status == "done"


def test_pause_waits_until_it_is_released(wire, make_model, data):
    import threading

    curves = LiveCurves()
    seen = []

    def on_status(change):
        seen.append(change["new"])
        if change["new"] == "paused":
            threading.Timer(0.2, lambda: setattr(curves, "paused", False)).start()

    curves.observe(on_status, "status")
    curves.observe(
        lambda c: c["new"]["epoch"] == 1 and "paused" not in seen and setattr(curves, "paused", True), "value"
    )
    make_model().fit(*data, epochs=3, callbacks=[curves.callback()], verbose=0)
    assert seen == ["running", "paused", "running", "done"]
    assert curves.value["epoch"] == 3


def test_callback_reuse(wire, make_model, data):
    curves = LiveCurves()
    callback = curves.callback("run")
    model = make_model()
    model.fit(*data, epochs=2, callbacks=[callback], verbose=0)
    model.fit(*data, epochs=4, initial_epoch=2, callbacks=[callback], verbose=0)  # goes on
    assert curves.history()["run"]["epoch"].tolist() == [1, 2, 3, 4]
    model.fit(*data, epochs=1, callbacks=[callback], verbose=0)  # begins anew
    assert curves.runs == ("run", "run (2)")


def test_fit_with_no_epochs(wire, make_model, data):
    curves = LiveCurves()
    make_model().fit(*data, epochs=0, callbacks=[curves.callback()], verbose=0)
    assert curves.status == "done"
    assert curves.runs == ()


def test_points_per_batch(wire, make_model, data):
    curves = LiveCurves()
    callback = curves.callback("a", per_batch=2)
    make_model().fit(*data, batch_size=20, epochs=2, validation_split=0.5, callbacks=[callback], verbose=0)
    table = curves.history()["a"]
    assert table["epoch"][np.isfinite(table["loss"])].tolist() == [1, 2]  # 2 batches an epoch
    assert np.isfinite(table["val_loss"]).sum() == 2
    callback = curves.callback("b", per_batch=1)
    make_model().fit(*data, batch_size=20, epochs=2, callbacks=[callback], verbose=0)
    assert curves.history()["b"]["epoch"].tolist() == [0.25, 0.5, 0.75, 1, 1.25, 1.5, 1.75, 2]


def test_fit_on_a_generator_of_unknown_length(wire, make_model, data):
    curves = LiveCurves()
    x, y = data

    def batches():
        for _ in range(3):
            yield x[:16], y[:16]

    make_model().fit(batches(), epochs=1, callbacks=[curves.callback("a", per_batch=1)], verbose=0)
    assert curves.history()["a"]["epoch"].tolist() == [1]


def test_nan_loss_does_not_disturb(wire, make_model, data):
    curves = LiveCurves()
    x, y = data
    make_model().fit(x * np.nan, y, epochs=2, callbacks=[curves.callback("broken")], verbose=0)
    assert "broken: training loss was not a number" in curves.summary()
    assert curves.status == "done"


def test_sigint_stops_gracefully_and_is_given_back(wire, make_model, data):
    import signal

    import keras

    curves = LiveCurves()
    before = signal.getsignal(signal.SIGINT)

    class Interrupt(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            signal.raise_signal(signal.SIGINT)

    history = make_model().fit(*data, epochs=20, callbacks=[Interrupt(), curves.callback("a")], verbose=0)
    assert len(history.history["loss"]) == 1
    assert curves.status == "stopped"
    assert signal.getsignal(signal.SIGINT) is before


@pytest.mark.parametrize("error", [KeyboardInterrupt, RuntimeError])
def test_an_interrupt_while_keras_traces_leaves_a_usable_model(wire, make_model, data, error):
    import keras

    armed = []

    class Trip(keras.layers.Layer):
        def call(self, x):
            if armed:
                armed.clear()
                raise error("while tracing")
            return x

    inner = make_model(compiled=False)
    model = keras.Sequential([keras.Input((8, 8, 3)), Trip(), inner])
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    optimizer = model.optimizer
    armed.append(True)
    curves = LiveCurves()
    callback = curves.callback("a")
    with pytest.raises(error):
        model.fit(*data, epochs=1, callbacks=[callback], verbose=0)
    model.fit(*data, epochs=2, callbacks=[callback], verbose=0)
    assert curves.status == "done"
    assert model.optimizer is optimizer
    assert curves.runs == ("a", "a (2)")


def test_repair_does_not_apply_changed_flags(wire, make_model):
    from tlwidgets.widgets.live_curves._repair import repair

    model = make_model()
    model.layers[0].trainable = False
    assert repair(model) is False
    model.layers[0].trainable = True
    assert repair(model) is True


def test_an_error_in_fit_is_said_and_the_next_fit_works(wire, make_model, data):
    import keras

    curves = LiveCurves()

    class Boom(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            raise ValueError("boom")

    callback = curves.callback("a")
    model = make_model()
    with pytest.raises(ValueError, match="boom"):
        model.fit(*data, epochs=3, callbacks=[callback, Boom()], verbose=0)
    model.fit(*data, epochs=2, callbacks=[callback], verbose=0)
    assert "error" in wire.updates("status")
    assert curves.status == "done"


def test_messages_are_small(wire, make_model, data):
    curves = LiveCurves()
    callback = curves.callback("a")
    model = make_model()
    model.fit(*data, batch_size=1, epochs=4, callbacks=[callback], verbose=0)
    sizes = [len(buffers[0]) for _, buffers in wire.custom()]
    assert max(sizes) <= 4 * 2 * 20
