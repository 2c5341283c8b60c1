"""Measure what lesson 04 shows of tuning for too long, from the top of the repository.

    python datasets/long_tuning/build.py

Goes on where it was stopped. Numbers repeat to the last digit on one machine; on another they differ.
"""

from __future__ import annotations

from pathlib import Path

import tlwidgets as tl
from tlwidgets.course import sweeps
from tlwidgets.course.sweeps._journal import resume

HERE = Path(__file__).resolve().parent
SEEDS = range(5)
# target, domain, what the tiny network was trained on, labelled pictures a class
TASKS = (("styles", "noto", "styles", 20), ("digits", None, "fashion_mnist", 10))
RATE = 1e-3


def main() -> None:
    """Measure both targets and write them."""
    rows = []
    for name, domain, known, per_class in TASKS:
        data = tl.load(name, domain, size=32)
        model = tl.classifier(tl.backbone("tiny", size=32, weights=known), data.classes)
        points = [{"rate": RATE, "seed": seed, "per_class": per_class} for seed in SEEDS]
        rows += resume(
            Path("build") / f"long_tuning_{name}.jsonl",
            points,
            lambda model=model, data=data, **at: sweeps.tune_long(model, data, **at),
        )
    settings = {"network": "tiny", "tasks": [list(task) for task in TASKS], "rate": RATE}
    sweeps.save_table(HERE / "long_tuning.json", "Accuracy and loss by number of epochs", settings, rows)


if __name__ == "__main__":
    main()
