"""Measure what lesson 04 shows of forgetting: about 4 CPU minutes, from the top of the repository.

    python datasets/forgetting/build.py [--out FILE]

Goes on where it was stopped. Numbers repeat to the last digit on one machine; on another they differ.
"""

from __future__ import annotations

import argparse
from itertools import product
from pathlib import Path
from typing import Any

from tlwidgets.course.experiments import Journal, save_table
from tlwidgets.lessons.fine_tuning import experiment

HERE = Path(__file__).resolve().parents[2] / "tlwidgets" / "lessons" / "fine_tuning"
SEEDS = range(5)
RATE = 1e-3
RATES = (3e-4, 1e-3, 1e-2)
PENALTIES = (0.1, 1.0, 10.0)
KEPT = (2, 10)
SETTINGS = {"network": "tiny, fashion_mnist", "source": "fashion_mnist", "target": "digits", "per_class": 10}


def main() -> None:
    """Measure every combination and write them."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=HERE / "forgetting.json")
    args = parser.parse_args()
    ways: list[dict[str, Any]] = [{"rate": rate} for rate in RATES]
    ways += [{"cure": "frozen", "rate": 1e-2}]
    ways += [{"cure": "l2_sp", "strength": strength, "rate": RATE} for strength in PENALTIES]
    ways += [{"cure": "replay", "strength": float(kept), "rate": RATE} for kept in KEPT]
    tasks, model = experiment.SourceAndTarget(), experiment.two_heads()
    source, _ = tasks.accuracy(model)
    points = [{**way, "seed": seed} for seed, way in product(SEEDS, ways)]
    settings = {**SETTINGS, "source_before": round(source, 5), "held_out_source": len(tasks.source.test.y)}
    with Journal("forgetting") as journal:
        rows = journal.rows(points, lambda **at: [experiment.forget_at(model, tasks, **at)])
        save_table(args.out, "Accuracy on source and target by rate and cure", settings, rows)


if __name__ == "__main__":
    main()
