"""The sandbox in which submitted code runs: what it sees, what it may use, and how it is started."""

from __future__ import annotations

import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path

from .. import _paths
from .._extras import missing
from ..errors import CourseError, unknown

__all__ = [
    "BOX",
    "ENGINES",
    "Limits",
    "bubblewrap",
    "choose",
    "container",
    "environment",
    "parse_size",
]

BOX = "/box"
"""Working folder inside the sandbox."""
ENGINES = ("auto", "bubblewrap", "docker", "podman", "none")
NOBODY = 65534
"""What a sandbox started by root runs as: limits on processes do not bite root."""
IMAGE = "tlwidgets-grading"
_MEGA = 2**20


@dataclass(frozen=True)
class Limits:
    """What one submission may use.

    CPU time is limited and not wall time, because a busy machine would punish honest learners; wall time is only the
    backstop against code that sleeps.
    """

    cpu: float = 120.0
    """CPU seconds of the whole notebook; one cell may take half of them."""
    wall: float = 0.0
    """Wall seconds; 0 stands for five times ``cpu`` and a minute."""
    memory: int = 3 * 1024 * _MEGA
    """Bytes of data memory (``RLIMIT_DATA``) of a process, and resident bytes of all processes together."""
    processes: int = 128
    """Processes and threads."""
    files: int = 256 * _MEGA
    """Largest file in bytes."""
    scratch: int = 256 * _MEGA
    """Bytes in the working folder, and as many in ``/tmp``."""
    output: int = 64 * _MEGA
    """Bytes of recorded answers and outputs that leave the sandbox."""

    def __post_init__(self) -> None:
        if not 1 <= self.cpu <= 86_400:
            raise CourseError(f"a limit of {self.cpu:g} CPU seconds cannot be kept: give 1 to 86400.")
        if self.wall < 0:
            raise CourseError(f"a limit of {self.wall:g} wall seconds cannot be kept: give 0 (automatic) or more.")
        if self.memory < 256 * _MEGA:
            raise CourseError(f"{self.memory:,} bytes are not enough to start Python: give 256M or more.")

    @property
    def deadline(self) -> float:
        """Wall seconds after which everything in the sandbox is killed."""
        return self.wall or 5 * self.cpu + 60

    def to_json(self) -> dict[str, float]:
        """Return the limits as plain values."""
        return asdict(self)


def parse_size(text: str) -> int:
    """Turn ``"3G"``, ``"512M"`` or a number of bytes into bytes."""
    match = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([KMGkmg]?)i?[Bb]?", text.strip())
    if not match:
        raise CourseError(f"{text!r} is not an amount of memory: write for example 3G or 1500M.")
    return int(float(match[1]) * 1024 ** " KMG".index(match[2].upper() or " "))


def environment() -> dict[str, str]:
    """Everything that code in the sandbox finds in ``os.environ``."""
    return {
        "PATH": f"{sys.prefix}/bin:/usr/bin:/bin",
        "PYTHONPATH": os.pathsep.join([str(_paths.PACKAGE.parent), *_packages()]),
        "HOME": BOX,
        "TMPDIR": "/tmp",
        "LANG": "C.UTF-8",
        "PYTHONHASHSEED": "0",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONUNBUFFERED": "1",
        "MPLBACKEND": "module://matplotlib_inline.backend_inline",
        "MPLCONFIGDIR": f"{BOX}/.matplotlib",
        "IPYTHONDIR": f"{BOX}/.ipython",
        "KERAS_HOME": f"{BOX}/.keras",
        "KERAS_BACKEND": "tensorflow",
        "TLWIDGETS_PROGRESS": f"{BOX}/.progress.json",
        "TLWIDGETS_PROFILE": "smoke",
        "CUDA_VISIBLE_DEVICES": "-1",
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "TF_ENABLE_ONEDNN_OPTS": "0",
        # one thread a sandbox: sandboxes run side by side, and sums come out the same on every machine
        "OMP_NUM_THREADS": "1",
        "TF_NUM_INTRAOP_THREADS": "1",
        "TF_NUM_INTEROP_THREADS": "1",
    }


def _packages() -> list[str]:
    """Folders of installed packages, a user's own among them."""
    return [p for p in sys.path if Path(p).name in ("site-packages", "dist-packages") and Path(p).is_dir()]


