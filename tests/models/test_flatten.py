"""Models that contain models: inlining, cutting, freezing, counting, names that occur twice; and what Keras does."""

from __future__ import annotations

import numpy as np
import pytest

import tlwidgets as tl
from tlwidgets.models import drop_top, flatten, layer_outputs
from tlwidgets.models.surgery import leaf_layers


def images(n=3, size=8, seed=0):
    return np.random.default_rng(seed).uniform(0, 255, (n, size, size, 3)).astype("float32")


def same(a, b, x):
    """Two models say the same to the bit, in inference."""
    import keras

    one, two = (keras.tree.flatten(m(x, training=False)) for m in (a, b))
    assert len(one) == len(two)
    for p, q in zip(one, two, strict=True):
        np.testing.assert_array_equal(p, q)


def small_base(name="base", prefix=""):
    import keras
    from keras import layers as kl

    inputs = keras.Input((8, 8, 3), name=f"{prefix}images")
    x = kl.Conv2D(4, 3, padding="same", name=f"{prefix}block1_conv")(inputs)
    x = kl.BatchNormalization(name=f"{prefix}block1_bn")(x)
    y = kl.Conv2D(4, 3, padding="same", name=f"{prefix}block2_conv")(x)
    y = kl.Dropout(0.5, name=f"{prefix}block2_drop")(y)
    x = kl.Add(name=f"{prefix}block2_add")([x, y])
    return keras.Model(inputs, x, name=name)


@pytest.fixture
def idiom():
    """Input, augmentation, base, head: what the guides of Keras write."""
    import keras
    from keras import layers as kl

    inputs = keras.Input((8, 8, 3))
    augmentation = keras.Sequential(
        [kl.RandomFlip(name="random_flip"), kl.RandomContrast(0.1, name="random_contrast")], name="augmentation"
    )
    x = small_base()(augmentation(inputs), training=False)
    x = kl.GlobalAveragePooling2D(name="pool")(x)
    return keras.Model(inputs, kl.Dense(3, "softmax", name="predictions")(x), name="whole")


def test_inlining_shares_the_layers_and_changes_no_answer(idiom):
    flat = flatten(idiom)
    same(flat, idiom, images())
    base = idiom.get_layer("base")
    assert flat.get_layer("block1_conv") is base.get_layer("block1_conv")
    assert [layer.name for layer in flat.layers[1:]] == [
        "random_flip", "random_contrast", "block1_conv", "block1_bn", "block2_conv",
        "block2_drop", "block2_add", "pool", "predictions",
    ]  # fmt: skip
    assert {id(w) for w in flat.weights} == {id(w) for w in idiom.weights}
    assert flatten(flat) is flat


def test_training_the_flat_model_trains_the_nested_one(idiom):
    flat = flatten(idiom)
    tl.freeze(flat, "block1")
    before = tl.snapshot_weights(idiom)
    flat.compile("sgd", "sparse_categorical_crossentropy")
    flat.fit(images(), np.arange(3), verbose=0)
    assert tl.changed_weights(idiom, before) == ["block2_conv", "predictions"]
    same(flat, idiom, images())


def test_a_cut_may_lie_in_a_model_inside(idiom):
    x = images()
    for at in ("block1", "base/block1", "base", "block1_bn", "augmentation", "random_contrast", "pool"):
        lower, upper = tl.cut(idiom, at)
        np.testing.assert_array_equal(upper(lower(x, training=False), training=False), idiom(x, training=False))
    with pytest.raises(tl.CourseError, match="shortcut leads around it"):
        tl.cut(idiom, "block2_conv")


def test_a_cut_by_number_counts_as_the_list_of_layers_does(idiom):
    x = images()
    record = next(r for r in tl.list_layers(idiom) if r.path == "base/images")  # vanishes when the base is inlined
    for below in (record.index, record.index + 1, record.index + 2):
        lower, upper = tl.cut(idiom, below)
        np.testing.assert_array_equal(upper(lower(x, training=False), training=False), idiom(x, training=False))


