"""Widgets without a browser: a recorded wire, and real kernels for what happens while a cell runs."""

from __future__ import annotations

import os
import queue
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

REPOSITORY = Path(__file__).resolve().parents[2]


# ---------------------------------------------------------------- the wire


class Wire:
    """Stands in for the kernel's comms and keeps what Python sends to the browser."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, dict[str, Any], list[bytes]]] = []

    def comm(self, *args: Any, **kwargs: Any) -> Any:
        from comm.base_comm import BaseComm

        wire = self

        class Comm(BaseComm):
            def publish_msg(self, msg_type, data=None, metadata=None, buffers=None, **keys):
                wire.sent.append((msg_type, data or {}, buffers or []))

        return Comm(*args, **kwargs)

    def custom(self) -> list[tuple[dict[str, Any], list[bytes]]]:
        """Return the custom messages: content and buffers."""
        return [(data["content"], buffers) for _, data, buffers in self.sent if data.get("method") == "custom"]

    def updates(self, name: str) -> list[Any]:
        """Return the values of a trait in the order in which they went out."""
        states = [data["state"] for _, data, _ in self.sent if data.get("method") == "update"]
        return [state[name] for state in states if name in state]


@pytest.fixture
def wire(monkeypatch):
    """What goes to the browser."""
    import comm

    recorder = Wire()
    monkeypatch.setattr(comm, "create_comm", recorder.comm)
    return recorder


@pytest.fixture
def from_browser():
    """``from_browser(widget, name=value)``: what a front end does when the user moves something."""

    def send(widget: Any, **state: Any) -> None:
        data = {"method": "update", "state": state, "buffer_paths": []}
        widget._handle_msg({"content": {"data": data}, "buffers": []})

    return send


@pytest.fixture
def message_from_browser():
    """``message_from_browser(widget, content)``: a custom message of the front end."""

    def send(widget: Any, content: dict[str, Any]) -> None:
        widget._handle_msg({"content": {"data": {"method": "custom", "content": content}}, "buffers": []})

    return send


@pytest.fixture
def data():
    """80 pictures 8x8x3 with a class that is easy to learn: x (80, 8, 8, 3) float32, y (80,) int64."""
    import numpy as np

    rng = np.random.default_rng(0)
    y = rng.integers(0, 3, 80)
    x = rng.normal(size=(80, 8, 8, 3)).astype("float32") + y[:, None, None, None]
    return x, y


@pytest.fixture
def make_model():
    """A tiny compiled picture model: two blocks with BatchNorm, a head; ``nested``: the base is one layer."""
    import keras

    def make(*, nested: bool = False, compiled: bool = True) -> Any:
        keras.utils.set_random_seed(0)
        layers = keras.layers
        base = [
            keras.Input((8, 8, 3)),
            layers.Conv2D(4, 3, name="block1_conv"),
            layers.BatchNormalization(name="block1_bn"),
            layers.Conv2D(4, 3, name="block2_conv"),
            layers.BatchNormalization(name="block2_bn"),
            layers.GlobalAveragePooling2D(name="pool"),
        ]
        head = layers.Dense(3, activation="softmax", name="head")
        if nested:
            model = keras.Sequential([keras.Input((8, 8, 3)), keras.Sequential(base, name="base"), head])
        else:
            model = keras.Sequential([*base, head])
        if compiled:
            model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
        return model

    return make


# ---------------------------------------------------------------- real kernels


@dataclass
class Cell:
    """What a cell did."""

    text: str = ""
    error: str = ""
    status: str = "no reply"
    updates: list[dict[str, Any]] = field(default_factory=list, repr=False)
    """Data of the displays that were updated."""


class Kernel:
    """A Jupyter kernel that is driven like a front end does, several cells in the queue at once."""

    def __init__(self, env: dict[str, str]) -> None:
        from jupyter_client.manager import KernelManager

        path = os.pathsep.join(filter(None, [str(REPOSITORY), os.environ.get("PYTHONPATH", "")]))
        self.manager = KernelManager(kernel_name="python3")
        self.manager.start_kernel(env={**os.environ, "PYTHONPATH": path, **env})
        self.client = self.manager.client()
        self.client.start_channels()
        self.client.wait_for_ready(timeout=120)
        self.cells: dict[str, Cell] = {}

    def close(self) -> None:
        self.client.stop_channels()
        self.manager.shutdown_kernel(now=True)

    def send(self, code: str) -> str:
        """Put a cell into the queue and return its identity."""
        return str(self.client.execute(code, allow_stdin=False))

    def update(self, model_id: str, **state: Any) -> None:
        """Send what a front end sends when the user moves or presses something."""
        content = {"comm_id": model_id, "data": {"method": "update", "state": state, "buffer_paths": []}}
        self.client.shell_channel.send(self.client.session.msg("comm_msg", content))

    def interrupt(self) -> None:
        self.manager.interrupt_kernel()

    def unblock(self) -> None:
        """After a failure: leave the kernel usable for the next test."""
        for _ in range(2):  # the first one may only ask
            self.interrupt()
            time.sleep(1)

    def _read(self, timeout: float) -> None:
        try:
            message = self.client.get_iopub_msg(timeout=timeout)
        except queue.Empty:
            return
        cell = self.cells.setdefault(message["parent_header"].get("msg_id", ""), Cell())
        kind, content = message["msg_type"], message["content"]
        if kind == "stream":
            cell.text += content["text"]
        elif kind == "error":
            cell.error = f"{content['ename']}: {content['evalue']}"
        elif kind == "update_display_data":
            cell.updates.append(content["data"])

    def wait_text(self, cell: str, text: str, timeout: float = 300) -> None:
        """Wait until a running cell has printed something."""
        end = time.monotonic() + timeout
        while text not in self.cells.setdefault(cell, Cell()).text:
            if time.monotonic() > end:
                self.unblock()
                raise AssertionError(f"{text!r} was not printed: {self.cells[cell]}")
            self._read(1)

    def wait(self, *cells: str, timeout: float = 300) -> list[Cell]:
        """Wait for the replies of cells and return what they did, in the order of ``cells``."""
        end = time.monotonic() + timeout
        missing = set(cells)
        while missing:
            if time.monotonic() > end:
                self.unblock()
                states = {cell: self.cells.get(cell) for cell in cells}
                raise AssertionError(f"no reply to {len(missing)} of {len(cells)} cells: {states}")
            try:
                reply = self.client.get_shell_msg(timeout=0.1)
            except queue.Empty:
                continue
            parent = reply["parent_header"].get("msg_id", "")
            if reply["msg_type"] == "execute_reply":
                self.cells.setdefault(parent, Cell()).status = reply["content"]["status"]
                missing.discard(parent)
        marker = self.send("print('tail')")  # everything before it has then been read
        self.wait_text(marker, "tail")
        return [self.cells[cell] for cell in cells]

    def run(self, code: str, timeout: float = 300) -> Cell:
        """Run one cell and fail on an error in it."""
        (cell,) = self.wait(self.send(code), timeout=timeout)
        assert not cell.error, cell.error
        return cell


@pytest.fixture(scope="session")
def kernel_factory():
    """``kernel_factory(**environment)``: one kernel for each environment, shared by all tests."""
    kernels: dict[tuple[tuple[str, str], ...], Kernel] = {}

    def make(**env: str) -> Kernel:
        key = tuple(sorted(env.items()))
        if key not in kernels:
            kernels[key] = Kernel(env)
        return kernels[key]

    yield make
    for kernel in kernels.values():
        kernel.close()
