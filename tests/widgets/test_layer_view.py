"""LayerView without a browser: what is seen is what the model gives; dead, broken and odd layers."""

from __future__ import annotations

import numpy as np
import pytest

from tlwidgets.errors import CourseError
from tlwidgets.widgets.layer_view import LayerView


@pytest.fixture
def x(data):
    return data[0][:6]


def record(view):
    """Return what was sent of the shown layer, as arrays."""
    sent = view._records[view.value]
    n, channels, high, wide = sent["form"]
    maps = np.frombuffer(sent["maps"], "i1").reshape(n, channels, high, wide)
    return maps, np.frombuffer(sent["scores"], "<f4").reshape(n, channels), sent


def test_maps_and_scores_are_those_of_the_layer(wire, make_model, x):
    import keras

    model = make_model()
    view = LayerView(model, x)
    assert [layer["name"] for layer in view._layers] == [
        "block1_conv", "block1_bn", "block2_conv", "block2_bn", "pool", "head",
    ]  # fmt: skip
    view.value = "block2_conv"
    maps, scores, sent = record(view)
    out = keras.Model(model.inputs, model.get_layer("block2_conv").output)(x, training=False).numpy()
    assert np.allclose(scores, out.max(axis=(1, 2)), atol=1e-5)
    expected = out.transpose(0, 3, 1, 2) / np.abs(out).max(axis=(0, 1, 2))[None, :, None, None]
    assert np.abs(maps / 127 - expected).max() < 1 / 120
    assert (sent["size"], sent["places"]) == ([4, 4], True)
    assert view.strongest(1) == np.argsort(-scores[:, 1], kind="stable")[:4].tolist()


def test_inside_a_model_inside(wire, make_model, x):
    view = LayerView(make_model(nested=True), x, ["block2_bn", "head"])
    assert [layer["block"] for layer in view._layers] == ["block2", "head"]
    view.value = "head"
    maps, scores, sent = record(view)
    assert maps.shape == (6, 3, 1, 1)
    assert not sent["places"]
    assert np.allclose(scores.sum(axis=1), 1, atol=1e-5)
    assert "one number a channel" in view.summary()


def test_filters_that_can_be_drawn(wire, make_model, x):
    model = make_model()
    view = LayerView(model, x)
    _, _, sent = record(view)
    kernel = model.get_layer("block1_conv").kernel.numpy()
    found = np.frombuffer(sent["filters"], "i1").reshape(sent["filter_form"]) / 127
    assert np.abs(found[2] - kernel[..., 2] / np.abs(kernel[..., 2]).max()).max() < 1 / 120
    view.value = "block2_conv"
    _, _, sent = record(view)
    assert sent["filters"] == b""
    assert "4 channels each" in sent["filter_words"]


def test_dead_and_broken_channels(wire, x):
    import keras

    keras.utils.set_random_seed(0)
    model = keras.Sequential([keras.Input((8, 8, 3)), keras.layers.Conv2D(4, 3, activation="relu", name="conv")])
    kernel, bias = model.get_layer("conv").get_weights()
    kernel[..., 0], bias[0] = 0, -1  # below zero everywhere
    kernel[..., 1] = np.nan
    model.get_layer("conv").set_weights([kernel, bias])
    view = LayerView(model, x)
    assert view.dead() == [0]
    assert list(record(view)[2]["state"][:2]) == [1, 2]
    assert "1 of 4 channels is 0 for all 6 images" in view.summary()
    assert "1 of 4 channels is not a number" in view.summary()
    for channel in (0, 1):
        view.channel = channel
        assert "nan" not in view.summary()
        view.static()


def test_large_maps_are_sent_small(wire):
    import keras

    model = keras.Sequential([keras.Input((200, 120, 1)), keras.layers.Conv2D(8, 3, padding="same", name="c")])
    model.get_layer("c").set_weights([np.zeros((3, 3, 1, 8)) + np.eye(3)[1][:, None, None, None] / 3, np.zeros(8)])
    images = np.zeros((2, 200, 120, 1), "float32")
    images[0, :100] = 1
    maps, _, sent = record(LayerView(model, images))
    assert maps.shape == (2, 8, 32, 32)
    assert sent["size"] == [200, 120]
    assert (maps[0, 0, :15] > 60).all()
    assert (maps[0, 0, 17:] == 0).all()


def test_the_same_from_either_side(wire, from_browser, make_model, x):
    one, two = (LayerView(make_model(), x, names=list("abcdef")) for _ in range(2))
    from_browser(one, value="block2_bn", channel=3, image=4, order="response")
    two.value, two.channel, two.image, two.order = "block2_bn", 3, 4, "response"
    assert one.summary() == two.summary()
    assert "Channel 3 for e" in one.summary()
    assert list(one._records) == ["block2_bn"]
    from_browser(one, value="?", channel=99, image=-1, order="?")
    assert one.summary() == two.summary()
    one.value = "head"  # has three channels
    assert one.channel == 2
    for name, value, words in (("value", "heat", "did you mean head"), ("channel", 3, "no channel 3"),
                               ("image", 6, "no image 6")):  # fmt: skip
        with pytest.raises(CourseError, match=words):
            setattr(one, name, value)


def test_everything_is_sent_for_a_page_without_a_kernel(wire, make_model, x, monkeypatch):
    view = LayerView(make_model(), x, precomputed=True)
    assert view._alone
    assert list(view._records) == [layer["name"] for layer in view._layers]
    monkeypatch.setattr("tlwidgets.widgets.layer_view._AHEAD", 1000)
    with pytest.raises(CourseError, match="name fewer layers"):
        LayerView(make_model(), x, precomputed=True)


def test_input_that_does_not_fit(wire, make_model, x):
    import keras

    model = make_model()
    for arguments, options, words in (
        (("model", x), {}, "a Keras model was expected"),
        ((model, x[:0]), {}, "1 to 64 images, not 0"),
        ((model, np.zeros((65, 8, 8, 3))), {}, "1 to 64 images, not 65"),
        ((model, np.zeros((2, 9, 9, 3))), {}, r"takes images of shape"),
        ((model, x, ["block3"]), {}, "unknown layer 'block3'"),
        ((model, x, "head"), {}, "should be a list"),
        ((model, x), {"names": ["a"]}, "1 names for 6"),
        ((keras.Sequential([keras.layers.Dense(2)]), x), {}, "not built"),
    ):
        with pytest.raises(CourseError, match=words):
            LayerView(*arguments, **options)
    three = keras.Sequential([keras.Input((8, 8, 3)), keras.layers.Reshape((8, 24), name="r"), keras.layers.Flatten()])
    with pytest.raises(CourseError, match="neither maps"):
        LayerView(three, x, ["r"])


def test_words_and_figure(wire, make_model, x):
    view = LayerView(make_model(), x, names=["$a$", "<b>", "c" * 80, "", "e", "f"], label="$")
    data, metadata = view._repr_mimebundle_()
    assert metadata["image/png"]["alt"] == data["text/plain"] == view.summary()
