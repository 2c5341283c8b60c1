"""fit: the numbers of plain Keras, callbacks on the whole model, clean ends, words for bad input."""

from __future__ import annotations

import gc
import weakref

import numpy as np
import psutil
import pytest
from small_network import keras, network, pictures, same

import tlwidgets as tl
from tlwidgets.training import fit, store

X, Y = pictures()
XV, YV = pictures(40, seed=1)
SETTINGS = {"epochs": 2, "batch": 32, "validation": (XV, YV)}


def plain(model, seed=5, **options):
    model.compile(keras.optimizers.Adam(1e-2), "sparse_categorical_crossentropy", metrics=["accuracy"])
    keras.utils.set_random_seed(seed)
    arguments = {"epochs": 2, "batch_size": 32, "validation_data": (XV, YV), "verbose": 0} | options
    return model.fit(X, Y, **arguments).history


def ours(model, seed=5, **options):
    arguments = {"optimizer": keras.optimizers.Adam(1e-2), **SETTINGS, **options}
    return fit(model, (X, Y), seed=seed, **arguments)


@pytest.mark.parametrize("frozen", [3, 6, 10, 13])
def test_the_numbers_are_those_of_plain_keras(frozen):
    """A quarter to all of the layers below the head frozen; BatchNorm above moves, dropout and shuffling as usual."""
    results = []
    for how in (plain, lambda m: ours(m, cache="off"), lambda m: ours(m, cache="on")):
        tl.freeze(model := network(), frozen, keep_batchnorm_still=False)
        results.append((how(model), model.get_weights()))
    (history, weights), (off, weights_off), (on, weights_on) = results
    assert off.cache.startswith("not cached")
    assert on.cache.startswith("cached the first")
    for run, found in ((off, weights_off), (on, weights_on)):
        assert same(weights, found)
        assert {name: list(v) for name, v in run.history.items()} == history


def test_a_nested_base_is_looked_into():
    def nested():
        whole = network()
        base = keras.Model(whole.input, whole.get_layer("pool").output)
        inputs = keras.Input((16, 16, 3))
        keras.utils.set_random_seed(3)
        model = keras.Model(inputs, keras.layers.Dense(3, "softmax", name="top")(base(inputs, training=False)))
        tl.freeze(model, "block2_relu", keep_batchnorm_still=False)
        return model

    plain(a := nested())
    run = ours(b := nested(), cache="on")
    assert run.cache.startswith("cached the first 8 of")
    assert same(a.get_weights(), b.get_weights())


def test_the_backbone_of_the_course_with_a_last_batch_that_is_not_full():
    """Kernels may round differently in a batch of a few pictures: nearly equal there, not always to the bit."""
    data = tl.load("styles", domain="noto", per_class=7, size=96)
    base = tl.backbone(size=96)
    model = tl.classifier(base, data.classes)
    tl.freeze(model, "top")
    first = model.get_weights()
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    keras.utils.set_random_seed(2)
    x, y = data.train.x, data.train.y
    whole = model.fit(x, y, epochs=3, batch_size=32, verbose=0)
    weights = model.get_weights()
    model.set_weights(first)
    run = fit(model, data, epochs=3, seed=2, optimizer="adam", cache="on")
    assert run.held == len(data.validation)
    np.testing.assert_allclose(run.history["loss"], whole.history["loss"], rtol=1e-5)
    for a, b in zip(weights, model.get_weights(), strict=True):
        np.testing.assert_allclose(a, b, atol=1e-5)


def test_a_model_that_its_user_compiled_goes_on_with_its_own_optimizer():
    results = []
    for cached in (False, True):
        tl.freeze(model := network(), 10)
        model.compile(optimizer := keras.optimizers.SGD(0.1, momentum=0.9), "sparse_categorical_crossentropy")
        for seed in (1, 2):
            if cached:
                fit(model, (X, Y), epochs=1, seed=seed, cache="on")
            else:
                keras.utils.set_random_seed(seed)
                model.fit(X, Y, epochs=1, batch_size=32, verbose=0)
        assert model.optimizer is optimizer
        assert int(optimizer.iterations) == 6
        results.append(model.get_weights())
    assert same(*results)


