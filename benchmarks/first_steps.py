"""What the first runs in a kernel cost: building the training step, and memory over many runs.

python benchmarks/first_steps.py [--runs N] [--json]

One network, frozen to block 6d, 60 images, one epoch; a run is a new seed from the same weights. A ``Trainer``
builds the step once; ``tlwidgets.fit`` and plain Keras (``compile`` for each run, as every tutorial has it) each time.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import statistics
import subprocess
import sys
import time
from typing import Any

import psutil


def one(kind: str, runs: int) -> dict[str, Any]:
    """Train several times; return CPU seconds of each run and memory in between."""
    import keras

    import tlwidgets as tl
    from tlwidgets.training import Trainer, fit

    data = tl.load("styles", domain="noto", per_class=10, size=96)
    x, y = data.train.x, data.train.y
    model = tl.classifier(tl.backbone(size=96), data.classes)
    tl.freeze(model, "block6d")
    first = model.get_weights()
    seconds, megabytes = [], []
    trainer = Trainer(model, optimizer=keras.optimizers.Adam(1e-3), cache="on")
    for seed in range(runs):
        model.set_weights(first)
        start = time.process_time()
        if kind == "trainer":
            trainer.fit((x, y), epochs=1, seed=seed)
        elif kind == "fit":
            fit(model, (x, y), epochs=1, seed=seed, optimizer=keras.optimizers.Adam(1e-3), cache="on")
        else:
            model.compile(keras.optimizers.Adam(1e-3), "sparse_categorical_crossentropy", metrics=["accuracy"])
            keras.utils.set_random_seed(seed)
            model.fit(x, y, epochs=1, batch_size=32, verbose=0)
        seconds.append(time.process_time() - start)
        gc.collect()
        megabytes.append(psutil.Process().memory_info().rss / 1e6)
    return {"seconds": seconds, "megabytes": megabytes}


def main() -> None:
    """Measure both, each in a process of its own, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=100, help="runs of the trainer; the others do a tenth")
    parser.add_argument("--json", action="store_true", help="end with one JSON line")
    parser.add_argument("--one", help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.one:
        print(json.dumps(one(args.one, args.runs)))
        return
    result: dict[str, float] = {}
    print("           runs   first CPU s   later CPU s   MB after the first tenth … the last")
    for kind, runs in (("trainer", args.runs), ("fit", few := max(3, args.runs // 10)), ("plain", few)):
        command = [sys.executable, __file__, "--one", kind, "--runs", str(runs)]
        environment = {**os.environ, "TLWIDGETS_STORE": "off"}
        done = subprocess.run(command, env=environment, capture_output=True, text=True)
        if done.returncode:
            raise SystemExit(done.stderr)
        found = json.loads(done.stdout.splitlines()[-1])
        first, later = found["seconds"][0], statistics.median(found["seconds"][1:])
        early, last = found["megabytes"][max(1, runs // 10) - 1], found["megabytes"][-1]
        print(f"{kind:<8}{runs:>7}{first:>14.2f}{later:>14.2f}   {early:.0f} … {last:.0f}")
        growth = (last - early) / (runs - max(1, runs // 10))
        result |= {f"{kind}_first": first, f"{kind}_later": later, f"{kind}_mb_a_run": growth}
    if args.json:
        print(json.dumps({k: round(v, 3) for k, v in result.items()}))


if __name__ == "__main__":
    main()
