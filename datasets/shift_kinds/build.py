"""Measure covariate, label and concept shift on Fashion-MNIST: about 5 CPU minutes, from the top of the repository.

    python datasets/shift_kinds/build.py [--out FILE]

Goes on where it was stopped. Accuracies repeat on one machine; on another they differ by a few pictures.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import tlwidgets as tl
from tlwidgets.course.sweeps import save_table
from tlwidgets.course.sweeps.shift_kinds import FOLDS, shift_kinds

HERE = Path(__file__).resolve().parent
JOURNAL = Path("build") / "shift_kinds.jsonl"


def main() -> None:
    """Measure every kind and strength with five seeds."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=HERE / "shift_kinds.json")
    args = parser.parse_args()
    strengths = {c.name: 5 for c in tl.corruptions()} | {"label shift": 5, "concept shift": 3}
    plan = [("none", 0)] + [(kind, s) for kind, most in strengths.items() for s in range(1, most + 1)]
    JOURNAL.parent.mkdir(exist_ok=True)
    done = [json.loads(line) for line in JOURNAL.read_text("utf-8").splitlines()] if JOURNAL.exists() else []
    known = {(row["kind"], row["strength"], row["seed"]): row for row in done}
    kinds = shift_kinds()
    for kind, strength in plan:
        for seed in range(FOLDS):
            if (kind, strength, seed) not in known:
                # without a shift the kind does not matter
                row = kinds.measure("label shift" if kind == "none" else kind, strength, seed) | {"kind": kind}
                known[kind, strength, seed] = row
                with JOURNAL.open("a", encoding="utf-8") as f:
                    f.write(json.dumps(row) + "\n")
    rows = [known[kind, strength, seed] for kind, strength in plan for seed in range(FOLDS)]
    settings = {"network": "tiny, fashion_mnist", "pictures": len(kinds.data.test), "parts": FOLDS, "bins": 15}
    save_table(
        args.out, "Accuracy and calibration under three kinds of shift, with two cures", settings, rows, digits=3
    )
    JOURNAL.unlink()


if __name__ == "__main__":
    main()
