"""ImageInput without a browser: what is taken, what is refused and why, what a network says."""

from __future__ import annotations

import io

import numpy as np
import pytest

from tlwidgets.errors import CourseError
from tlwidgets.widgets.image_input import LIMIT, MOST, ImageInput


def file_of(value=200, size=(40, 30), kind="png"):
    """A file with an image of one colour, or of an array."""
    from PIL import Image

    buffer = io.BytesIO()
    image = Image.fromarray(value) if isinstance(value, np.ndarray) else Image.new("RGB", size, (value, 10, 10))
    image.save(buffer, kind)
    return buffer.getvalue()


@pytest.fixture(scope="module")
def corner_model():
    """Probability of "bright corner": how bright the lower right quarter is. Nothing else matters to it."""
    import keras

    model = keras.Sequential([keras.Input((20, 20, 3)), keras.layers.Flatten(), keras.layers.Dense(2, "softmax")])
    kernel = np.zeros((20, 20, 3, 2), "float32")
    kernel[10:, 10:, :, 1] = 8 / (255 * 300)
    model.layers[-1].set_weights([kernel.reshape(1200, 2), np.array([2, 0], "float32")])
    return model


CLASSES = ["dark corner", "bright corner"]


def test_images_by_hand(wire):
    images = ImageInput(size=16)
    heard = []
    images.observe(lambda change: heard.append(len(change["new"])), "value")
    images.add(file_of(200), "a.png")
    images.add(file_of(90, kind="jpeg"), "folder/a.png")
    assert images.value.shape == (2, 16, 16, 3)
    assert images.value.dtype == np.uint8
    assert images.value[0, 0, 0].tolist() == [200, 10, 10]
    assert images.names == ("a.png", "a.png (2)")
    assert heard == [1, 2]
    assert (len(images), images.selected) == (2, 1)
    images.remove(0)
    assert (images.names, images.selected) == (("a.png (2)",), 0)
    images.clear()
    assert (images.value.shape, images.selected) == ((0, 16, 16, 3), -1)


@pytest.mark.parametrize(
    ("data", "word"),
    [(b"", "empty"), (b"not an image", "no image"), (file_of(1)[:60], "broken"), (b"\0" * (LIMIT + 1), "32 MB")],
)
def test_a_file_that_cannot_be_used_is_named(wire, data, word):
    images = ImageInput()
    with pytest.raises(CourseError, match=f"holiday.jpg: .*{word}"):
        images.add(data, "C:\\images\\holiday.jpg")
    assert len(images) == 0


