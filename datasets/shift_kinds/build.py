"""Measure covariate, label and concept shift on Fashion-MNIST: about 5 CPU minutes, from the top of the repository.

    python datasets/shift_kinds/build.py [--out FILE]

Goes on where it was stopped. Accuracies repeat on one machine; on another they differ by a few pictures.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import tlwidgets as tl
from tlwidgets.lessons.domain_shift.experiment import Journal, save_table
from tlwidgets.lessons.domain_shift.shift_kinds import FOLDS, shift_kinds

HERE = Path(__file__).resolve().parents[2] / "tlwidgets" / "lessons" / "domain_shift"


def main() -> None:
    """Measure every kind and strength with five seeds."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=HERE / "shift_kinds.json")
    args = parser.parse_args()
    strengths = {c.name: 5 for c in tl.corruptions()} | {"label shift": 5, "concept shift": 3}
    plan = [("none", 0)] + [(kind, s) for kind, most in strengths.items() for s in range(1, most + 1)]
    points = [{"kind": kind, "strength": s, "seed": seed} for kind, s in plan for seed in range(FOLDS)]
    kinds = shift_kinds()

    def measure(kind: str, strength: int, seed: int) -> list[dict[str, Any]]:
        # without a shift the kind does not matter
        return [kinds.measure("label shift" if kind == "none" else kind, strength, seed) | {"kind": kind}]

    settings = {"network": "tiny, fashion_mnist", "pictures": len(kinds.data.test), "parts": FOLDS, "bins": 15}
    title = "Accuracy and calibration under three kinds of shift, with two cures"
    with Journal("shift_kinds") as journal:
        save_table(args.out, title, settings, journal.rows(points, measure), digits=3)


if __name__ == "__main__":
    main()
