"""The first and the later steps of a full fine-tune: FlatAdam against Keras' Adam and SGD, CPU seconds.

python benchmarks/optimizers.py [--runs N] [--steps N] [--json]
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys

NAMES = ("Adam", "FlatAdam", "AdamW", "FlatAdamW", "SGD")
STEP = """
import json, sys, time
import numpy as np
import tlwidgets as tl, keras
from tlwidgets.training import optimizers
from tlwidgets.training.determinism import fingerprint
name, steps = sys.argv[1], int(sys.argv[2])
model = tl.classifier(tl.backbone(size=96), 10)
make = getattr(optimizers, name, None) or getattr(keras.optimizers, name)
model.compile(make(1e-4), "sparse_categorical_crossentropy")
x = np.random.default_rng(0).integers(0, 256, (16, 96, 96, 3)).astype("float32")
y = np.arange(16) % 10
times = [time.process_time()]
for _ in range(steps + 1):
    model.train_on_batch(x, y)
    times.append(time.process_time())
later = (times[-1] - times[1]) / steps
print(json.dumps([times[1] - times[0], later, fingerprint(model)]))
"""


def main() -> None:
    """Measure each in a process of its own, in alternation, and print the medians."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--steps", type=int, default=10)
    parser.add_argument("--json", action="store_true", help="end with one JSON line")
    args = parser.parse_args()
    found: dict[str, list[list[float | str]]] = {name: [] for name in NAMES}
    for _ in range(args.runs):
        for name in NAMES:
            done = subprocess.run(
                [sys.executable, "-c", STEP, name, str(args.steps)],
                check=True,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                text=True,
            )
            found[name].append(json.loads(done.stdout.splitlines()[-1]))
    print("optimizer   first step   each later step   weights")
    result = {}
    for name, runs in found.items():
        first, later = (statistics.median(float(run[i]) for run in runs) for i in (0, 1))
        print(f"{name:<12}{first:<13.2f}{later:<18.3f}{str(runs[0][2])[:12]}")
        result[name] = {"first_cpu_s": round(first, 3), "step_cpu_s": round(later, 4)}
    for name in ("Adam", "AdamW"):
        same = found[name][0][2] == found["Flat" + name][0][2]
        ratio = result[name]["first_cpu_s"] / result["Flat" + name]["first_cpu_s"]
        print(f"Flat{name}: first step {ratio:.1f} x cheaper, weights {'identical' if same else 'DIFFERENT'}")
    if args.json:
        print(json.dumps(result))


if __name__ == "__main__":
    main()
