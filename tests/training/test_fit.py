"""fit: the numbers of plain Keras, callbacks on the whole model, clean ends, words for bad input."""

from __future__ import annotations

import gc
import weakref

import numpy as np
import psutil
import pytest
from small_network import images, keras, network, same

import tlwidgets as tl
from tlwidgets.training import Trainer, fit, recipes, store

X, Y = images()
XV, YV = images(40, seed=1)
SETTINGS = {"epochs": 2, "batch_size": 32, "validation_data": (XV, YV)}


def plain(model, seed=5, optimizer=None, **options):
    model.compile(optimizer or keras.optimizers.Adam(1e-2), "sparse_categorical_crossentropy", metrics=["accuracy"])
    keras.utils.set_random_seed(seed)
    arguments = {"epochs": 2, "batch_size": 32, "validation_data": (XV, YV), "verbose": 0} | options
    return model.fit(X, Y, **arguments).history


def ours(model, seed=5, **options):
    arguments = {"optimizer": keras.optimizers.Adam(1e-2), **SETTINGS, **options}
    return fit(model, (X, Y), seed=seed, **arguments)


@pytest.fixture
def frozen():
    tl.freeze(model := network(), 10)
    return model


@pytest.mark.parametrize("depth", [3, 6, 10, 13])
def test_the_numbers_are_those_of_plain_keras(depth):
    """A quarter to all of the layers below the head frozen; BatchNorm above moves, dropout and shuffling as usual."""
    results = []
    for how in (plain, lambda m: ours(m, cache="off"), lambda m: ours(m, cache="on")):
        tl.freeze(model := network(), depth, freeze_batchnorm=False)
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
        tl.freeze(model, "block2_relu", freeze_batchnorm=False)
        return model

    plain(a := nested())
    run = ours(b := nested(), cache="on")
    assert run.cache.startswith("cached the first 8 of")
    assert same(a.get_weights(), b.get_weights())


def test_the_backbone_of_the_course_with_a_last_batch_that_is_not_full():
    """Kernels may round differently in a batch of a few images: nearly equal there, not always to the bit."""
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
    assert run.n_val == len(data.validation)
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


def test_an_optimizer_is_trained_with_itself_and_not_with_a_copy():
    """What is excluded from weight decay is in no config."""
    ends = []
    for how in (plain, ours):
        tl.freeze(model := network(), 10)
        head = model.get_layer("head")
        optimizer = keras.optimizers.AdamW(1e-2, weight_decay=0.5)
        optimizer.exclude_from_weight_decay(var_list=[head.kernel, head.bias])
        if how is ours:
            ours(model, optimizer=optimizer, cache="on")
            assert model.optimizer is optimizer
        else:
            plain(model, optimizer=optimizer)
        ends.append(model.get_weights())
    assert same(*ends)


def test_an_optimizer_that_has_trained_is_not_taken_for_a_new_one(frozen):
    fit(frozen, (X, Y), epochs=1, optimizer=(optimizer := keras.optimizers.Adam(1e-2)))
    with pytest.raises(tl.CourseError, match="has trained before: make a new one"):
        fit(frozen, (X, Y), epochs=1, optimizer=optimizer)


# ---------------------------------------------------------------- a model that changes between two calls


def kernel_frozen(model):
    model.get_layer("head").kernel.trainable = False


def low_rank(model):
    keras.utils.set_random_seed(11)
    model.get_layer("head").enable_lora(2)


def held_to_its_start(model):
    return recipes.l2_sp(model, alpha=50.0, beta=0.1)


def regularized(model):
    model.get_layer("head").kernel.regularizer = keras.regularizers.L2(1.0)


@pytest.mark.parametrize(
    ("change", "cache"),
    [
        (kernel_frozen, "on"),
        (low_rank, "off"),
        (held_to_its_start, "on"),
        (held_to_its_start, "off"),
        (regularized, "on"),
    ],
)
def test_what_has_changed_since_an_earlier_fit_counts(change, cache):
    """Everything trained first, then the change, then the same again: as plain Keras, which compiles anew."""
    ends = []
    for how in (plain, lambda m: ours(m, cache=cache)):
        tl.freeze(model := network(dropout=0.0), 10)
        how(model)
        before = model.get_layer("head").get_weights()
        change(model)
        how(model)
        ends.append(model.get_weights())
        assert not same(before[-1:], model.get_layer("head").get_weights()[1:2])
    assert same(*ends)


