"""What happens in a real kernel while a cell trains: buttons, order of cells, errors, interrupts."""

from __future__ import annotations

import pytest

SETUP = """
import keras, numpy as np, time
from tlwidgets.widgets import LiveCurves, FreezeSlider
x = np.random.rand(320, 16).astype("float32"); y = np.random.randint(0, 3, 320)
def make():
    layers = [keras.Input((16,)), keras.layers.Dense(8, "relu"), keras.layers.Dense(3, "softmax")]
    model = keras.Sequential(layers)
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model
class Say(keras.callbacks.Callback):
    def __init__(self, every=1): super().__init__(); self.n = 0; self.every = every
    def on_train_batch_end(self, batch, logs=None):
        self.n += 1
        time.sleep(0.005)
        if self.n == 20: print("training goes")
class Boom(keras.callbacks.Callback):
    def on_epoch_end(self, epoch, logs=None):
        if epoch == 3: raise ValueError("boom")
order = []
"""
FIT = "curves = LiveCurves(); curves.show(); print('id', curves.model_id, flush=True)\n"
TRAIN = """
callback = curves.callback('a')
h = make().fit(x, y, epochs=2000, verbose=0, callbacks=[callback, Say()])
"""


@pytest.fixture
def kernel(kernel_factory):
    return kernel_factory(SETUP)


def new_curves(kernel):
    return kernel.run(FIT).text.split("id ")[1].split()[0]


def test_stop_works_while_fit_runs_and_queued_cells_keep_their_order(kernel):
    model_id = new_curves(kernel)
    kernel.run("order.clear()")
    fit = kernel.send(TRAIN + "print('epochs', len(h.history['loss']))")
    after = [kernel.send(f"order.append({i})") for i in range(4)]
    kernel.wait_text(fit, "training goes")
    kernel.update(model_id, stop=True)
    late = [kernel.send(f"order.append({i})") for i in range(4, 7)]
    cells = kernel.wait(fit, *after, *late)
    assert [cell.status for cell in cells] == ["ok"] * 8
    done = kernel.run("print(order, curves.status, callback.pump.delivered, callback.pump.error, callback.pump.active)")
    assert done.text.strip() == "[0, 1, 2, 3, 4, 5, 6] stopped 1 None True"
    assert "epochs" in cells[0].text  # prints still belong to the training cell


def test_pause_and_resume(kernel):
    model_id = new_curves(kernel)
    kernel.run("curves.observe(lambda c: print('status', c['new'], flush=True), 'status')")
    fit = kernel.send(TRAIN)
    kernel.wait_text(fit, "training goes")
    kernel.update(model_id, paused=True)
    kernel.wait_text(fit, "status paused")
    kernel.update(model_id, paused=False)
    kernel.wait_text(fit, "status paused\nstatus running")
    kernel.update(model_id, stop=True)
    (cell,) = kernel.wait(fit)
    assert cell.status == "ok"
    assert "status stopped" in cell.text


def test_another_widget_moves_while_fit_runs(kernel):
    new_curves(kernel)
    slider = (
        kernel.run(
            "freeze = FreezeSlider(make())\n"
            "freeze.observe(lambda c: setattr(curves, 'stop', True), 'value'); print('id', freeze.model_id)"
        )
        .text.split("id ")[1]
        .split()[0]
    )
    fit = kernel.send(TRAIN)
    kernel.wait_text(fit, "training goes")
    kernel.update(slider, value=1)
    (cell,) = kernel.wait(fit)
    assert cell.status == "ok"
    assert kernel.run("print(freeze.value, curves.status)").text.split() == ["1", "stopped"]


def test_an_error_in_fit_aborts_the_queue_and_loses_nothing(kernel):
    new_curves(kernel)
    kernel.run("order.clear()")
    fit = kernel.send("make().fit(x, y, epochs=9, verbose=0, callbacks=[curves.callback('a'), Say(), Boom()])")
    queued = [kernel.send(f"order.append({i})") for i in range(3)]
    cells = kernel.wait(fit, *queued)
    assert cells[0].error == "ValueError: boom"
    # Jupyter aborts what was queued behind an error; what matters is that every cell gets its reply
    assert [cell.status for cell in cells[1:]] == ["aborted"] * 3
    assert kernel.run("print(curves.status)").text.strip() == "error"
    assert kernel.run("order.append(9); print(order)").text.strip() == "[9]"


def test_several_fits_in_one_cell(kernel):
    new_curves(kernel)
    kernel.run("order.clear()")
    seed = "make().fit(x, y, epochs=3, verbose=0, callbacks=[curves.callback(group='seeds')])"
    code = f"for s in range(3): {seed}"
    fit = kernel.send(code)
    queued = [kernel.send(f"order.append({i})") for i in range(3)]
    cells = kernel.wait(fit, *queued)
    assert [cell.status for cell in cells] == ["ok"] * 4
    assert kernel.run("print(order, len(curves.runs))").text.strip() == "[0, 1, 2] 3"
    assert len(cells[0].updates) == 1  # the saved figure is drawn once, at the end of the cell


def test_the_saved_image_is_the_final_one(kernel):
    new_curves(kernel)
    cell = kernel.run("make().fit(x, y, epochs=2, verbose=0, callbacks=[curves.callback('frozen base')]);")
    (update,) = cell.updates
    assert "image/png" in update
    assert "frozen base: training loss from" in update["text/plain"]
    assert "at epoch 2" in update["text/plain"]