def test_freezing_a_whole_base_by_its_name(idiom):
    plan = tl.freeze(idiom, "base")
    assert plan.frozen[-1] == "block2_add"
    assert [r.name for r in tl.list_layers(idiom) if r.trainable] == ["predictions"]
    assert plan.disabled_dropout == ("block2_drop",)
    assert "1 Dropout layers among them silenced" in str(plan)
    assert plan.to_json()["disabled_dropout"] == ("block2_drop",)


def test_two_levels_and_both_kinds_of_model():
    import keras
    from keras import layers as kl

    inner = keras.Sequential([keras.Input((8, 8, 3)), kl.Conv2D(2, 3, name="c1"), kl.ReLU(name="r1")], name="inner")
    i = keras.Input((8, 8, 3))
    middle = keras.Model(i, kl.Conv2D(2, 1, name="c2")(inner(i)), name="middle")
    outer = keras.Sequential([keras.Input((8, 8, 3)), middle, kl.Flatten(name="f"), kl.Dense(2, name="d")])
    flat = flatten(outer)
    same(flat, outer, images())
    assert [layer.name for layer in flat.layers[1:]] == ["c1", "r1", "c2", "f", "d"]
    assert [r.path for r in tl.list_layers(outer) if r.params] == ["middle/inner/c1", "middle/c2", "d"]
    assert sum(r.params for r in tl.list_layers(outer)) == outer.count_params()
    lower, upper = tl.cut(outer, "inner")
    np.testing.assert_array_equal(upper(lower(images())), outer(images()))
    assert drop_top(outer).output.shape == (None, 6, 6, 2)


def test_a_base_that_is_used_twice_is_listed_and_counted_once():
    import keras
    from keras import layers as kl

    base, a, b = small_base(), keras.Input((8, 8, 3), name="a"), keras.Input((8, 8, 3), name="b")
    distance = kl.Subtract(name="difference")([base(a), base(b)])
    twins = keras.Model([a, b], kl.GlobalAveragePooling2D(name="pool")(distance))
    x = [images(seed=1), images(seed=2)]
    same(flatten(twins), twins, x)
    assert sum(r.params for r in tl.list_layers(twins)) == twins.count_params()
    assert tl.count_params(twins)[1] == twins.count_params()
    assert len(leaf_layers(twins)) == len({id(layer) for layer in leaf_layers(twins)})
    with pytest.raises(tl.CourseError, match="tensors cross a cut"):
        tl.cut(twins, "block1")
    lower, upper = tl.cut(twins, "difference")
    np.testing.assert_array_equal(upper(lower(x)), twins(x))


def test_a_base_inside_two_models_is_listed_once():
    import keras

    base = small_base()
    i, j = keras.Input((8, 8, 3)), keras.Input((8, 8, 3))
    one, two = keras.Model(i, base(i), name="one"), keras.Model(j, base(j), name="two")
    k = keras.Input((8, 8, 3))
    both = keras.Model(k, keras.layers.Add(name="sum")([one(k), two(k)]))
    assert sum(r.params for r in tl.list_layers(both)) == both.count_params()
    same(flatten(both), both, images())


def test_several_inputs_and_outputs_keep_their_names_and_order():
    import keras
    from keras import layers as kl

    a, b = keras.Input((4,), name="a"), keras.Input((3,), name="b")
    both = kl.Concatenate(name="both")([a, b])
    inner = keras.Model({"a": a, "b": b}, {"big": kl.Dense(5, name="big")(both), "small": kl.Dense(2, name="s")(both)})
    p, q = keras.Input((4,), name="p"), keras.Input((3,), name="q")
    made = inner({"a": p, "b": q})
    outer = keras.Model({"p": p, "q": q}, {"x": kl.ReLU(name="relu")(made["small"]), "y": made["big"]})
    rng = np.random.default_rng(0)
    x = {"p": rng.normal(size=(2, 4)).astype("float32"), "q": rng.normal(size=(2, 3)).astype("float32")}
    flat = flatten(outer)
    same(flat, outer, x)
    assert {k: tuple(t.shape) for k, t in flat.output.items()} == {"x": (None, 2), "y": (None, 5)}
    with pytest.raises(tl.CourseError, match="2 outputs, and one is needed"):
        drop_top(outer)
    with pytest.raises(tl.CourseError, match="2 outputs, and one is needed"):
        tl.classifier(outer, 3)