def test_a_frozen_kernel_stays_and_the_record_says_so(frozen):
    fit(frozen, (X, Y), epochs=1)
    kernel_frozen(frozen)
    kernel = frozen.get_layer("head").kernel.numpy()
    assert fit(frozen, (X, Y), epochs=1, optimizer=keras.optimizers.SGD(0.1)).trainable_params == 3
    np.testing.assert_array_equal(frozen.get_layer("head").kernel, kernel)


def test_a_callback_that_changes_what_is_kept_is_not_overlooked(frozen):
    def double(epoch, logs):
        conv = frozen.get_layer("block1_conv")
        conv.set_weights([2 * w for w in conv.get_weights()])

    def unfreeze(epoch, logs):
        tl.freeze(frozen, None)
        frozen.compile("adam", "sparse_categorical_crossentropy")

    for change in (double, unfreeze):
        with pytest.raises(tl.CourseError, match=r"changed while .* cache='off'"):
            ours(frozen, cache="on", callbacks=[keras.callbacks.LambdaCallback(on_epoch_end=change)])
        assert ours(frozen, cache="off", callbacks=[keras.callbacks.LambdaCallback(on_epoch_end=double)]).done == 2


# ---------------------------------------------------------------- Trainer


def trainer_of(model, **options):
    return Trainer(model, **{"optimizer": keras.optimizers.Adam(1e-2), **options})


@pytest.mark.parametrize("cache", ["on", "off"])
def test_a_second_run_traces_nothing_computes_nothing_and_gives_the_same(cache, monkeypatch):
    tl.freeze(model := network(dropout=0.0), 10)
    first = model.get_weights()
    trainer = trainer_of(model, cache=cache)
    run = trainer.fit((X, Y), seed=5, **SETTINGS)
    weights = model.get_weights()
    monkeypatch.setattr(store, "put", None)  # nothing can be computed
    traced = []
    call = keras.layers.Dense.call
    monkeypatch.setattr(keras.layers.Dense, "call", lambda self, *a, **k: (traced.append(self), call(self, *a, **k))[1])
    model.set_weights(first)
    again = trainer.fit((X, Y), seed=5, **SETTINGS)
    assert traced == []
    assert ("from an earlier run" in again.cache) == (cache == "on")
    assert again.history == run.history
    assert same(weights, model.get_weights())
    model.set_weights(first)
    assert trainer.fit((X, Y), seed=6, **SETTINGS).history != run.history


def test_each_run_begins_with_the_rate_that_is_asked_for():
    tl.freeze(model := network(dropout=0.0), 10)
    first, ends = model.get_weights(), []
    trainer = trainer_of(model)
    slower = keras.callbacks.LearningRateScheduler(lambda epoch, learning_rate: learning_rate / 2)
    for learning_rate, runs_at in ((0.0, 0.0), (None, 1e-2), (2e-2, 2e-2), (None, 1e-2)):
        model.set_weights(first)
        run = trainer.fit((X, Y), epochs=2, learning_rate=learning_rate, callbacks=[slower])
        assert run.history["learning_rate"] == pytest.approx((runs_at / 2, runs_at / 4))
        ends.append(model.get_weights())
    assert same(first, ends[0])
    assert same(ends[1], ends[3])
    assert not same(ends[1], ends[2])


def test_more_epochs_than_before_keep_features_and_give_the_numbers_of_plain_keras():
    """The first run is too short to keep anything, so the part that is compiled changes on the way."""
    tl.freeze(model := network(dropout=0.0), 10)
    first = model.get_weights()
    trainer = trainer_of(model)
    assert trainer.fit((X, Y), epochs=1).cache.startswith("not cached")
    for epochs in (6, 1, 6):
        model.set_weights(first)
        run = trainer.fit((X, Y), seed=5, epochs=epochs)
        assert run.cache.startswith("cached" if epochs == 6 else "not cached")
    tl.freeze(other := network(dropout=0.0), 10)
    assert plain(other, epochs=6, validation_data=None)["loss"] == list(run.history["loss"])
    assert same(other.get_weights(), model.get_weights())


