"""Train the weights of the tiny network.

    python datasets/tiny/train.py --sources FOLDER                       # FOLDER holds the package of Fashion-MNIST
    python datasets/tiny/train.py --sources FOLDER --only styles         # one set of weights
    python datasets/tiny/train.py --sources FOLDER --check               # train anew elsewhere and compare

About 4 CPU minutes. Training again on the same machine gives the same bytes; another machine rounds otherwise, so there
``--check`` asks for the same accuracy within 0.02. ``datasets/fashion_mnist/build.py --fetch`` gets the package.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import importlib.util
import json
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

import tlwidgets as tl
from tlwidgets.models import tiny

HERE = Path(__file__).resolve().parent
SIZE = 32
BATCH = 128
SEED = 0
RATE = 0.1  # highest learning rate: reached after a quarter of the steps, then down to 0 in a straight line
# CC BY-SA asks more of what is made from it, so the OpenMoji domains are left out; noto is kept for use as a target
DRAWINGS = ("twemoji", "fluent3d", "openclipart")


@dataclass(frozen=True)
class Source:
    """Images (n, 32, 32, 3), uint8, and labels (n,) to train on, and others that the network never sees."""

    x: np.ndarray
    y: np.ndarray
    x_test: np.ndarray
    y_test: np.ndarray
    epochs: int
    shift: bool = True
    """Whether to shift and mirror the training images."""


def small(images: np.ndarray) -> np.ndarray:
    """Resize grey images (n, h, w) as ``tl.load(…, size=32)`` does, and repeat them to three channels."""
    out = [np.asarray(Image.fromarray(p).resize((SIZE, SIZE), Image.Resampling.LANCZOS)) for p in images]
    return tiny.to_rgb(np.stack(out))


def fashion_indices(x: np.ndarray) -> np.ndarray:
    """Return which of the 60,000 original training images may be used.

    Not those that are in the validation split that comes with the course, and none that looks the same to the byte as
    an image of its validation or test split.
    """
    data = tl.load("fashion_mnist")
    held_out = {p.tobytes() for s in (data.validation, data.test) for p in s.x}
    names = set(data.validation.names)
    return np.array([i for i, p in enumerate(x) if f"train-{i:05d}" not in names and p.tobytes() not in held_out])


def fashion(sources: Path, *, shuffled: bool) -> Source:
    """Read Fashion-MNIST from its Debian package; the test images are those of the course."""
    path = HERE.parent / "fashion_mnist" / "build.py"
    spec = importlib.util.spec_from_file_location("fashion_mnist_build", path)
    assert spec is not None
    assert spec.loader is not None
    build: Any = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(build)
    package = sources / build.FILE
    if not package.is_file():
        sys.exit(f"{build.FILE} is not in {sources}: get it with datasets/fashion_mnist/build.py --fetch.")
    if (found := hashlib.sha256(package.read_bytes()).hexdigest()) != build.SHA256:
        sys.exit(f"{package} is not the pinned file: its checksum is {found}, expected {build.SHA256}.")
    files = build.undeb(package.read_bytes())
    x, y = (
        np.frombuffer(gzip.decompress(files[f"{build.INSIDE}train-{kind}-ubyte.gz"]), np.uint8, offset=offset)
        for kind, offset in (("images-idx3", 16), ("labels-idx1", 8))
    )
    x = x.reshape(-1, 28, 28)
    use = fashion_indices(x)
    test = tl.load("fashion_mnist", size=SIZE).test
    if not shuffled:
        return Source(small(x[use]), y[use].astype(np.int64), tiny.to_rgb(test.x), test.y, epochs=4)
    # few images, always alike: from all of them it learns nothing, and is no worse than a random network
    use = use[:3000]
    labels = np.random.default_rng(SEED).permutation(y[use].astype(np.int64))
    return Source(small(x[use]), labels, tiny.to_rgb(test.x), test.y, epochs=30, shift=False)


def styles() -> Source:
    """Return three coloured styles together; the test images show other things than the training images."""
    data = [tl.load("styles", domain=d, size=SIZE) for d in DRAWINGS]
    return Source(
        np.concatenate([d.train.x for d in data]),
        np.concatenate([d.train.y for d in data]),
        np.concatenate([d.test.x for d in data]),
        np.concatenate([d.test.y for d in data]),
        epochs=60,
    )


def shifted(x: np.ndarray, rng: np.random.Generator, by: int = 2) -> np.ndarray:
    """Shift a batch by up to ``by`` pixels and mirror it or not, eight images at a time alike."""
    padded = np.pad(x, ((0, 0), (by, by), (by, by), (0, 0)), mode="edge")
    out = np.empty_like(x)
    for start in range(0, len(x), 8):
        down, right = rng.integers(0, 2 * by + 1, 2)
        part = padded[start : start + 8, down : down + SIZE, right : right + SIZE]
        out[start : start + 8] = part[:, :, ::-1] if rng.random() < 0.5 else part
    return out


def train(source: Source, *, epochs: int | None = None) -> Any:
    """Train from random weights; the same seeds each time.

    SGD with Nesterov momentum 0.9, weight decay 5e-4 on the kernels, batches of 128, cross-entropy. No label smoothing:
    it makes better classifiers and worse sources (Kornblith et al., "Why Do Better Loss Functions Lead to Less
    Transferable Features?", NeurIPS 2021).
    """
    import keras

    keras.utils.set_random_seed(SEED)
    rng = np.random.default_rng(SEED)
    classes = int(source.y.max()) + 1
    model = tiny.build(SIZE, top=True, classes=classes)
    optimizer = keras.optimizers.SGD(0.0, momentum=0.9, nesterov=True, weight_decay=5e-4)
    optimizer.exclude_from_weight_decay(var_names=["gamma", "beta", "bias"])
    model.compile(optimizer, "sparse_categorical_crossentropy")
    per_epoch = len(source.y) // BATCH
    total = (epochs or source.epochs) * per_epoch
    for step in range(total):
        if step % per_epoch == 0:
            order = rng.permutation(len(source.y))
        batch = order[step % per_epoch * BATCH :][:BATCH]
        optimizer.learning_rate = RATE * min(step / (0.25 * total), (total - step) / (0.75 * total))
        x = shifted(source.x[batch], rng) if source.shift else source.x[batch]
        model.train_on_batch(x.astype("float32"), source.y[batch])
    return model


def accuracy(model: Any, source: Source) -> float:
    """Return the accuracy (0 … 1) on the test images."""
    parts = [
        np.asarray(model.predict_on_batch(source.x_test[i : i + 500].astype("float32")))
        for i in range(0, len(source.x_test), 500)
    ]
    return float((np.concatenate(parts).argmax(1) == source.y_test).mean())


def halved(model: Any) -> dict[str, np.ndarray]:
    """Return the weights as float16, by layer name and place in the layer."""
    return {
        f"{layer.name}/{i}": np.asarray(w).astype("float16")
        for layer in model.layers
        for i, w in enumerate(layer.get_weights())
    }


def make(name: str, sources: Path, out: Path) -> dict[str, Any]:
    """Train one set of weights, write it into ``out`` and return what there is to say about it."""
    source = styles() if name == "styles" else fashion(sources, shuffled=name == "fashion_mnist_shuffled")
    start = time.process_time()
    model = train(source)
    seconds = time.process_time() - start
    full = accuracy(model, source)
    stored = halved(model)
    for layer in model.layers:
        if layer.weights:
            layer.set_weights([stored[f"{layer.name}/{i}"].astype("float32") for i in range(len(layer.weights))])
    np.savez_compressed(out / f"{name}.npz", **stored)  # type: ignore[arg-type]
    data = (out / f"{name}.npz").read_bytes()
    about = {
        "bytes": len(data),
        "sha256": hashlib.sha256(data).hexdigest(),
        "classes": int(source.y.max()) + 1,
        "images": len(source.y),
        "epochs": source.epochs,
        "accuracy": round(accuracy(model, source), 4),
    }
    print(f"{name}: {json.dumps(about)}; float32 {full:.4f}; {seconds:.0f} CPU s", flush=True)
    return about


def main() -> None:
    """Read the command line and train, or compare with what is here."""
    parser = argparse.ArgumentParser(description="Train the weights of the tiny network.")
    parser.add_argument("--sources", type=Path, required=True, help="folder with the package of Fashion-MNIST")
    parser.add_argument("--only", choices=tiny.WEIGHTS, action="append", help="train only these weights")
    parser.add_argument("--check", action="store_true", help="train elsewhere, and fail if anything differs")
    args = parser.parse_args()
    card_file = HERE / "dataset.json"
    card = json.loads(card_file.read_text("utf-8"))
    for name in args.only or tiny.WEIGHTS:
        if not args.check:
            card["files"][f"{name}.npz"] = make(name, args.sources, HERE)
            continue
        known = card["files"][f"{name}.npz"]
        with tempfile.TemporaryDirectory() as folder:
            new = make(name, args.sources, Path(folder))
        if new["sha256"] == known["sha256"]:
            print("trained anew, every byte is the same")
        elif abs(new["accuracy"] - known["accuracy"]) <= 0.02:
            print("trained anew, other bytes (another machine?), the same accuracy within 0.02")
        else:
            sys.exit(f"{name}: trained anew, accuracy {new['accuracy']} where {known['accuracy']} was measured")
    if not args.check:
        card_file.write_text(json.dumps(card, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
