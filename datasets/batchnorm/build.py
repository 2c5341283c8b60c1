"""Measure what BatchNorm costs in fine-tuning, as lesson 05 shows it: about 10 minutes on two cores, from the top of
the repository.

    python datasets/batchnorm/build.py

Goes on where it was stopped. Accuracies repeat to the last digit on one machine; on another they differ by a few
pictures.
"""

from __future__ import annotations

import json
from itertools import product
from pathlib import Path

import keras
import numpy as np

import tlwidgets as tl
from tlwidgets.course.sweeps import batchnorm, save_table

HERE = Path(__file__).resolve().parent
JOURNAL = Path("build") / "batchnorm.jsonl"
BATCHES = (8, 32)
SEEDS = 5
POINTS = [(way, batch, 0.99) for batch, way in product(BATCHES, batchnorm.WAYS)]
POINTS += [("left free", batch, 0.9) for batch in BATCHES]


def main() -> None:
    """Measure every point and write them as one JSON file."""
    JOURNAL.parent.mkdir(exist_ok=True)
    lines = JOURNAL.read_text("utf-8").splitlines() if JOURNAL.exists() else []
    rows = [json.loads(line) for line in lines]
    done = {(row["way"], row["batch"], row["momentum"]) for row in rows}
    base = tl.backbone(batchnorm.SETTINGS["backbone"], size=batchnorm.SETTINGS["size"])
    for way, batch, momentum in POINTS:
        if (way, batch, momentum) in done:
            continue
        found = batchnorm.batchnorm_trials(way, batch=batch, momentum=momentum, seeds=SEEDS, base=base)
        rows += found
        with JOURNAL.open("a", encoding="utf-8") as journal:
            journal.writelines(json.dumps(row) + "\n" for row in found)
        print(way, batch, momentum, [round(row["accuracy"], 3) for row in found], flush=True)
    if (batchnorm.NOTHING_TRAINED,) not in {point[:1] for point in done}:
        rows += batchnorm.statistics_replaced(seeds=SEEDS, base=base)
    data = tl.load(batchnorm.SETTINGS["data"], domain=batchnorm.SETTINGS["domain"])
    held = [data.validation.y, data.test.y]
    layers = sum(isinstance(layer, keras.layers.BatchNormalization) for layer in base.layers)
    settings = {
        **batchnorm.SETTINGS,
        "held_out": sum(map(len, held)),
        "commonest_class": round(float(np.bincount(np.concatenate(held)).max() / sum(map(len, held))), 5),
        "layers": layers,
        "keras": keras.__version__,
    }
    save_table(HERE / "batchnorm.json", "What BatchNorm costs in fine-tuning", settings, rows)
    JOURNAL.unlink()


if __name__ == "__main__":
    main()
