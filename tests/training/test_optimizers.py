"""FlatAdam against keras.optimizers.Adam: the same bits, whatever the options."""

from __future__ import annotations

import subprocess
import sys
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from tlwidgets import CourseError
from tlwidgets.training.determinism import fingerprint


def network(seed: int = 0, dtype: str = "float32"):
    """A little of everything: convolutions, BatchNorm, dropout, biases, odd shapes."""
    import keras
    from keras import layers

    keras.utils.set_random_seed(seed)
    return keras.Sequential(
        [
            keras.Input((8, 8, 3)),
            layers.Conv2D(5, 3, dtype=dtype, kernel_constraint=keras.constraints.MaxNorm(1.0)),
            layers.BatchNormalization(dtype=dtype),
            layers.DepthwiseConv2D(3, activation="relu", dtype=dtype),
            layers.Flatten(),
            layers.Dropout(0.2),
            layers.Dense(7, "relu"),
            layers.Dense(3, "softmax"),
        ]
    )


@pytest.fixture(scope="module")
def data():
    rng = np.random.default_rng(0)
    return rng.normal(size=(40, 8, 8, 3)).astype("float32"), rng.integers(0, 3, 40)


def trained(optimizer, data, epochs=4, **kwargs):
    model = network(**kwargs)
    model.compile(optimizer, "sparse_categorical_crossentropy")
    model.fit(*data, batch_size=8, epochs=epochs, verbose=0)
    return model


OPTIONS = {
    "plain": {},
    "amsgrad": {"amsgrad": True},
    "weight decay": {"weight_decay": 0.01},
    "clipnorm": {"clipnorm": 0.1},
    "global_clipnorm": {"global_clipnorm": 0.1},
    "clipvalue": {"clipvalue": 0.01},
    "average": {"use_ema": True, "ema_momentum": 0.9, "ema_overwrite_frequency": 3},
    "accumulation": {"gradient_accumulation_steps": 3},
    "loss scale": {"loss_scale_factor": 128.0},
}


def moved(optimizer, steps=7, dtype="float32"):
    """Weights after some steps with given gradients, without a model."""
    import keras
    import tensorflow as tf

    rng = np.random.default_rng(1)
    shapes = [(3, 3, 4), (5,), (), (2, 7)]
    limit = keras.constraints.MaxNorm(1.5)
    variables = [keras.Variable(rng.normal(size=s).astype("float32"), dtype=dtype) for s in shapes]
    variables[3].constraint = limit
    optimizer.build(variables)
    for step in range(steps):
        size = 10.0 ** (step % 4 - 2)
        optimizer.apply([tf.cast(tf.constant(size * rng.normal(size=s)), dtype) for s in shapes], variables)
    return [np.asarray(v).copy() for v in variables]


@pytest.mark.parametrize("options", OPTIONS.values(), ids=OPTIONS)
def test_the_weights_are_those_of_adam_bit_for_bit(options):
    import keras

    from tlwidgets.training.optimizers import FlatAdam

    flat, plain = moved(FlatAdam(0.1, **options)), moved(keras.optimizers.Adam(0.1, **options))
    assert all(np.array_equal(a, b) for a, b in zip(flat, plain, strict=True))
    assert not np.array_equal(flat[0], moved(FlatAdam(0.1, **options), steps=3)[0])


def test_one_weight_alone():
    import keras

    from tlwidgets.training.optimizers import FlatAdam

    weight = keras.Variable(np.ones((2, 2), "float32"))
    optimizer = FlatAdam(0.1)
    optimizer.apply([np.ones((2, 2), "float32")], [weight])
    assert np.allclose(weight, 0.9)


def test_fit_gives_the_same_bits(data):
    import keras

    from tlwidgets.training.optimizers import FlatAdam

    assert fingerprint(trained(FlatAdam(0.01), data)) == fingerprint(trained(keras.optimizers.Adam(0.01), data))


def test_adamw_schedules_and_sixteen_bits_give_the_same_bits_too():
    import keras

    from tlwidgets.training.optimizers import FlatAdam, FlatAdamW

    schedule = keras.optimizers.schedules.CosineDecay(0.1, 10)
    scale = keras.optimizers.LossScaleOptimizer
    pairs = [
        (FlatAdamW(schedule, weight_decay=0.1), keras.optimizers.AdamW(schedule, weight_decay=0.1), "float32"),
        (FlatAdam(0.1), keras.optimizers.Adam(0.1), "bfloat16"),
        (FlatAdam(0.1), keras.optimizers.Adam(0.1), "float16"),
        (scale(FlatAdam(0.1)), scale(keras.optimizers.Adam(0.1)), "float32"),
    ]
    for flat, plain, dtype in pairs:
        for a, b in zip(moved(flat, dtype=dtype), moved(plain, dtype=dtype), strict=True):
            assert np.array_equal(a, b)


