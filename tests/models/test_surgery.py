"""Listing, freezing, cutting and counting, on flat and nested models."""

from __future__ import annotations

import numpy as np
import pytest

import tlwidgets as tl
from tlwidgets.models import drop_top
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
    records = tl.list_layers(nested)
    assert [r.name for r in records if r.params] == [
        "block1_conv", "block1_bn", "block2a_conv", "block2a_bn", "block2b_conv", "head", "d1", "d2",
    ]  # fmt: skip
    assert sum(r.params for r in records) == nested.count_params()
    assert [r.name for r in records if r.batchnorm] == ["block1_bn", "block2a_bn"]


@pytest.mark.parametrize("to", ["block1", "block2", "block2a", "block2b_conv"])
def test_freeze_changes_only_what_lies_above_the_boundary(flat, to):
    rng = np.random.default_rng(0)
    x, y = rng.uniform(0, 1, (12, 8, 8, 3)).astype("float32"), rng.integers(0, 3, 12)
    plan = tl.freeze(flat, to, freeze_batchnorm=False)
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
    assert plan.frozen_batchnorm == ("block1_bn", "block2a_bn")
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
        tl.list_layers("efficientnet-lite0")


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


def test_drop_top_undoes_classifier(flat):
    import keras

    base = drop_top(flat)
    assert base.output.shape == (None, 6, 6, 5)
    x = np.random.default_rng(0).uniform(0, 1, (2, 8, 8, 3)).astype("float32")
    np.testing.assert_array_equal(base(x), keras.Model(flat.input, flat.get_layer("block2b_conv").output)(x))
    assert base.get_layer("block1_conv") is flat.get_layer("block1_conv")
    with pytest.raises(tl.CourseError, match=r"no head to drop: it ends in \(None, 6, 6, 5\)"):
        drop_top(base)


def test_drop_top_without_feature_maps_takes_the_last_layer_with_weights():
    import keras
    from keras import layers as kl

    model = keras.Sequential(
        [keras.Input((4,)), kl.Dense(8, name="hidden"), kl.Dense(3, name="logits"), kl.Softmax(name="softmax")]
    )
    assert [layer.name for layer in drop_top(model).layers[1:]] == ["hidden"]
    with pytest.raises(tl.CourseError, match="nothing below its head"):
        drop_top(keras.Sequential([keras.Input((4,)), kl.Dense(3)]))


def test_a_head_goes_on_a_sequential_base_and_on_pooled_features():
    import keras
    from keras import layers as kl

    base = keras.Sequential([keras.Input((8, 8, 3)), kl.Conv2D(4, 3, name="c")])
    model = tl.classifier(base, ["a", "b", "c"])
    assert [layer.name for layer in model.layers[1:]] == ["c", "head_pool", "head"]
    base.add(kl.GlobalMaxPooling2D(name="pooled"))
    model = tl.classifier(base, np.int64(3))
    assert [layer.name for layer in model.layers[1:]] == ["c", "pooled", "head"]
    assert model.output.shape == (None, 3)
    assert drop_top(model).output.shape == (None, 6, 6, 4)


def test_a_second_head_gets_a_name_of_its_own(flat):
    twice = tl.classifier(tl.classifier(flat, 5), 2)
    assert [layer.name for layer in twice.layers[-3:]] == ["head", "head_2", "head_3"]
    assert twice.output.shape == (None, 2)


@pytest.mark.parametrize("classes", ["cat", 1, True, []])
def test_classes_that_make_no_head(flat, classes):
    with pytest.raises(tl.CourseError, match=r"number of classes or a list|two classes or more"):
        tl.classifier(flat, classes)


