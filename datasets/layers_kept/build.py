"""Measure how much of a network must be kept, as lesson 03 shows it: about 8 minutes on two cores.

From the top of the repository:

    python datasets/layers_kept/build.py [--out FILE]

Goes on where it was stopped. Accuracies repeat to the last digit on one machine; on another they differ by a few
pictures.
"""

from __future__ import annotations

import argparse
from itertools import product
from pathlib import Path
from typing import Any

import keras

from tlwidgets.lessons.freezing.experiment import Journal, layers_kept, save_table

HERE = Path(__file__).resolve().parents[2] / "tlwidgets" / "lessons" / "freezing"
POINTS: list[dict[str, Any]] = [
    {"experiment": "inherit", "end": end, "layers": layers, "domain": "noto"}
    for end, layers in [("first", 0), ("first", 12), *product(layers_kept.ENDS, (2, 6, 10))]
]
for end, blocks in product(layers_kept.ENDS, (1, 2, 3)):
    POINTS.append({"experiment": "shorten", "end": end, "blocks": blocks, "domain": "noto"})
for rate, domain in product((1e-3, 3e-3), ("noto", "openmoji_black")):
    POINTS.append({"experiment": "scratch", "domain": domain, "size": 32, "rate": rate})


def measure(experiment: str, **at: Any) -> list[dict[str, Any]]:
    """Return the rows of one network, one a seed."""
    of = {"inherit": layers_kept.inherit, "shorten": layers_kept.shorten, "scratch": layers_kept.scratch}
    return of[experiment](**at)


def main() -> None:
    """Measure every point and write them as one JSON file."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=HERE / "layers_kept.json")
    args = parser.parse_args()
    with Journal("layers_kept") as journal:
        rows = journal.rows(POINTS, measure)
        # where all layers inherit, or none, or none is taken away, both ends are the same network
        ends = [row for row in rows if row["experiment"] == "inherit" and row["layers"] in (0, 12)]
        whole = [{**row, "experiment": "shorten"} for row in ends if row["layers"] == 12]
        rows += [*whole, *({**row, "part": "last"} for row in [*ends, *whole])]
        rows.sort(key=lambda row: [row[column] for column in ("experiment", "data", "part", "layers", "seed")])
        settings = {**layers_kept.LAYERS_KEPT, "keras": keras.__version__}
        save_table(args.out, "How much of a network must be kept, and which end", settings, rows)


if __name__ == "__main__":
    main()
