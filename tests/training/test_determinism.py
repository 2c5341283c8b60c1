"""Same seed, same numbers, in two processes."""

from __future__ import annotations

import os
import subprocess
import sys

import numpy as np
import pytest

from tlwidgets import CourseError
from tlwidgets.training.determinism import fingerprint

TRAIN = """
import tlwidgets, keras, numpy as np
from keras import layers
from tlwidgets.training.determinism import fingerprint
keras.utils.set_random_seed(7)
x = np.random.default_rng(0).normal(size=(200, 16, 16, 3)).astype("float32")
y = (x.mean((1, 2, 3)) > 0).astype(int)
model = keras.Sequential([
    keras.Input((16, 16, 3)), layers.RandomFlip(), layers.Conv2D(8, 3), layers.BatchNormalization(), layers.ReLU(),
    layers.GlobalAveragePooling2D(), layers.Dropout(0.3), layers.Dense(2, "softmax"),
])
model.compile("adam", "sparse_categorical_crossentropy")
model.fit(x, y, epochs=3, verbose=0)
print(fingerprint(model))
"""


def test_two_processes_give_the_same_bits_whatever_the_hash_seed():
    prints = []
    for hash_seed in ("1", "2"):
        environment = {**os.environ, "PYTHONHASHSEED": hash_seed}
        done = subprocess.run(
            [sys.executable, "-c", TRAIN], env=environment, capture_output=True, text=True, check=True
        )
        prints.append(done.stdout.split()[-1])
    assert len(prints[0]) == 64
    assert prints[0] == prints[1]


def test_a_fingerprint_sees_one_bit_and_no_names():
    import keras

    def model(name):
        one = keras.Sequential([keras.Input((2,)), keras.layers.Dense(2, name=name)])
        one.set_weights([np.eye(2), np.zeros(2)])
        return one

    first, second = model("a"), model("b")
    assert fingerprint(first) == fingerprint(second)
    second.set_weights([np.eye(2), np.array([0, np.nextafter(np.float32(0), np.float32(1))])])
    assert fingerprint(first) != fingerprint(second)
    with pytest.raises(CourseError, match="no weights yet"):
        fingerprint(keras.Sequential([keras.layers.Dense(2)]))
