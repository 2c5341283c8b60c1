"""BatchNormScope without a browser: what moves and what stays, in real fits; sampling; failures."""

from __future__ import annotations

import numpy as np
import pytest

from tlwidgets.errors import CourseError
from tlwidgets.widgets.batchnorm_scope import BatchNormScope
from tlwidgets.widgets.batchnorm_scope._records import ScopeRun, change


def fit(model, data, scope, name, epochs=2, **options):
    x, y = data
    callback = scope.callback(name, **options)
    model.fit(x, y, epochs=epochs, batch_size=16, verbose=0, callbacks=[callback])
    return callback


@pytest.fixture
def idioms(wire, make_model, data):
    """A scope with three runs: everything trains, BatchNorm frozen, base called in inference mode."""
    import keras

    scope = BatchNormScope()
    fit(make_model(), data, scope, "all free")
    frozen = make_model(compiled=False)
    for layer in frozen.layers:
        layer.trainable = "bn" not in layer.name
    frozen.compile("adam", "sparse_categorical_crossentropy")
    fit(frozen, data, scope, "trainable=False")

    class Inference(keras.Model):
        def __init__(self):
            super().__init__()
            self.base = keras.Sequential(make_model(compiled=False).layers[:-1])
            self.head = keras.layers.Dense(3, activation="softmax")

        def call(self, x, training=None):  # without the argument, nothing inside would ever be in training
            return self.head(self.base(x, training=False))

    model = Inference()
    model(data[0][:1])
    model.compile("adam", "sparse_categorical_crossentropy")
    fit(model, data, scope, "training=False")
    return scope


def test_what_moves_and_what_stays(idioms, wire):
    assert idioms.runs == ("all free", "trainable=False", "training=False")
    assert idioms.moved("all free") == ["block1_bn", "block2_bn"]
    assert idioms.moved("trainable=False") == idioms.moved("training=False") == []
    words = idioms._words
    assert words[0].startswith("all free: moved, the statistics of 2 of 2 layers after 10 steps; in block1_bn ")
    assert words[1] == (
        "trainable=False: stayed, the statistics of all 2 layers are exactly what they were after 10 steps; so did "
        "scale and offset."
    )
    assert words[2].endswith("scale and offset trained in 2.")
    data, metadata = idioms._repr_mimebundle_()
    assert metadata["image/png"]["alt"] == data["text/plain"] == idioms.summary()
    assert [run["state"] for run in wire.updates("_runs")[-1]] == ["moved", "stayed", "stayed"]
    assert len(idioms._runs[0]["rows"]) == 11 * 2 * 2 * 3 * 4  # samples, layers, statistics, quantiles, bytes


def test_it_says_what_the_weights_say(wire, make_model, data):
    """Whether ``training=False`` in a functional model keeps the statistics depends on the Keras version."""
    import keras

    base = keras.Sequential(make_model(compiled=False).layers[:-1])
    inputs = keras.Input((8, 8, 3))
    model = keras.Model(inputs, keras.layers.Dense(3, activation="softmax")(base(inputs, training=False)))
    model.compile("adam", "sparse_categorical_crossentropy")
    layers = [base.get_layer(name) for name in ("block1_bn", "block2_bn")]
    before = [layer.moving_mean.numpy() for layer in layers]
    scope = BatchNormScope()
    fit(model, data, scope, "training=False")
    changed = [n.name for n, old in zip(layers, before, strict=True) if (n.moving_mean.numpy() != old).any()]
    assert scope.moved("training=False") == changed


