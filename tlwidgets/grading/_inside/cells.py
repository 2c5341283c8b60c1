"""Runs the cells of a merged notebook, saves after each, and records what the probes ask for."""

from __future__ import annotations

import base64
import io
import json
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from .. import frames
from .recorder import Recorder

__all__ = ["run"]

_TEXT = 50_000
_CELL = 2_000_000


class TimeLimit(BaseException):
    """A cell has used up its time."""


class _Outputs:
    """Outputs of one cell, as many as are worth keeping."""

    def __init__(self) -> None:
        self.items: list[dict[str, Any]] = []
        self.size = 0
        self.cut = False

    def add(self, item: dict[str, Any], size: int) -> None:
        if self.size + size > _CELL or len(self.items) >= 200:
            self.cut = True
            return
        self.size += size
        self.items.append(item)

    def text(self, name: str, text: str) -> None:
        last = self.items[-1] if self.items else {}
        if last.get("output_type") == "stream" and last.get("name") == name:
            room = _TEXT - len(last["text"])
            self.cut = self.cut or len(text) > room
            last["text"] += text[: max(room, 0)]
        else:
            self.add({"output_type": "stream", "name": name, "text": text[:_TEXT]}, min(len(text), _TEXT))

    def data(self, bundle: dict[str, Any], kind: str = "display_data") -> None:
        kept: dict[str, str] = {}
        if isinstance(bundle.get("text/plain"), str):
            kept["text/plain"] = bundle["text/plain"][:_TEXT]
        image = bundle.get("image/png")
        if isinstance(image, bytes):
            image = base64.b64encode(image).decode()
        if isinstance(image, str) and len(image) < _CELL:
            kept["image/png"] = image
        if kept:
            self.add({"output_type": kind, "data": kept}, sum(map(len, kept.values())))


class _Stream(io.TextIOBase):
    def __init__(self, name: str, cell: _Cell) -> None:
        self.label, self.cell = name, cell

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        self.cell.outputs.text(self.label, str(text))
        return len(text)


class _Cell:
    """Where the outputs of the running cell go."""

    def __init__(self) -> None:
        self.outputs = _Outputs()


def _shell(cell: _Cell) -> Any:
    """Return an IPython shell without a kernel around it: two CPU seconds less for each submission."""
    from IPython.core.displayhook import DisplayHook
    from IPython.core.displaypub import DisplayPublisher
    from IPython.core.interactiveshell import InteractiveShell
    from traitlets.config import Config

    class Hook(DisplayHook):
        def write_output_prompt(self) -> None: ...

        def write_format_data(self, format_dict: dict[str, Any], md_dict: Any = None) -> None:
            cell.outputs.data(format_dict, "execute_result")

        def finish_displayhook(self) -> None: ...

    class Publisher(DisplayPublisher):
        def publish(self, data: dict[str, Any], *args: Any, **kwargs: Any) -> None:
            cell.outputs.data(data)

        def clear_output(self, wait: bool = False) -> None:
            cell.outputs = _Outputs()

    class Shell(InteractiveShell):
        def _showtraceback(self, etype: type, evalue: BaseException, stb: list[str]) -> None:
            words = str(evalue)[:2000]
            item = {"output_type": "error", "ename": etype.__name__, "evalue": words, "traceback": []}
            cell.outputs.add(item, len(words))

        def enable_gui(self, gui: Any = None) -> None: ...

    config = Config()
    config.HistoryManager.enabled = False
    config.InteractiveShell.colors = "nocolor"
    config.InteractiveShell.xmode = "Minimal"
    return Shell.instance(config=config, displayhook_class=Hook, display_pub_class=Publisher)


@contextmanager
def _clock(cpu: float, wall: float) -> Iterator[None]:
    """Interrupt what runs inside, first when its time is up, then every second."""

    def stop(number: int, frame: Any) -> None:
        raise TimeLimit(f"stopped after {cpu:g} s of computing" if number == signal.SIGPROF else "stopped: it waited")

    signal.signal(signal.SIGPROF, stop)
    signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_PROF, cpu, 1.0)
    signal.setitimer(signal.ITIMER_REAL, wall, 1.0)
    try:
        yield
    finally:
        for timer, number in ((signal.ITIMER_PROF, signal.SIGPROF), (signal.ITIMER_REAL, signal.SIGALRM)):
            signal.setitimer(timer, 0)
            signal.signal(number, signal.SIG_IGN)


def _problem(error: BaseException) -> str:
    if isinstance(error, TimeLimit):
        return str(error)
    return f"{type(error).__name__}: {str(error)[:500]}"


def _probe(source: str, name: str, record: Recorder, values: dict[str, Any], seed: int) -> None:
    """Run one probe: it asks the learner's names for answers to inputs that are drawn from the seed."""
    space: dict[str, Any] = {"__name__": "probes"}
    exec(compile(source, "probes.py", "exec"), space)

    def get(key: str) -> Any:
        if key not in values:
            raise NameError(f"{key} is not defined")
        return values[key]

    space[name](get, record, seed)


def _recorder(out: BinaryIO, task: str) -> Recorder:
    def send(name: str, ending: str, body: bytes) -> None:
        frames.write(out, "record", body, name=name, ending=ending, task=task)

    return Recorder(send)


def run(job: dict[str, Any], out: BinaryIO) -> None:
    """Run the cells of a job and send what comes of them.

    A cell is ``{"index", "kind", "source"}`` with the kind ``setup`` or ``answer``, or a probe: ``{"index", "kind":
    "probe", "task"}``. What was done in an earlier try is in ``skip``, by index.
    """
    cell = _Cell()
    os.chdir(Path(os.environ["HOME"]))
    sys.path.insert(0, "")
    sys.argv = ["notebook"]
    shell = _shell(cell)
    sys.stdout, sys.stderr = _Stream("stdout", cell), _Stream("stderr", cell)
    cpu = float(job["limits"]["cpu"]) / 2
    wall = float(job["deadline"]) * 0.75
    # a clock that a cell has stopped ends at the hard limit of the whole process
    for item in job["cells"]:
        if item["index"] in job["skip"]:
            continue
        frames.write(out, "start", index=item["index"])
        cell.outputs = _Outputs()
        said = ""
        try:
            with _clock(cpu, wall):
                if item["kind"] == "probe":
                    record = _recorder(out, item["task"])
                    _probe(job["probes"], item["task"], record, shell.user_ns, job["seed"])
                else:
                    result = shell.run_cell(item["source"], store_history=False)
                    error = result.error_before_exec or result.error_in_exec
                    said = "" if error is None else _problem(error)
        except BaseException as e:  # SystemExit and whatever else an answer may raise
            said = _problem(e)
        body = json.dumps({"outputs": cell.outputs.items, "cut": cell.outputs.cut}).encode()
        frames.write(out, "done", body, index=item["index"], error=said)
    frames.write(out, "end")
