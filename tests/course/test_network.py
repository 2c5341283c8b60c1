"""A network that is compiled once trains every time as if it were new, and as plain Keras does."""

from __future__ import annotations

import keras
import numpy as np
import pytest

import tlwidgets as tl
from tlwidgets.course.experiments import Examples, Network, weights_of
from tlwidgets.errors import CourseError
from tlwidgets.models import tiny


@pytest.fixture(scope="module")
def examples() -> Examples:
    rng = np.random.default_rng(0)
    return Examples(rng.integers(0, 256, (30, 16, 16, 3)).astype("float32"), np.arange(30) % 3)


def by_hand(start: dict, examples: Examples, seed: int, frozen_to: str | None = None) -> keras.Model:
    """Train as a user of Keras would, from the same weights."""
    model = tl.classifier(tiny.build(16), 3, seed=seed)
    for layer in model.layers:
        if layer.name in start:
            layer.set_weights(start[layer.name])
    tl.freeze(model, frozen_to)
    model.compile(keras.optimizers.Adam(), "sparse_categorical_crossentropy", jit_compile=False)
    keras.utils.set_random_seed(seed)
    drop = keras.callbacks.LearningRateScheduler(lambda epoch: 1e-2 if epoch < 3 else 1e-3)
    model.fit(examples.x, examples.y, epochs=5, batch_size=8, verbose=0, callbacks=[drop])
    return model


def test_every_training_is_the_first_one(examples):
    base = tiny.build(16)
    start = weights_of(base)
    trainer = Network.on(base, 3, frozen_to=None)
    found = []
    for seed in (1, 2, 1):
        trainer.begin(seed)
        trainer.fit(examples, learning_rate=1e-2, epochs=5, batch_size=8, late_drop=True)
        found.append(tl.training.fingerprint(trainer.model))
    assert found[0] == found[2] != found[1]
    assert found[0] == tl.training.fingerprint(by_hand(start, examples, 1))


def test_what_is_frozen_runs_once_and_changes_nothing(examples):
    base = tiny.build(16)
    start = weights_of(base)
    trainer = Network.on(base, 3, frozen_to="block2")
    features = trainer.prepare(examples)
    assert features.x.shape[1:] == (4, 4, 24)
    trainer.begin(1)
    trainer.fit(features, learning_rate=1e-2, epochs=5, batch_size=8, late_drop=True)
    plain = by_hand(start, examples, 1, "block2")
    for mine, theirs in zip(trainer.model.get_weights(), plain.get_weights(), strict=True):
        np.testing.assert_allclose(mine, theirs, atol=1e-5)
    right = plain.predict(examples.x, verbose=0).argmax(axis=1) == examples.y
    assert trainer.accuracy(features) == pytest.approx(right.mean())


def test_it_begins_with_the_weights_that_are_given(examples):
    trainer, other = Network.on(tiny.build(16), 3), Network.on(tiny.build(16), 3)
    other.begin(5)
    known = weights_of(other.model)
    trainer.begin(1, {**known, "no such layer": []})
    assert tl.training.fingerprint(trainer.model) == tl.training.fingerprint(other.model)
    del known["head"]
    trainer.begin(1, known)
    head = trainer.model.get_layer("head").get_weights()[0]
    np.testing.assert_array_equal(head, keras.initializers.GlorotUniform(seed=1)(head.shape))
    trainer.begin(2, head=None)
    assert (trainer.model.get_layer("head").get_weights()[0] != head).any()


def test_what_trains_nothing_is_told(examples):
    trainer = Network.on(tiny.build(16), 3)
    with pytest.raises(CourseError, match="learning_rate=0"):
        trainer.fit(examples, learning_rate=0, epochs=1)
    with pytest.raises(CourseError, match="epochs=0"):
        trainer.fit(examples, learning_rate=1e-3, epochs=0)
