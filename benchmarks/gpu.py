"""How much faster a GPU trains, in 32 and in 16 bits, against the CPU of the same machine.

python benchmarks/gpu.py [--size PIXELS] [--images N] [--json]
"""

from __future__ import annotations

import argparse
import json
import time

import numpy as np


def seconds(where: str, size: int, images: int, mixed: bool) -> float:
    """Return the wall-clock seconds of one epoch of a full fine-tune, after one in which the graph is built."""
    import keras

    import tlwidgets as tl
    from tlwidgets.training.optimizers import FlatAdam

    x = np.random.default_rng(0).integers(0, 256, (images, size, size, 3)).astype("uint8")
    y = np.arange(images) % 10
    keras.config.set_dtype_policy("mixed_float16" if mixed else "float32")
    with keras.device(where):
        base = tl.backbone(size=size)
        pooled = keras.layers.GlobalAveragePooling2D()(base.output)
        model = keras.Model(base.input, keras.layers.Dense(10, "softmax", dtype="float32")(pooled))
        model.compile(FlatAdam(1e-4), "sparse_categorical_crossentropy", jit_compile=False)
        model.fit(x, y, batch_size=64, verbose=0)
        start = time.perf_counter()
        model.fit(x, y, batch_size=64, verbose=0)
        return time.perf_counter() - start


def main() -> None:
    """Print the ratios, or that there is no GPU."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--size", type=int, default=160)
    parser.add_argument("--images", type=int, default=512)
    parser.add_argument("--json", action="store_true", help="end with one JSON line")
    args = parser.parse_args()
    from tlwidgets.training.device import device

    here = device()
    print(here)
    if here.kind != "GPU":
        print("There is no GPU that Keras can use on this machine, so there is nothing to compare.")
        if args.json:
            print(json.dumps({"gpu": None}))
        return
    cpu = seconds("cpu:0", args.size, args.images, mixed=False)
    gpu = seconds("gpu:0", args.size, args.images, mixed=False)
    mixed = seconds("gpu:0", args.size, args.images, mixed=True)
    print(f"CPU {cpu:.2f} s an epoch, GPU {gpu:.2f} s ({cpu / gpu:.1f} x), 16 bits {mixed:.2f} s ({cpu / mixed:.1f} x)")
    if args.json:
        print(json.dumps({"gpu": here.names[0], "cpu_s": cpu, "gpu_s": gpu, "mixed_s": mixed}))


if __name__ == "__main__":
    main()
