"""Attacks the sandbox of this machine for real, and says what held."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import signal
import socket
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..errors import CourseError
from . import sandbox
from .engine import Engine, InfrastructureError
from .sandbox import Limits

__all__ = ["Finding", "as_json", "as_text", "examine"]

# every attack prints HELD or what it got; what it did outside is looked at from outside
_ATTACKS = {
    "read a file of yours": "import os; print(open({secret!r}).read() if os.path.exists({secret!r}) else 'HELD')",
    "read the hidden tests": """
import os
found = [os.path.join(d, f) for root in {tests!r} for d, _, fs in os.walk(root) for f in fs]
print(found[:3] or 'HELD')""",
    "write outside its folder": """
import os
got = []
for place in ({folder!r}, '/', '/usr', '/etc', '/dev', os.path.dirname(os.__file__)):
    try:
        open(place + '/tlwidgets-was-here', 'w').close(); got.append(place)
    except OSError: pass
print(got or 'HELD')""",
    "connect to this machine": """
import socket
try:
    socket.create_connection(('127.0.0.1', {port}), timeout=3).close(); print('connected')
except OSError: print('HELD')""",
    "see or end other processes": """
import os
others = [p for p in os.listdir('/proc') if p.isdigit() and int(p) == {pid} and int(p) > 20]
print(others or 'HELD')""",
    "become another user": """
import os
try:
    os.setuid(0); print('root')
except OSError: print('HELD' if os.getuid() else 'is root')""",
    "make namespaces of its own": """
import subprocess
done = subprocess.run(['unshare', '-Ur', 'true'], capture_output=True)
print('HELD' if done.returncode else 'made one')""",
    "take 20 GB of memory": """
try:
    kept = [bytearray(b'x' * 100_000_000) for _ in range(200)]; print('got it')
except MemoryError: kept = None; print('HELD')""",
    "start 2,000 processes": """
import os, time
children = []
try:
    for _ in range(2000):
        child = os.fork()
        if child == 0:
            time.sleep(60); os._exit(0)
        children.append(child)
    print(len(children), 'started')
except OSError: print('HELD')
for child in children: os.kill(child, 9)
for child in children: os.waitpid(child, 0)""",
    "fill the disk": """
n = 0
try:
    for n in range(100): open(f'/tmp/{{n}}', 'wb').write(b'x' * 50_000_000)
    print('wrote 5 GB')
except OSError: print('HELD')""",
    "leave a process behind": """
import subprocess
subprocess.Popen(['sleep', '{number}'], start_new_session=True)
print('HELD')""",
}


@dataclass(frozen=True)
class Finding:
    """How one attack ended."""

    attack: str
    held: bool
    got: str = ""


def _said(outputs: list[dict[str, Any]], error: str) -> str:
    text = "".join(str(o.get("text", "")) for o in outputs).strip()
    return text or error or "nothing"


def examine(engine: str = "auto", *, warm: bool = True, say: Callable[[str], None] = lambda _: None) -> list[Finding]:
    """Run every attack in a sandbox, and return how each ended; a :class:`CourseError` says why there is no sandbox."""
    from . import assignment

    if engine == "none":
        raise CourseError("without a sandbox every attack would succeed, on your machine: choose another --sandbox.")
    kind = sandbox.choose(engine)
    with tempfile.TemporaryDirectory() as folder, socket.create_server(("127.0.0.1", 0)) as server:
        os.chmod(folder, 0o777)  # noqa: PTH101
        server.settimeout(0.1)
        secret = Path(folder, "secret")
        secret.write_text(secrets.token_hex(8))
        secret.chmod(0o644)
        try:
            tests = [str(assignment.assignments_root())]
        except CourseError:
            tests = []
        number = str(600_000_000 + secrets.randbelow(10**8))
        values = {
            "number": number,
            "secret": str(secret),
            "folder": folder,
            "port": server.getsockname()[1],
            "pid": os.getpid(),
        }
        cells = [
            {"index": i, "kind": "answer", "task": name, "source": source.format(**values, tests=tests)}
            for i, (name, source) in enumerate(_ATTACKS.items())
        ]
        say(f"trying {len(cells)} attacks in {kind} ...")
        found: dict[str, Finding] = {}
        try:
            with Engine(kind, (), warm=warm) as boxes:
                job = {"mode": "run", "cells": cells, "skip": [], "probes": "", "seed": 0}
                ended = boxes.run(job, Limits(cpu=60, wall=240, memory=1 << 30))
        except InfrastructureError as e:
            raise CourseError(f"the sandbox does not work here: {e}.") from None
        for frame in ended.frames:
            if frame.kind == "done":
                name = list(_ATTACKS)[int(frame.head["index"])]
                said = _said(json.loads(frame.body)["outputs"], str(frame.head["error"]))
                found[name] = Finding(name, said == "HELD", "" if said == "HELD" else said[:200])
        try:
            server.accept()[0].close()
            found["connect to this machine"] = Finding("connect to this machine", False, "a connection arrived here")
        except TimeoutError:
            pass
        for entry in Path("/proc").iterdir():
            with contextlib.suppress(OSError):
                if entry.name.isdigit() and number.encode() in (entry / "cmdline").read_bytes().split(b"\0"):
                    os.kill(int(entry.name), signal.SIGKILL)
                    found["leave a process behind"] = Finding("leave a process behind", False, "it was still running")
        if Path(folder, "tlwidgets-was-here").exists():
            found["write outside its folder"] = Finding("write outside its folder", False, "a file appeared here")
    return [found.get(n, Finding(n, False, ended.stopped or f"the sandbox ended with {ended.code}")) for n in _ATTACKS]


def as_text(findings: list[Finding]) -> str:
    """Return one line an attack."""
    lines = [f"{'held  ' if f.held else 'FAILED'}  {f.attack}{f': {f.got}' if f.got else ''}" for f in findings]
    bad = sum(not f.held for f in findings)
    end = (
        "Every attack was stopped." if not bad else f"{bad} attacks got through: do not grade a class on this machine."
    )
    return "\n".join([*lines, end])


def as_json(findings: list[Finding]) -> str:
    """Return the same for programs."""
    return json.dumps([vars(f) for f in findings], indent=1)
