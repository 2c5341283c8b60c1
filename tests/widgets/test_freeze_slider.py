"""FreezeSlider without a browser: the model's flags, the counts, the cue to compile again."""

from __future__ import annotations

import base64
import math

import numpy as np
import pytest

from tlwidgets.errors import CourseError
from tlwidgets.widgets import FreezeSlider


def keras_counts(model):
    """Parameters that train and all parameters, as Keras counts them."""
    return (
        sum(math.prod(w.shape) for w in model.trainable_weights),
        sum(math.prod(w.shape) for w in model.weights),
    )


def keras_array(variable):
    import keras

    return keras.ops.convert_to_numpy(variable).copy()


def browser_counts(slider):
    """The same, as the browser computes it from the rows."""
    still = slider.freeze_batchnorm
    rows = slider._layers[slider.value :]
    trains = sum(row["can_train"] for row in rows if not (still and row["batchnorm"]))
    return trains, sum(row["params"] for row in slider._layers)


@pytest.mark.parametrize("nested", [False, True])
@pytest.mark.parametrize("keep", [False, True])
def test_every_boundary_counts_like_keras(wire, make_model, nested, keep):
    model = make_model(nested=nested)
    slider = FreezeSlider(model, frozen_to=0, freeze_batchnorm=keep)
    for value in range(len(slider._layers) + 1):
        slider.value = value
        assert browser_counts(slider) == keras_counts(model)
        assert (slider.plan.trainable_params, slider.plan.total_params) == keras_counts(model)


def test_a_frozen_container_does_not_hide_its_layers(wire, make_model):
    model = make_model(nested=True)
    model.get_layer("base").trainable = False
    slider = FreezeSlider(model)
    assert slider.value == 5  # found where it is: only the head trains
    slider.value = 2
    trains = {w.path.split("/")[-2] for w in model.trainable_weights}
    assert trains == {"block2_conv", "head"}


def test_browser_and_python_give_the_same(wire, make_model, from_browser):
    one, two = make_model(), make_model()
    FreezeSlider(one).value = 3
    slider = FreezeSlider(two)
    from_browser(slider, value=3)
    assert [layer.trainable for layer in one.layers] == [layer.trainable for layer in two.layers]
    from_browser(slider, freeze_batchnorm=False)
    assert two.get_layer("block2_bn").trainable
    from_browser(slider, value=99)
    assert slider.value == 6


def test_batchnorm(wire, make_model):
    model = make_model()
    slider = FreezeSlider(model, frozen_to=1)
    assert [model.get_layer(n).trainable for n in ("block1_bn", "block2_bn")] == [False, False]
    slider.value = 0
    assert [model.get_layer(n).trainable for n in ("block1_bn", "block2_bn")] == [False, False]
    slider.freeze_batchnorm = False
    assert [model.get_layer(n).trainable for n in ("block1_bn", "block2_bn")] == [True, True]


def test_kept_batchnorm_does_not_move_in_fit(wire, make_model, data):
    model = make_model()
    FreezeSlider(model, frozen_to="block1")
    model.compile("adam", "sparse_categorical_crossentropy")
    norm, conv = model.get_layer("block2_bn"), model.get_layer("block2_conv")
    before = [keras_array(w) for w in (*norm.weights, conv.kernel)]
    model.fit(*data, epochs=1, verbose=0)
    after = [keras_array(w) for w in (*norm.weights, conv.kernel)]
    assert all(np.array_equal(a, b) for a, b in zip(before[:-1], after[:-1], strict=True))
    assert not np.array_equal(before[-1], after[-1])


def test_names(wire, make_model):
    slider = FreezeSlider(make_model(), frozen_to="block1")
    assert slider.value == 2
    assert slider.frozen_layers == ("block1_conv", "block1_bn")
    assert slider.first_trainable == "block2_conv"
    slider.to("block2_conv")
    assert slider.value == 3
    slider.to("block2")
    assert slider.value == 4
    with pytest.raises(CourseError, match="did you mean block2"):
        slider.to("blok2")
    assert slider.value == 4


def test_without_a_boundary_the_models_own_flags_decide(wire, make_model):
    model = make_model()
    assert FreezeSlider(model).value == 0
    for layer in model.layers[:3]:
        layer.trainable = False
    assert FreezeSlider(model).value == 3
    model.trainable = False
    assert FreezeSlider(model).value == 6


def test_a_model_that_is_not_built(wire):
    import keras

    with pytest.raises(CourseError, match=r"not built.*model\.build"):
        FreezeSlider(keras.Sequential([keras.layers.Dense(3)]))
    with pytest.raises(CourseError, match="Keras model was expected"):
        FreezeSlider("resnet")


@pytest.mark.parametrize("frozen", [-1, 99, True, 2.5])
def test_a_boundary_out_of_range(wire, make_model, frozen):
    with pytest.raises(CourseError):
        FreezeSlider(make_model(), frozen_to=frozen)


# ---------------------------------------------------------------- compile again


