"""Opening a recorded ``.keras`` file without trusting it.

Keras' own safe mode has been bypassed (CVE-2025-1550, -8747, -9906), so nothing reaches it that is not on a list:
three files in the archive, public Keras classes in the configuration, plain arrays in the weights.
"""

from __future__ import annotations

import importlib
import io
import json
import tempfile
import zipfile
from pathlib import Path
from typing import Any

__all__ = ["BadFile", "load"]

_MEMBERS = {"config.json", "metadata.json", "model.weights.h5"}
_LARGEST = 256 * 2**20
_ROOMS = ("layers", "models", "initializers", "regularizers", "constraints", "activations", "dtype_policies")
_REFUSED = {
    "Lambda", "TorchModuleWrapper", "FlaxLayer", "JaxLayer", "TFSMLayer", "StringLookup", "IntegerLookup",
    "TextVectorization", "HashedCrossing", "Hashing", "FeatureSpace", "Pipeline", "Wrapper",
}  # fmt: skip


class BadFile(ValueError):
    """A file that is not opened, and why."""


def _allowed(module: Any, name: Any) -> bool:
    import keras

    if not isinstance(module, str) or not isinstance(name, str) or name in _REFUSED or name.startswith("_"):
        return False
    parts = module.split(".")
    if parts[0] != "keras":
        return False
    if name == "KerasTensor":
        return module in ("keras", "keras.src.backend.common.keras_tensor")
    room = next((p for p in parts if p in _ROOMS), "models" if name in ("Functional", "Sequential", "Model") else None)
    if name in ("Functional", "DTypePolicy"):
        return True
    return room is not None and hasattr(getattr(keras, room), name)


def _look(value: Any, depth: int = 0) -> None:
    """Refuse everything in a configuration that could name code."""
    if depth > 60:
        raise BadFile("its configuration is nested too deeply")
    if isinstance(value, dict):
        name = value.get("class_name")
        if name == "__keras_tensor__":
            pass
        elif "class_name" in value and ("module" in value or "config" in value):
            registered = value.get("registered_name")
            if not _allowed(value.get("module", "keras.layers"), name) or (registered and ">" in str(registered)):
                raise BadFile(f"it holds {str(value.get('module'))[:60]}.{str(name)[:60]}, which is not opened")
        elif isinstance(name, str) and name.startswith("__"):
            raise BadFile(f"it holds {name[:60]}, which is not opened")
        for inner in value.values():
            _look(inner, depth + 1)
    elif isinstance(value, list):
        for inner in value:
            _look(inner, depth + 1)


def _weights(raw: bytes) -> None:
    """Refuse weights that point out of their file, or that claim to be enormous."""
    h5py: Any = importlib.import_module("h5py")  # it ships no types

    total = 0

    def visit(group: Any, depth: int) -> None:
        nonlocal total
        if depth > 40:
            raise BadFile("its weights are nested too deeply")
        for key in group:
            if not isinstance(group.get(key, getlink=True), h5py.HardLink):
                raise BadFile("its weights point out of the file")
            item = group[key]
            if isinstance(item, h5py.Group):
                visit(item, depth + 1)
            elif item.external or item.is_virtual or item.dtype.kind not in "biufcSO":
                raise BadFile("its weights are not plain arrays")
            else:
                total += int(item.nbytes)
                if total > _LARGEST:
                    raise BadFile("its weights are too large")

    with h5py.File(io.BytesIO(raw), "r") as f:
        visit(f, 0)


def load(raw: bytes) -> Any:
    """Return the model in a ``.keras`` file, not compiled; raises :class:`BadFile` for anything out of the ordinary."""
    import keras

    if len(raw) > _LARGEST:
        raise BadFile("the file is too large")
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            infos = archive.infolist()
            if {i.filename for i in infos} != _MEMBERS or len(infos) != len(_MEMBERS):
                raise BadFile("it is not a plain .keras file")
            if sum(i.file_size for i in infos) > _LARGEST:
                raise BadFile("the file is too large when it is unpacked")
            parts = {i.filename: archive.read(i) for i in infos}
        config = json.loads(parts["config.json"])
    except BadFile:
        raise
    except (ValueError, OSError, RecursionError, NotImplementedError, zipfile.BadZipFile) as e:
        raise BadFile(f"it cannot be read ({type(e).__name__})") from None
    if not isinstance(config, dict):
        raise BadFile("its configuration is not a model")
    config["compile_config"] = None
    _look(config)
    _weights(parts["model.weights.h5"])
    parts["config.json"] = json.dumps(config).encode()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.keras"
        with zipfile.ZipFile(path, "w") as archive:
            for name, data in parts.items():
                archive.writestr(name, data)
        return keras.saving.load_model(path, compile=False, safe_mode=True)
