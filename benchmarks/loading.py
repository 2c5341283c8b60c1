"""What loading a data set costs: seconds of the first and the second load, and memory, each set in a new process.

python benchmarks/loading.py [--runs N] [--json]
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys

from tlwidgets.data import list_datasets

# the libraries are imported before the clock starts; memory is the growth of the peak, arrays of the load included
MEASURE = """
import json, resource, sys, time
import numpy, PIL.Image, PIL.WebPImagePlugin
name, domain = sys.argv[1], sys.argv[2] or None
if name == "digits":
    import sklearn.datasets
from tlwidgets import data
call = data.word_vectors if name == "glove" else lambda: data.load(name, domain=domain)
MIB = 2**20 if sys.platform == "darwin" else 2**10  # macOS counts bytes, Linux kilobytes
peak = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / MIB
before = peak()
start = time.perf_counter()
kept = call()
first = time.perf_counter() - start
memory = peak() - before
start = time.perf_counter()
again = call()
print(json.dumps([first, time.perf_counter() - start, memory]))
"""


def measured(name: str, domain: str | None) -> list[float]:
    """Return seconds of the first and second load, and MiB by which the first raised the peak of memory."""
    done = subprocess.run(
        [sys.executable, "-c", MEASURE, name, domain or ""], check=True, capture_output=True, text=True
    )
    return [float(v) for v in json.loads(done.stdout)]


def main() -> None:
    """Measure every domain of every set and print the medians."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--json", action="store_true", help="end with one JSON line")
    args = parser.parse_args()
    out = {}
    print("data set               first load s   second load s   memory MiB")
    for info in list_datasets():
        for domain in info.domains or (None,):
            runs = [measured(info.name, domain) for _ in range(args.runs)]
            first, second, memory = (statistics.median(column) for column in zip(*runs, strict=True))
            key = "/".join(filter(None, (info.name, domain)))
            out[key] = {"first_s": round(first, 4), "second_s": round(second, 5), "memory_mib": round(memory, 1)}
            print(f"{key:<23}{first:<15.3f}{second:<16.4f}{memory:.1f}")
    if args.json:
        print(json.dumps(out))


if __name__ == "__main__":
    main()
