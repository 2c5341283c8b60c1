"""Build the subset of Fashion-MNIST that comes with the course.

    python datasets/fashion_mnist/build.py --sources FOLDER           # FOLDER holds the package
    python datasets/fashion_mnist/build.py --sources FOLDER --fetch   # … and download it if it is missing
    python datasets/fashion_mnist/build.py --sources FOLDER --check   # build elsewhere and compare

Needs NumPy; ``--fetch`` needs ``apt-get`` (Debian 12). Two builds give the same bytes.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import sys
import tempfile
from pathlib import Path

import numpy as np

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
from fetch import Package, undeb  # noqa: E402

PACKAGE = Package(
    "apt",
    "dataset-fashion-mnist",
    "0.0~git20200523.55506a9-1",
    "39e172fe32dd318ebb3e512220c3beea2fa47d7e20bab348fb4e0922d6beefc0",
)
INSIDE = "usr/share/datasets/fashion-mnist/"
CLASSES = (
    "t-shirt",
    "trouser",
    "pullover",
    "dress",
    "coat",
    "sandal",
    "shirt",
    "sneaker",
    "bag",
    "ankle-boot",
)
# split, which of the two original files it is drawn from, images of each class
DRAWS = (("train", "train", 400), ("validation", "train", 50), ("test", "t10k", 200))
SALT = "fashion-1"
# left out of the draw, and why; tests/data/test_leakage.py finds such pairs
REMOVED = {"train-44001": "the same bag as t10k-07269, which is in test, one pixel lower"}


def build(sources: Path, out: Path) -> None:
    """Write the images and ``dataset.json`` into ``out``."""
    files = undeb(PACKAGE.read(sources))
    arrays: dict[str, np.ndarray] = {}
    used: set[bytes] = set()
    # the test split first: an image that occurs twice in the original stays in test
    for split, part, wanted in sorted(DRAWS, key=lambda d: d[0] != "test"):
        x = np.frombuffer(gzip.decompress(files[f"{INSIDE}{part}-images-idx3-ubyte.gz"]), np.uint8, offset=16)
        x = x.reshape(-1, 28, 28)
        y = np.frombuffer(gzip.decompress(files[f"{INSIDE}{part}-labels-idx1-ubyte.gz"]), np.uint8, offset=8)
        order = sorted(range(len(y)), key=lambda i: hashlib.sha256(f"{SALT}/{part}/{i}".encode()).digest())
        take: list[int] = []
        need = dict.fromkeys(range(len(CLASSES)), wanted)
        for i in order:
            if need[int(y[i])] and x[i].tobytes() not in used and f"{part}-{i:05d}" not in REMOVED:
                used.add(x[i].tobytes())
                need[int(y[i])] -= 1
                take.append(i)
        take.sort(key=lambda i: (y[i], i))
        arrays[f"{split}_x"], arrays[f"{split}_y"] = x[take], y[take]
        arrays[f"{split}_names"] = np.array([f"{part}-{i:05d}" for i in take], "S11")
    out.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(out / "fashion_mnist.npz", **{k: arrays[k] for k in sorted(arrays)})  # type: ignore[arg-type]
    data = (out / "fashion_mnist.npz").read_bytes()
    card = {
        "name": "fashion_mnist",
        "title": "Fashion-MNIST, a subset: small grey photographs of clothes",
        "version": "1.1",
        "kind": "arrays",
        "classes": CLASSES,
        "shape": [28, 28, 1],
        "parts": [
            {
                "domain": None,
                "file": "fashion_mnist.npz",
                "bytes": len(data),
                "sha256": hashlib.sha256(data).hexdigest(),
                "license": "MIT",
                "credit": "Fashion-MNIST, © 2017 Zalando SE, MIT",
                "source": PACKAGE.record,
                "counts": {split: dict.fromkeys(CLASSES, n) for split, _, n in DRAWS},
            }
        ],
    }
    (out / "dataset.json").write_text(json.dumps(card, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    print(f"fashion_mnist {sum(len(arrays[f'{s}_y']) for s, _, _ in DRAWS)} images {len(data) / 1e6:.2f} MB")


def main() -> None:
    """Read the command line and build, or compare with what is here."""
    parser = argparse.ArgumentParser(description="Build the subset of Fashion-MNIST from its Debian package.")
    parser.add_argument("--sources", type=Path, required=True, help="folder with the package as downloaded")
    parser.add_argument("--fetch", action="store_true", help="download the package if it is missing")
    parser.add_argument("--out", type=Path, default=HERE, help="folder to write to (default: beside this script)")
    parser.add_argument("--check", action="store_true", help="build elsewhere, and fail if anything differs")
    args = parser.parse_args()
    if args.fetch and not (args.sources / PACKAGE.file).is_file():
        PACKAGE.fetch(args.sources)
    if not args.check:
        build(args.sources, args.out)
        return
    with tempfile.TemporaryDirectory() as folder:
        build(args.sources, Path(folder))
        different = [
            f
            for f in ("fashion_mnist.npz", "dataset.json")
            if (Path(folder) / f).read_bytes() != (HERE / f).read_bytes()
        ]
    if different:
        sys.exit(f"built anew, these differ: {', '.join(different)}")
    print("built anew, every file is the same")


if __name__ == "__main__":
    main()
