"""Measure every style as source and as target: a few CPU minutes, from the top of the repository.

    python datasets/domain_shift/build.py [--seeds N] [--out FILE]

Goes on where it was stopped. Accuracies repeat on one machine; on another they differ by a picture or two.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import tlwidgets as tl
from tlwidgets.course.sweeps import save_table
from tlwidgets.course.sweeps.domain_shift import TRAINING, style_features, style_pair

HERE = Path(__file__).resolve().parent
JOURNAL = Path("build") / "domain_shift.jsonl"
SIZE = 96


def main() -> None:
    """Measure every pair of styles with every seed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--out", type=Path, default=HERE / "domain_shift.json")
    args = parser.parse_args()
    JOURNAL.parent.mkdir(exist_ok=True)
    done = [json.loads(line) for line in JOURNAL.read_text("utf-8").splitlines()] if JOURNAL.exists() else []
    known = {(row["source"], row["target"], row["seed"]): row for row in done}
    base = tl.backbone("efficientnet-lite0", size=SIZE)
    styles = style_features(base)
    plan = [(s, t, seed) for s in styles for t in styles for seed in range(args.seeds)]
    for point in plan:
        if point not in known:
            known[point] = style_pair(styles, *point)
            with JOURNAL.open("a", encoding="utf-8") as f:
                f.write(json.dumps(known[point]) + "\n")
    settings = {
        "backbone": base.name,
        "size": SIZE,
        "training": TRAINING,
        "held_out": {name: len(style.held_y) for name, style in styles.items()},
    }
    rows = [known[point] for point in plan]
    save_table(args.out, "Linear probe trained on one style and tested on another", settings, rows, digits=4)
    JOURNAL.unlink()


if __name__ == "__main__":
    main()
