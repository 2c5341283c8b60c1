"""The same numbers on Keras' other backends, within rounding."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

SCRIPT = Path(__file__).with_name("backends_script.py")
TOP = Path(__file__).parents[2]


def in_process(backend: str, where: Path) -> dict[str, np.ndarray]:
    environment = {**os.environ, "KERAS_BACKEND": backend, "PYTHONPATH": str(TOP)}
    done = subprocess.run(
        [sys.executable, str(SCRIPT), str(where)], env=environment, capture_output=True, text=True, timeout=500
    )
    assert done.returncode == 0, done.stderr[-2000:]
    with np.load(where) as archive:
        return dict(archive)


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> dict[str, np.ndarray]:
    return in_process("tensorflow", tmp_path_factory.mktemp("backends") / "tensorflow.npz")


@pytest.mark.slow
@pytest.mark.parametrize("backend", ["jax", "torch"])
def test_features_training_and_recipes_agree(backend, here, tmp_path):
    if importlib.util.find_spec(backend) is None:
        pytest.skip(f"{backend} is not installed (pip install {backend})")
    there = in_process(backend, tmp_path / "there.npz")
    assert there.keys() == here.keys()
    for name, expected in here.items():
        # Adam divides by the size of the gradient, so that rounding of a small one shows after a few steps
        assert np.allclose(there[name], expected, rtol=1e-4, atol=1e-4), (name, np.abs(there[name] - expected).max())


@pytest.mark.slow
def test_two_devices_share_the_batches_and_give_the_weights_of_one(tmp_path):
    """Data parallelism as docs/recipes.md shows it, on two devices that are one CPU."""
    if importlib.util.find_spec("jax") is None:
        pytest.skip("jax is not installed (pip install jax)")
    code = """
import sys; sys.path.insert(0, sys.argv[1])
import keras, numpy as np
from backends_script import small
from tlwidgets.training import recipes
from tlwidgets.training.optimizers import FlatAdam
rng = np.random.default_rng(0)
x = rng.normal(size=(32, 6)).astype("float32"); y = np.arange(32) % 3
weights = []
for parallel in (False, True):
    if parallel:
        assert len(keras.distribution.list_devices()) == 2
        keras.distribution.set_distribution(keras.distribution.DataParallel())
    model = small()
    model.compile(FlatAdam(0.01), "sparse_categorical_crossentropy")
    model.fit(recipes.Batches(x, y, batch_size=16), epochs=3, shuffle=False, verbose=0)
    weights.append(model.get_weights())
assert len(model.layers[1].kernel.value.sharding.device_set) == 2
print(max(np.abs(a - b).max() for a, b in zip(*weights)))
"""
    environment = {
        **os.environ,
        "KERAS_BACKEND": "jax",
        "PYTHONPATH": str(TOP),
        "XLA_FLAGS": "--xla_force_host_platform_device_count=2",
    }
    done = subprocess.run(
        [sys.executable, "-c", code, str(SCRIPT.parent)], env=environment, capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert float(done.stdout.split()[-1]) < 1e-4