def test_the_table_of_layers_says_what_trains(nested):
    from tlwidgets.models import layer_table

    tl.freeze(nested, "block1")
    lines = layer_table(nested).splitlines()
    assert len(lines) == len(tl.list_layers(nested))
    (conv,) = [line for line in lines if "block1_conv" in line]
    assert conv.split() == ["2", "classifier/block1_conv", "Conv2D", "112", "frozen"]
    assert lines[-1].split()[1:] == ["inner/d2", "Dense", "10", "trains"]
    assert all(line == line.rstrip() for line in lines)


def test_two_thousand_layers_are_no_trouble():
    import keras
    from keras import layers as kl

    # in twenty models, because Keras cannot connect more than about a thousand layers in one chain
    parts = [
        keras.Sequential(
            [keras.Input((1,)), *(kl.Dense(1, name=f"block{100 * k + i}_d") for i in range(100))], name=f"p{k}"
        )
        for k in range(20)
    ]
    model = keras.Sequential([keras.Input((1,)), *parts])
    plan = tl.freeze(model, "block1001")
    assert (len(plan.frozen), plan.layers) == (1002, 2000)
    assert plan.trainable_params == 2 * 998
    assert len(tl.list_blocks(model)) == len(tl.snapshot_weights(model)) == 2000
    assert tl.list_layers(model)[1001].path == "p10/block1001_d"


# name, where to cut, shape that include_top=False ends in at that size
APPLICATIONS = [
    ("VGG16", "block3", (1, 1, 512)),
    ("ResNet50", "conv3_block4", (1, 1, 2048)),
    ("MobileNetV2", "block_6", (1, 1, 1280)),
    ("DenseNet121", "conv3_block12", (1, 1, 1024)),
    ("EfficientNetB0", "block4", (1, 1, 1280)),
]


@pytest.mark.parametrize(("name", "block", "maps"), APPLICATIONS)
def test_the_networks_of_keras_inside_another_model(name, block, maps):
    import keras

    base = getattr(keras.applications, name)(weights=None, input_shape=(32, 32, 3), classes=10)
    inputs = keras.Input((32, 32, 3), name="images")
    augmentation = keras.Sequential([keras.layers.RandomFlip(name="flip")], name="augmentation")
    model = keras.Model(inputs, base(augmentation(inputs)))
    x = np.random.default_rng(0).uniform(0, 255, (2, 32, 32, 3)).astype("float32")
    expected = np.asarray(model(x, training=False))

    lower, upper = tl.cut(model, block)
    np.testing.assert_array_equal(upper(lower(x, training=False), training=False), expected)
    assert drop_top(model).output.shape == (None, *maps)
    records = tl.list_layers(model)
    assert sum(r.params for r in records) == model.count_params() == tl.count_params(model)[1]

    plan = tl.freeze(model, block)
    training = [r for r in tl.list_layers(model) if r.trainable]
    assert {r.name for r in training}.isdisjoint(plan.frozen)
    assert not any(r.batchnorm for r in training)
    below = [r.name for r in records if r.batchnorm and r.index < len(plan.frozen)]
    assert len(below) + len(plan.frozen_batchnorm) == sum(r.batchnorm for r in records)
    assert (len(plan.disabled_dropout) > 0) == (name == "EfficientNetB0")
    assert tl.freeze(model, base.name).trainable_params == 0
    keras.backend.clear_session()


@pytest.mark.parametrize(
    ("layer", "block"),
    [
        ("block1a_expand_conv", "block1a"),  # EfficientNet
        ("block_13_depthwise", "block_13"),  # MobileNetV2
        ("expanded_conv_project", "expanded_conv"),
        ("expanded_conv_4_squeeze_excite_mul", "expanded_conv_4"),  # MobileNetV3
        ("conv_dw_3_bn", "conv_dw_3"),  # MobileNet
        ("conv4_block2_1_conv", "conv4_block2"),  # ResNet50
        ("block5_conv3", "block5"),  # VGG16
        ("dense_1", ""),
    ],
)
def test_blocks_are_read_from_the_names_of_keras_applications(layer, block):
    assert block_of(layer) == block
