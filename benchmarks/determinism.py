"""What deterministic operations and the number of threads cost, and which give the same bits.

python benchmarks/determinism.py [--json]
"""

from __future__ import annotations

import argparse
import itertools
import json
import subprocess
import sys

TRAIN = """
import json, sys, time
import numpy as np
import tlwidgets as tl, keras
import tensorflow as tf
from tlwidgets.training.determinism import fingerprint
from tlwidgets.training.optimizers import FlatAdam
threads, deterministic = int(sys.argv[1]), sys.argv[2] == "1"
tf.config.threading.set_intra_op_parallelism_threads(threads)
tf.config.threading.set_inter_op_parallelism_threads(threads)
keras.utils.set_random_seed(0)
if deterministic:
    tf.config.experimental.enable_op_determinism()
model = tl.classifier(tl.backbone(size=64), 10)
tl.freeze(model, "block5")
model.compile(FlatAdam(1e-3), "sparse_categorical_crossentropy")
x = np.random.default_rng(0).integers(0, 256, (64, 64, 64, 3)).astype("uint8")
y = np.arange(64) % 10
model.fit(x, y, batch_size=16, verbose=0)
start = time.process_time()
model.fit(x, y, batch_size=16, epochs=5, verbose=0)
print(json.dumps([time.process_time() - start, fingerprint(model)]))
"""


def main() -> None:
    """Train twice in each setting and print CPU seconds and fingerprints."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", action="store_true", help="end with one JSON line")
    args = parser.parse_args()
    result = {}
    print("threads   op determinism   CPU s of 5 epochs   fingerprint    two runs")
    for threads, deterministic in itertools.product((1, 2), (0, 1)):
        runs = []
        for _ in range(2):
            done = subprocess.run(
                [sys.executable, "-c", TRAIN, str(threads), str(deterministic)],
                check=True,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                text=True,
            )
            runs.append(json.loads(done.stdout.splitlines()[-1]))
        (first, print_1), (second, print_2) = runs
        same = "same bits" if print_1 == print_2 else "DIFFERENT"
        print(f"{threads:<10}{'yes' if deterministic else 'no':<17}{min(first, second):<20.2f}{print_1[:12]}   {same}")
        result[f"threads_{threads}_deterministic_{deterministic}"] = [min(first, second), same]
    if args.json:
        print(json.dumps(result))


if __name__ == "__main__":
    main()
