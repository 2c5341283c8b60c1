"""Batches and models drawn from the seed of the run. No expected value is here."""

import numpy as np


def passages(seed):
    """Return three cases: a running mean, batches of several sizes, and a momentum."""
    rng = np.random.default_rng([seed, 1])
    cases = []
    for momentum in (0.9, 0.99, float(rng.uniform(0.3, 0.7))):
        channels = int(rng.integers(2, 6))
        sizes = rng.integers(3, 20, int(rng.integers(2, 6)))
        batches = [rng.normal(rng.uniform(-4, 4, channels), 2, (int(n), channels)) for n in sizes]
        cases.append((rng.normal(size=channels), batches, momentum))
    return cases


def running(get, record, seed):
    function = get("running")
    for i, (start, batches, momentum) in enumerate(passages(seed)):
        record(f"running.{i}", np.asarray(function(start, batches, momentum), "float64"))


KINDS = ("flat", "nested", "deep", "frozen")


def toy(kind, seed):
    """Return a small model with BatchNorm, put together in one of four ways."""
    import keras
    from keras import layers

    rng = np.random.default_rng([seed, 2 + KINDS.index(kind)])
    keras.utils.set_random_seed(int(rng.integers(1 << 30)))
    parts = []
    for i in range(int(rng.integers(1, 4))):
        parts += [layers.Dense(int(rng.integers(3, 8)), name=f"dense_{i}"), layers.BatchNormalization(name=f"norm_{i}")]
    if kind == "flat":
        return keras.Sequential([keras.Input((5,)), *parts, layers.Dense(2, name="head")])
    base = keras.Sequential([keras.Input((5,)), *parts], name="base")
    if kind == "deep":
        base = keras.Sequential([keras.Input((5,)), base, layers.BatchNormalization(name="between")], name="outer")
    base.trainable = kind != "frozen"
    inputs = keras.Input((5,))
    x = layers.BatchNormalization(name="last")(base(inputs, training=False))
    return keras.Model(inputs, layers.Dense(2, name="head")(x))


def freeze_batchnorm(get, record, seed):
    function = get("freeze_batchnorm")
    for kind in KINDS:
        model = toy(kind, seed)
        function(model)
        record(f"freeze_batchnorm.{kind}", model)
