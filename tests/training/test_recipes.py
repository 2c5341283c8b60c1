"""The recipes of fine-tuning against what they claim to compute."""

from __future__ import annotations

import json
import re

import numpy as np
import pytest

import tlwidgets as tl
from tlwidgets.training import recipes
from tlwidgets.training.determinism import fingerprint


def network(seed: int = 0, dropout: float = 0.3):
    """Blocks with names, BatchNorm and dropout."""
    import keras
    from keras import layers

    keras.utils.set_random_seed(seed)
    inputs = keras.Input((6,))
    x = layers.Dense(8, "relu", name="block1_dense")(inputs)
    x = layers.BatchNormalization(name="block1_bn")(x)
    x = layers.Dense(8, "relu", name="block2a_dense")(x)
    x = layers.Dropout(dropout, name="block2b_drop")(x)
    x = layers.Dense(8, "relu", name="block2b_dense")(x)
    return keras.Model(inputs, layers.Dense(3, "softmax", name="head")(x))


@pytest.fixture(scope="module")
def data():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(60, 6)).astype("float32")
    return x, (x @ rng.normal(size=(6, 3))).argmax(1)


LOSS = "sparse_categorical_crossentropy"


# -- stages


def test_the_head_first_then_everything(data):
    import keras

    model = network()
    before = tl.snapshot_weights(model)
    after_head = {}

    class Watch(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            if epoch == 1:
                after_head["moved"] = tl.changed_weights(self.model, before)
                after_head["learning_rate"] = float(np.asarray(self.model.optimizer.learning_rate))

    first, second = recipes.head_then_all(
        model,
        *data,
        head_epochs=2,
        epochs=3,
        head_learning_rate=0.05,
        learning_rate=0.01,
        verbose=0,
        callbacks=[Watch()],
    )
    assert after_head == {"moved": ["head"], "learning_rate": pytest.approx(0.05)}
    assert (first.epoch, second.epoch) == ([0, 1], [2, 3, 4])  # one line in a diagram
    assert tl.changed_weights(model, before) == [
        "block1_dense",
        "block2a_dense",
        "block2b_dense",
        "head",
    ]  # BatchNorm frozen
    assert float(np.asarray(model.optimizer.learning_rate)) == pytest.approx(0.01)


def test_gradual_unfreezing_goes_down_a_block_a_stage(data):
    import keras

    trained = []

    class Watch(keras.callbacks.Callback):
        def on_train_begin(self, logs=None):
            trained.append([layer.name for layer in self.model.layers if layer.trainable_weights])

    made = []

    def sgd(learning_rate):
        made.append(learning_rate)
        return keras.optimizers.SGD(learning_rate)

    recipes.gradual_unfreezing(
        network(), *data, learning_rate=0.02, frozen_to="block2", optimizer=sgd, verbose=0, callbacks=[Watch()]
    )
    assert trained == [["head"], ["block2a_dense", "block2b_dense", "head"]]
    assert made == [0.02, 0.02]


def test_stages_that_make_no_sense_leave_the_model_alone(data):
    model = network()
    for kwargs, words in [
        ({"stages": []}, "no stages"),
        ({"stages": [recipes.Stage("block9", 0.1, 1)]}, "block9"),
        ({"stages": [recipes.Stage(None, 0.1, 1), recipes.Stage(None, 0.0, 1)]}, "rate above 0"),
        ({"stages": [recipes.Stage(1, 0.1, 1)], "epochs": 3}, "decided by the stages"),
    ]:
        with pytest.raises(tl.CourseError, match=words):
            recipes.fit_in_stages(model, *data, **kwargs)
    with pytest.raises(tl.CourseError, match="did you mean head"):
        recipes.head_then_all(model, *data, head="haed")
    assert not model.compiled


# -- rates


@pytest.mark.parametrize("kind", ["Adam", "AdamW", "SGD", "Lion"])
def test_rates_are_what_optimizers_applied_by_hand_would_do(kind):
    import keras

    rng = np.random.default_rng(0)
    starts = [rng.normal(size=s).astype("float32") for s in [(3, 2), (2,), (4,)]]
    options = {"weight_decay": 0.1, "clipnorm": 0.5}
    together = [keras.Variable(s) for s in starts]
    apart = [keras.Variable(s) for s in starts]
    make = getattr(keras.optimizers, kind)
    one = recipes.DiscriminativeRates(make(0.1, **options), [0.25, 1.0, 0.25])
    low, high = make(0.025, **options), make(0.1, **options)
    for step in range(5):
        if step == 3:  # as a callback would
            one.learning_rate, low.learning_rate, high.learning_rate = 0.04, 0.01, 0.04
        grads = [rng.normal(size=s.shape).astype("float32") for s in starts]
        one.apply(grads, together)
        low.apply([grads[0], grads[2]], [apart[0], apart[2]])
        high.apply([grads[1]], [apart[1]])
    assert all(np.array_equal(np.asarray(a), np.asarray(b)) for a, b in zip(together, apart, strict=True))
    assert float(np.asarray(one.learning_rate)) == pytest.approx(0.04)
    assert int(np.asarray(one.iterations)) == 5


def test_rates_in_fit_with_a_schedule_averages_and_a_file(data, tmp_path):
    import keras

    from tlwidgets.training.optimizers import FlatAdam

    schedule = keras.optimizers.schedules.ExponentialDecay(0.05, 5, 0.5)
    model = network(dropout=0.0)
    optimizer = recipes.discriminative(model, FlatAdam(schedule, use_ema=True), {"block1": 0.01})
    model.compile(optimizer, LOSS)
    model.fit(*data, epochs=2, verbose=0)
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    for one in (model, loaded):
        one.fit(*data, epochs=1, shuffle=False, verbose=0)
    assert fingerprint(loaded) == fingerprint(model)
    assert float(np.asarray(loaded.optimizer.learning_rate)) == pytest.approx(0.05 * 0.5 ** (6 / 5), rel=1e-5)


def test_each_block_has_a_smaller_rate_than_the_one_above(data):
    import keras

    model = network(dropout=0.0)
    tl.freeze(model, 0)
    before = tl.snapshot_weights(model)
    model.compile(recipes.discriminative(model, keras.optimizers.SGD(0.1), 10.0), LOSS)
    model.train_on_batch(*data)
    plain = network(dropout=0.0)
    tl.freeze(plain, 0)
    plain.compile(keras.optimizers.SGD(0.1), LOSS)
    plain.train_on_batch(*data)
    for name, factor in [("head", 1), ("block2b_dense", 0.1), ("block2a_dense", 0.1), ("block1_dense", 0.01)]:
        steps = [one.get_layer(name).get_weights()[0] - before[name][0] for one in (model, plain)]
        assert np.allclose(steps[0], factor * steps[1], rtol=1e-2, atol=1e-7)
        assert np.abs(steps[0]).max() > 0


def test_rates_that_make_no_sense():
    import keras

    model = network()
    for optimizer, factors, words in [
        (keras.optimizers.Adam(), {"block7": 0.1}, "part of the network 'block7'"),
        (keras.optimizers.Adam(), {"block1": 0.0}, "freeze what should not move"),
        (keras.optimizers.Adam(global_clipnorm=1.0), 2.6, "use clipnorm"),
        (keras.optimizers.LossScaleOptimizer(keras.optimizers.Adam()), 2.6, "not on LossScaleOptimizer"),
    ]:
        with pytest.raises(tl.CourseError, match=words):
            recipes.discriminative(model, optimizer, factors)
    optimizer = recipes.discriminative(model, keras.optimizers.Adam())
    tl.freeze(model, "block1")
    with pytest.raises(tl.CourseError, match="after freezing"):
        optimizer.build(model.trainable_variables)
    model.trainable = False
    with pytest.raises(tl.CourseError, match="everything is frozen"):
        recipes.discriminative(model, keras.optimizers.Adam())


# -- L2-SP


def test_the_gradient_of_l2_sp_is_alpha_times_the_distance_and_the_penalty_comes_off(data):
    import tensorflow as tf

    model = network()
    tl.freeze(model, "block1")
    frozen = model.get_layer("block1_dense")
    start = model.get_layer("block2a_dense").get_weights()[0]
    penalty = recipes.l2_sp(model, alpha=0.7, beta=0.2)
    weight, head = model.get_layer("block2a_dense").kernel, model.get_layer("head").kernel
    assert float(sum(model.losses)) == pytest.approx(0.1 * np.sum(np.square(np.asarray(head))), rel=1e-5)
    weight.assign(start + 0.5)
    with tf.GradientTape() as tape:
        total = sum(model.losses)
    by_weight, by_head = tape.gradient(total, [weight.value, head.value])
    assert np.allclose(by_weight, 0.7 * 0.5, atol=1e-6)
    assert np.allclose(by_head, 0.2 * np.asarray(head), atol=1e-6)
    assert frozen.kernel.regularizer is None
    with pytest.raises(tl.CourseError, match="regularizer already"):
        recipes.l2_sp(model, alpha=1, beta=1)
    penalty.remove()
    assert model.losses == []


def test_l2_sp_holds_a_network_near_its_start_during_fit(data):
    import keras

    distances = {}
    for alpha in (0.0, 10.0):
        model = network(dropout=0.0)
        tl.freeze(model, 0)
        before = tl.snapshot_weights(model)["block1_dense"][0]
        with recipes.l2_sp(model, alpha=alpha, beta=0.0):
            model.compile(keras.optimizers.SGD(0.05), LOSS)
            model.fit(*data, epochs=10, verbose=0)
        distances[alpha] = np.linalg.norm(model.get_layer("block1_dense").get_weights()[0] - before)
    assert distances[10.0] < distances[0.0] / 3
    with pytest.raises(tl.CourseError, match="0 or more"):
        recipes.l2_sp(model, alpha=-1, beta=0)


# -- range test


def test_the_range_test_finds_a_usable_rate_and_changes_nothing(data):
    import keras

    model = network()
    model.compile(keras.optimizers.Adam(3e-4), LOSS)
    model.fit(*data, epochs=1, verbose=0)
    before = [np.asarray(v).copy() for v in [*model.variables, *model.optimizer.variables]]
    result = recipes.range_test(model, *data, low=1e-5, high=10.0, steps=60, batch_size=20)
    after = [np.asarray(v) for v in [*model.variables, *model.optimizer.variables]]
    assert all(np.array_equal(a, b) for a, b in zip(before, after, strict=True))
    assert len(result.learning_rates) == len(result.losses) == len(result.smoothed) <= 60
    assert np.allclose(np.diff(np.log(result.learning_rates)), np.log(1e6) / 59)
    assert result.suggestion == pytest.approx(result.learning_rates[int(np.argmin(result.smoothed))] / 10)
    assert 1e-4 < result.suggestion < 0.3
    losses = {}
    for learning_rate in (result.suggestion, result.suggestion / 100):
        again = network()
        again.compile(keras.optimizers.Adam(learning_rate), LOSS)
        losses[learning_rate] = again.fit(*data, epochs=5, verbose=0).history["loss"][-1]
    assert losses[result.suggestion] < losses[result.suggestion / 100]
    assert json.loads(json.dumps(result.to_json()))["suggestion"] == result.suggestion
    assert "suggested rate" in str(result)
    (axes,) = result.plot().axes
    assert axes.get_xscale() == "log"


def test_a_range_test_refuses_what_it_cannot_test(data):
    import keras

    model = network()
    with pytest.raises(tl.CourseError, match="compile the model first"):
        recipes.range_test(model, *data)
    model.compile(keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(0.1, 5)), LOSS)
    with pytest.raises(tl.CourseError, match="schedule"):
        recipes.range_test(model, *data)
    model.compile(keras.optimizers.Adam(0.1), LOSS)
    with pytest.raises(tl.CourseError, match="low < high"):
        recipes.range_test(model, *data, low=1.0, high=0.1)
    with pytest.raises(tl.CourseError, match="60 examples and 3 labels"):
        recipes.range_test(model, data[0], data[1][:3])
    with pytest.raises(tl.CourseError, match="not a number at the lowest rate"):
        recipes.range_test(model, data[0] * np.nan, data[1])


