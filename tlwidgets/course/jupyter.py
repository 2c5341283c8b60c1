"""Open the course in JupyterLab."""

from __future__ import annotations

import importlib.util
import os
import shutil
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

from .._extras import how_to_open, missing
from .._paths import PACKAGE, notebooks_root
from ..errors import CourseError

__all__ = ["course_folder", "lab_command", "open_lab"]


def course_folder(folder: Path | None) -> Path:
    """Return the folder to work in. Lessons inside an installed package are copied out first, never over others."""
    lessons = notebooks_root()
    if folder is None:
        if lessons.parent != PACKAGE:  # a checkout: the lessons are the learner's own already
            return lessons
        folder = Path("transfer-learning-course")
    if not folder.exists():
        partial = None
        try:
            folder.parent.mkdir(parents=True, exist_ok=True)
            partial = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
            shutil.copytree(lessons, partial, dirs_exist_ok=True)
            partial.rename(folder)
        except OSError as e:
            # copytree gathers its errors in one that has no strerror
            why = e.args[0][0][2] if isinstance(e, shutil.Error) else e.strerror
            raise CourseError(f"cannot copy the lessons to {folder} ({why}): choose another with --dir.") from None
        finally:
            if partial is not None:
                shutil.rmtree(partial, ignore_errors=True)
    elif not any(folder.glob("*.ipynb")):
        raise CourseError(f"{folder} holds no notebooks: name a new folder, and the lessons are copied there.")
    return folder.resolve()


def _has_browser() -> bool:
    if sys.platform in ("darwin", "win32"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def check_port(port: int, ip: str = "127.0.0.1") -> None:
    """Raise a :class:`CourseError` when a port cannot be had."""
    if not 1 <= port <= 65535:
        raise CourseError(f"{port} is no port: choose one from 1024 to 65535.")
    with socket.socket() as s:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            s.bind((ip, port))
        except PermissionError:
            raise CourseError(f"port {port} is not allowed to this user: choose one from 1024 to 65535.") from None
        except OSError:
            raise CourseError(
                f"port {port} is taken (JupyterLab may be open already): choose another, for example "
                f"`{how_to_open(port + 1 if port < 65535 else 8889)}`."
            ) from None


def lab_command(folder: Path, port: int | None, browser: bool) -> list[str]:
    """Return the command that starts JupyterLab on the first lesson."""
    command = [
        sys.executable, "-m", "jupyterlab",
        f"--ServerApp.root_dir={folder}",
        "--LabApp.default_url=/lab/tree/00_start_here.ipynb",
        # the course works without a network: no look-ups of news or new versions
        "--LabApp.news_url=None",
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
    ]  # fmt: skip
    if port is not None:
        command += [f"--ServerApp.port={port}", "--ServerApp.port_retries=0"]
    if not browser:
        command.append("--no-browser")
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        command.append("--allow-root")  # in a container; JupyterLab still asks for its token
    return command


def open_lab(folder: Path | None = None, port: int | None = None, browser: bool | None = None) -> int:
    """Start JupyterLab and wait until it ends; returns its exit status."""
    if importlib.util.find_spec("jupyterlab") is None:
        raise missing("JupyterLab", "course")
    if port is not None:
        check_port(port)
    folder = course_folder(folder)
    browser = _has_browser() if browser is None else browser
    print(f"Opening the course in {folder}. Ctrl-C twice ends it.", flush=True)
    if not browser:
        print("No browser here: open the address that begins with http://127.0.0.1 below in one.", flush=True)
    # an own configuration folder in front: it switches off the pop-up that asks about news
    config = os.pathsep.join(
        filter(None, [str(Path(__file__).parent / "lab_config"), os.environ.get("JUPYTER_CONFIG_PATH")])
    )
    env = {**os.environ, "JUPYTER_CONFIG_PATH": config}
    process = subprocess.Popen(lab_command(folder, port, browser), env=env)
    while True:
        try:
            return process.wait()
        except KeyboardInterrupt:
            continue  # the server has got it too, and asks whether it is meant