@cache
def visible() -> tuple[str, ...]:
    """Folders of this installation that the sandbox sees, read-only: Python, the environment, the package and its data.

    A checkout is never shown as a whole: the hidden tests are in it.
    """
    homes = [Path(sys.base_prefix).resolve(), Path(sys.prefix).absolute(), Path(sys.prefix).resolve()]
    rooms = [_paths.PACKAGE, _paths.datasets_root(), _paths.notebooks_root()]
    found: list[Path] = []
    for path in [*homes, *map(Path, _packages()), *rooms]:
        if path == Path("/usr") or any(path == f or f in path.parents for f in found):
            continue
        found.append(path)
    top = _paths.PACKAGE.parent
    if (top / "assignments").is_dir() and any(f == top or f in top.parents for f in found):
        raise CourseError(f"the hidden tests in {top / 'assignments'} would be visible: move them out of {sys.prefix}.")
    return tuple(str(path) for path in found)


def _mounts() -> list[str]:
    args = ["--ro-bind", "/usr", "/usr"]
    for name in ("/bin", "/sbin", "/lib", "/lib32", "/lib64"):
        path = Path(name)
        if path.is_symlink():
            args += ["--symlink", str(path.readlink()), name]
        elif path.is_dir():
            args += ["--ro-bind", name, name]
    for name in ("/etc/ld.so.cache", "/etc/fonts", "/etc/alternatives", "/etc/localtime"):
        args += ["--ro-bind-try", name, name]
    return args + _shown(visible())


def _shown(names: Sequence[str], below: Path = Path("/")) -> list[str]:
    """Bind folders read-only where they are."""
    parents = {str(p) for name in names for p in Path(name).parents if below in p.parents}
    args = []
    for name in sorted(parents):  # bubblewrap would make them for their owner alone, and root's sandbox runs as another
        args += ["--perms", "0755", "--dir", name]
    for name in names:
        args += ["--ro-bind", name, name]
    return args


def _private(limits: Limits) -> list[str]:
    size, temporary = str(limits.scratch), Path("/tmp")
    hidden = [name for name in visible() if temporary in Path(name).parents]  # by the empty /tmp of the sandbox
    return [
        *("--proc", "/proc", "--dev", "/dev", "--size", str(64 * _MEGA), "--tmpfs", "/dev/shm"),
        *("--remount-ro", "/dev", "--size", size, "--tmpfs", "/tmp", *_shown(hidden, temporary)),
        *("--size", size, "--tmpfs", BOX),
    ]


def _apart() -> list[str]:
    args = ["--unshare-user", "--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts"]
    args += ["--unshare-cgroup-try", "--disable-userns", "--uid", "1000", "--gid", "1000"]
    args += ["--die-with-parent", "--new-session", "--cap-drop", "ALL", "--hostname", "sandbox", "--clearenv"]
    for key, value in environment().items():
        args += ["--setenv", key, value]
    return args


def bubblewrap(limits: Limits, command: list[str], *, info_fd: int | None = None) -> list[str]:
    """Return the command line that runs ``command`` in a bubblewrap sandbox.

    Root gets two sandboxes: the outer one makes the mounts, and the inner one runs as ``nobody``, because a limit on
    processes does not hold for root.
    """
    program = shutil.which("bwrap")
    if program is None:
        raise CourseError("bubblewrap is not installed: apt-get install bubblewrap, or choose --sandbox docker.")
    tell = [] if info_fd is None else ["--info-fd", str(info_fd)]
    if os.getuid():
        mounts = [*_mounts(), *_private(limits), "--remount-ro", "/"]
        return [program, *_apart(), *tell, *mounts, "--chdir", BOX, "--", *command]
    inner = [program, *_apart(), *tell, "--ro-bind", "/", "/", *_private(limits), "--chdir", BOX, "--", *command]
    outer = [program, "--die-with-parent", *_mounts(), "--bind", "/proc", "/proc", "--dev-bind", "/dev", "/dev"]
    outer += ["--dir", "/tmp", "--dir", BOX, "--chdir", "/"]
    drop = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", "--inh-caps=-all"]
    return [*outer, "--", *drop, "--", *inner]