# -- batches, replay, the loop


def test_batches_pass_over_everything_once_in_an_order_of_the_seed(data):
    batches, again, other = (recipes.Batches(*data, batch_size=16, seed=s) for s in (1, 1, 2))
    first = np.concatenate([batches[i][0] for i in range(len(batches))])
    assert len(batches) == 4
    assert len(batches[3][0]) == 12
    assert np.array_equal(np.sort(first[:, 0]), np.sort(data[0][:, 0]))
    assert np.array_equal(batches[2][0], again[2][0])
    assert not np.array_equal(batches[2][0], other[2][0])
    batches.on_epoch_end()
    assert not np.array_equal(batches[2][0], again[2][0])
    with pytest.raises(tl.CourseError, match="one label for each"):
        recipes.Batches(data[0], data[1][:5])


def test_every_batch_of_replay_has_its_kept_examples(data):
    kept_x, kept_y = np.full((5, 6), 9.0, "float32"), np.full(5, 2)
    batches = recipes.Replay(*data, kept_x, kept_y, kept=3, batch_size=16, seed=0)
    for i in range(len(batches)):
        x, y = batches[i]
        assert (x == 9).all(1).sum() == 3
        assert len(x) == len(y) == (19 if i < 3 else 15)
    model = network()
    model.compile("adam", LOSS)
    assert len(model.fit(batches, epochs=2, verbose=0).epoch) == 2
    with pytest.raises(tl.CourseError, match="one shape"):
        recipes.Replay(*data, kept_x[:, :4], kept_y)
    with pytest.raises(tl.CourseError, match="Batches for none"):
        recipes.Replay(*data, kept_x, kept_y, kept=0)