def test_the_history_is_that_of_the_layer(wire, make_model, data):
    import keras

    model, scope, seen = make_model(), BatchNormScope(["block2_bn"]), []
    layer = model.get_layer("block2_bn")

    class Look(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            seen.append(layer.moving_mean.numpy().copy())

    x, y = data
    model.fit(x, y, batch_size=16, verbose=0, callbacks=[Look(), scope.callback("a")])
    history = scope.history("a", "block2_bn")
    assert history["step"].tolist() == [0, 1, 2, 3, 4, 5]
    # before fit the mean was 0 and the variance 1
    expected = [np.quantile(np.abs(mean) / np.sqrt(1 + layer.epsilon), (0.1, 0.5, 0.9)) for mean in seen]
    assert np.allclose(history["mean"][1:], expected, rtol=1e-5)
    assert (history["mean"][0] == 0).all()
    assert (history["variance"][0] == 1).all()


def test_change_by_hand():
    start = np.array([0.0, 1, 2]), np.array([4.0, 4, 4])
    found = change(start, (np.array([2.0, 3, 4]), np.array([8.0, 8, np.nan])), 0.0)
    assert np.allclose(found, [[1, 1, 1], [2, 2, 2]])
    assert np.isnan(change(start, (np.full(3, np.nan), np.full(3, np.inf)), 0.0)).all()
    assert np.isfinite(change((np.zeros(1), np.zeros(1)), (np.ones(1), np.ones(1)), 1e-3)).all()  # dead channel


def test_long_runs_keep_few_samples():
    run = ScopeRun("a", "tuned", "circle", ["bn"], 1)
    for step in range(100_000):
        if not run.steps or step - run.steps[-1] >= run.every:
            run.add(step, np.zeros((1, 2, 3), "float32"))
    assert 50 < len(run.steps) <= 121
    assert np.unique(np.diff(run.steps)).tolist() == [run.every]
    assert run.steps[-1] > 99_000


def test_every_so_many_steps(wire, make_model, data):
    scope = BatchNormScope()
    fit(make_model(), data, scope, "a", every=4)
    assert scope.history("a", "block1_bn")["step"].tolist() == [0, 4, 8, 10]


def test_long_fits_are_sampled_from_the_start(wire, make_model, data):
    scope = BatchNormScope()
    fit(make_model(), data, scope, "a", epochs=50)
    assert scope.history("a", "block1_bn")["step"].tolist() == [*range(0, 250, 3), 250]


def test_many_layers_are_followed_from_end_to_end(wire):
    import keras

    layers = [keras.layers.BatchNormalization(name=f"bn{i}") for i in range(30)]
    model = keras.Sequential([keras.Input((4,)), *layers])
    model.compile("sgd", "mse")
    scope = BatchNormScope()
    model.fit(np.ones((4, 4)), np.ones((4, 4)), verbose=0, callbacks=[scope.callback()])
    assert (scope.names[0], scope.names[-1], len(scope.names)) == ("bn0", "bn29", 8)
    assert scope.value == "bn0"
    assert len(scope.moved("run 1")) == 30


def test_a_fit_that_fails_or_breaks(wire, make_model, data):
    import keras

    class Boom(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            if batch == 2:
                raise RuntimeError("boom")

    x, y = data
    model, scope = make_model(), BatchNormScope()
    callback = scope.callback("a")
    with pytest.raises(RuntimeError, match="boom"):
        model.fit(x, y, batch_size=16, verbose=0, callbacks=[callback, Boom()])
    model.fit(x, y, batch_size=16, verbose=0, callbacks=[callback])
    assert scope.runs == ("a", "a (2)")
    assert "(ended by an error)" in scope._words[0]
    assert [run["status"] for run in scope._runs] == ["error", "done"]
    x = x.copy()
    x[:] = np.nan
    model.fit(x, y, batch_size=16, verbose=0, callbacks=[scope.callback("b")])
    assert scope._words[2].startswith("b: broken, the statistics of 2 of 2 layers hold NaN")
    assert "nan " not in scope.summary()
    scope.static()


def test_a_model_without_batchnorm_still_trains(wire):
    import keras

    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    scope = BatchNormScope()
    model.fit(np.ones((4, 4)), np.ones((4, 1)), verbose=0, callbacks=[scope.callback("a")])
    assert scope.summary().endswith("a: the model has no BatchNorm layer.")
    scope.static()


def test_state(wire, make_model, data, from_browser):
    scope = BatchNormScope()
    fit(make_model(), data, scope, "all free")
    from_browser(scope, value="block2_bn")
    assert scope.value == "block2_bn"
    from_browser(scope, value="?")
    assert scope.value == "block2_bn"
    with pytest.raises(CourseError, match="did you mean block2_bn"):
        scope.value = "block2"
    with pytest.raises(CourseError, match="unknown run"):
        scope.moved("?")
    with pytest.raises(CourseError, match="unknown layer"):
        scope.history("all free", "?")
    scope.clear()
    assert scope.summary().endswith("no run yet.")
    scope.static()


def test_input_that_does_not_fit(wire, make_model, data):
    for options, words in (({"layers": "bn"}, "list of names"), ({"most": 0}, "most is a number")):
        with pytest.raises(CourseError, match=words):
            BatchNormScope(**options)
    with pytest.raises(CourseError, match="every is a number"):
        BatchNormScope().callback(every=0)
    with pytest.raises(CourseError, match="did you mean block1_bn"):
        fit(make_model(), data, BatchNormScope(["block1_b"]), "a")
