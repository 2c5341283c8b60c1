"""Measure what lesson 04 shows of learning rates and of new and trained heads: about 12 CPU minutes.

From the top of the repository:

    python datasets/rates/build.py [--out FILE]

Goes on where it was stopped. Numbers repeat to the last digit on one machine; on another they differ.
"""

from __future__ import annotations

import argparse
from itertools import product
from pathlib import Path
from typing import Any

import tlwidgets as tl
from tlwidgets.course.experiments import Journal, save_table
from tlwidgets.lessons.fine_tuning import experiment
from tlwidgets.lessons.fine_tuning.rates import HEADS, SETTINGS

HERE = Path(__file__).resolve().parents[2] / "tlwidgets" / "lessons" / "fine_tuning"
SEEDS = range(5)
ADAM = (1e-4, 3e-4, 1e-3)
SGD = 1e-3
HEAD_ALONE = (1e-4, 1e-3, 1e-2, 1e-1)
# the rate falls a hundredfold from the head to the stem, in nine steps
SLOWER_BELOW = round(100 ** (1 / 9), 3)


def points() -> list[dict[str, Any]]:
    """Return every combination, those first on which most depends."""
    first: list[dict[str, Any]] = [{"trains": "head", "rate": rate} for rate in HEAD_ALONE]
    first += [{"head": head, "rate": rate} for rate in ADAM for head in HEADS]
    first += [{"slower_below": SLOWER_BELOW, "rate": ADAM[-1]}]
    then: list[dict[str, Any]] = [{"head": head, "optimizer": "sgd", "rate": SGD} for head in HEADS]
    return [{**way, "seed": seed} for ways in (first, then) for seed, way in product(SEEDS, ways)]


def main() -> None:
    """Measure every combination and write them."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=HERE / "rates.json")
    args = parser.parse_args()
    data = tl.load("styles", domain=SETTINGS["domain"], size=SETTINGS["size"])
    model = tl.classifier(tl.backbone(SETTINGS["backbone"], size=SETTINGS["size"]), data.classes)
    with Journal("rates") as journal:
        rows = journal.rows(points(), lambda **at: [experiment.tune_at(model, data, **at)])
        save_table(args.out, "Accuracy by learning rate, head and optimizer", SETTINGS, rows)


if __name__ == "__main__":
    main()