def test_the_loop_by_hand_takes_the_steps_of_fit_bit_for_bit(data):
    import keras

    by_fit, by_hand = network(seed=5), network(seed=5)
    for model in (by_fit, by_hand):
        model.get_layer("block1_dense").kernel.regularizer = keras.regularizers.L2(0.01)
    by_fit.compile(keras.optimizers.Adam(0.01, clipnorm=1.0), LOSS)
    history = by_fit.fit(recipes.Batches(*data, batch_size=16, seed=3), epochs=4, shuffle=False, verbose=0).history[
        "loss"
    ]
    losses = recipes.custom_training_loop(
        by_hand,
        recipes.Batches(*data, batch_size=16, seed=3),
        optimizer=keras.optimizers.Adam(0.01, clipnorm=1.0),
        loss=keras.losses.SparseCategoricalCrossentropy(),
        epochs=4,
    )
    assert fingerprint(by_fit) == fingerprint(by_hand)
    assert np.allclose(losses, history, rtol=1e-6)
    assert fingerprint(network(seed=5)) != fingerprint(by_hand)
    with pytest.raises(tl.CourseError, match=re.escape("keras.losses.get('mse')")):
        recipes.custom_training_loop(by_hand, recipes.Batches(*data), optimizer=None, loss="mse", epochs=1)


