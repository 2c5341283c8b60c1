"""Listing, freezing, cutting and counting, on flat and nested models."""

from __future__ import annotations

import numpy as np
import pytest

import tlwidgets as tl
from tlwidgets.models.surgery import block_of


@pytest.fixture
def flat():
    import keras
    from keras import layers as kl

    inputs = keras.Input((8, 8, 3))
    x = kl.Conv2D(4, 3, padding="same", name="block1_conv")(inputs)
    x = kl.BatchNormalization(name="block1_bn")(x)
    y = kl.Conv2D(4, 3, padding="same", name="block2a_conv")(x)
    y = kl.BatchNormalization(name="block2a_bn")(y)
    x = kl.Add(name="block2a_add")([x, y])
    x = kl.Conv2D(5, 3, name="block2b_conv")(x)
    return tl.classifier(keras.Model(inputs, x, name="base"), 3)


@pytest.fixture
def nested(flat):
    import keras

    inner = keras.Sequential([keras.layers.Dense(4, name="d1"), keras.layers.Dense(2, name="d2")], name="inner")
    inner.build((None, 3))
    inputs = keras.Input((8, 8, 3))
    return keras.Model(inputs, inner(flat(inputs)), name="outer")


def test_layers_lists_leaves_in_order_with_keras_own_counts(nested):
    records = tl.layers(nested)
    assert [r.name for r in records if r.params] == [
        "block1_conv", "block1_bn", "block2a_conv", "block2a_bn", "block2b_conv", "head", "d1", "d2",
    ]  # fmt: skip
    assert sum(r.params for r in records) == nested.count_params()
    assert [r.name for r in records if r.batchnorm] == ["block1_bn", "block2a_bn"]


@pytest.mark.parametrize("to", ["block1", "block2", "block2a", "block2b_conv"])
def test_freeze_changes_only_what_lies_above_the_boundary(flat, to):
    rng = np.random.default_rng(0)
    x, y = rng.uniform(0, 1, (12, 8, 8, 3)).astype("float32"), rng.integers(0, 3, 12)
    plan = tl.freeze(flat, to, keep_batchnorm_still=False)
    before = {layer.name: layer.get_weights() for layer in flat.layers}
    flat.compile("sgd", "sparse_categorical_crossentropy")
    flat.fit(x, y, verbose=0)
    moved = {
        name for name, w in before.items()
        if any(not np.array_equal(a, b) for a, b in zip(w, flat.get_layer(name).get_weights(), strict=True))
    }  # fmt: skip
    assert moved == {n for n, w in before.items() if w} - set(plan.frozen)


def test_batchnorm_above_the_boundary_stays_still_unless_asked(flat):
    x = np.random.default_rng(0).normal(5, 3, (16, 8, 8, 3)).astype("float32")
    plan = tl.freeze(flat, 0)
    assert plan.still_batchnorm == ("block1_bn", "block2a_bn")
    before = [layer.get_weights() for layer in flat.layers if layer.name.endswith("_bn")]
    flat.compile("sgd", "sparse_categorical_crossentropy")
    flat.fit(x, np.arange(16) % 3, verbose=0)
    after = [layer.get_weights() for layer in flat.layers if layer.name.endswith("_bn")]
    assert all(np.array_equal(a, b) for ws, vs in zip(before, after, strict=True) for a, b in zip(ws, vs, strict=True))


def test_freezing_looks_through_a_frozen_container(nested):
    nested.layers[1].trainable = False  # what the Keras guide does with the whole base
    plan = tl.freeze(nested, "block2b_conv")
    names = [w.path for w in nested.trainable_weights]
    assert any("head" in n for n in names)
    assert not any("block" in n for n in names)
    assert plan.trainable_params == sum(int(np.prod(w.shape)) for w in nested.trainable_weights)


def test_counts_agree_with_keras(flat):
    tl.freeze(flat, "block1")
    trainable, total = tl.count_params(flat)
    assert total == flat.count_params()
    assert trainable == sum(int(np.prod(w.shape)) for w in flat.trainable_weights)


def test_cut_gives_the_same_answers_as_the_whole(flat):
    x = np.random.default_rng(0).uniform(0, 1, (5, 8, 8, 3)).astype("float32")
    lower, upper = tl.cut(flat, "block2a")
    np.testing.assert_array_equal(upper(lower(x)), flat(x))
    assert not {l.name for l in lower.layers if l.weights} & {l.name for l in upper.layers if l.weights}


def test_a_cut_through_a_shortcut_is_refused(flat):
    with pytest.raises(tl.CourseError, match="shortcut leads around it"):
        tl.cut(flat, "block2a_conv")


@pytest.mark.parametrize(
    ("to", "words"),
    [
        ("blok2", "did you mean block2"),
        (99, "the model has 9"),
        (-1, "the model has 9"),
        (2.5, "number of layers or the name"),
    ],
)
def test_a_boundary_that_is_not_there_is_one_sentence(flat, to, words):
    with pytest.raises(tl.CourseError, match=words):
        tl.freeze(flat, to)


def test_an_unbuilt_model_is_said_to_be_so():
    import keras

    with pytest.raises(tl.CourseError, match="not built yet"):
        tl.freeze(keras.Sequential([keras.layers.Dense(2)]), 0)
    with pytest.raises(tl.CourseError, match="Keras model was expected, not str"):
        tl.layers("efficientnet-lite0")


def test_a_failed_freeze_leaves_the_flags_alone(flat):
    tl.freeze(flat, "block1")
    before = [layer.trainable for layer in flat.layers]
    with pytest.raises(tl.CourseError):
        tl.freeze(flat, "nothing of this name")
    assert [layer.trainable for layer in flat.layers] == before


def test_a_head_needs_classes_and_is_seeded(flat):
    import keras

    base = keras.Model(flat.input, flat.get_layer("block2b_conv").output)
    with pytest.raises(tl.CourseError, match="two classes or more"):
        tl.classifier(base, ("one",))
    heads = [tl.classifier(base, 4, seed=s).get_layer("head").get_weights()[0] for s in (1, 1, 2)]
    assert np.array_equal(heads[0], heads[1])
    assert not np.array_equal(heads[0], heads[2])


@pytest.mark.parametrize(
    ("layer", "block"),
    [
        ("block1a_expand_conv", "block1a"),  # EfficientNet
        ("block_13_depthwise", "block_13"),  # MobileNetV2
        ("expanded_conv_project", "expanded_conv"),
        ("conv4_block2_1_conv", "conv4_block2"),  # ResNet50
        ("block5_conv3", "block5"),  # VGG16
        ("dense_1", ""),
    ],
)
def test_blocks_are_read_from_the_names_of_keras_applications(layer, block):
    assert block_of(layer) == block
