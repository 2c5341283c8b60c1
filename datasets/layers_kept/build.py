"""Measure how much of a network must be kept, as lesson 03 shows it: about 8 minutes on two cores, from the top of the
repository.

    python datasets/layers_kept/build.py

Goes on where it was stopped. Accuracies repeat to the last digit on one machine; on another they differ by a few
pictures.
"""

from __future__ import annotations

import json
from functools import partial
from itertools import product
from pathlib import Path

import keras

from tlwidgets.course.sweeps import layers_kept, save_table

HERE = Path(__file__).resolve().parent
JOURNAL = Path("build") / "layers_kept.jsonl"
POINTS = {}
for end, layers in [("first", 0), ("first", 12), *product(layers_kept.ENDS, (2, 6, 10))]:
    POINTS[f"inherit {end} {layers}"] = partial(layers_kept.inherit, end, layers, "noto")
for end, blocks in product(layers_kept.ENDS, (1, 2, 3)):
    POINTS[f"shorten {end} {blocks}"] = partial(layers_kept.shorten, end, blocks, "noto")
for rate, domain in product((1e-3, 3e-3), ("noto", "openmoji_black")):
    POINTS[f"scratch {rate} {domain}"] = partial(layers_kept.scratch, domain, size=32, rate=rate)


def main() -> None:
    """Measure every point and write them as one JSON file."""
    JOURNAL.parent.mkdir(exist_ok=True)
    lines = JOURNAL.read_text("utf-8").splitlines() if JOURNAL.exists() else []
    found = dict(json.loads(line) for line in lines)
    for name, measure in POINTS.items():
        if name in found:
            continue
        found[name] = measure()
        with JOURNAL.open("a", encoding="utf-8") as journal:
            journal.write(json.dumps([name, found[name]]) + "\n")
        print(name, [round(row["accuracy"], 3) for row in found[name]], flush=True)
    rows = [row for name in POINTS for row in found[name]]
    # where all layers inherit, or none, or none is taken away, both ends are the same network
    ends = [row for row in rows if row["experiment"] == "inherit" and row["layers"] in (0, 12)]
    whole = [{**row, "experiment": "shorten"} for row in ends if row["layers"] == 12]
    rows += [*whole, *({**row, "part": "last"} for row in [*ends, *whole])]
    rows.sort(key=lambda row: [row[column] for column in ("experiment", "data", "part", "layers", "seed")])
    settings = {**layers_kept.LAYERS_KEPT, "keras": keras.__version__}
    save_table(HERE / "layers_kept.json", "How much of a network must be kept, and which end", settings, rows)
    JOURNAL.unlink()


if __name__ == "__main__":
    main()
