"""Hidden tests of the sheet on lesson 03."""

import numpy as np
import pytest
from probes import drawn

from tlwidgets.grading import points


@pytest.fixture
def expected(seed):
    import keras

    base, images, blocks = drawn(seed)
    last = [[layer for layer in base.layers if layer.name.startswith(block + "_")][-1] for block in blocks]
    maps = keras.Model(base.input, [layer.output for layer in last])(images, training=False)
    weights = np.concatenate([w.ravel() for w in base.get_weights()])
    return [np.asarray(m).mean(axis=(1, 2)) for m in maps], weights


def compare(found, right):
    assert isinstance(found, np.ndarray), "The function should return an array."
    assert found.ndim == 2, "Average over height and width: one number for each image and channel is left."
    assert found.shape == right.shape, "The shape is not (images, channels) of that block."
    assert np.allclose(found, right, atol=1e-3, rtol=1e-3), "The numbers are not those at the end of the block."


@points(
    "block_features",
    1,
    "The shape is right in the middle of a base that the check does not know",
    "Look for the layers by the beginning of their names, not by names you know.",
)
def test_shape(answers, expected):
    found = answers["block_features.0"]
    assert isinstance(found, np.ndarray), "The function should return an array."
    assert found.shape == expected[0][0].shape, "The shape is not (images, channels) of that block."


@points("block_features", 1, "The features in the middle are right", "The block ends with its last layer.")
def test_middle(answers, expected):
    compare(answers["block_features.0"], expected[0][0])


@points("block_features", 1, "The features of the last block are right", "The block ends with its last layer.")
def test_last(answers, expected):
    compare(answers["block_features.1"], expected[0][1])


@points("block_features", 1, "The base is the same afterwards", "predict changes nothing; fit and training=True do.")
def test_base(answers, expected):
    compare(answers["block_features.1"], expected[0][1])
    weights = answers["block_features.weights"]
    assert weights.shape == expected[1].shape, "The base has other weights now."
    assert np.array_equal(weights, expected[1]), "Extracting must not change a weight of the base."