def test_weights_of_two_dtypes(data):
    from tlwidgets.training.optimizers import FlatAdam

    model = trained(FlatAdam(0.01), data, epochs=1, dtype="bfloat16")
    assert [str(v.dtype) for v in model.optimizer.variables[2:]] == ["bfloat16"] * 2 + ["float32"] * 2


def test_another_trainable_set_after_compiling_again(data):
    import keras

    from tlwidgets.training.optimizers import FlatAdam

    prints = []
    for make in (FlatAdam, keras.optimizers.Adam):
        model = trained(make(0.01), data, epochs=1)
        model.layers[0].trainable = False
        model.compile(make(0.01), "sparse_categorical_crossentropy")
        model.fit(*data, batch_size=8, verbose=0)
        prints.append(fingerprint(model))
    assert prints[0] == prints[1]


def test_the_gradients_of_a_word_that_occurs_twice_are_added_first():
    import keras
    import tensorflow as tf

    from tlwidgets.training.optimizers import FlatAdam

    sparse = tf.IndexedSlices(tf.constant([[0.1], [0.3], [0.7]]), tf.constant([1, 1, 0]), tf.constant([3, 1]))
    results = []
    for optimizer, gradient in [(FlatAdam(0.1), sparse), (keras.optimizers.Adam(0.1), tf.convert_to_tensor(sparse))]:
        words = keras.Variable(np.ones((3, 1), "float32"))
        optimizer.apply([gradient], [words])
        results.append(np.asarray(words).copy())
    assert np.array_equal(*results)
    assert results[0][2, 0] == 1  # a word that does not occur


def test_training_goes_on_after_saving_as_if_it_had_not_stopped(data, tmp_path: Path):
    import keras

    from tlwidgets.training.optimizers import FlatAdamW

    model = trained(FlatAdamW(0.01, clipnorm=1.0), data, epochs=2)
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    assert type(loaded.optimizer) is FlatAdamW
    assert loaded.optimizer.get_config() == model.optimizer.get_config()
    for one in (model, loaded):
        # the state of dropout is not part of a file; without it the two differ
        one.layers[4].rate = 0.0
        one.compile(one.optimizer, "sparse_categorical_crossentropy")
        one.fit(*data, batch_size=8, shuffle=False, verbose=0)
    assert int(loaded.optimizer.iterations) == 15
    assert fingerprint(loaded) == fingerprint(model)
    # a process that has only imported the module can open the file
    code = (
        "import sys, keras; import tlwidgets.training.optimizers; "
        "print(type(keras.saving.load_model(sys.argv[1]).optimizer).__name__)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "model.keras")], capture_output=True, text=True, check=True
    )
    assert done.stdout.split()[-1] == "FlatAdamW"


def test_far_fewer_slots_and_a_smaller_graph(data):
    import keras
    import tensorflow as tf

    from tlwidgets.training.optimizers import FlatAdam

    operations = {}
    for make in (FlatAdam, keras.optimizers.Adam):
        optimizer = make(0.01)
        variables = network().trainable_variables
        optimizer.build(variables)

        grads = [tf.ones(v.shape) for v in variables]
        step = tf.function(partial(optimizer.apply, grads, variables))
        operations[make] = len(step.get_concrete_function().graph.get_operations())
        if make is FlatAdam:
            assert len(optimizer.variables) == 4  # iterations, rate, two moments
    assert operations[FlatAdam] < operations[keras.optimizers.Adam] / 2, operations


def test_what_it_cannot_do_it_says():
    import keras
    import tensorflow as tf

    from tlwidgets.training.optimizers import FlatAdam

    used, unused = keras.Variable(np.ones(3)), keras.Variable(np.ones(2))
    optimizer = FlatAdam(0.1)
    optimizer.build([used, unused])
    with (
        pytest.warns(UserWarning, match="Gradients do not exist"),
        pytest.raises(CourseError, match=r"1 of the 2 .*freeze"),
    ):
        optimizer.apply([np.ones(3, "float32"), None], [used, unused])
    assert np.array_equal(used, np.ones(3))
    strategy = tf.distribute.MirroredStrategy(["CPU:0"])
    with strategy.scope(), pytest.raises(CourseError, match=r"keras\.optimizers\.Adam there"):
        optimizer.apply([np.ones(3, "float32"), np.ones(2, "float32")], [used, unused])
