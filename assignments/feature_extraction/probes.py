"""Bases and images, drawn from the seed of the run. No expected value is here."""

import numpy as np


def drawn(seed):
    """Return a small base with named blocks, images for it, and the blocks to cut at."""
    import keras
    from keras import layers

    rng = np.random.default_rng(seed)
    keras.utils.set_random_seed(int(rng.integers(1 << 30)))
    names = [f"part{n}" for n in rng.permutation(90)[:4] + 10]
    inputs = x = keras.Input((12, 12, 3))
    for name in names:
        channels = int(rng.integers(4, 12))
        x = layers.Conv2D(channels, 3, padding="same", name=f"{name}_conv")(x)
        x = layers.BatchNormalization(name=f"{name}_norm")(x)
        x = layers.Activation("relu", name=f"{name}_relu")(x)
        if rng.integers(2):
            x = layers.Rescaling(float(rng.uniform(0.5, 2)), name=f"{name}_scale")(x)
    images = rng.integers(0, 256, (int(rng.integers(3, 7)), 12, 12, 3)).astype("float32")
    return keras.Model(inputs, x, name="base"), images, [names[1], names[3]]


def block_features(get, record, seed):
    function = get("block_features")
    base, images, blocks = drawn(seed)
    try:
        for i, block in enumerate(blocks):
            record(f"block_features.{i}", function(base, images, block))
    finally:
        record("block_features.weights", np.concatenate([w.ravel() for w in base.get_weights()]))
