"""A process that has imported TensorFlow and executed nothing; each submission runs in a fork of it, in a new sandbox.

The fork joins the namespaces of a sandbox that bubblewrap has made, and gives up its privileges before it reads a job.
The warm process itself holds no test and no answer. (After the first operation TensorFlow has threads, and a fork
would hang: so nothing is ever computed here.)
"""

from __future__ import annotations

import contextlib
import ctypes
import fcntl
import gc
import importlib
import json
import os
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

from ..errors import CourseError
from .sandbox import NOBODY, environment

__all__ = ["Warm", "namespaces"]

_NS_GET_USERNS = 0xB701
_PR_SET_PDEATHSIG, _PR_CAPBSET_DROP, _PR_SET_NO_NEW_PRIVS, _PR_CAP_AMBIENT = 1, 24, 38, 47
# joined in this order: the user namespace that owns the others, then those, and last the one without privileges
_ORDER = ("ipc", "uts", "net", "cgroup", "mnt", "pid")


def namespaces(pid: int) -> list[int]:
    """Open the namespaces of a process in a sandbox: owner of its mounts, the :data:`_ORDER`, its user namespace."""
    fds: list[int] = []
    try:
        for name in _ORDER:
            fds.append(os.open(f"/proc/{pid}/ns/{name}", os.O_RDONLY | os.O_CLOEXEC))
        owner = fcntl.ioctl(fds[_ORDER.index("mnt")], _NS_GET_USERNS)
        fds.insert(0, owner)
        fds.append(os.open(f"/proc/{pid}/ns/user", os.O_RDONLY | os.O_CLOEXEC))
    except OSError:
        for fd in fds:
            os.close(fd)
        raise
    return fds


class Warm:
    """A warm process, as the grader sees it.

    Parameters
    ----------
    preload
        Modules that it imports.
    """

    def __init__(self, preload: tuple[str, ...]) -> None:
        self._near, far = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._lock = threading.Lock()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tlwidgets.grading.warm", str(far.fileno()), *preload],
            pass_fds=[far.fileno()],
            env=environment(),  # that of the sandbox: a fork carries no secret into it
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            start_new_session=True,  # an interrupt is for the grader, which then ends this in order
        )
        far.close()

    def wait(self, seconds: float = 180.0) -> None:
        """Wait until everything is imported."""
        with self._lock:
            self._near.settimeout(seconds)
            try:
                ready = self._near.recv(100)
            except TimeoutError:
                ready = b""
            if ready != b"ready":
                self._process.kill()
                said = self._process.stderr.read().decode(errors="replace").strip() if self._process.stderr else ""
                raise CourseError(f"the warm process did not start: {said.splitlines()[-1:] or 'it said nothing'}")

    @property
    def alive(self) -> bool:
        """Whether it still takes jobs."""
        return self._process.poll() is None

    def fork(self, box: int, job: int, out: int, status: int) -> None:
        """Fork into the sandbox of a process; the fork reads its job from ``job`` and answers on ``out``.

        How it ended, and the CPU seconds that it took, come as JSON on ``status``.
        """
        fds = namespaces(box)
        try:
            with self._lock:
                socket.send_fds(self._near, [b"fork"], [job, out, status, *fds])
        finally:
            for fd in fds:
                os.close(fd)

    def close(self) -> None:
        """End the process."""
        self._near.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(5)
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()
        if self._process.stderr:
            self._process.stderr.close()


# -- in the warm process


def _check(result: int, what: str) -> None:
    if result != 0:
        raise OSError(ctypes.get_errno(), f"{what}: {os.strerror(ctypes.get_errno())}")


class _Header(ctypes.Structure):
    _fields_ = (("version", ctypes.c_uint32), ("pid", ctypes.c_int))


class _Data(ctypes.Structure):
    _fields_ = (("effective", ctypes.c_uint32), ("permitted", ctypes.c_uint32), ("inheritable", ctypes.c_uint32))


def _give_up(libc: Any) -> None:
    """Drop every capability for good."""
    for capability in range(64):
        if libc.prctl(_PR_CAPBSET_DROP, capability, 0, 0, 0) != 0:
            break
    libc.prctl(_PR_CAP_AMBIENT, 4, 0, 0, 0)
    _check(libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "no_new_privs")
    _check(libc.capset(ctypes.byref(_Header(0x20080522, 0)), ctypes.byref((_Data * 2)())), "capset")


def _child(libc: Any, job: int, out: int, user: int) -> None:
    """Run a job. What runs here from now on is not trusted."""
    _check(libc.setns(user, 0), "setns user")
    _give_up(libc)
    os.setsid()
    keep = {0, 1, 2, job, out}
    for fd in [int(path.name) for path in Path("/proc/self/fd").iterdir()]:
        if fd not in keep:
            with contextlib.suppress(OSError):
                os.close(fd)
    from ._inside.start import start

    start(job, out)


def _middle(libc: Any, job: int, out: int, status: int, fds: list[int]) -> None:
    """Join the sandbox, fork into it, wait, and say how it ended. This process is not visible from the sandbox."""
    if os.getuid() == 0:
        os.setgroups([])
        os.setresgid(NOBODY, NOBODY, NOBODY)
        os.setresuid(NOBODY, NOBODY, NOBODY)
    _check(libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0), "pdeathsig")
    for fd in fds[:-1]:
        _check(libc.setns(fd, 0), "setns")
    pid = os.fork()
    if pid == 0:
        try:
            os.close(status)
            _child(libc, job, out, fds[-1])
        finally:
            os._exit(71)
    os.close(out)
    os.close(job)
    _, code, usage = os.wait4(pid, 0)
    ended = {"code": os.waitstatus_to_exitcode(code), "cpu": usage.ru_utime + usage.ru_stime, "rss": usage.ru_maxrss}
    os.write(status, json.dumps(ended).encode())


def main(control: int, preload: list[str]) -> None:
    """Import, then fork on request until the grader is gone."""
    for name in preload:
        importlib.import_module(name)
    gc.collect()
    gc.freeze()
    libc = ctypes.CDLL(None, use_errno=True)
    line = socket.socket(fileno=control)
    line.send(b"ready")
    while True:
        message, fds, _, _ = socket.recv_fds(line, 100, 16)
        with contextlib.suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG if message else 0)[0]:
                pass
        if not message:
            return
        if os.fork() == 0:
            try:
                line.close()
                _middle(libc, fds[0], fds[1], fds[2], fds[3:])
            except BaseException as e:
                with contextlib.suppress(OSError):
                    os.write(fds[2], json.dumps({"trouble": f"{type(e).__name__}: {e}"}).encode())
            finally:
                os._exit(0)
        for fd in fds:
            os.close(fd)


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2:])
