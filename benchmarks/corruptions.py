"""What corruptions cost a linear probe that was trained on clean images, and how long they take.

python benchmarks/corruptions.py [--domain noto] [--size 96] [--seeds 3] [--json]

EfficientNet-Lite0 features of the styles images; the probe is trained on clean training images, the test images
are corrupted. The seeds are draws of what is random in a corruption. The time is CPU seconds for 1,000
images at severity 3.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from typing import Any

import numpy as np

from tlwidgets.data import load
from tlwidgets.data.corruptions import corrupt, list_corruptions
from tlwidgets.models import backbone
from tlwidgets.training import extract_features, linear_probe


def cpu_seconds(x: Any, kind: str) -> float:
    """Return CPU seconds for 1,000 images at severity 3."""
    many = np.resize(x, (200, *x.shape[1:]))
    corrupt(many[:2], kind, 3)
    start = time.process_time()
    corrupt(many, kind, 3)
    return 5 * (time.process_time() - start)


def main() -> None:
    """Print a row for each corruption: accuracy by severity, mean over seeds, and the time."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--domain", default="noto")
    parser.add_argument("--size", type=int, default=96)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--json", action="store_true", help="end with one JSON line")
    args = parser.parse_args()

    data = load("styles", domain=args.domain, size=args.size)
    base = backbone(size=args.size)
    clean_features = extract_features(base, data.train.x)

    def accuracy(x: Any) -> float:
        return linear_probe(clean_features, data.train.y, extract_features(base, x), data.test.y)

    clean = accuracy(data.test.x)
    result: dict[str, Any] = {"domain": args.domain, "size": args.size, "seeds": args.seeds, "clean": round(clean, 4)}
    print(f"{len(data.train)} training and {len(data.test)} test images, clean accuracy {clean:.3f}")
    print("| corruption | family | 1 | 2 | 3 | 4 | 5 | largest range over seeds | CPU s |")
    print("|---|---|---|---|---|---|---|---|---|")
    for record in list_corruptions():
        means, ranges = [], []
        for severity in range(1, 6):
            # with the same answer for two seeds nothing is random, and more seeds say nothing new
            drawn = [corrupt(data.test.x, record.name, severity, seed=s) for s in range(args.seeds)]
            if len(drawn) > 1 and np.array_equal(drawn[0], drawn[1]):
                drawn = drawn[:1]
            values = [accuracy(x) for x in drawn]
            means.append(statistics.mean(values))
            ranges.append(max(values) - min(values))
        seconds = cpu_seconds(data.test.x, record.name)
        cells = " | ".join(f"{m:.3f}" for m in means)
        print(f"| {record.name} | {record.family} | {cells} | {max(ranges):.3f} | {seconds:.1f} |", flush=True)
        result[record.name] = {
            "accuracy": [round(m, 4) for m in means],
            "range": [round(r, 4) for r in ranges],
            "cpu_s_per_1000": round(seconds, 2),
        }
    if args.json:
        print(json.dumps(result))


if __name__ == "__main__":
    main()
