"""Runs one job in one sandbox, warm where that is possible, and never lets a sandbox outlive its time."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import select
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from . import frames, sandbox
from .sandbox import Limits
from .warm import Warm

__all__ = ["Ended", "Engine", "InfrastructureError"]

_COMMAND = ["-m", "tlwidgets.grading._inside"]
_PAGE = os.sysconf("SC_PAGE_SIZE")
_TICK = os.sysconf("SC_CLK_TCK")


class InfrastructureError(RuntimeError):
    """The infrastructure failed, not the submission: worth another try, and never a score of 0."""


@dataclass
class Ended:
    """What a sandbox said, and how it ended."""

    frames: list[frames.Frame] = field(default_factory=list)
    code: int = 0
    """Exit status, negative for a signal."""
    cpu: float = 0.0
    seconds: float = 0.0
    stopped: str = ""
    """Why it was killed from outside, if it was."""

    @property
    def complete(self) -> bool:
        """Whether the job came to its end."""
        return any(f.kind == "end" for f in self.frames)


class _Watch:
    """Looks after what all processes of a sandbox use together; their own limits hold for each of them alone."""

    def __init__(self, namespace: int, limits: Limits) -> None:
        self.namespace, self.limits = namespace, limits
        self.next = 0.0
        self.why = ""

    def __call__(self) -> None:
        now = time.monotonic()
        if now < self.next:
            return
        self.next = now + 0.5
        memory, ticks = 0, 0
        for pid in sandbox.children_of(self.namespace):
            with contextlib.suppress(OSError, ValueError, IndexError):
                fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
                ticks += int(fields[11]) + int(fields[12])
                memory += int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * _PAGE
        if memory > self.limits.memory:  # perhaps: forks share pages, and telling them apart takes longer
            memory = self._own()
        if memory > self.limits.memory:
            self.why = f"its processes took {memory / 2**30:.1f} GB together"
        elif ticks / _TICK > 2 * self.limits.cpu:
            self.why = f"its processes took {ticks / _TICK:.0f} CPU seconds together"
        if self.why:
            raise InterruptedError

    def _own(self) -> int:
        """Bytes in memory, shared pages divided among those that share them."""
        total = 0
        for pid in sandbox.children_of(self.namespace):
            with contextlib.suppress(OSError, ValueError):
                text = Path(f"/proc/{pid}/smaps_rollup").read_text()
                total += 1024 * int(text.split("\nPss:")[1].split()[0])
        return total


class Engine:
    """Runs jobs in sandboxes of one kind.

    Parameters
    ----------
    kind
        ``bubblewrap``, ``docker``, ``podman`` or ``none``, as :func:`sandbox.choose` returns it.
    preload
        Modules that a job needs; with bubblewrap they are imported once for all sandboxes.
    warm
        Whether to fork warm processes. Off, every sandbox starts Python anew.
    """

    def __init__(self, kind: str, preload: tuple[str, ...] = (), *, warm: bool = True) -> None:
        self.kind = kind
        self.preload = preload
        self._ready: Warm | None = None
        self._stopping = False
        if warm and kind == "bubblewrap":
            self._ready = self._new()

    def _new(self) -> Warm:
        base = ("numpy", "pytest", "IPython", "tlwidgets.grading._inside.cells", "tlwidgets.grading._inside.judge")
        warm = Warm((*base, "tlwidgets.grading._inside.start", *self.preload))
        warm.wait()
        return warm

    def close(self) -> None:
        """End the warm process."""
        if self._ready is not None:
            self._ready.close()
            self._ready = None

    def stop(self) -> None:
        """End all sandboxes; what they were running counts for nothing."""
        self._stopping = True

    def __enter__(self) -> Engine:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def run(self, job: dict[str, Any], limits: Limits) -> Ended:
        """Run a job in a new sandbox; raises :class:`InfrastructureError` when the sandbox itself failed."""
        if self._stopping:
            raise InfrastructureError("it was interrupted")
        job = {**job, "limits": limits.to_json(), "deadline": limits.deadline, "preload": list(self.preload)}
        raw = json.dumps(job).encode()
        start = time.monotonic()
        try:
            ended = self._warm(raw, limits) if self._ready is not None else self._cold(raw, limits)
        except OSError as e:
            raise InfrastructureError(f"the sandbox did not start ({e})") from None
        if self._stopping:
            raise InfrastructureError("it was interrupted")
        ended.seconds = time.monotonic() - start
        for frame in ended.frames:
            if frame.kind == "trouble":
                raise InfrastructureError(str(frame.head.get("text", ""))[-300:])
        if not any(f.kind == "begin" for f in ended.frames):
            raise InfrastructureError(f"the sandbox ended with {ended.code} before it began")
        return ended

    def _collect(
        self, out: int, limits: Limits, watch: _Watch | None, ended: Ended, over: Any, last: str = "end"
    ) -> None:
        deadline = time.monotonic() + limits.deadline

        def look() -> None:
            if self._stopping:
                raise InterruptedError
            if watch is not None:
                watch()

        try:
            for frame in frames.read(out, limit=limits.output, deadline=deadline, stop=look, over=over):
                ended.frames.append(frame)
                if frame.kind == last:
                    return
        except TimeoutError:
            ended.stopped = f"{limits.deadline:.0f} s had passed"
        except InterruptedError:
            ended.stopped = watch.why if watch else ""

    def _warm(self, raw: bytes, limits: Limits) -> Ended:
        assert self._ready is not None
        if not self._ready.alive:
            self._ready.close()
            self._ready = self._new()
        ended = Ended()
        info_read, info_write = os.pipe()
        command = sandbox.bubblewrap(limits, ["/usr/bin/cat"], info_fd=info_write)
        with subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            pass_fds=[info_write],
            start_new_session=True,
        ) as box:
            os.close(info_write)
            pid = 0
            pipes: list[int] = []
            try:
                assert box.stdin is not None
                assert box.stdout is not None
                assert box.stderr is not None
                with contextlib.suppress(OSError):
                    box.stdin.write(b"?")
                    box.stdin.flush()
                if box.stdout.read(1) != b"?":  # it echoes once all mounts are made
                    raise OSError(box.stderr.read(500).decode(errors="replace").strip() or "no reason given")
                pid = sandbox.read_info(info_read)
                watch = _Watch(Path(f"/proc/{pid}/ns/pid").stat().st_ino, limits)
                job_read, job_write = os.pipe()
                out_read, out_write = os.pipe()
                status_read, status_write = os.pipe()
                pipes = [job_write, out_read, status_read]
                try:
                    self._ready.fork(pid, job_read, out_write, status_write)
                finally:
                    for fd in (job_read, out_write, status_write):
                        os.close(fd)
                with open(job_write, "wb", closefd=True) as stream:  # noqa: PTH123
                    pipes.remove(job_write)
                    with contextlib.suppress(BrokenPipeError):
                        stream.write(raw)
                self._collect(out_read, limits, watch, ended, lambda: select.select([status_read], [], [], 0)[0])
                os.kill(pid, signal.SIGKILL)  # the first process of the sandbox: all others end with it
                self._status(status_read, ended)
            finally:
                for fd in (info_read, *pipes):
                    os.close(fd)
                if pid:
                    with contextlib.suppress(OSError):
                        os.kill(pid, signal.SIGKILL)
                box.kill()
        return ended

    @staticmethod
    def _status(fd: int, ended: Ended) -> None:
        said = b""
        while part := os.read(fd, 4096):
            said += part
        status = json.loads(said) if said else {}
        if "trouble" in status:
            raise OSError(status["trouble"])
        ended.code, ended.cpu = int(status.get("code", -9)), float(status.get("cpu", 0.0))

    def _cold(self, raw: bytes, limits: Limits) -> Ended:
        ended = Ended()
        name = f"tlwidgets-{secrets.token_hex(8)}"
        python = [sys.executable, *_COMMAND]
        with tempfile.TemporaryDirectory(prefix="tlwidgets-") as home, tempfile.TemporaryFile() as inside:
            inside.write(raw)
            inside.seek(0)
            options: dict[str, Any] = {}
            if self.kind == "bubblewrap":
                command = sandbox.bubblewrap(limits, python)
            elif self.kind == "none":
                command = python
                moved = {k: v.replace(sandbox.BOX, home) for k, v in sandbox.environment().items()}
                options = {"env": moved, "cwd": home}
            else:
                command = sandbox.container(self.kind, limits, ["python", *_COMMAND], name=name)
            out_read, out_write = os.pipe()
            try:
                box = subprocess.Popen(
                    command,
                    stdin=inside,
                    stdout=out_write,
                    stderr=subprocess.DEVNULL,
                    start_new_session=True,
                    **options,
                )
                os.close(out_write)
                gone = (os.P_PID, box.pid, os.WEXITED | os.WNOWAIT | os.WNOHANG)
                self._collect(out_read, limits, None, ended, lambda: os.waitid(*gone) is not None, "ended")
            finally:
                os.close(out_read)
            if self.kind in ("docker", "podman") and not ended.complete:
                subprocess.run([command[0], "kill", name], capture_output=True, timeout=60)
            if not ended.complete:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(box.pid, signal.SIGKILL)
            _, code, usage = os.wait4(box.pid, 0)
            box.returncode = os.waitstatus_to_exitcode(code)
            with contextlib.suppress(ProcessLookupError):  # what a sandbox without walls left behind
                os.killpg(box.pid, signal.SIGKILL)
        ended.code, ended.cpu = box.returncode, usage.ru_utime + usage.ru_stime
        for frame in ended.frames:
            if frame.kind == "ended":
                with contextlib.suppress(KeyError, TypeError, ValueError):
                    ended.code, ended.cpu = int(frame.head["code"]), float(frame.head["cpu"])
        return ended