# -- gradients


def test_gradient_norms_are_those_of_a_tape_and_nothing_changes(data):
    import keras
    import tensorflow as tf

    model = network(dropout=0.0)
    tl.freeze(model, "block1")
    model.compile("adam", LOSS)
    before = fingerprint(model)
    result = recipes.gradient_norms(model, *data, batch_size=60)
    assert fingerprint(model) == before
    assert isinstance(model.optimizer, keras.optimizers.Adam)
    assert result.parts == ("block2", "head")
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean(keras.losses.sparse_categorical_crossentropy(data[1], model(data[0], training=True)))
    head = [model.get_layer("head").kernel.value, model.get_layer("head").bias.value]
    assert result.norms[1] == pytest.approx(float(tf.linalg.global_norm(tape.gradient(loss, head))), rel=1e-4)
    other = recipes.gradient_norms(network(), *data, batch_size=25)  # with BatchNorm that trains
    assert (other.parts, other.batches) == (("block1", "block2", "head"), 2)
    assert "block1" in str(other)
    assert json.loads(json.dumps(other.to_json()))["batches"] == 2
    assert len(other.plot(trained=other).axes[0].containers) == 2
    with pytest.raises(tl.CourseError, match="different parts"):
        result.plot(trained=other)
    model.trainable = False
    for layer in model.layers:
        layer.trainable = False
    with pytest.raises(tl.CourseError, match="everything is frozen"):
        recipes.gradient_norms(model, *data)


# -- what Keras does itself, on which the page of recipes relies


def test_early_stopping_of_keras_restores_the_best_epoch_even_if_it_never_stopped(data):
    import keras

    seen = []

    class Watch(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            seen.append((logs["val_loss"], fingerprint(self.model)))

    model = network()
    model.compile(keras.optimizers.SGD(2.0), LOSS)  # far too fast: the best epoch is not the last
    stop = keras.callbacks.EarlyStopping("val_loss", patience=50, restore_best_weights=True, start_from_epoch=2)
    model.fit(*data, validation_data=data, epochs=8, verbose=0, callbacks=[Watch(), stop])
    assert len(seen) == 8
    best = min(range(2, 8), key=lambda e: seen[e][0])  # epochs before start_from_epoch do not count
    assert best != 7
    assert fingerprint(model) == seen[best][1]


@pytest.mark.filterwarnings("ignore::UserWarning")
def test_the_examples_on_the_page_of_recipes_run(data, top, capsys):
    page = (top / "docs" / "recipes.md").read_text("utf-8")
    examples = re.findall(r"```python\n(.*?)```", page, flags=re.DOTALL)
    assert len(examples) >= 10
    x, y = data
    names = {"model": network(), "x": x[:40], "y": y[:40], "x_val": x[40:], "y_val": y[40:]}
    for example in examples:
        exec(compile(example, "docs/recipes.md", "exec"), names)
    assert "Keras on tensorflow" in capsys.readouterr().out