@pytest.mark.parametrize("change", [kernel_frozen, low_rank, held_to_its_start, regularized])
def test_a_trainer_refuses_a_model_that_has_changed(change, frozen):
    trainer = trainer_of(frozen)
    trainer.fit((X, Y), epochs=1)
    assert not trainer.changed
    change(frozen)
    assert trainer.changed
    with pytest.raises(tl.CourseError, match=r"is not as it was .* make a new one"):
        trainer.fit((X, Y), epochs=1)


def test_the_optimizer_of_a_compiled_model_goes_on_from_run_to_run(frozen):
    frozen.compile(optimizer := keras.optimizers.SGD(0.1, momentum=0.9), "sparse_categorical_crossentropy")
    trainer = Trainer(frozen, cache="on")
    for _ in range(2):
        trainer.fit((X, Y), epochs=1)
    assert int(optimizer.iterations) == 6
    frozen.compile("adam", "sparse_categorical_crossentropy")
    assert trainer.changed


def test_memory_does_not_grow_over_many_runs(frozen):
    first = frozen.get_weights()
    trainer = trainer_of(frozen, cache="on")

    def resident(runs):
        for seed in range(runs):
            frozen.set_weights(first)
            trainer.fit((X, Y), epochs=1, seed=seed)
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


def test_features_too_large_for_memory_are_not_kept(frozen, monkeypatch):
    monkeypatch.setattr("tlwidgets.training.cost.MEMORY", 1000)
    assert "would be over" in ours(frozen, cache="on").cache


def test_an_output_inside_the_frozen_part_trains_as_in_plain_keras():
    def two_outputs():
        net = network(dropout=0.0)
        model = keras.Model(net.input, [net.get_layer("pool").output, net.output])
        tl.freeze(model, 10)
        return model

    ends = []
    for how in ("plain", "ours"):
        model = two_outputs()
        settings = {"optimizer": keras.optimizers.Adam(1e-2), "loss": [None, "sparse_categorical_crossentropy"]}
        if how == "plain":
            model.compile(**settings)
            keras.utils.set_random_seed(0)
            model.fit(X, (np.zeros((96, 8)), Y), epochs=2, batch_size=32, verbose=0)
        else:
            run = fit(model, (X, (np.zeros((96, 8)), Y)), epochs=2, cache="on", **settings)
            assert "an output of the model lies in the frozen part" in run.cache
        ends.append(model.get_weights())
    assert same(*ends)


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


@pytest.mark.parametrize(("cache", "compiled"), [("on", True), ("on", False), ("off", False)])
def test_an_interrupt_while_the_optimizer_is_built_leaves_a_model_that_trains(cache, compiled, frozen, monkeypatch):
    def interrupted(*args, **kwargs):
        raise KeyboardInterrupt

    optimizer, loss = keras.optimizers.Adam(1e-2), "sparse_categorical_crossentropy"
    given = {"optimizer": optimizer, "loss": loss, "metrics": ["accuracy"]}
    if compiled:
        frozen.compile(**given)
        given = {}
    monkeypatch.setattr(keras.optimizers.Optimizer, "add_variable_from_reference", interrupted)
    with pytest.raises(KeyboardInterrupt):
        fit(frozen, (X, Y), seed=5, cache=cache, **SETTINGS, **given)
    monkeypatch.undo()
    run = fit(frozen, (X, Y), seed=5, cache=cache, **SETTINGS, **given)
    assert frozen.optimizer is optimizer
    tl.freeze(other := network(), 10)
    assert plain(other) == {name: list(values) for name, values in run.history.items()}
    assert same(frozen.get_weights(), other.get_weights())


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
        ((X, Y), {"batch_size": 0}, "batch_size=0"),
        ((X, Y), {"epochs": 1.5}, "epochs=1.5 is not a whole number"),
        ((X, Y), {"cache": "of"}, "did you mean off"),
        (X, {}, r"data should be a data set, a split or \(x, y\), not ndarray"),
        ((X, Y), {"validation_data": (XV, YV + 9)}, "validation labels go from 9"),
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
        assert fit(frozen, (X[few], Y[few]), epochs=1, batch_size=500).done == 1


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
