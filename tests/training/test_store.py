"""The store: what changes the hash, that only whole features are read, and that trouble with the disk stops nothing."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import numpy as np
import pytest
from small_network import keras, network, pictures

import tlwidgets as tl
from tlwidgets.training import fit, store
from tlwidgets.training.prefix import split

X, Y = pictures(64)


def key(model, x=X, **settings):
    tl.freeze(model, 10)
    return store.digest(split(model).prefix, [x], batch=32, **settings)


def features(n=4, value=1.0):
    return [[np.full((2, 3), value, "float32")] for _ in range(n // 2)]


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
    keys.add(key(model, half=True))
    model.get_layer("block1_bn").epsilon = 0.5
    keys.add(key(model))
    model.get_layer("block1_bn").epsilon = 1e-3
    model.get_layer("rescaling").scale = 1 / 127
    keys.add(key(model))
    assert len(keys) == 7
    model.get_layer("rescaling").scale = 1 / 255
    model.get_layer("head").set_weights([w + 1 for w in model.get_layer("head").get_weights()])
    assert key(model) == first  # the head has no part in the features


def test_features_are_found_in_memory_and_in_the_next_kernel():
    assert store.get("k") is None
    made = store.keep("k", features(), 4, mapped=False)
    assert store.get("k")[0] is made[0]
    assert not made[0].flags.writeable
    store._memory.clear()
    (again,) = store.get("k")
    assert isinstance(again, np.memmap)
    np.testing.assert_array_equal(again, np.ones((4, 3)))


def test_off_keeps_nothing_on_the_disk(monkeypatch, tmp_path):
    monkeypatch.setenv("TLWIDGETS_STORE", "off")
    store.keep("k", features(), 4, mapped=False)
    assert store.get("k") is not None
    assert list(tmp_path.rglob("*.npy")) == []


def test_the_features_used_longest_ago_go_first(monkeypatch):
    monkeypatch.setenv("TLWIDGETS_STORE_MB", "0.001")  # twenty of 48 bytes and a header of 128 do not fit
    for i in range(5):
        store.keep(f"k{i}", features(), 4, mapped=False)
        os.utime(store.location() / f"k{i}", (i, i))
    store._memory.clear()
    assert store.get("k0") is not None  # used now
    store.keep("k5", features(), 4, mapped=False)
    store.keep("k6", features(), 4, mapped=False)
    there = {f.name for f in store.location().iterdir()}
    assert {"k0", "k6"} <= there
    assert "k1" not in there
    assert sum(f.stat().st_size for f in store.location().rglob("*.npy")) <= 1000
    monkeypatch.setenv("TLWIDGETS_STORE_MB", "much")
    with pytest.raises(tl.CourseError, match="not 'much'"):
        store.limit()


def test_what_is_cut_off_is_made_again():
    store.keep("k", features(), 4, mapped=False)
    store._memory.clear()
    file = store.location() / "k" / "0.npy"
    file.write_bytes(file.read_bytes()[:-4])
    assert store.get("k") is None
    assert not (store.location() / "k").exists()


def test_a_process_that_is_killed_leaves_nothing_that_is_read(tmp_path):
    code = (
        "import numpy as np, time\nfrom tlwidgets.training import store\n"
        "def parts():\n"
        "    yield [np.ones((2, 3), 'float32')]\n    print('half', flush=True)\n    time.sleep(60)\n"
        "store.keep('k', parts(), 4, mapped=False)"
    )
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, env=dict(os.environ))
    assert process.stdout.readline() == b"half\n"
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert store.get("k") is None
    (left,) = store.location().iterdir()
    store.keep("other", features(), 4, mapped=False)
    assert left.exists()  # young: another notebook may be at work
    os.utime(left, (0, time.time() - 7200))
    store.keep("third", features(), 4, mapped=False)
    assert not left.exists()


def test_two_notebooks_that_make_the_same_both_end_with_it():
    def parts():
        yield features()[0]
        store.keep("k", features(), 4, mapped=False)  # the other was faster
        yield features()[1]

    store.keep("k", parts(), 4, mapped=False)
    assert [f.name for f in store.location().iterdir()] == ["k"]


def test_a_disk_that_cannot_be_written_is_said_once_and_done_without(monkeypatch, tmp_path):
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("TLWIDGETS_STORE", str(tmp_path / "file" / "below"))
    tl.freeze(model := network(), 10)
    with pytest.warns(UserWarning, match="cannot be kept on the disk") as said:
        runs = [fit(model, (X[:n], Y[:n]), epochs=2, cache="on") for n in (64, 50)]
    assert runs[0].cache.startswith("cached")
    assert len([w for w in said if "cannot be kept" in str(w.message)]) == 1


def test_a_disk_that_fills_up_on_the_way_is_done_without(monkeypatch):
    def full(self, part, *, must):
        self._fail(OSError(28, "No space left on device"), must)
        return False

    monkeypatch.setattr(store._Writer, "add", full)
    with pytest.warns(UserWarning, match="No space left"):
        (made,) = store.keep("k", features(), 4, mapped=False)
    np.testing.assert_array_equal(made, np.ones((4, 3)))
    assert list(store.location().iterdir()) == []
    monkeypatch.setattr("tlwidgets.training.cost.MEMORY", 10)
    tl.freeze(model := network(), 10)
    run = fit(model, (X, Y), epochs=2, cache="on")
    assert run.cache == "not cached: the features are too many for memory, and No space left on device"


def test_new_weights_are_never_trained_on_old_features():
    tl.freeze(model := network(dropout=0.0), 10)
    fit(model, (X, Y), epochs=1, optimizer=keras.optimizers.SGD(0.0), cache="on")
    model.get_layer("block2_conv").set_weights([2 * w for w in model.get_layer("block2_conv").get_weights()])
    run = fit(model, (X, Y), epochs=1, optimizer=keras.optimizers.SGD(0.0), cache="on")
    loss = keras.losses.sparse_categorical_crossentropy(Y, model.predict(X, verbose=0))
    assert run.final["loss"] == pytest.approx(float(np.mean(loss)), rel=1e-5)
