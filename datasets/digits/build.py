"""Write ``dataset.json`` of the handwritten digits; the images themselves come with scikit-learn.

python datasets/digits/build.py [--out FOLDER]
"""

from __future__ import annotations

import argparse
import hashlib
import json
from pathlib import Path

import numpy as np
from sklearn.datasets import load_digits

HERE = Path(__file__).resolve().parent
CLASSES = tuple("0123456789")
CREDIT = "E. Alpaydin and C. Kaynak, Optical Recognition of Handwritten Digits; from scikit-learn, BSD-3-Clause"


def main() -> None:
    """Count, and write the card."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=HERE, help="folder to write to (default: beside this script)")
    args = parser.parse_args()
    bunch = load_digits()
    images = np.rint(bunch.images * (255 / 16)).astype(np.uint8)[..., None]
    labels = bunch.target.astype(np.int64)
    counts: dict[str, dict[str, int]] = {"train": {}, "validation": {}, "test": {}}
    for label, name in enumerate(CLASSES):
        n = int((labels == label).sum())
        counts["test"][name], counts["validation"][name] = round(0.25 * n), round(0.15 * n)
        counts["train"][name] = n - counts["test"][name] - counts["validation"][name]
    card = {
        "name": "digits",
        "title": "Handwritten digits, 8 x 8 pixels",
        "version": "1.0",
        "kind": "sklearn-digits",
        "classes": CLASSES,
        "shape": [8, 8, 1],
        "parts": [
            {
                "domain": None,
                "file": None,
                "bytes": 0,
                "sha256": None,
                "images_sha256": hashlib.sha256(images.tobytes() + labels.tobytes()).hexdigest(),
                "license": "BSD-3-Clause",
                "credit": CREDIT,
                "source": {"package": "scikit-learn", "version": "any", "via": "pip", "sha256": None},
                "counts": counts,
            }
        ],
    }
    (args.out / "dataset.json").write_text(json.dumps(card, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
