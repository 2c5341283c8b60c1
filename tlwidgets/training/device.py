"""What Keras computes on."""

from __future__ import annotations

import os
import sys
from dataclasses import asdict, dataclass
from typing import Any

from ..errors import unknown

__all__ = ["Device", "device"]


@dataclass(frozen=True)
class Device:
    """What Keras computes on here."""

    backend: str
    """``tensorflow``, ``jax`` or ``torch``."""
    kind: str
    """``CPU``, ``GPU`` or ``TPU``."""
    names: tuple[str, ...]
    """One name for each device of that kind."""
    memory: tuple[int | None, ...]
    """Bytes of each: of a graphics card its own, of the CPU the machine's; ``None`` where the backend does not say."""
    cores: int
    """CPU cores that this process may use."""
    memory_grows: bool | None
    """Whether TensorFlow takes GPU memory as it needs it; ``None`` without a GPU or on another backend."""
    precision: str
    """Keras' dtype policy for layers made from now on."""

    def __str__(self) -> str:
        what = ", ".join(
            name + (f" ({size / 1e9:.0f} GB)" if size else "")
            for name, size in zip(self.names, self.memory, strict=True)
        )
        grows = {True: "memory taken as needed, ", False: "all GPU memory taken at once, ", None: ""}[self.memory_grows]
        kind = self.kind if len(self.names) == 1 else f"{len(self.names)} {self.kind}s"
        return f"{kind}: {what}; {self.cores} CPU cores, {grows}{self.precision}, Keras on {self.backend}"

    def to_json(self) -> dict[str, Any]:
        """Return the record as plain JSON values."""
        return {k: list(v) if isinstance(v, tuple) else v for k, v in asdict(self).items()}


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _tensorflow() -> tuple[list[tuple[str, int | None]], bool | None]:
    import tensorflow as tf

    gpus = tf.config.list_physical_devices("GPU")
    for gpu in gpus:
        try:
            tf.config.experimental.set_memory_growth(gpu, True)
        except (RuntimeError, ValueError):  # the GPU is in use already, or is a part of one
            break
    grows = all(_grows(gpu) for gpu in gpus) if gpus else None
    found: list[tuple[str, int | None]] = [
        (tf.config.experimental.get_device_details(gpu).get("device_name", gpu.name), None) for gpu in gpus
    ]
    return found, grows


def _grows(gpu: Any) -> bool:
    import tensorflow as tf

    try:
        return bool(tf.config.experimental.get_memory_growth(gpu))
    except ValueError:
        return False


def _jax() -> list[tuple[str, int | None]]:
    import jax  # type: ignore[import-not-found]

    accelerators = [d for d in jax.devices() if d.platform != "cpu"]
    return [(d.device_kind, (d.memory_stats() or {}).get("bytes_limit")) for d in accelerators]


def _torch() -> list[tuple[str, int | None]]:
    import torch  # type: ignore[import-not-found]

    cards = [torch.cuda.get_device_properties(i) for i in range(torch.cuda.device_count())]
    return [(card.name, card.total_memory) for card in cards]


def device() -> Device:
    """Return what Keras computes on, and let TensorFlow take GPU memory bit by bit from here on.

    TensorFlow takes all memory of a GPU when it first uses it, so that a second notebook finds none. Call this before
    the first model is made; ``memory_grows`` says whether that was in time.

    Returns
    -------
    Device
        A GPU is named if there is one, else the CPU.
    """
    from .._keras import keras

    backend = str(keras.backend.backend())
    grows = None
    if backend == "tensorflow":
        found, grows = _tensorflow()
    elif backend in ("jax", "torch"):
        found = {"jax": _jax, "torch": _torch}[backend]()
    else:
        raise unknown("Keras backend", backend, ["tensorflow", "jax", "torch"], "Set KERAS_BACKEND before importing.")
    kind = "GPU"
    if backend == "jax" and found:
        import jax

        kind = jax.default_backend().upper()
    if not found:
        kind, found = "CPU", [(_processor(), _memory())]
    names, memory = zip(*found, strict=True)
    precision = str(keras.config.dtype_policy().name)
    return Device(backend, kind, names, memory, _cores(), grows, precision)


def _memory() -> int:
    """Memory of this machine in bytes."""
    if sys.platform == "win32":
        import psutil

        return int(psutil.virtual_memory().total)
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")


def _processor() -> str:
    import platform

    try:
        with open("/proc/cpuinfo", encoding="utf-8") as lines:  # noqa: PTH123
            names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    except OSError:
        names = []
    return names[0] if names else platform.processor() or platform.machine()
