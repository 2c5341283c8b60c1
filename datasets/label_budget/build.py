"""Measure accuracy by the number of labels, which lesson 01 shows: about 12 CPU minutes.

From the top of the repository:

    python datasets/label_budget/build.py [--seeds N] [--out FILE]
    python datasets/label_budget/build.py --choose      # only the learning rates, on validation pictures

Goes on where it was stopped. Accuracies repeat to the last digit on one machine; on another they differ by a few
pictures.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tlwidgets.lessons.why_transfer.experiment import Journal, label_budget_curve, label_budget_point, save_table
from tlwidgets.lessons.why_transfer.label_budget import BUDGETS, CURVE_BUDGET, SETTINGS

HERE = Path(__file__).resolve().parents[2] / "tlwidgets" / "lessons" / "why_transfer"
TITLE = "Accuracy by the number of labels, from scratch and with transfer"
KEYS = ("target", "source", "way", "per_class", "seed")
LINES = (
    ("digits", "none", "pixels"),
    ("digits", "random", "frozen"),
    ("digits", "typeset", "frozen"),
    ("digits", "clothes", "frozen"),
    ("digits", "photographs", "frozen"),
    ("emoji", "none", "pixels"),
    ("emoji", "random", "frozen"),
    ("emoji", "photographs", "frozen"),
    ("digits", "none", "scratch"),
    ("digits", "typeset", "tuned"),
    ("digits", "clothes", "tuned"),
    ("emoji", "none", "scratch"),
    ("emoji", "photographs", "tuned"),
)
"""Measured with every budget of their target."""
SINGLE = (
    ("digits", "typeset", "head kept"),
    ("digits", "few typeset", "frozen"),
    ("digits", "few typeset", "tuned"),
    ("digits inverted", "typeset", "frozen"),
    ("digits inverted", "typeset", "tuned"),
)
"""Measured with ten labels a class."""
CURVES = (("none", "scratch"), ("typeset", "tuned"), ("typeset", "head kept"))
"""Source and way on the digits with a learning curve."""
CANDIDATES = (1e-3, 3e-3)


def plan(seeds: int) -> Iterator[tuple[str, str, str, int, int]]:
    """Yield target, source, way, labels a class and seed of every training."""
    ten = CURVE_BUDGET
    for line in SINGLE:
        yield from ((*line, ten, seed) for seed in range(seeds))
    for line in LINES:
        yield from ((*line, n, seed) for n in BUDGETS[line[0]] for seed in range(seeds))


def measure(target: str, source: str, way: str, per_class: int, seed: int) -> list[dict[str, Any]]:
    """Return the rows of one training."""
    if target == "digits" and per_class == CURVE_BUDGET and (source, way) in CURVES:
        return label_budget_curve(target, source, way, per_class, seed)
    return [label_budget_point(target, source, way, per_class, seed)]


def choose(seed: int) -> None:
    """Print the accuracy on validation pictures at every candidate rate, with a draw that is used for nothing else."""
    trained = [("digits", *curve) for curve in (*CURVES, ("clothes", "tuned"))]
    for target, source, way in [("emoji", "none", "scratch"), *trained]:
        for rate in CANDIDATES:
            row = label_budget_point(target, source, way, 10, seed, rate=rate, choosing=True)
            print(f"{target}, {source}, {way}, rate {rate:g}: {row['accuracy']:.3f}", flush=True)


def main() -> None:
    """Measure every point and write them as one JSON file."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--out", type=Path, default=HERE / "label_budget.json")
    parser.add_argument("--choose", action="store_true")
    args = parser.parse_args()
    if args.choose:
        choose(args.seeds)
        return
    points = [dict(zip(KEYS, point, strict=True)) for point in plan(args.seeds)]
    settings = {**SETTINGS, "seeds": args.seeds, "rates tried": CANDIDATES}
    with Journal("label_budget") as journal:
        save_table(args.out, TITLE, settings, journal.rows(points, measure), digits=4)


if __name__ == "__main__":
    main()