def test_interrupt_button_once(kernel):
    new_curves(kernel)
    kernel.run("order.clear()")
    fit = kernel.send(TRAIN + "print('epochs', len(h.history['loss']))")
    queued = kernel.send("order.append(1)")
    kernel.wait_text(fit, "training goes")
    kernel.interrupt()
    cells = kernel.wait(fit, queued)
    assert [cell.status for cell in cells] == ["ok", "ok"]
    assert "epochs" in cells[0].text
    assert kernel.run("print(curves.status, order)").text.strip() == "stopped [1]"


def test_interrupt_works_as_usual_after_training(kernel):
    for _ in range(2):
        cell = kernel.send("print('here', flush=True); time.sleep(60)")
        kernel.wait_text(cell, "here")
        kernel.interrupt()
        (cell,) = kernel.wait(cell)
        assert cell.error.startswith("KeyboardInterrupt")


def test_stop_then_interrupt_leaves_the_kernels_own_handler(kernel):
    model_id = new_curves(kernel)
    before = kernel.run("import signal; print(signal.getsignal(signal.SIGINT))").text
    fit = kernel.send(TRAIN)
    kernel.wait_text(fit, "training goes")
    kernel.update(model_id, stop=True)
    kernel.wait(fit)
    assert kernel.run("print(signal.getsignal(signal.SIGINT))").text == before
    idle = kernel.run("print(get_ipython().kernel.saved_sigint_handler)").text
    assert "GracefulInterrupt" not in idle


def test_second_interrupt_is_a_real_one_and_the_model_trains_again(kernel):
    new_curves(kernel)
    # a slow "batch" that only a KeyboardInterrupt can leave
    kernel.run("class Slow(keras.callbacks.Callback):\n    def on_train_batch_begin(self, b, logs=None):\n"
               "        print('slow', flush=True)\n"
               "        while not cb._interrupt.asked: time.sleep(0.01)\n"
               "        print('asked', flush=True); time.sleep(60)\n")  # fmt: skip
    kernel.run("model = make()")
    fit = kernel.send("cb = curves.callback('a'); model.fit(x, y, epochs=5, verbose=0, callbacks=[cb, Slow()])")
    kernel.wait_text(fit, "slow")
    kernel.interrupt()
    # nothing is queued meanwhile: an interrupted kernel may drop what waits
    kernel.wait_text(fit, "asked")  # the first press only asks: the cell still runs
    kernel.interrupt()
    (cell,) = kernel.wait(fit)
    assert cell.error.startswith("KeyboardInterrupt")
    assert "trained" in kernel.run("print(curves.status); model.fit(x, y, epochs=1, verbose=0); print('trained')").text


def test_training_from_a_button(kernel):
    """A fit inside a widget's message, not in a cell: what is queued meanwhile still runs."""
    new_curves(kernel)
    button = (
        kernel.run(
            "import ipywidgets\n"
            "def train(_): make().fit(x, y, epochs=30, verbose=0, callbacks=[curves.callback('b'), Say()])\n"
            "go = ipywidgets.IntSlider(); go.observe(train, 'value'); print('id', go.model_id)"
        )
        .text.split("id ")[1]
        .split()[0]
    )
    kernel.run("order.clear()")
    kernel.update(button, value=3)
    queued = [kernel.send(f"order.append({i})") for i in range(3)]
    cells = kernel.wait(*queued)
    assert [cell.status for cell in cells] == ["ok"] * 3
    assert kernel.run("print(order, curves.status)").text.strip() == "[0, 1, 2] done"


def test_training_in_another_thread_is_left_alone(kernel):
    new_curves(kernel)
    kernel.run(
        "import threading\n"
        "fit = lambda: make().fit(x, y, epochs=3, verbose=0, callbacks=[curves.callback('t'), Say()])\n"
        "thread = threading.Thread(target=fit); thread.start()"
    )
    kernel.run("1 + 1")  # cells end while it trains
    done = kernel.run("thread.join(); print(curves.status, curves.value['epoch'])")
    assert done.text.endswith("done 3\n")


def test_without_the_pump_the_widget_says_what_still_works(kernel_factory):
    kernel = kernel_factory(SETUP, TLWIDGETS_NO_PUMP="1")
    new_curves(kernel)
    fit = kernel.send(TRAIN + "print(curves._controls, len(h.history['loss']) > 0)")
    kernel.wait_text(fit, "training goes")
    kernel.interrupt()
    (cell,) = kernel.wait(fit)
    assert cell.status == "ok"
    assert "interrupt True" in cell.text


def test_a_pump_that_fails_gives_everything_back(kernel):
    model_id = new_curves(kernel)
    kernel.run("order.clear()")
    kernel.run(
        "import tlwidgets.widgets._pump as P\nkept = P.Pump._deliver\n"
        "def broken(self, msg): raise RuntimeError('unfamiliar')\nP.Pump._deliver = broken"
    )
    try:
        fit = kernel.send(TRAIN + "print(curves._controls, repr(curves.controls_error), callback.pump.active)")
        queued = [kernel.send(f"order.append({i})") for i in range(2)]
        kernel.wait_text(fit, "training goes")
        kernel.update(model_id, smoothing=0.5)
        kernel.update(model_id, smoothing=0.6)
        late = kernel.send("order.append(2)")
        kernel.interrupt()
        cells = kernel.wait(fit, *queued, late)
        assert [cell.status for cell in cells] == ["ok"] * 4
        assert kernel.run("print(order)").text.strip() == "[0, 1, 2]"
    finally:
        kernel.run("P.Pump._deliver = kept")
