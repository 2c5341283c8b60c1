"""Widgets without a browser: a recorded wire, and real kernels for what happens while a cell runs."""

from __future__ import annotations

import contextlib
import os
import queue
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from suite.reruns import Shared

os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

REPOSITORY = Path(__file__).resolve().parents[2]
PATIENCE = 300  # seconds; a loaded machine is slow, and a test that waits for a sign is not slower for it


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
    """80 images 8x8x3 with a class that is easy to learn: x (80, 8, 8, 3) float32, y (80,) int64."""
    import numpy as np

    rng = np.random.default_rng(0)
    y = rng.integers(0, 3, 80)
    x = rng.normal(size=(80, 8, 8, 3)).astype("float32") + y[:, None, None, None]
    return x, y


@pytest.fixture
def make_model():
    """A tiny compiled image model: two blocks with BatchNorm, a head; ``nested``: the base is one layer."""
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
    idle: bool = False
    """The kernel has said that it is done with the cell: nothing more will come from it."""
    updates: list[dict[str, Any]] = field(default_factory=list, repr=False)
    """Data of the displays that were updated."""


class Kernel:
    """A Jupyter kernel that is driven like a front end does, several cells in the queue at once.

    A kernel may drop what it has been sent: after an error it answers the cells that wait already with ``aborted``. So
    nothing here waits for a cell that it supposes to run; it waits until the kernel is idle after each of its cells.
    """

    def __init__(self, env: dict[str, str]) -> None:
        from jupyter_client.manager import KernelManager

        path = os.pathsep.join(filter(None, [str(REPOSITORY), os.environ.get("PYTHONPATH", "")]))
        self.manager = KernelManager(kernel_name="python3")
        self.manager.start_kernel(env={**os.environ, "PYTHONPATH": path, **env})
        self.client = self.manager.client()
        self.client.start_channels()
        self.client.wait_for_ready(timeout=PATIENCE)
        self.cells: dict[str, Cell] = {}
        self.ready: set[str] = set()
        """Code that prepares a test, as far as it has been run here."""

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

    def _cell(self, message: dict[str, Any]) -> Cell:
        return self.cells.setdefault(message["parent_header"].get("msg_id", ""), Cell())

    def _read(self) -> None:
        """Take what has come in, or wait a moment for it."""
        with contextlib.suppress(queue.Empty):
            while True:
                reply = self.client.get_shell_msg(timeout=0)
                if reply["msg_type"] == "execute_reply":
                    self._cell(reply).status = reply["content"]["status"]
        try:
            message = self.client.get_iopub_msg(timeout=0.2)
        except queue.Empty:
            return
        cell, kind, content = self._cell(message), message["msg_type"], message["content"]
        if kind == "stream":
            cell.text += content["text"]
        elif kind == "error":
            cell.error = f"{content['ename']}: {content['evalue']}"
        elif kind == "update_display_data":
            cell.updates.append(content["data"])
        elif kind == "status":
            cell.idle = content["execution_state"] == "idle"

    def _until(self, done: Callable[[], bool], what: str, timeout: float) -> None:
        end = time.monotonic() + timeout
        while not done():
            if time.monotonic() > end or not self.manager.is_alive():
                raise AssertionError(f"{what}; kernel alive: {self.manager.is_alive()}; cells: {self.cells}")
            self._read()

    def wait_text(self, cell: str, text: str, timeout: float = PATIENCE) -> None:
        """Wait until a running cell has printed something."""
        known = self.cells.setdefault(cell, Cell())
        self._until(lambda: text in known.text, f"{text!r} was not printed", timeout)

    def wait(self, *cells: str, timeout: float = PATIENCE) -> list[Cell]:
        """Wait until the kernel is done with cells, and return what they did, in the order of ``cells``."""
        known = [self.cells.setdefault(cell, Cell()) for cell in cells]
        self._until(
            lambda: all(cell.idle and cell.status != "no reply" for cell in known), "not all cells are done", timeout
        )
        return known

    def run(self, code: str, timeout: float = PATIENCE) -> Cell:
        """Run one cell and fail on an error in it; one that is dropped after an earlier error is sent again."""
        while True:
            (cell,) = self.wait(self.send(code), timeout=timeout)
            if cell.status != "aborted":
                assert not cell.error, cell.error
                return cell


_kernels: dict[tuple[tuple[str, str], ...], Shared[Kernel]] = {}


@pytest.fixture
def kernel_factory():
    """``kernel_factory(setup, **environment)``: one kernel for each environment, in which ``setup`` has been run.

    All tests of a worker share it, until one fails.
    """

    def make(setup: str = "", **env: str) -> Kernel:
        key = tuple(sorted(env.items()))
        if key not in _kernels:
            _kernels[key] = Shared(lambda: Kernel(env), Kernel.close)
        kernel = _kernels[key].get()
        if setup and setup not in kernel.ready:
            kernel.run(setup)
            kernel.ready.add(setup)
        return kernel

    return make