def test_stale_until_compiled_again(wire, make_model, data):
    model = make_model()
    slider = FreezeSlider(model)
    assert not slider.stale
    slider.value = 3
    assert slider.stale
    assert wire.updates("_stale")[-1] is True
    assert "compile again" in slider.summary()
    model.fit(*data, epochs=1, verbose=0)  # training does not apply it
    assert slider.stale
    model.compile("adam", "sparse_categorical_crossentropy")
    assert not slider.stale
    assert wire.updates("_stale")[-1] is False


def test_stale_goes_when_the_boundary_comes_back(wire, make_model):
    slider = FreezeSlider(make_model())
    slider.value = 4
    slider.value = 0
    assert not slider.stale


def test_compile_between_two_moves_is_seen(wire, make_model):
    model = make_model()
    slider = FreezeSlider(model)
    slider.value = 3
    model.compile("adam", "sparse_categorical_crossentropy")
    slider.value = 6
    assert slider.stale
    slider.value = 3
    assert not slider.stale


def test_compile_with_the_same_optimizer_counts(wire, make_model, data):
    model = make_model()
    model.fit(*data, epochs=1, verbose=0)
    slider = FreezeSlider(model, frozen_to=3)
    assert slider.stale
    model.compile(model.optimizer, "sparse_categorical_crossentropy")
    assert not slider.stale


def test_stale_tells_the_truth_about_training(wire, make_model, data):
    model = make_model()
    model.fit(*data, epochs=1, verbose=0)
    slider = FreezeSlider(model, frozen_to=4)
    kernel = model.get_layer("block1_conv").kernel
    before = keras_array(kernel)
    model.fit(*data, epochs=1, verbose=0)
    assert slider.stale
    assert not np.array_equal(before, keras_array(kernel))  # still trained
    model.compile("adam", "sparse_categorical_crossentropy")
    before = keras_array(kernel)
    model.fit(*data, epochs=1, verbose=0)
    assert not slider.stale
    assert np.array_equal(before, keras_array(kernel))


def test_flags_changed_before_the_slider_was_made(wire, make_model):
    model = make_model()
    model.layers[0].trainable = False
    assert FreezeSlider(model).stale


def test_own_training_loop(wire, make_model):
    slider = FreezeSlider(make_model(compiled=False))
    assert not slider.stale  # nothing is compiled: there is nothing to apply
    slider.compiled()
    slider.value = 2
    assert slider.stale
    slider.compiled()
    assert not slider.stale


# ---------------------------------------------------------------- the figure and the size


def test_static_figure_and_words(wire, make_model):
    slider = FreezeSlider(make_model(), frozen_to=3)
    data, metadata = slider._repr_mimebundle_()
    assert base64.b64decode(data["image/png"])[:4] == b"\x89PNG"
    trains, total = keras_counts(slider.model)
    for words in (
        "3 of 6 layers frozen",
        f"{trains:,} of {total:,}",
        "first trainable layer: head",
        "compile again",
    ):
        assert words in data["text/plain"]
    assert metadata["image/png"]["alt"] == data["text/plain"]


def test_one_layer(wire):
    import keras

    slider = FreezeSlider(keras.Sequential([keras.Input((2,)), keras.layers.Dense(1, name="日本<b>")]))
    slider.value = 1
    assert slider.first_trainable is None
    assert "nothing trains" in slider.summary()
    slider.static()


@pytest.mark.slow
def test_two_thousand_layers(wire):
    import keras

    def part(n):  # Keras itself cannot build a chain of 2,000
        layers = [keras.layers.Rescaling(1.0, name=f"block{n}_{i}") for i in range(200)]
        return keras.Sequential([keras.Input((2,)), *layers], name=f"part{n}")

    model = keras.Sequential([keras.Input((2,)), *(part(n) for n in range(10)), keras.layers.Dense(1)])
    slider = FreezeSlider(model)
    slider.value = 1000
    assert slider.value == 1000
    assert sum(layer.trainable for part in model.layers[:10] for layer in part.layers) == 1000
    assert slider.static()


def test_a_shared_layer_is_counted_once(wire):
    import keras

    shared = keras.layers.Dense(4, name="shared")
    a = keras.Sequential([keras.Input((4,)), shared], name="a")
    b = keras.Sequential([keras.Input((4,)), shared], name="b")
    model = keras.Sequential([keras.Input((4,)), a, b, keras.layers.Dense(1)])
    slider = FreezeSlider(model)
    assert browser_counts(slider) == keras_counts(model)


def test_saved_image_waits_for_the_hand(wire, make_model, from_browser, message_from_browser, monkeypatch):
    slider = FreezeSlider(make_model())
    slider._displays = ["somewhere"]
    refreshed = []
    monkeypatch.setattr(slider, "_refresh", lambda: refreshed.append(slider.value))
    from_browser(slider, value=2)
    from_browser(slider, value=3)
    assert refreshed == []  # the view would be replaced under the hand
    message_from_browser(slider, {"kind": "settled"})
    assert refreshed == [3]
    slider.value = 4
    assert refreshed == [3, 4]
