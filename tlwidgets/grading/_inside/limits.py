"""Limits that a process puts on itself before it runs anything of a learner's; none can be lifted afterwards."""

from __future__ import annotations

import ctypes
import platform
import resource
from typing import Any

__all__ = ["apply", "drop_keys"]

_KEYCTL = {"x86_64": 250, "aarch64": 219}


def drop_keys() -> None:
    """Leave the kernel's keyring of whoever started the sandbox (tickets, tokens) for an empty one."""
    number = _KEYCTL.get(platform.machine())
    if number is not None:
        ctypes.CDLL(None).syscall(number, 1, None, 0, 0, 0)


def apply(limits: dict[str, Any]) -> None:
    """Set the limits of this process and of all that it starts."""
    cpu = int(limits["cpu"])
    pairs = [
        (resource.RLIMIT_CORE, 0, 0),
        (resource.RLIMIT_CPU, cpu, cpu + 2),
        (resource.RLIMIT_FSIZE, int(limits["files"]), int(limits["files"])),
        (resource.RLIMIT_NOFILE, 512, 512),
        (resource.RLIMIT_NPROC, int(limits["processes"]), int(limits["processes"])),
        (resource.RLIMIT_DATA, int(limits["memory"]), int(limits["memory"])),
    ]
    for what, soft, hard in pairs:
        old = resource.getrlimit(what)[1]
        if old != resource.RLIM_INFINITY:
            soft, hard = min(soft, old), min(hard, old)
        resource.setrlimit(what, (soft, hard))
