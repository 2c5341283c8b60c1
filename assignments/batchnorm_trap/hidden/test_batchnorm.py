"""Hidden tests of the sheet on lesson 06."""

import numpy as np
from probes import passages, toy

from tlwidgets.grading import points


def leaves(model):
    """Return the layers of a model by path, those of models inside it too."""
    import keras

    found = {}
    for layer in model.layers:
        if isinstance(layer, keras.Model):
            found.update({f"{layer.name}/{path}": inner for path, inner in leaves(layer).items()})
        elif layer.weights:
            found[layer.name] = layer
    return found


def compare(answers, kind, seed):
    import keras

    model = answers[f"freeze_batchnorm.{kind}"]
    right, layers = leaves(toy(kind, seed)), leaves(model)
    assert list(right) == list(layers), "The model has other layers now."
    rng = np.random.default_rng(seed)
    model.compile("sgd", "mse", run_eagerly=True)
    before = {path: layer.get_weights() for path, layer in layers.items()}
    model.train_on_batch(rng.normal(1, 2, (8, 5)).astype("float32"), rng.normal(size=(8, 2)).astype("float32"))
    for path, layer in layers.items():
        moved = [not np.array_equal(a, b) for a, b in zip(before[path], layer.get_weights(), strict=True)]
        if isinstance(layer, keras.layers.BatchNormalization):
            assert not any(moved), "A vector of a BatchNorm layer moved in training."
        else:
            assert any(moved), "A layer that is no BatchNorm did not train."


def step(answers, seed, *cases):
    for i in cases:
        mean, batches, momentum = passages(seed)[i]
        for batch in batches:
            mean = mean + (1 - momentum) * (batch.mean(axis=0) - mean)
        found = answers[f"running.{i}"]
        assert found.shape == mean.shape, "There is not one number per channel."
        assert np.allclose(found, mean, atol=1e-5), "A running mean is not what the layer would have."


@points("running", 2, "The running mean after several batches", "Every batch makes one step.")
def test_usual(answers, seed):
    step(answers, seed, 0, 1)


@points("running", 1, "Any momentum", "The past weighs momentum, the batch 1 - momentum.")
def test_any_momentum(answers, seed):
    step(answers, seed, 2)


@points(
    "freeze_batchnorm", 1, "BatchNorm stays in a flat model, the rest trains", "Set the flag of every BatchNorm layer."
)
def test_flat(answers, seed):
    compare(answers, "flat", seed)


@points(
    "freeze_batchnorm",
    2,
    "BatchNorm stays inside a base, the rest trains",
    "A layer can be a model with layers of its own.",
)
def test_nested(answers, seed):
    compare(answers, "nested", seed)


@points("freeze_batchnorm", 1, "BatchNorm stays two models deep", "Look into models inside models.")
def test_deep(answers, seed):
    compare(answers, "deep", seed)


@points(
    "freeze_batchnorm", 1, "A base that was frozen trains again", "The flag of a model reaches everything inside it."
)
def test_frozen(answers, seed):
    compare(answers, "frozen", seed)