def test_a_tensor_that_is_an_output_crosses_the_cut_too():
    import keras
    from keras import layers as kl

    i = keras.Input((4,))
    x = kl.Dense(3, name="one")(i)
    y = kl.Dense(3, name="two")(x)
    model = keras.Model(i, [kl.Dense(2, name="early")(x), kl.Dense(2, name="late")(y)])
    lower, _ = tl.cut(model, "one")
    assert lower.output.shape == (None, 3)
    with pytest.raises(tl.CourseError, match="tensors cross a cut after 'two'"):
        tl.cut(model, "two")


def test_masks_reach_the_layers_of_an_inlined_model():
    import keras
    from keras import layers as kl

    text = keras.Sequential([kl.Embedding(10, 4, mask_zero=True, name="e"), kl.LSTM(3, name="l")], name="text")
    i = keras.Input((6,), dtype="int32")
    model = keras.Model(i, kl.Dense(2, name="d")(text(i)))
    short, padded = np.array([[1, 2, 3]], "int32"), np.array([[1, 2, 3, 0, 0, 0]], "int32")
    same(flatten(model), model, padded)
    rows = text.get_layer("l")(text.get_layer("e")(short))
    np.testing.assert_allclose(flatten(keras.Model(i, text(i)))(padded), rows, atol=1e-6)


def test_operations_that_are_no_layers_are_kept():
    import keras

    i = keras.Input((8, 8, 3))
    end = keras.layers.ReLU(name="end")(small_base()(i / 255.0) * 2.0 - 1.0)
    model = keras.Model(i, keras.ops.square(end))
    same(flatten(model), model, images())
    lower, upper = tl.cut(model, "base")
    np.testing.assert_array_equal(upper(lower(images())), model(images()))


def towers():
    import keras

    i = keras.Input((8, 8, 3))
    return keras.Model(i, keras.layers.Add(name="sum")([small_base("left")(i), small_base("right")(i)]), name="towers")


def test_names_that_occur_twice_are_told_apart_by_their_path():
    model = towers()
    before = tl.snapshot_weights(model)
    assert list(before)[:2] == ["left/block1_conv", "left/block1_bn"]
    assert len(before) == 6
    plan = tl.freeze(model, "left/block2")
    assert plan.frozen[-1] == "left/block2_add"
    assert plan.frozen_batchnorm == ("right/block1_bn",)
    model.compile("sgd", "mse")
    model.fit(images(), np.zeros((3, 8, 8, 4)), verbose=0)
    assert tl.changed_weights(model, before) == ["right/block1_conv", "right/block2_conv"]
    with pytest.raises(tl.CourseError, match="stands in 2 models: say which, left/block1 or right/block1"):
        tl.freeze(model, "block1")
    with pytest.raises(tl.CourseError, match="both have a layer 'block1_conv'"):
        flatten(model)


def test_what_has_no_graph_is_said_in_one_sentence():
    import keras

    class Own(keras.Model):
        def __init__(self):
            super().__init__()
            self.dense, self.batchnorm = keras.layers.Dense(3, name="d"), keras.layers.BatchNormalization(name="b")

        def call(self, x):
            return self.batchnorm(self.dense(x))

    own = Own()
    with pytest.raises(tl.CourseError, match="not built yet"):
        flatten(own)
    own(np.zeros((1, 4), "float32"))
    for surgery in (flatten, drop_top, lambda m: tl.cut(m, 1), lambda m: tl.classifier(m, 2)):
        with pytest.raises(tl.CourseError, match=r"own call\(\) connects its layers"):
            surgery(own)
    assert tl.freeze(own, "d").frozen_batchnorm == ("b",)  # flags need no graph
    for unbuilt in (keras.Sequential([keras.layers.Dense(2)]), keras.Sequential([])):
        with pytest.raises(tl.CourseError, match="not built yet"):
            drop_top(unbuilt)

    i = keras.Input((4,))
    around = keras.Model(i, keras.layers.Dense(2, name="last")(own(keras.layers.ReLU(name="first")(i))))
    x = np.random.default_rng(0).normal(size=(2, 4)).astype("float32")
    same(flatten(around), around, x)
    for at in ("first", own.name):
        lower, upper = tl.cut(around, at)
        np.testing.assert_array_equal(upper(lower(x)), around(x))
    with pytest.raises(tl.CourseError, match="'d' is inside a subclassed model"):
        tl.cut(around, "d")


