"""Measure the grid that lesson 06 shows: about 10 CPU minutes, from the top of the repository.

    python datasets/what_to_freeze/build.py [--out FILE]

Goes on where it was stopped. Accuracies repeat to the last digit on one machine; on another they differ a little.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np

import tlwidgets as tl
from tlwidgets.lessons.what_to_freeze.experiment import Journal, measure_strategy, save_table
from tlwidgets.lessons.what_to_freeze.what_to_freeze import (
    DRAWINGS,
    PAIRS,
    PHOTOGRAPHS,
    RATES,
    SCRATCH,
    SIZE,
    SOURCES,
    STRATEGIES,
    domain_distances,
)
from tlwidgets.transfer import remembered_distance

HERE = Path(__file__).resolve().parents[2] / "tlwidgets" / "lessons" / "what_to_freeze"
SIZES = (5, 100, 20)
SEEDS = range(5)
CHOOSING = (0, 1)
"""Seeds with which both rates are tried; the better one on validation is then used with all."""


def cases() -> list[dict[str, Any]]:
    """Return source, target, size and strategy of every case; from scratch is one case for both sources."""
    found = []
    for size, (source, target), strategy in product(SIZES, PAIRS, STRATEGIES):
        if strategy != SCRATCH or source == SOURCES[0]:
            found.append({"source": source, "target": target, "per_class": size, "strategy": strategy})
    return found


def trials(journal: Journal, case: dict[str, Any], rate: float, seeds: Iterable[int]) -> list[dict[str, Any]]:
    """Return one row a seed."""
    points = [{**case, "rate": rate, "seed": seed} for seed in seeds]
    return journal.rows(points, lambda **at: [measure_strategy(**at)])


def distances() -> dict[str, dict[str, float]]:
    """Return the distances of every pair, and of the drawings from what EfficientNet-Lite0 remembers."""
    found = {f"{source} → {target}": domain_distances(source, target) for source, target in PAIRS}
    large = tl.backbone("efficientnet-lite0", size=96)
    for target, domain in DRAWINGS.items():
        x = tl.load("styles", domain).train.x
        found[f"{PHOTOGRAPHS} → {target}"] = {"remembered": remembered_distance(large, x)}
    return found


def main() -> None:
    """Measure every case and write them as one table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=HERE / "what_to_freeze.json")
    args = parser.parse_args()
    rows = []
    with Journal("what_to_freeze") as journal:
        for case in cases():
            tried = {rate: trials(journal, case, rate, CHOOSING) for rate in RATES[case["strategy"]]}
            best = max(tried, key=lambda rate: np.mean([row["validation"] for row in tried[rate]]))
            rows += [{**row, "test": None, "chosen": False} for rate in tried if rate != best for row in tried[rate]]
            rows += [{**row, "chosen": True} for row in trials(journal, case, best, SEEDS)]
        settings = {
            "network": "tiny",
            "pixels": SIZE,
            "seeds": len(SEEDS),
            "rate_chosen_with_seeds": list(CHOOSING),
            "optimizer": "Adam, a tenth of the rate in the last 40 % of the epochs",
            "distances": {key: {k: round(v, 4) for k, v in found.items()} for key, found in distances().items()},
        }
        title = "Accuracy of five strategies by source, target and number of labels"
        save_table(args.out, title, settings, rows, digits=4)


if __name__ == "__main__":
    main()
