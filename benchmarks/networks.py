"""What wrong preprocessing costs: linear probes on features of images that were scaled the wrong way.

    python benchmarks/networks.py [--network NAME] [--size PIXELS] [--photos FOLDER] [--per-class N] [--seeds N]

Without ``--photos`` the images are the emoji *styles/noto*; a folder of photographs has one folder a class. Two
figures for each mistake: made everywhere, and made only with the images to be named, while the probe was fitted on
the right features. The last lines say how far the order of the channels can be read off the images themselves.
"""

from __future__ import annotations

import argparse
import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

import tlwidgets as tl
from tlwidgets.training.extraction import subset

Images = NDArray[np.float32]

MEAN, STD = np.array([123.675, 116.28, 103.53], "f4"), np.array([58.395, 57.12, 57.375], "f4")

MISTAKES: dict[str, Callable[[Images], Images]] = {
    "raw, as it should be": lambda x: x,
    "scaled to 0 … 1": lambda x: x / 255,
    "scaled to -1 … 1": lambda x: x / 127.5 - 1,
    "mean and std (torch)": lambda x: (x - MEAN) / STD,
    "BGR minus mean (caffe)": lambda x: x[..., ::-1] - MEAN[::-1],
    "BGR": lambda x: x[..., ::-1],
    "grey, repeated": lambda x: np.repeat(x.mean(-1, keepdims=True), 3, axis=-1),
}


def images(folder: Path | None, size: int) -> tuple[Images, NDArray[np.int64]]:
    """Return images (n, size, size, 3), 0 … 255, and labels."""
    if folder is None:
        data = tl.load("styles", domain="noto").train
        made = [Image.fromarray(np.asarray(x, "uint8")).resize((size, size), Image.Resampling.BILINEAR) for x in data.x]
        return np.stack([np.asarray(m, "float32") for m in made]), np.asarray(data.y)
    files = sorted(p for p in folder.rglob("*") if p.suffix.lower() in (".jpg", ".jpeg", ".png"))
    names = sorted({p.parent.name for p in files})
    made = [Image.open(p).convert("RGB").resize((size, size), Image.Resampling.BILINEAR) for p in files]
    x = np.stack([np.asarray(m, "float32") for m in made])
    return x, np.array([names.index(p.parent.name) for p in files])


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--network", default="efficientnet-lite0")
    parser.add_argument("--size", type=int, default=96)
    parser.add_argument("--photos", type=Path)
    parser.add_argument("--per-class", type=int, default=10)
    parser.add_argument("--seeds", type=int, default=5)
    args = parser.parse_args()
    warnings.simplefilter("ignore")
    base = tl.backbone(args.network, size=args.size)
    x, y = images(args.photos, args.size)
    right = tl.extract_features(base, x)
    print(f"{args.network}, {args.size} px, {args.photos.name if args.photos else 'styles/noto'}, {len(x)} images")
    print(f"{'what is fed':<26}{'everywhere':>12}{'new images only':>20}")
    for what, mistake in MISTAKES.items():
        wrong = tl.extract_features(base, mistake(x))
        everywhere = tl.training.linear_probe_over_seeds(wrong, y, per_class=args.per_class, seeds=args.seeds)
        late = []
        for seed in range(args.seeds):
            train = subset(y, args.per_class, seed)
            rest = np.setdiff1d(np.arange(len(y)), train)
            late.append(tl.linear_probe(right[train], y[train], wrong[rest], y[rest]))
        print(f"{what:<26}{np.mean(everywhere):>12.3f}{np.mean(late):>20.3f}", flush=True)
    bluer = x[..., 2].mean((1, 2)) > x[..., 0].mean((1, 2))
    rng = np.random.default_rng(0)
    batches = [rng.choice(len(x), 32, replace=False) for _ in range(100)]
    wrong_batches = np.mean([x[b][..., 2].mean() > x[b][..., 0].mean() for b in batches])
    print(f"more blue than red in RGB images: {bluer.mean():.3f} of them, {wrong_batches:.2f} of batches of 32")


if __name__ == "__main__":
    main()
