"""Measure what lesson 04 shows of tuning for too long: about 2 CPU minutes, from the top of the repository.

    python datasets/long_tuning/build.py [--out FILE]

Goes on where it was stopped. Numbers repeat to the last digit on one machine; on another they differ.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import tlwidgets as tl
from tlwidgets.course.experiments import Journal, save_table
from tlwidgets.lessons.fine_tuning import experiment

HERE = Path(__file__).resolve().parents[2] / "tlwidgets" / "lessons" / "fine_tuning"
SEEDS = range(5)
# target, domain, what the tiny network was trained on, labelled pictures a class
TASKS = (("styles", "noto", "styles", 20), ("digits", None, "fashion_mnist", 10))
RATE = 1e-3


def main() -> None:
    """Measure both targets and write them."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=HERE / "long_tuning.json")
    args = parser.parse_args()
    made: dict[str, Any] = {}
    points: list[dict[str, Any]] = []
    for name, domain, known, per_class in TASKS:
        data = tl.load(name, domain, size=32)
        made[name] = tl.classifier(tl.backbone("tiny", size=32, weights=known), data.classes), data
        points += [{"task": name, "rate": RATE, "seed": seed, "per_class": per_class} for seed in SEEDS]
    settings = {"network": "tiny", "tasks": [list(task) for task in TASKS], "rate": RATE}
    with Journal("long_tuning") as journal:
        rows = journal.rows(points, lambda task, **at: experiment.tune_long(*made[task], **at))
        save_table(args.out, "Accuracy and loss by number of epochs", settings, rows)


if __name__ == "__main__":
    main()
