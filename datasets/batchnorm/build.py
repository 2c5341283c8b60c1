"""Measure what BatchNorm costs in fine-tuning, as lesson 05 shows it: about 10 minutes on two cores.

From the top of the repository:

    python datasets/batchnorm/build.py [--out FILE]

Goes on where it was stopped. Accuracies repeat to the last digit on one machine; on another they differ by a few
pictures.
"""

from __future__ import annotations

import argparse
from itertools import product
from pathlib import Path
from typing import Any

import keras
import numpy as np

import tlwidgets as tl
from tlwidgets.lessons.batchnorm_trap.experiment import Journal, batchnorm, save_table

HERE = Path(__file__).resolve().parents[2] / "tlwidgets" / "lessons" / "batchnorm_trap"
BATCHES = (8, 32)
SEEDS = 5
POINTS: list[dict[str, Any]] = [
    *({"way": way, "batch": batch, "momentum": 0.99} for batch, way in product(BATCHES, batchnorm.WAYS)),
    *({"way": "left free", "batch": batch, "momentum": 0.9} for batch in BATCHES),
    {"way": batchnorm.NOTHING_TRAINED},
]


def main() -> None:
    """Measure every point and write them as one JSON file."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=HERE / "batchnorm.json")
    args = parser.parse_args()
    base = tl.backbone(batchnorm.SETTINGS["backbone"], size=batchnorm.SETTINGS["size"])

    def measure(way: str, **at: Any) -> list[dict[str, Any]]:
        if way == batchnorm.NOTHING_TRAINED:
            return batchnorm.statistics_replaced(seeds=SEEDS, base=base)
        return batchnorm.batchnorm_trials(way, **at, seeds=SEEDS, base=base)

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
    with Journal("batchnorm") as journal:
        save_table(args.out, "What BatchNorm costs in fine-tuning", settings, journal.rows(POINTS, measure))


if __name__ == "__main__":
    main()
