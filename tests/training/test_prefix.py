"""Finding the part that cannot change: what belongs to it, and that the two parts are the model."""

from __future__ import annotations

import numpy as np
import pytest
from small_network import images, keras, network

import tlwidgets as tl
from tlwidgets.training.cost import decide, macs
from tlwidgets.training.prefix import changes, split

X = images(32)[0]


def frozen(layer, *shape):
    layer.trainable = False
    layer(np.zeros((1, *shape), "float32"))
    return layer


@pytest.mark.parametrize(
    ("make", "shape", "why"),
    [
        (lambda L: L.Dense(2), (3,), ""),
        (lambda L: L.BatchNormalization(), (3,), ""),
        (lambda L: L.Dropout(0.0), (3,), ""),
        (lambda L: L.ReLU(), (3,), ""),
        (lambda L: L.Dropout(0.1), (3,), "draws random numbers even when it is frozen"),
        (lambda L: L.GaussianNoise(0.1), (3,), "draws random numbers"),
        (lambda L: L.RandomFlip(), (4, 4, 3), "draws random numbers"),
        (lambda L: L.RandomContrast(0.5), (4, 4, 3), "draws random numbers"),
        (lambda L: L.TimeDistributed(L.Dropout(0.1)), (4, 3), "draws random numbers"),
        (lambda L: L.Dense(2, activity_regularizer="l2"), (3,), "adds to the loss"),
        (lambda L: L.Masking(), (4, 3), "mask"),
        (lambda L: L.SpectralNormalization(L.Dense(2)), (3,), "keeps a state"),
        (lambda L: L.Lambda(lambda x: x), (3,), "cannot be looked into"),
        (lambda L: L.Dense(2, activation=lambda x: x), (3,), "calls a function"),
        (
            lambda L: L.Dense(2, activation="relu", kernel_initializer=lambda shape, dtype=None: np.ones(shape)),
            (3,),
            "",
        ),
    ],
)
def test_what_can_change_although_it_is_frozen(make, shape, why):
    found = changes(frozen(make(keras.layers), *shape))
    assert found == "" if why == "" else why in found


def test_what_trains_changes_and_so_does_batchnorm_without_weights():
    dense = keras.layers.Dense(2)
    dense(np.zeros((1, 3), "float32"))
    assert changes(dense) == "trains"
    norm = keras.layers.BatchNormalization(center=False, scale=False)
    norm(np.zeros((1, 3), "float32"))
    assert "statistics move" in changes(norm)


def test_dropout_that_is_switched_off_later_does_not_change():
    layer = frozen(keras.layers.Dropout(0.5), 3)
    layer.rate = 0
    assert changes(layer) == ""


@pytest.mark.parametrize("depth", [3, 5, 6, 9, 12, 14])
def test_the_two_parts_are_the_model_and_share_its_weights(depth):
    tl.freeze(model := network(), depth)
    part = split(model)
    whole = model.predict(X, verbose=0)
    np.testing.assert_array_equal(part.suffix.predict(part.prefix.predict(X, verbose=0), verbose=0), whole)
    assert [id(w) for w in part.suffix.trainable_weights] == [id(w) for w in model.trainable_weights]


def test_a_cut_inside_a_shortcut_has_a_boundary_of_two_tensors():
    tl.freeze(model := network(), "block2_conv", freeze_batchnorm=False)
    assert len(split(model).prefix.outputs) == 2


def test_models_inside_models_are_opened_and_those_with_code_of_their_own_are_not():
    base = keras.Model((net := network()).input, net.get_layer("pool").output)
    base.trainable = False
    model = keras.Sequential([keras.Input((16, 16, 3)), base, keras.layers.Dense(3)])
    part = split(model)
    assert part.layers == (12, 13)
    assert part.why == f"{model.layers[-1].name!r} trains"

    class Own(keras.Model):
        pass

    inputs = keras.Input((16, 16, 3))
    own = Own(inputs, keras.layers.Dense(3)(keras.layers.Flatten()(inputs)))
    assert split(own).prefix is None
    assert "Own" in split(own).why


def test_multiply_adds_are_those_of_the_textbook():
    inputs = keras.Input((8, 8, 3))
    x = keras.layers.Conv2D(5, 3, padding="same")(inputs)
    x = keras.layers.DepthwiseConv2D(3, padding="same")(x)
    x = keras.layers.Conv2DTranspose(2, 3, padding="same")(x)
    model = keras.Model(inputs, keras.layers.Dense(7)(keras.layers.Flatten()(x)))
    for layer in model.layers[:-1]:
        layer.trainable = False
    part = split(model)
    conv, depthwise, transposed, flatten = (macs([n]) for n in part.nodes_before)
    assert (conv, depthwise, transposed, flatten) == (64 * 27 * 5, 64 * 9 * 5, 64 * 9 * 5 * 2, 128)
    assert macs(part.nodes_after) == 128 * 7


def test_the_decision_goes_by_the_work_and_says_why():
    tl.freeze(model := network(), 13)
    part = split(model)
    given = {"cache": "auto", "examples": 100, "n_val": 0}
    keep, why = decide(part, epochs=1, **given)
    assert not keep
    assert "little of the work" in why
    keep, why = decide(part, epochs=10, **given)
    assert keep
    assert why.startswith("cached the first 12 of 14 layers: 9.9 x less work over 10 epochs")
    assert decide(part, epochs=1, **{**given, "cache": "on"})[0]
    keep, why = decide(part, epochs=10, **{**given, "examples": 10**8})
    assert not keep
    assert "would be over 537 MB" in why
