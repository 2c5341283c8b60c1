"""Drawing budgets, probing, designed features, timing, and the freeze-depth runs."""

from __future__ import annotations

import numpy as np
import pytest

import tlwidgets as tl


def test_budgets_are_nested_balanced_and_seeded():
    y = np.repeat([0, 1, 2], [30, 12, 9])
    large, small = tl.subset(y, 8, seed=3), tl.subset(y, 3, seed=3)
    assert np.bincount(y[large]).tolist() == [8, 8, 8]
    assert set(small) <= set(large)
    assert np.array_equal(large, tl.subset(y, 8, seed=3))
    assert not np.array_equal(large, tl.subset(y, 8, seed=4))
    with pytest.raises(tl.CourseError, match="smallest class has 9"):
        tl.subset(y, 10, seed=0)


def test_a_probe_finds_what_is_there_and_nothing_where_nothing_is():
    rng = np.random.default_rng(0)
    y = np.repeat([0, 1], 100)
    signal = rng.normal(size=(200, 5)) + 4 * y[:, None]
    noise = rng.normal(size=(200, 5))
    assert min(tl.training.linear_probe_over_seeds(signal, y, per_class=10, seeds=3)) > 0.95
    assert abs(np.mean(tl.training.linear_probe_over_seeds(noise, y, per_class=10, seeds=5)) - 0.5) < 0.1
    with pytest.raises(tl.CourseError, match="two classes or more"):
        tl.linear_probe(signal, np.zeros(200, int), signal, y)


def test_designed_features_tell_directions_and_colors_apart():
    ramp = np.linspace(0, 255, 48)
    across = np.broadcast_to(ramp[None, :, None], (48, 48, 3))
    down = np.broadcast_to(ramp[:, None, None], (48, 48, 3))
    red = np.zeros((48, 48, 3))
    red[..., 0] = 255
    f = tl.training.handcrafted_features(np.stack([across, down, red]).astype("uint8"))
    assert f.shape == (3, 6 * 6 * 9 + 4**3)
    edges = f[:, : 6 * 6 * 9].reshape(3, 36, 9)
    assert (edges[0].argmax(-1) == 0).all()  # gradient along x: direction 0
    assert (edges[1].argmax(-1) == 4).all()  # along y: 90 degrees
    assert not edges[2].any()
    assert f[2, 324 + 3 * 16] == 1  # all pixels in the bin of pure red
    with pytest.raises(tl.CourseError, match="RGB images"):
        tl.training.handcrafted_features(np.zeros((2, 28, 28, 1)))


def test_timing_an_epoch_moves_no_weight():
    import keras

    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3, "softmax")])
    before = tl.snapshot_weights(model)
    assert tl.training.epoch_seconds(model, np.ones((8, 4)), np.zeros(8, int), repeats=1) > 0
    assert tl.changed_weights(model, before) == []


def test_moved_names_what_changed_and_refuses_another_model():
    import keras

    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3, name="a"), keras.layers.Dense(2, name="b")])
    before = tl.snapshot_weights(model)
    model.get_layer("b").set_weights([w + 1 for w in model.get_layer("b").get_weights()])
    assert tl.changed_weights(model, before) == ["b"]
    other = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3, name="c")])
    with pytest.raises(tl.CourseError, match="other layers"):
        tl.changed_weights(other, before)


@pytest.fixture(scope="module")
def base():
    return tl.backbone(size=96)


def test_training_on_the_upper_part_gives_what_plain_fit_gives(base):
    import keras

    data = tl.load("styles", domain="openmoji_black", per_class=4)
    tl.freeze(model := tl.classifier(base, data.classes), "block6d")
    lower, upper = tl.cut(model, "block6d")
    start = upper.get_weights()
    kept = lower.predict(data.train.x.astype("float32"), verbose=0)

    def train(m, x):
        upper.set_weights(start)
        m.compile(keras.optimizers.SGD(0.01), "sparse_categorical_crossentropy")
        m.fit(x, data.train.y, batch_size=8, epochs=2, shuffle=False, verbose=0)
        return upper.get_weights()

    short, whole = train(upper, kept), train(model, data.train.x.astype("float32"))
    assert any(not np.array_equal(a, b) for a, b in zip(start, short, strict=True))
    for a, b in zip(short, whole, strict=True):
        np.testing.assert_allclose(a, b, atol=1e-4)
