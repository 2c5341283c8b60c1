"""The store: what changes the hash, that only whole features are read, and that trouble with the disk stops nothing."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import numpy as np
import pytest
import tensorflow as tf
from small_network import images, keras, network

import tlwidgets as tl
from tlwidgets.training import fit, store
from tlwidgets.training.prefix import split

L = keras.layers
X, Y = images(64)


def key(model, x=X, batch_size=32):
    tl.freeze(model, 10)
    part = split(model)
    return store.digest(part.graph, part.prefix.variables, [x], batch_size)


def key_of(function, like=X, variables=()):
    graph = tf.function(function, input_signature=[tf.TensorSpec((None, *like.shape[1:]), tf.float32)], autograph=False)
    return store.digest(graph, variables, [like], 32)


def features(n=4, value=1.0):
    return (np.full((n, 3), value, "float32"),)


def test_the_hash_is_that_of_the_content():
    assert key(network()) == key(network())  # another object, other counted names


def test_whatever_changes_the_features_changes_the_hash():
    first = key(model := network())
    weights = model.get_weights()
    model.get_layer("block1_conv").bias.assign_add([1e-7, 0, 0, 0])
    keys = {first, key(model)}
    model.set_weights(weights)
    keys.add(key(model, x=X[::-1]))
    keys.add(key(model, x=X.astype("float32")))
    keys.add(key(model, batch_size=16))
    model.get_layer("block1_bn").epsilon = 0.5
    keys.add(key(model))
    model.get_layer("block1_bn").epsilon = 1e-3
    model.get_layer("rescaling").scale = 1 / 127
    keys.add(key(model))
    model.get_layer("rescaling").scale = 1 / 255
    # what no configuration tells: an activation put in its place by hand
    relu, model.get_layer("block1_relu").call = model.get_layer("block1_relu").call, keras.ops.abs
    keys.add(key(model))
    assert len(keys) == 8
    model.get_layer("block1_relu").call = relu
    model.get_layer("head").set_weights([w + 1 for w in model.get_layer("head").get_weights()])
    assert key(model) == first  # the head has no part in the features


def test_every_number_of_a_large_constant_counts():
    """Text of it would be shortened in the middle."""
    first = np.zeros((16, 16, 3), "float32")
    second = first.copy()
    second[8, 8, 1] = 1
    keys = set()
    for mask in (first, second, first):
        inputs = keras.Input((16, 16, 3))
        x = keras.ops.multiply(L.Rescaling(1 / 255)(inputs), tf.constant(mask))
        model = keras.Model(inputs, L.Dense(3, "softmax")(L.Flatten()(x)))
        part = split(model)
        assert part.prefix is not None
        keys.add(store.digest(part.graph, part.prefix.variables, [X], 32))
    assert len(keys) == 2
    assert None not in keys


def test_what_is_no_bytes_has_no_hash():
    table = tf.lookup.StaticHashTable(tf.lookup.KeyValueTensorInitializer([1], [2], tf.int64, tf.int64), 0)
    unknown = tf.Variable(1.0)
    assert key_of(lambda x: x + 1) is not None
    assert key_of(lambda x: tf.numpy_function(np.sin, [x], tf.float32)) is None
    assert key_of(lambda x: table.lookup(tf.cast(x, tf.int64))) is None
    assert key_of(lambda x: tf.map_fn(lambda a: a * 2, x)) is None
    assert key_of(lambda x: x * unknown) is None
    assert store.digest(None, [], [X], 32) is None


def test_features_are_found_in_memory_and_in_the_next_kernel():
    assert store.get("k") is None
    store.put("k", made := features())
    assert store.get("k")[0] is made[0]
    assert not made[0].flags.writeable
    store._memory.clear()
    (again,) = store.get("k")
    np.testing.assert_array_equal(again, np.ones((4, 3)))


def test_off_keeps_nothing_on_the_disk(monkeypatch, tmp_path):
    monkeypatch.setenv("TLWIDGETS_STORE", "off")
    store.put("k", features())
    assert store.get("k") is not None
    assert list(tmp_path.rglob("*.npz")) == []


def test_the_features_used_longest_ago_go_first(monkeypatch):
    monkeypatch.setenv("TLWIDGETS_STORE_MB", "0.002")  # seven files of 300 bytes do not fit
    for i in range(5):
        store.put(f"k{i}", features())
        os.utime(store.location() / f"k{i}.npz", (i, i))
    store._memory.clear()
    assert store.get("k0") is not None  # used now
    store.put("k5", features())
    store.put("k6", features())
    store.put("k7", features())
    there = {f.stem for f in store.location().iterdir()}
    assert {"k0", "k7"} <= there
    assert "k1" not in there
    assert sum(f.stat().st_size for f in store.location().iterdir()) <= 2300
    monkeypatch.setenv("TLWIDGETS_STORE_MB", "much")
    with pytest.raises(tl.CourseError, match="not 'much'"):
        store.limit()


@pytest.mark.parametrize("damage", [lambda b: b[:-40], lambda b: b[:200] + bytes([b[200] ^ 1]) + b[201:]])
def test_what_is_damaged_is_made_again(damage):
    store.put("k", features(100))
    store._memory.clear()
    file = store.location() / "k.npz"
    file.write_bytes(damage(file.read_bytes()))
    assert store.get("k") is None
    assert not file.exists()


def test_a_process_that_is_killed_leaves_nothing_that_is_read(monkeypatch):
    code = (
        "import os, numpy as np, time\nfrom tlwidgets.training import store\n"
        "def sync(number):\n"
        "    print('written', flush=True)\n    time.sleep(60)\n"
        "os.fsync = sync\n"
        "store.put('k', (np.ones((4, 3), 'float32'),))"
    )
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, env=dict(os.environ))
    assert process.stdout.readline() == b"written\n"
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert store.get("k") is None
    (left,) = store.location().iterdir()
    os.utime(left, (0, 0))
    monkeypatch.setenv("TLWIDGETS_STORE_MB", "0.0003")
    store.put("other", features())
    assert not left.exists()  # it counts, and goes when room is needed


def test_a_disk_that_cannot_be_written_is_said_once_and_done_without(monkeypatch, tmp_path):
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("TLWIDGETS_STORE", str(tmp_path / "file" / "below"))
    tl.freeze(model := network(), 10)
    with pytest.warns(UserWarning, match="cannot be kept on the disk") as said:
        runs = [fit(model, (X[:n], Y[:n]), epochs=2, cache="on") for n in (64, 50)]
    assert runs[0].cache.startswith("cached")
    assert len([w for w in said if "cannot be kept" in str(w.message)]) == 1


def test_a_disk_that_fills_up_on_the_way_is_done_without(monkeypatch):
    def full(file, *arrays):
        file.write(b"something")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(np, "savez", full)
    with pytest.warns(UserWarning, match="No space left"):
        store.put("k", features())
    np.testing.assert_array_equal(store.get("k")[0], np.ones((4, 3)))
    assert list(store.location().iterdir()) == []


def test_new_weights_are_never_trained_on_old_features():
    tl.freeze(model := network(dropout=0.0), 10)
    fit(model, (X, Y), epochs=1, optimizer=keras.optimizers.SGD(0.0), cache="on")
    model.get_layer("block2_conv").set_weights([2 * w for w in model.get_layer("block2_conv").get_weights()])
    run = fit(model, (X, Y), epochs=1, optimizer=keras.optimizers.SGD(0.0), cache="on")
    loss = keras.losses.sparse_categorical_crossentropy(Y, model.predict(X, verbose=0))
    assert run.final["loss"] == pytest.approx(float(np.mean(loss)), rel=1e-5)


def test_another_call_finds_them_and_gives_the_same(monkeypatch):
    runs = []
    for _ in range(2):
        tl.freeze(model := network(), 10)
        runs.append(fit(model, (X, Y), epochs=2, optimizer=keras.optimizers.Adam(1e-2), cache="on"))
        store._memory.clear()  # as in a new kernel
    assert [run.cache.endswith(", from an earlier run") for run in runs] == [False, True]
    assert runs[0].history == runs[1].history