def test_a_second_run_traces_nothing_computes_nothing_and_gives_the_same(monkeypatch):
    tl.freeze(model := network(dropout=0.0), 10)
    first = model.get_weights()
    run = ours(model, cache="on")
    weights = model.get_weights()
    model.set_weights(first)
    monkeypatch.setattr(store, "keep", None)  # nothing can be computed
    traced = []
    call = keras.layers.Dense.call
    monkeypatch.setattr(keras.layers.Dense, "call", lambda self, *a, **k: (traced.append(self), call(self, *a, **k))[1])
    again = ours(model, cache="on")
    assert traced == []
    assert "from an earlier run" in again.cache
    assert again.history == run.history
    assert same(weights, model.get_weights())
    model.set_weights(first)
    assert ours(model, seed=6, cache="on").history != run.history


def test_another_learning_rate_needs_no_new_graph_and_is_used():
    tl.freeze(model := network(dropout=0.0), 10)
    first, ends = model.get_weights(), []
    for rate in (0.0, 1e-2):
        model.set_weights(first)
        run = fit(model, (X, Y), epochs=1, optimizer=keras.optimizers.Adam(rate), cache="on")
        assert run.optimizer["config"]["learning_rate"] == pytest.approx(rate)
        ends.append(model.get_weights())
    assert same(first, ends[0])
    assert not same(first, ends[1])


def test_an_optimizer_that_is_given_is_never_changed():
    optimizer = keras.optimizers.Adam(1e-2)
    tl.freeze(model := network(), 10)
    for _ in range(2):
        fit(model, (X, Y), epochs=1, optimizer=optimizer)
    assert not optimizer.built
    assert model.optimizer is not optimizer


def test_memory_does_not_grow_over_many_runs():
    tl.freeze(model := network(), 10)
    first = model.get_weights()

    def resident(runs):
        for seed in range(runs):
            model.set_weights(first)
            fit(model, (X, Y), epochs=1, seed=seed, cache="on")
        gc.collect()
        return psutil.Process().memory_info().rss / 1e6

    before = resident(8)
    assert resident(30) - before < 40


def test_a_model_that_is_let_go_is_given_back():
    tl.freeze(model := network(), 10)
    fit(model, (X, Y), epochs=1, cache="on")
    seen = weakref.ref(model)
    del model
    gc.collect()
    assert seen() is None


# ---------------------------------------------------------------- callbacks


