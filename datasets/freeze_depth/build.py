"""Measure the freeze-depth sweep that lesson 03 shows: about 20 minutes on two cores, from the top of the repository.

    python datasets/freeze_depth/build.py [--seeds N] [--out FILE]

Goes on where it was stopped. Accuracies repeat to the last digit on one machine; on another they differ by a few
pictures.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import tlwidgets as tl
from tlwidgets.lessons.freezing.experiment import FreezeDepthSweep

HERE = Path(__file__).resolve().parents[2] / "tlwidgets" / "lessons" / "freezing"
DOMAINS = ("noto", "openmoji_black")
RATES = (2e-4, 1e-3)
DEPTHS = (None, "block2b", "block4c", "block5c", "block6b", "block6d", "top")
SETTINGS = {"size": 96, "per_class": 20, "epochs": 15, "batch": 20}


def main() -> None:
    """Measure every combination and write them as one JSON file."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--out", type=Path, default=HERE / "freeze_depth.json")
    args = parser.parse_args()
    base = tl.backbone("efficientnet-lite0", size=SETTINGS["size"])
    data = tl.load("styles", domain=DOMAINS[0])
    settings = {
        **SETTINGS,
        "backbone": base.name,
        "held_out": len(data.validation) + len(data.test),
        "seeds": args.seeds,
    }
    plan = FreezeDepthSweep(settings, {})
    journals = {domain: Path("build") / f"freeze_depth_{domain}.jsonl" for domain in DOMAINS}
    sweeps = {}
    for domain, journal in journals.items():
        sweeps[domain] = plan.repeat(base, domain, DEPTHS, rate=RATES, seeds=args.seeds, path=journal, progress=True)
        if not sweeps[domain].complete:
            raise SystemExit("stopped before the end; the same command goes on from there.")
    result = {
        "name": "freeze-depth",
        "kind": "measurement",
        "title": "Accuracy by freeze depth and learning rate",
        "licence": "Apache-2.0",
        "settings": settings,
        "sweeps": {domain: sweep.to_json() for domain, sweep in sweeps.items()},
    }
    args.out.write_text(json.dumps(result, indent=1) + "\n", "utf-8")
    for journal in journals.values():
        journal.unlink()


if __name__ == "__main__":
    main()