def send(widget, data, name, piece=1000):
    for number in range(max(1, -(-len(data) // piece))):
        content = {"kind": "part", "name": name, "number": number}
        part = memoryview(data[number * piece : (number + 1) * piece])
        widget._handle_msg({"content": {"data": {"method": "custom", "content": content}}, "buffers": [part]})


def test_files_from_the_browser_come_in_pieces(wire, message_from_browser):
    images = ImageInput(size=32)
    noise = np.random.default_rng(0).integers(0, 256, (50, 50, 3)).astype("uint8")
    good = file_of(noise)
    assert len(good) > 3000
    send(images, good, "noise.png")
    send(images, b"text", "notes.txt")
    send(images, file_of(9), "<img src=x>.png")
    assert len(images) == 0, "they are read when all are there"
    message_from_browser(images, {"kind": "files"})
    assert images.names == ("noise.png", "<img src=x>.png")
    assert images.problems == ["notes.txt: no image that Pillow can read."]
    assert wire.updates("_heard") == [1]
    message_from_browser(images, {"kind": "remove"})
    assert len(images) == 1
    message_from_browser(images, {"kind": "clear"})
    assert (len(images), images.problems) == (0, [])


def test_the_view_stays_while_the_hand_is_on_it(wire, monkeypatch, message_from_browser):
    """A new saved figure replaces the view, and with it a camera that is on."""
    images = ImageInput(size=16)
    images._displays, refreshed = ["shown"], []
    monkeypatch.setattr(images, "_refresh", lambda: refreshed.append(len(images)))
    send(images, file_of(), "camera-1.jpg")
    message_from_browser(images, {"kind": "files"})
    assert refreshed == []
    message_from_browser(images, {"kind": "settled"})
    assert refreshed == [1]


def test_strange_messages_do_nothing(wire, message_from_browser):
    images = ImageInput()
    for strange in (None, {}, {"kind": "part"}, {"kind": "remove"}, {"kind": "explain"}, {"kind": "files"}):
        message_from_browser(images, strange)
    assert len(images) == 0
    message_from_browser(images, {"kind": "folder", "path": "/no/such/folder"})
    assert len(images.problems) == 1


def test_no_more_than_the_most(wire):
    images = ImageInput(size=8)
    data = file_of()
    for _ in range(MOST):
        images._take(data, "a.png")
    with pytest.raises(CourseError, match="the most"):
        images.add(data, "one more.png")


def test_folder(wire, tmp_path, message_from_browser):
    rng = np.random.default_rng(0)
    for name in ("cat", "dog"):
        (tmp_path / name).mkdir()
        for i in range(6):
            image = rng.integers(0, 256, (24, 24, 3)).astype("uint8")
            (tmp_path / name / f"{i}.png").write_bytes(file_of(image))
    (tmp_path / "cat" / "broken.jpg").write_bytes(b"\xff\xd8\xff")
    images = ImageInput(size=24)
    message_from_browser(images, {"kind": "folder", "path": str(tmp_path)})
    assert len(images) == 12
    assert {item["label"] for item in images._items} == {"cat", "dog"}
    assert len(images.problems) == 1
    assert "broken.jpg" in images.problems[0]


# ---------------------------------------------------------------- a network


def test_predictions(wire, corner_model):
    images = ImageInput(corner_model, CLASSES)
    assert images.size == 20
    bright = np.zeros((20, 20, 3), "uint8")
    bright[10:, 10:] = 255
    images.add(file_of(bright), "bright.png")
    images.add(file_of(np.zeros((20, 20, 3), "uint8")), "dark.png")
    (first, second) = images.predictions()
    assert (first[0][0], second[0][0]) == ("bright corner", "dark corner")
    assert sum(p for _, p in first) == pytest.approx(1)
    assert first[0][1] == pytest.approx(1 / (1 + np.exp(-6)), abs=1e-4)
    assert images._items[0]["top"][0][0] == "bright corner"


def test_occlusion_finds_what_the_network_uses(wire, corner_model, message_from_browser):
    images = ImageInput(corner_model, CLASSES)
    image = np.random.default_rng(1).integers(0, 60, (20, 20, 3)).astype("uint8")
    image[10:, 10:] = 160
    image[16:, 16:] = 255
    images.add(file_of(image), "a.png")
    found = images.attribution(0)
    assert found.drop.shape == (20, 20)
    inside, outside = found.drop[12:, 12:], found.drop[:8, :8]
    assert inside.min() > 0.005 > abs(outside).max(), "only the lower right quarter matters"
    left, top, _, _ = found.box
    assert min(left, top) >= 0.4
    assert found.lowest < found.whole
    other = images.attribution(0, of="dark corner")
    assert other.drop[12:, 12:].max() < 0, "covering the bright corner speaks for the dark one"
    message_from_browser(images, {"kind": "explain"})
    assert "lower right" in images._maps["a.png"]["words"]


def test_occlusion_of_nothing(wire, corner_model):
    images = ImageInput(corner_model, CLASSES)
    images.add(file_of(np.full((20, 20, 3), 50, "uint8")), "even.png")
    assert images.explain(0).startswith("No single square matters")


def test_logits_and_one_output(wire):
    import keras

    def model(units, activation=None):
        made = keras.Sequential([keras.Input((8, 8, 3)), keras.layers.Flatten(), keras.layers.Dense(units, activation)])
        made.layers[-1].set_weights([np.zeros((192, units), "float32"), np.arange(units).astype("float32") - 1])
        return made

    logits = ImageInput(model(3))
    logits.add(file_of(), "a.png")
    assert [name for name, _ in logits.predictions()[0]] == ["class 2", "class 1", "class 0"]
    assert sum(p for _, p in logits.predictions()[0]) == pytest.approx(1)
    single = ImageInput(model(1, "sigmoid"), ["no", "yes"])
    single.add(file_of(), "a.png")
    assert single.predictions()[0][0] == ("no", pytest.approx(1 - 1 / (1 + np.e)))


def test_models_and_sizes_that_do_not_fit(wire, corner_model):
    import keras

    with pytest.raises(CourseError, match="2 classes apart, but 3 names"):
        ImageInput(corner_model, ["a", "b", "c"])
    with pytest.raises(CourseError, match="takes images of 20 pixels, not 32"):
        ImageInput(corner_model, size=32)
    with pytest.raises(CourseError, match="need a model"):
        ImageInput(None, ["a"])
    with pytest.raises(CourseError, match="square images"):
        ImageInput(keras.Sequential([keras.Input((4,)), keras.layers.Dense(2)]))
    with pytest.raises(CourseError, match="not built"):
        ImageInput(keras.Sequential([keras.layers.Dense(2)]))
    for size in (4, 4000, 8.5, True):
        with pytest.raises(CourseError, match="size="):
            ImageInput(size=size)
    with pytest.raises(CourseError, match="no model"):
        ImageInput().predictions()
    with pytest.raises(CourseError, match="no image number 0"):
        ImageInput(corner_model).attribution(0)


def test_figure_and_words(wire, corner_model):
    images = ImageInput(corner_model, ["$dark_{", "<b>bright</b>"])
    assert "No images yet" in images.static().alt
    for i in range(14):
        images.add(file_of(i * 10), f"ünïcode $x_ {i}.png")
    data, _ = images._repr_mimebundle_()
    assert "14 images of 20 × 20 pixels" in data["text/plain"]
    assert "ünïcode $x_ 13.png: $dark_{" in data["text/plain"]
    assert len(data["image/png"]) < 200_000
