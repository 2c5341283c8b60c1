"""What Keras computes on."""

from __future__ import annotations

import json

from tlwidgets.training.device import Device, device


def test_the_device_is_the_one_that_tensorflow_has():
    import psutil
    import tensorflow as tf

    here = device()
    gpus = tf.config.list_physical_devices("GPU")
    assert (here.kind, len(here.names)) == (("GPU", len(gpus)) if gpus else ("CPU", 1))
    assert here.backend == "tensorflow"
    assert here.precision == "float32"
    assert here.cores >= 1
    if not gpus:
        assert here.memory == (psutil.virtual_memory().total,)
        assert here.memory_grows is None
    assert json.loads(json.dumps(here.to_json()))["kind"] == here.kind
    assert "Keras on tensorflow" in str(here)


def test_gpus_are_told_to_take_memory_as_they_need_it(monkeypatch):
    """What happens with a GPU, on TensorFlow's own interface with a GPU that is not there."""
    import tensorflow as tf

    growing = {}
    gpu = tf.config.PhysicalDevice("/physical_device:GPU:0", "GPU")
    monkeypatch.setattr(tf.config, "list_physical_devices", lambda kind: [gpu] if kind == "GPU" else [])
    monkeypatch.setattr(tf.config.experimental, "set_memory_growth", growing.__setitem__)
    monkeypatch.setattr(tf.config.experimental, "get_memory_growth", lambda d: growing.get(d, False))
    monkeypatch.setattr(tf.config.experimental, "get_device_details", lambda d: {"device_name": "Some GPU"})
    here = device()
    assert growing == {gpu: True}
    assert (here.kind, here.names, here.memory_grows) == ("GPU", ("Some GPU",), True)
    assert str(here).startswith("GPU: Some GPU;")
    assert "memory taken as needed" in str(here)

    def too_late(gpu, on):
        raise RuntimeError("Physical devices cannot be modified after being initialized")

    growing.clear()
    monkeypatch.setattr(tf.config.experimental, "set_memory_growth", too_late)
    assert device().memory_grows is False


def test_the_text_counts_gpus():
    two = Device("jax", "GPU", ("A", "A"), (8 * 10**9, None), 4, None, "float32")
    assert str(two) == "2 GPUs: A (8 GB), A; 4 CPU cores, float32, Keras on jax"
