"""Measure every style as source and as target: a few CPU minutes, from the top of the repository.

    python datasets/domain_shift/build.py [--seeds N] [--out FILE]

Goes on where it was stopped. Accuracies repeat on one machine; on another they differ by a picture or two.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import tlwidgets as tl
from tlwidgets.lessons.domain_shift.domain_shift import TRAINING, style_features, style_pair
from tlwidgets.lessons.domain_shift.experiment import Journal, save_table

HERE = Path(__file__).resolve().parents[2] / "tlwidgets" / "lessons" / "domain_shift"
SIZE = 96


def main() -> None:
    """Measure every pair of styles with every seed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--out", type=Path, default=HERE / "domain_shift.json")
    args = parser.parse_args()
    base = tl.backbone("efficientnet-lite0", size=SIZE)
    styles = style_features(base)
    points = [{"source": s, "target": t, "seed": seed} for s in styles for t in styles for seed in range(args.seeds)]
    settings = {
        "backbone": base.name,
        "size": SIZE,
        "training": TRAINING,
        "held_out": {name: len(style.held_y) for name, style in styles.items()},
    }
    with Journal("domain_shift") as journal:
        rows = journal.rows(points, lambda **at: [style_pair(styles, **at)])
        save_table(args.out, "Linear probe trained on one style and tested on another", settings, rows, digits=4)


if __name__ == "__main__":
    main()
