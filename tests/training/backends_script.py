"""Run by test_backends.py with another KERAS_BACKEND: writes what the models and recipes give there."""

from __future__ import annotations

import sys

import numpy as np


def small(seed: int = 0):
    """A network whose weights come from NumPy, because each backend draws its own random numbers."""
    import keras
    from keras import layers

    inputs = keras.Input((6,))
    x = layers.Dense(8, "relu", name="block1_dense")(inputs)
    x = layers.BatchNormalization(name="block1_bn")(x)
    x = layers.Dense(8, "relu", name="block2_dense")(x)
    model = keras.Model(inputs, layers.Dense(3, "softmax", name="head")(x))
    rng = np.random.default_rng(seed)
    model.set_weights([np.abs(rng.normal(size=w.shape)) * 0.3 for w in model.get_weights()])
    return model


def results() -> dict[str, np.ndarray]:
    """Everything that a lesson needs no TensorFlow for."""
    import keras

    import tlwidgets as tl
    from tlwidgets.training import recipes
    from tlwidgets.training.device import device
    from tlwidgets.training.optimizers import FlatAdam, FlatAdamW

    found: dict[str, np.ndarray] = {}
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (6, 32, 32, 3)).astype("uint8")
    base = tl.backbone(size=32)
    found["features"] = tl.extract_features(base, images)
    model = tl.classifier(base, 2)
    tl.freeze(model, "top")
    head = rng.normal(size=model.layers[-1].kernel.shape) * 0.05
    model.layers[-1].set_weights([head, np.zeros(2)])
    model.compile(keras.optimizers.Adam(0.01), "sparse_categorical_crossentropy")
    model.fit(
        recipes.Batches(images.astype("float32"), np.arange(6) % 2, batch_size=4), epochs=2, shuffle=False, verbose=0
    )
    found["head"] = model.layers[-1].get_weights()[0]

    x = rng.normal(size=(40, 6)).astype("float32")
    y = (x @ rng.normal(size=(6, 3))).argmax(1)
    loss = "sparse_categorical_crossentropy"

    def weights(one) -> np.ndarray:
        return np.concatenate([w.ravel() for w in one.get_weights()])

    one = small()
    recipes.head_then_all(one, x, y, head_epochs=2, epochs=2, shuffle=False, verbose=0)
    found["head_then_all"] = weights(one)

    one = small()
    one.compile(recipes.discriminative(one, FlatAdamW(0.01, clipnorm=1.0), 3.0), loss)
    one.fit(recipes.Batches(x, y, batch_size=16), epochs=3, shuffle=False, verbose=0)
    found["discriminative"] = weights(one)

    one = small()
    with recipes.l2_sp(one, alpha=0.5, beta=0.1):
        one.compile(FlatAdam(0.01), loss)
        one.fit(recipes.Replay(x, y, x[:4], y[:4], kept=2, batch_size=16), epochs=3, shuffle=False, verbose=0)
        found["l2_sp and replay"] = weights(one)
        before = weights(one)
        found["range_test"] = np.array(recipes.range_test(one, x, y, low=1e-4, high=0.1, steps=10).losses)
        assert np.array_equal(before, weights(one))
    found["gradient_norms"] = np.array(recipes.gradient_norms(small(), x, y).norms)

    one = small()
    tl.freeze(one, "block1")
    run = tl.fit(
        one,
        (x, y),
        validation_data=(x, y),
        epochs=3,
        batch_size=16,
        optimizer=FlatAdam(0.01),
        shuffle=False,
        cache="on",
    )
    assert run.cache.startswith("cached"), run.cache
    found["fit"], found["history"] = weights(one), np.array(run.history["val_loss"])
    plain = small()
    tl.freeze(plain, "block1")
    plain.compile(FlatAdam(0.01), loss)
    plain.fit(x, y, epochs=3, batch_size=16, shuffle=False, verbose=0)
    assert np.allclose(weights(plain), found["fit"], atol=1e-5)
    base = tl.models.drop_top(small())
    swept = tl.sweep(
        base,
        (x, y),
        validation_data=(x, y),
        frozen_to=[None, "block1"],
        per_class=[4],
        seeds=2,
        epochs=2,
        progress=False,
    )
    assert len(swept) == 4
    assert all(0 <= a <= 1 for a in swept.accuracies)
    assert device().backend == keras.backend.backend()
    return found


if __name__ == "__main__":
    np.savez(sys.argv[1], **results())