def watch(stop_after=None):
    """Return a callback that notes which model it sees, and what the head weighs at the end of each epoch."""

    class Watcher(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            self.seen = self.model
            self.heads.append(self.model.get_layer("head").get_weights()[0])
            if stop_after == epoch + 1:
                self.model.stop_training = True

    watcher = Watcher()
    watcher.heads = []
    return watcher


@pytest.fixture
def frozen():
    tl.freeze(model := network(), 10)
    return model


def test_callbacks_see_the_whole_model_and_can_stop_it(frozen):
    run = ours(frozen, epochs=5, cache="on", callbacks=[watcher := watch(stop_after=2)])
    assert watcher.seen is frozen
    assert run.ended == "stopped"
    assert run.done == len(run.history["loss"]) == 2
    assert not np.array_equal(*watcher.heads)


def test_early_stopping_gives_the_best_weights_back(frozen):
    watcher = watch()
    early = keras.callbacks.EarlyStopping("val_accuracy", patience=1, restore_best_weights=True)
    run = ours(frozen, epochs=12, cache="on", callbacks=[watcher, early])
    assert np.array_equal(frozen.get_layer("head").get_weights()[0], watcher.heads[early.best_epoch])
    tl.freeze(other := network(), 10)
    history = plain(
        other,
        epochs=12,
        callbacks=[keras.callbacks.EarlyStopping("val_accuracy", patience=1, restore_best_weights=True)],
    )
    assert history["val_accuracy"] == list(run.history["val_accuracy"])
    assert same(frozen.get_weights(), other.get_weights())


def test_checkpoints_are_of_the_whole_model(frozen, tmp_path):
    ours(frozen, cache="on", callbacks=[keras.callbacks.ModelCheckpoint(tmp_path / "m.keras", save_best_only=False)])
    again = keras.models.load_model(tmp_path / "m.keras")
    assert same(again.get_weights(), frozen.get_weights())
    assert int(again.optimizer.iterations) == 6


@pytest.mark.parametrize(
    "make",
    [
        lambda: keras.callbacks.LearningRateScheduler(lambda epoch: 0.1 / (epoch + 1)),
        lambda: keras.callbacks.ReduceLROnPlateau("loss", factor=0.1, patience=1, min_delta=10.0),
    ],
)
def test_learning_rates_follow_their_callbacks(make, frozen):
    tl.freeze(other := network(), 10)
    plain(other, epochs=4, callbacks=[make()])
    run = ours(frozen, epochs=4, cache="on", callbacks=[make()])
    assert len(set(run.history["learning_rate"])) > 1
    assert same(frozen.get_weights(), other.get_weights())


def test_live_curves_draw_and_stop(frozen):
    curves = tl.LiveCurves()
    run = ours(frozen, cache="on", callbacks=[curves.callback("run")])
    np.testing.assert_allclose(curves.history()["run"]["val_loss"], run.history["val_loss"], rtol=1e-6)

    class Press(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            curves.stop = True

    run = ours(frozen, epochs=9, cache="on", callbacks=[Press(), curves.callback("stopped")])
    assert (run.ended, run.done, len(run.batch_losses)) == ("stopped", 1, 1)


# ---------------------------------------------------------------- float16, views, large features


def test_half_precision_features_are_nearly_the_same(frozen):
    whole = ours(frozen, cache="on")
    tl.freeze(other := network(), 10)
    half = ours(other, cache="float16")
    np.testing.assert_allclose(half.history["loss"], whole.history["loss"], rtol=1e-2)
    assert half.history["loss"] != whole.history["loss"]


def test_features_too_large_for_memory_are_read_from_a_file_with_the_same_result(frozen, monkeypatch):
    whole = ours(frozen, cache="on")
    monkeypatch.setattr("tlwidgets.training.cost.MEMORY", 1000)
    store.clear()
    tl.freeze(other := network(), 10)
    mapped = ours(other, cache="on")
    assert mapped.cache.startswith("cached")
    assert mapped.history == whole.history
    assert same(frozen.get_weights(), other.get_weights())
    monkeypatch.setenv("TLWIDGETS_STORE", "off")
    tl.freeze(third := network(), 10)
    assert "would be over" in ours(third, cache="on").cache


def test_augmented_views_take_turns_and_validation_is_not_augmented():
    tl.freeze(model := network(augment=True, dropout=0.0), 11)
    first = model.get_weights()
    assert "'flip' draws random numbers" in ours(model, cache="auto").cache
    model.set_weights(first)
    run = ours(model, views=3, epochs=4, cache="on", optimizer=keras.optimizers.SGD(0.0), shuffle=False)
    losses = run.history["loss"]
    assert len(set(losses[:3])) == 3  # three views
    assert losses[3] == losses[0]
    expected = keras.losses.sparse_categorical_crossentropy(YV, model.predict(XV, verbose=0))
    assert run.history["val_loss"][0] == pytest.approx(float(np.mean(expected)), rel=1e-5)


# ---------------------------------------------------------------- bad ends


@pytest.mark.parametrize("cache", ["on", "off"])
def test_a_loss_that_is_not_finite_ends_with_the_weights_from_before(cache):
    L = keras.layers
    below = L.Dense(4, trainable=False, name="below")
    model = keras.Sequential([keras.Input((16, 16, 3)), L.Flatten(), below, L.Dense(1, name="head")])
    first = model.get_weights()
    explode = keras.optimizers.SGD(1e30)
    with pytest.raises(tl.CourseError, match=r"epoch 1, batch [23] .*'head'.*smaller learning rate than 1e\+30"):
        fit(model, (X, Y / 2), epochs=3, optimizer=explode, cache=cache)
    assert same(first, model.get_weights())
    assert np.isfinite(
        fit(model, (X, Y / 2), epochs=1, optimizer=keras.optimizers.SGD(1e-9), cache=cache).final["loss"]
    )


@pytest.mark.parametrize("cache", ["on", "off"])
def test_an_interrupt_passes_on_and_leaves_a_model_that_trains(cache, frozen):
    class Interrupt(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            self.model.head_then = self.model.get_layer("head").get_weights()[0].tolist()
            raise KeyboardInterrupt

    flags = [layer.trainable for layer in frozen.layers]
    with pytest.raises(KeyboardInterrupt):
        ours(frozen, cache=cache, callbacks=[Interrupt()])
    assert [layer.trainable for layer in frozen.layers] == flags
    assert frozen.get_layer("head").get_weights()[0].tolist() == list(map(list, frozen.head_then))
    assert ours(frozen, cache=cache).done == 2


def test_an_interrupt_while_the_step_is_built_leaves_a_model_that_trains(frozen, monkeypatch):
    call, calls = keras.layers.Dense.call, []

    def interrupted(self, *args, **kwargs):
        calls.append(1)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return call(self, *args, **kwargs)

    monkeypatch.setattr(keras.layers.Dense, "call", interrupted)
    with pytest.raises(KeyboardInterrupt):
        ours(frozen, cache="on")
    monkeypatch.undo()
    assert ours(frozen, cache="on").done == 2


ONE_HOT = np.eye(3)[Y]
BAD_X = X.astype("float32")
BAD_X[7, 1, 2, 0] = np.nan


@pytest.mark.parametrize(
    ("data", "options", "words"),
    [
        ((BAD_X, Y), {}, r"training data hold nan at index \(7, 1, 2, 0\)"),
        ((X[:90], Y), {}, "90 training inputs but 96 labels"),
        ((X[:, :8], Y), {}, r"takes inputs of shape \(n, 16, 16, 3\), but the training x is \(96, 8, 16, 3\)"),
        ((X, Y + 1), {}, "labels go from 1 to 3, but the network has 3 outputs"),
        ((X, Y + 0.5), {}, "whole class numbers, not"),
        ((X, ONE_HOT), {"loss": "sparse_categorical_crossentropy"}, r"one-hot \(96, 3\).*argmax"),
        ((X, Y), {"loss": "categorical_crossentropy"}, "to_categorical"),
        ((X, 0 * Y), {}, "all 96 training labels are 0"),
        ((X[:0], Y[:0]), {}, "no training examples"),
        ((X, Y), {"epochs": 0}, "epochs=0 should be 1 or more"),
        ((X, Y), {"epochs": -1}, "epochs=-1"),
        ((X, Y), {"batch": 0}, "batch=0"),
        ((X, Y), {"epochs": 1.5}, "epochs=1.5 is not a whole number"),
        ((X, Y), {"cache": "of"}, "did you mean off"),
        (X, {}, r"data should be a data set, a split or \(x, y\), not ndarray"),
        ((X, Y), {"validation": (XV, YV + 9)}, "validation labels go from 9"),
    ],
)
def test_bad_input_is_refused_in_words_before_anything_changes(data, options, words, frozen):
    first = frozen.get_weights()
    with pytest.raises(tl.CourseError, match=words):
        fit(frozen, data, **{"epochs": 1, **options})
    assert same(first, frozen.get_weights())
    assert not frozen.compiled


def test_a_class_without_examples_is_said(frozen):
    few = Y < 2
    with pytest.warns(UserWarning, match="no training examples of class 2"):
        assert fit(frozen, (X[few], Y[few]), epochs=1, batch=500).done == 1


def test_nothing_that_trains_and_other_flags_after_compile_are_refused(frozen):
    frozen.compile("adam", "sparse_categorical_crossentropy")
    fit(frozen, (X, Y), epochs=1)
    tl.freeze(frozen, 3)
    with pytest.raises(tl.CourseError, match="compile it again"):
        fit(frozen, (X, Y), epochs=1)
    frozen.trainable = False
    with pytest.raises(tl.CourseError, match="nothing in 'small' trains"):
        fit(frozen, (X, Y), epochs=1)


@pytest.mark.parametrize(
    ("units", "activation", "labels", "loss"),
    [
        (3, "softmax", Y, "sparse_categorical_crossentropy"),
        (3, "softmax", ONE_HOT, "categorical_crossentropy"),
        (3, None, Y, "sparse_categorical_crossentropy"),
        (1, "sigmoid", Y // 2, "binary_crossentropy"),
        (1, None, Y // 2, "binary_crossentropy"),
        (1, None, Y / 2, "mean_squared_error"),
        (2, "sigmoid", ONE_HOT[:, :2], "binary_crossentropy"),
    ],
)
def test_the_loss_that_fits_the_last_layer_is_taken(units, activation, labels, loss):
    model = keras.Sequential([keras.Input((16, 16, 3)), keras.layers.Flatten(), keras.layers.Dense(units, activation)])
    run = fit(model, (X / 255, labels), epochs=1)
    assert run.loss == loss
    assert ("accuracy" in run.history) == (loss != "mean_squared_error")


def own_class(activation):
    class Own(keras.Model):
        def __init__(self):
            super().__init__()
            self.dense = keras.layers.Dense(3, activation)

        def call(self, x):
            return self.dense(keras.ops.mean(x, (1, 2)))

    model = Own()
    model(X[:1].astype("float32"))
    return model


def test_a_subclassed_model_is_trained_plainly_and_says_why():
    run = fit(own_class("softmax"), (X.astype("float32"), Y), epochs=1)
    assert "code of its own (Own)" in run.cache
    assert run.loss == "sparse_categorical_crossentropy"


def test_a_subclassed_model_that_ends_without_softmax_asks_for_the_loss():
    with pytest.raises(tl.CourseError, match="say which loss="):
        fit(own_class(None), (X.astype("float32"), Y), epochs=1)
