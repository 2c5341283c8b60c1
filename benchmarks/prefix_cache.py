"""What ``tlwidgets.fit`` costs against plain Keras and its published recipes: CPU seconds of all threads.

python benchmarks/prefix_cache.py [--rounds N] [--quick] [--no-sweep] [--json]

Every figure is measured in a process of its own, in alternation; building the network and reading the images are
not counted, building the training step is. The recipes are those of the Keras guide on transfer learning (functional,
``base(x, training=False)``, dropout, tf.data) and of TensorFlow's tutorial (Sequential on a frozen base, tf.data with
cache and prefetch). The limit is one pass through the frozen network, and training the head on what comes out, both in
graphs that are there already.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

DEPTHS = (None, "block2b", "block4c", "block5c", "block6d", "top")


# ---------------------------------------------------------------- one measurement, in its own process


def images(n: int) -> tuple[Any, Any]:
    """Return ``n`` training images of the styles data set (domains one after another), 96 pixels."""
    import numpy as np

    import tlwidgets as tl

    info = next(d for d in tl.data.list_datasets() if d.name == "styles")
    parts = [tl.load("styles", domain=d, size=96).train for d in info.domains]
    x, y = np.concatenate([p.x for p in parts]), np.concatenate([p.y for p in parts])
    order = np.random.default_rng(0).permutation(len(y))[:n]
    return x[order], y[order].astype("int64")


def head_model(kind: str) -> Any:
    """Return a frozen backbone under a new head, as plain Keras, the guide or the tutorial writes it."""
    import keras

    import tlwidgets as tl

    base = tl.backbone(size=96)
    if kind in ("plain", "ours", "limit", "store"):
        model = tl.classifier(base, 6)
        tl.freeze(model, "top")
        return model
    base.trainable = False
    layers = keras.layers
    if kind == "tutorial":
        return keras.Sequential([base, layers.GlobalAveragePooling2D(), layers.Dense(6, "softmax")])
    inputs = keras.Input((96, 96, 3))
    x = layers.GlobalAveragePooling2D()(base(inputs, training=False))
    return keras.Model(inputs, layers.Dense(6, "softmax")(layers.Dropout(0.2)(x)))


def compiled(model: Any) -> Any:
    """Compile with the settings that all of them share."""
    import keras

    model.compile(keras.optimizers.Adam(1e-3), "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def extraction(kind: str, n: int, epochs: int, out: Path) -> dict[str, float]:
    """Train a head on a frozen network once; return CPU seconds."""
    import keras
    import numpy as np
    import tensorflow as tf

    from tlwidgets.training import Trainer, fit

    x, y = images(n)
    model = head_model(kind)
    found = {}
    start = time.process_time()
    if kind == "plain":
        compiled(model)
        keras.utils.set_random_seed(0)
        model.fit(x, y, epochs=epochs, batch_size=32, verbose=0)
    elif kind in ("guide", "tutorial"):
        data = tf.data.Dataset.from_tensor_slices((x, y))
        if kind == "tutorial":
            data = data.cache()
        data = data.shuffle(n).batch(32).prefetch(tf.data.AUTOTUNE)
        compiled(model).fit(data, epochs=epochs, verbose=0)
    elif kind == "limit":
        base = keras.Model(model.input, model.layers[-2].output)
        head = compiled(keras.Sequential([keras.Input((1280,)), keras.layers.Dense(6, "softmax")]))
        for _ in range(2):  # the second time everything is there
            start = time.process_time()
            features = base.predict(x, batch_size=32, verbose=0)
            head.fit(features, y, epochs=epochs, batch_size=32, verbose=0)
    else:
        settings = {"epochs": epochs, "optimizer": keras.optimizers.Adam(1e-3)}
        first = model.get_weights()
        fit(model, (x, y), **settings)
        found["cpu"] = time.process_time() - start
        np.savez(out / "ours.npz", *model.get_weights()[-2:])
        for name in ("again", "trainer"):
            seconds = []
            trainer = Trainer(model, optimizer=keras.optimizers.Adam(1e-3))
            for _ in range(6):
                model.set_weights(first)
                start = time.process_time()
                if name == "again":
                    fit(model, (x, y), epochs=epochs, optimizer=keras.optimizers.Adam(1e-3))
                else:
                    trainer.fit((x, y), epochs=epochs)
                seconds.append(time.process_time() - start)
            found[name] = statistics.median(seconds[1:])
    if kind == "plain":
        np.savez(out / "plain.npz", *model.get_weights()[-2:])
    return {"cpu": time.process_time() - start, **found}


def sweep(kind: str, n: int, seeds: int, epochs: int, out: Path) -> dict[str, float]:
    """Fine-tune from several depths with several seeds; return CPU seconds and peak memory."""
    import keras
    import numpy as np

    import tlwidgets as tl
    from tlwidgets.training import Trainer
    from tlwidgets.training.optimizers import FlatAdam

    x, y = images(n)
    model = tl.classifier(tl.backbone(size=96), 6)
    first = model.get_weights()
    start = time.process_time()
    for depth in DEPTHS:
        tl.freeze(model, depth)
        trainer = Trainer(model, optimizer=FlatAdam(1e-3))
        for seed in range(seeds):
            model.set_weights(first)
            if kind == "plain":
                compiled(model)
                keras.utils.set_random_seed(seed)
                model.fit(x, y, epochs=epochs, batch_size=32, verbose=0)
            else:
                trainer.fit((x, y), epochs=epochs, seed=seed)
            # written down at once: thirty sets of weights would be most of the memory
            np.save(out / f"{kind}_{depth}_{seed}.npy", np.concatenate([w.ravel() for w in model.get_weights()]))
    return {"cpu": time.process_time() - start, "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}


# ---------------------------------------------------------------- all of them


def measure(out: Path, *what: Any) -> dict[str, float]:
    """Run one measurement in a new process."""
    command = [sys.executable, __file__, "--one", *map(str, what), "--out", str(out)]
    # the settings of TensorFlow that a lesson has, for all of them
    environment = {**os.environ, "TLWIDGETS_STORE": "off", "TF_ENABLE_ONEDNN_OPTS": "0", "TF_CPP_MIN_LOG_LEVEL": "2"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(done.stderr)
    return dict(json.loads(done.stdout.splitlines()[-1]))


def spread(values: list[float]) -> str:
    """Return median, least and most."""
    return f"{statistics.median(values):8.2f}   {min(values):.2f} … {max(values):.2f}"


def main() -> None:
    """Measure and print a table."""
    import numpy as np

    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--quick", action="store_true", help="fewer images, epochs and seeds")
    parser.add_argument("--no-sweep", action="store_true")
    parser.add_argument("--json", action="store_true", help="end with one JSON line")
    parser.add_argument("--one", nargs="+", help=argparse.SUPPRESS)
    parser.add_argument("--out", type=Path, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.one:
        kind, *sizes = args.one
        numbers = list(map(int, sizes))
        call = sweep if len(numbers) == 3 else extraction
        print(json.dumps(call(kind.removeprefix("sweep-"), *numbers, args.out)))
        return

    n, epochs = (100, 3) if args.quick else (500, 10)
    sweep_n, seeds, sweep_epochs = (60, 2, 3) if args.quick else (60, 5, 10)
    kinds = ("plain", "guide", "tutorial", "ours", "limit")
    repeats = ("again", "trainer")
    cpu: dict[str, list[float]] = {k: [] for k in (*kinds, *repeats)}
    result: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder)
        for _ in range(1 if args.quick else args.rounds):
            for kind in kinds:
                found = measure(out, kind, n, epochs)
                cpu[kind].append(found["cpu"])
                for name in repeats:
                    if name in found:
                        cpu[name].append(found[name])
        plain, ours = (np.load(out / f"{k}.npz") for k in ("plain", "ours"))
        difference = max(float(np.abs(plain[k] - ours[k]).max()) for k in plain.files)
        print(f"{n} images, {epochs} epochs          CPU s    least … most")
        for kind, values in cpu.items():
            print(f"{kind:<28}{spread(values)}")
        result["feature_ratio"] = statistics.median(p / o for p, o in zip(cpu["plain"], cpu["ours"], strict=True))
        result["guide_ratio"] = statistics.median(p / o for p, o in zip(cpu["guide"], cpu["ours"], strict=True))
        result["tutorial_ratio"] = statistics.median(p / o for p, o in zip(cpu["tutorial"], cpu["ours"], strict=True))
        result["over_limit"] = statistics.median(o / m for o, m in zip(cpu["ours"], cpu["limit"], strict=True))
        for name in repeats:
            result[f"{name}_ratio"] = statistics.median(p / a for p, a in zip(cpu["plain"], cpu[name], strict=True))
        if not args.no_sweep:
            both = {k: measure(out, f"sweep-{k}", sweep_n, seeds, sweep_epochs) for k in ("plain", "ours")}
            for a in out.glob("plain_*.npy"):
                b = out / a.name.replace("plain", "ours")
                difference = max(difference, float(np.abs(np.load(a) - np.load(b)).max()))
            print(f"sweep of {len(DEPTHS)} depths, {seeds} seeds, {sweep_epochs} epochs, {sweep_n} images")
            for kind, found in both.items():
                print(f"{kind:<28}{found['cpu']:8.2f}   peak {found['peak_mb']:.0f} MB")
            result["sweep_ratio"] = both["plain"]["cpu"] / both["ours"]["cpu"]
        result["max_weight_difference"] = difference
    for name, value in result.items():
        print(f"{name:<28}{value:8.3g}")
    if args.json:
        print(json.dumps({k: round(v, 4) if v > 1e-3 else v for k, v in result.items()}))


if __name__ == "__main__":
    main()
