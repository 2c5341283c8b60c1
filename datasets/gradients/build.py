"""Measure what lesson 04 shows of gradients with a new and a trained head: about one CPU minute.

From the top of the repository:

    python datasets/gradients/build.py [--out FILE]

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


def main() -> None:
    """Measure both heads with every seed and write them."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=HERE / "gradients.json")
    args = parser.parse_args()
    data = tl.load("styles", domain=SETTINGS["domain"], size=SETTINGS["size"])
    model = tl.classifier(tl.backbone(SETTINGS["backbone"], size=SETTINGS["size"]), data.classes)

    def measure(head: str, seed: int) -> list[dict[str, Any]]:
        sizes = experiment.gradient_sizes(model, data, head=head, seed=seed)
        return [{"head": head, "part": part, "seed": seed, "norm": norm} for part, norm in sizes.items()]

    points = [{"head": head, "seed": seed} for seed, head in product(SEEDS, HEADS)]
    with Journal("gradients") as journal:
        rows = journal.rows(points, measure)
        save_table(args.out, "Size of the gradient by part of the network", SETTINGS, rows)


if __name__ == "__main__":
    main()
