"""What ``import tlwidgets`` costs, against NumPy and TensorFlow in the same run: CPU seconds of a new process.

python benchmarks/import_time.py [--runs N] [--json]
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import subprocess
import sys

WHAT = {"nothing": "pass", "tlwidgets": "import tlwidgets", "numpy": "import numpy", "tensorflow": "import tensorflow"}


def cpu_seconds(statement: str) -> float:
    """Return user plus system seconds of a Python process that runs one statement."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, "-c", statement], check=True, stderr=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> None:
    """Measure in alternation and print the medians without what Python itself takes."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--json", action="store_true", help="end with one JSON line")
    args = parser.parse_args()
    seconds: dict[str, list[float]] = {name: [] for name in WHAT}
    for _ in range(args.runs):
        for name, statement in WHAT.items():
            seconds[name].append(cpu_seconds(statement))
    start = statistics.median(seconds.pop("nothing"))
    print("import        CPU s (median)   least … most")
    for name, values in seconds.items():
        own = sorted(v - start for v in values)
        print(f"{name:<14}{statistics.median(own):<17.3f}{own[0]:.3f} … {own[-1]:.3f}")
    if args.json:
        print(json.dumps({f"{n}_cpu_s": round(statistics.median(v) - start, 4) for n, v in seconds.items()}))


if __name__ == "__main__":
    main()