def test_the_tensor_of_a_layer_is_the_one_in_this_model(idiom):
    import keras

    flat = flatten(idiom)
    tensors = layer_outputs(flat)
    assert list(tensors) == [layer.name for layer in flat.layers]
    probe = keras.Model(flat.input, tensors["block1_bn"])
    base, augmentation = idiom.get_layer("base"), idiom.get_layer("augmentation")
    within = keras.Model(base.input, base.get_layer("block1_bn").output)
    x = images()
    np.testing.assert_array_equal(probe(x, training=False), within(augmentation(x, training=False), training=False))
    assert tensors["block1_bn"] is not base.get_layer("block1_bn").output


# ---------------------------------------------------------------- what Keras does, and what freeze does about it


def frozen_and_told_so(layer):
    """A frozen base of one layer, called with training=False, under a head."""
    import keras

    i = keras.Input((16,))
    base = keras.Model(i, layer(i), name="base")
    j = keras.Input((16,))
    return base, keras.Model(j, keras.layers.Dense(1, name="head")(base(j, training=False)))


def losses(model, x):
    import keras

    model.compile(keras.optimizers.SGD(0.0), "mse")
    return [float(model.train_on_batch(x, np.ones((len(x), 1)))) for _ in range(3)]


def test_keras_ignores_training_false_on_an_unfrozen_base():
    """If this fails Keras has changed: correct docs/surgery.md and the note in freeze()."""
    import keras

    base, model = frozen_and_told_so(keras.layers.BatchNormalization(name="bn"))
    x = np.random.default_rng(0).normal(5, 2, (8, 16)).astype("float32")
    before = tl.snapshot_weights(model)
    losses(model, x)
    assert tl.changed_weights(model, before) == ["bn"]
    base.trainable = False
    before = tl.snapshot_weights(model)
    losses(model, x)
    assert tl.changed_weights(model, before) == []


def test_keras_keeps_dropout_active_in_a_frozen_base_and_freeze_silences_it():
    """If the first part fails Keras has changed: correct docs/surgery.md and the note in freeze()."""
    import keras

    dropout = keras.layers.Dropout(0.5, name="drop")
    base, model = frozen_and_told_so(dropout)
    base.trainable = False
    x = np.random.default_rng(0).normal(5, 2, (8, 16)).astype("float32")
    assert len(set(losses(model, x))) == 3

    assert tl.freeze(model, "base").disabled_dropout == ("drop",)
    assert len(set(losses(model, x))) == 1
    assert tl.freeze(model, "base").disabled_dropout == ("drop",)  # again is the same
    assert tl.freeze(model, 0).disabled_dropout == ()
    assert dropout.rate == 0.5
    assert len(set(losses(model, x))) == 3
    tl.freeze(model, "base", disable_dropout=False)
    assert dropout.rate == 0.5


def test_a_rate_that_somebody_set_meanwhile_stays(idiom):
    dropout = idiom.get_layer("base").get_layer("block2_drop")
    tl.freeze(idiom, "base")
    dropout.rate = 0.25
    tl.freeze(idiom, 0)
    assert dropout.rate == 0.25


@pytest.mark.parametrize("kind", ["SpatialDropout2D", "GaussianDropout", "AlphaDropout"])
def test_every_dropout_of_keras_is_known(kind):
    import keras

    i = keras.Input((4, 4, 2))
    layer = getattr(keras.layers, kind)(0.3, name="drop")
    model = keras.Model(i, keras.layers.Conv2D(2, 1)(layer(i)))
    x = np.ones((2, 4, 4, 2), "float32")
    tl.freeze(model, "drop")
    np.testing.assert_array_equal(layer(x, training=True), x)
    tl.freeze(model, None)
    assert layer.rate == 0.3