def container(engine: str, limits: Limits, command: list[str], *, image: str = IMAGE, name: str = "") -> list[str]:
    """Return the command line that runs ``command`` in a container of a prebuilt image (docker or podman)."""
    program = shutil.which(engine)
    if program is None:
        raise CourseError(f"{engine} is not installed: install it, or choose --sandbox bubblewrap.")
    size = f"rw,nosuid,nodev,size={limits.scratch}"
    args = [program, "run", "--rm", "--interactive", "--network=none", "--read-only", "--cap-drop=ALL"]
    args += ["--security-opt=no-new-privileges", "--user=1000:1000", "--ipc=private", "--hostname=sandbox"]
    args += [f"--memory={limits.memory}", f"--memory-swap={limits.memory}", f"--pids-limit={limits.processes}"]
    args += [f"--ulimit=fsize={limits.files}", "--ulimit=core=0", "--log-driver=none", "--pull=never"]
    args += [f"--tmpfs=/tmp:{size},mode=1777", f"--tmpfs={BOX}:{size},mode=1777", f"--workdir={BOX}", "--shm-size=64m"]
    if name:
        args.append(f"--name={name}")
    inside = {k: v for k, v in environment().items() if k not in ("PATH", "PYTHONPATH")}
    args += [f"--env={key}={value}" for key, value in inside.items()]
    return [*args, image, *command]


def _tries(engine: str) -> str:
    """Return why an engine does not work here, or nothing."""
    try:
        if engine == "bubblewrap":
            command = bubblewrap(Limits(), ["true"])
        else:
            command = container(engine, Limits(), ["true"])
    except CourseError as e:
        return str(e)
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, env=None)
    except (OSError, subprocess.TimeoutExpired) as e:
        return f"{type(e).__name__}: {e}"
    return "" if done.returncode == 0 else (done.stderr.strip().splitlines() or ["it ended without a word"])[-1]


def advice(engine: str, why: str) -> str:
    """Return what to do about an engine that does not start."""
    restricted = Path("/proc/sys/kernel/apparmor_restrict_unprivileged_userns")
    if engine == "bubblewrap":
        if "not installed" in why:
            return why
        if "Unknown option" in why:
            return "this bubblewrap is too old: version 0.8 or newer is needed (Debian 12, Ubuntu 24.04)."
        if restricted.exists() and restricted.read_text().strip() == "1":
            return (
                "AppArmor of this system stops bubblewrap: give /usr/bin/bwrap a profile with `userns,` "
                "(docs/grading/instructors.md has it), or choose --sandbox docker."
            )
        return f"bubblewrap does not start here ({why}); in a container it needs user namespaces: see `grade doctor`."
    return f"{engine} does not start a container here ({why}): build the image first, see docs/grading/instructors.md."


def choose(name: str, *, trusted: bool = False) -> str:
    """Return the engine to use; never falls back to a weaker one silently.

    Parameters
    ----------
    name
        One of :data:`ENGINES`. ``auto`` is bubblewrap.
    trusted
        The caller has said that the files are trusted, without which ``none`` is refused.
    """
    if name not in ENGINES:
        raise unknown("sandbox", name, ENGINES)
    if name not in ("docker", "podman") and importlib.util.find_spec("pytest") is None:  # those have their own Python
        raise missing("pytest, which applies the hidden tests,", "grading")
    if name == "none":
        if not trusted:
            raise CourseError("--sandbox none runs submitted code as you: it also needs --i-trust-these-files.")
        return name
    engine = "bubblewrap" if name == "auto" else name
    why = _tries(engine)
    if why:
        raise CourseError(advice(engine, why))
    return engine


def children_of(namespace: int) -> Iterator[int]:
    """Process ids, as seen here, in a pid namespace given by its inode."""
    for entry in os.scandir("/proc"):
        if entry.name.isdigit():
            try:
                if os.stat(f"/proc/{entry.name}/ns/pid").st_ino == namespace:  # noqa: PTH116  (hot loop)
                    yield int(entry.name)
            except OSError:
                continue


def read_info(fd: int) -> int:
    """Return the process id that bubblewrap reports on its ``--info-fd``."""
    text = b""
    while part := os.read(fd, 4096):
        text += part
        if text.rstrip().endswith(b"}"):
            break
    try:
        return int(json.loads(text)["child-pid"])
    except (ValueError, KeyError) as e:
        raise OSError("bubblewrap did not start") from e
