"""A recorded model is opened only when it is nothing but a model."""

from __future__ import annotations

import io
import json
import zipfile

import numpy as np
import pytest

from tlwidgets.grading._inside.keras_files import BadFile, load


@pytest.fixture(scope="module")
def good(tmp_path_factory):
    import keras
    from keras import layers

    inputs = keras.Input((8, 8, 3))
    x = layers.RandomFlip()(inputs)
    x = layers.Conv2D(4, 3, kernel_regularizer="l2", activation="relu")(x)
    x = layers.BatchNormalization()(x)
    x = keras.Sequential([keras.Input((6, 6, 4)), layers.DepthwiseConv2D(3), layers.LayerNormalization()])(x)
    x = layers.GlobalAveragePooling2D()(layers.Add()([x, x]))
    model = keras.Model(inputs, layers.Dense(2, "softmax")(layers.Dropout(0.5)(x)))
    model.layers[2].trainable = False
    model.compile("adam", "sparse_categorical_crossentropy")
    path = tmp_path_factory.mktemp("m") / "m.keras"
    model.save(path)
    return path.read_bytes(), model


def changed(raw, change):
    """Return the archive after a change to its files."""
    with zipfile.ZipFile(io.BytesIO(raw)) as z:
        parts = {i.filename: z.read(i) for i in z.infolist()}
    change(parts)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as z:
        for name, body in parts.items():
            z.writestr(name, body)
    return out.getvalue()


def config(raw, change):
    def edit(parts):
        whole = json.loads(parts["config.json"])
        parts["config.json"] = json.dumps(change(whole) or whole).encode()

    return changed(raw, edit)


def test_ordinary_models_are_opened(good):
    raw, model = good
    found = load(raw)
    x = np.ones((2, 8, 8, 3), "float32")
    assert np.allclose(found(x, training=False), model(x, training=False))
    assert [layer.trainable for layer in found.layers] == [layer.trainable for layer in model.layers]
    assert not found.compiled


def layer(module, name, inner):
    def change(whole):
        one = whole["config"]["layers"][2]
        one.update(module=module, class_name=name, registered_name=name, config={**one["config"], **inner})

    return change


def inside(**values):
    return lambda whole: whole["config"]["layers"][2]["config"].update(values)


@pytest.mark.parametrize(
    "change",
    [
        layer("keras.layers", "Lambda", {"function": {"class_name": "__lambda__", "config": {"code": "4wEAAAA="}}}),
        layer("builtins", "exec", {}),
        layer("os", "system", {}),
        layer("keras.src.utils.file_utils", "get_file", {"origin": "http://127.0.0.1/x"}),
        layer("keras.config", "enable_unsafe_deserialization", {}),
        layer("keras.layers", "TFSMLayer", {"filepath": "/box"}),
        layer("keras.layers", "StringLookup", {"vocabulary": "/etc/passwd"}),
        layer("keras.models", "load_model", {}),
        layer("keras.layers.os", "path", {}),
        inside(activation={"class_name": "function", "config": "os.system", "module": "os"}),
        inside(kernel_initializer={"class_name": "__lambda__", "config": {}}),
        lambda w: w.update(class_name="Model", module="my_package", registered_name="My>Model"),
        lambda w: {"class_name": "__typespec__", "config": 1, "module": "keras"},
        lambda w: [1],
        lambda w: {"a": 1},
    ],
)  # fmt: skip
def test_what_names_code_is_not(good, change):
    with pytest.raises((BadFile, ValueError, TypeError)):
        load(config(good[0], change))


def test_nothing_of_a_refused_file_has_run(good, tmp_path):
    import marshal

    mark = tmp_path / "ran"
    code = marshal.dumps(compile(f"open({str(mark)!r}, 'w')", "x", "exec")).hex()
    bad = layer("keras.layers", "Lambda", {"function": {"class_name": "__lambda__", "config": {"code": code}}})
    with pytest.raises(BadFile, match="Lambda, which is not opened"):
        load(config(good[0], bad))
    assert not mark.exists()


@pytest.mark.parametrize(
    "change",
    [
        lambda parts: parts.update({"../../evil.py": b"x"}),
        lambda parts: parts.update({"assets/x": b"x"}),
        lambda parts: parts.pop("metadata.json"),
        lambda parts: parts.update({"config.json": b"["}),
        lambda parts: parts.update({"config.json": b"[" * 100_000}),
        lambda parts: parts.update({"model.weights.h5": b"\x89HDF\r\n\x1a\n" + b"\0" * 100}),
    ],
)
def test_archives_that_are_not_plain_are_refused(good, change):
    with pytest.raises((BadFile, OSError)):
        load(changed(good[0], change))


@pytest.mark.parametrize("raw", [b"", b"\x89HDF\r\n\x1a\n" + b"\0" * 512, b"PK\x03\x04", b"\x80\x04cos\nsystem\n."])
def test_h5_pickles_and_rubbish_are_refused(raw):
    with pytest.raises(BadFile):
        load(raw)


def test_weights_may_not_point_out_of_the_file(good, tmp_path):
    import h5py

    for kind in ("link", "external", "soft"):
        body = io.BytesIO()
        with h5py.File(body, "w") as f:
            if kind == "link":
                f["x"] = h5py.ExternalLink("/etc/passwd", "/x")
            elif kind == "soft":
                f["x"] = h5py.SoftLink("/y")
            else:
                f.create_dataset("x", (10,), "u1", external=[(str(tmp_path / "x"), 0, 10)])
        with pytest.raises(BadFile):
            load(changed(good[0], lambda parts, body=body: parts.update({"model.weights.h5": body.getvalue()})))


def test_an_enormous_array_is_refused(good):
    import h5py

    body = io.BytesIO()
    with h5py.File(body, "w") as f:
        f.create_dataset("x", (1 << 40,), "f4", chunks=(1024,))
    with pytest.raises(BadFile, match="too large"):
        load(changed(good[0], lambda parts: parts.update({"model.weights.h5": body.getvalue()})))
