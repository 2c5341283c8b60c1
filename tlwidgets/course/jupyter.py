"""Open the course in JupyterLab."""

from __future__ import annotations

import importlib.util
import os
import socket
import subprocess
import sys
from pathlib import Path

from .._extras import how_to_open, missing
from ..errors import CourseError
from .folder import course_folder, first_page

__all__ = ["lab_command", "open_lab"]


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
        f"--ServerApp.root_dir={folder}",  # the links of the lessons lead to places below it
        f"--LabApp.default_url=/lab/tree/{first_page(folder)}".removesuffix("/tree/"),
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
    """Bring the folder of the course up to date and become JupyterLab; on Windows, wait until it ends.

    Where a process can turn into another one no parent is left: a signal ends the server and nothing else.
    """
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
    command, env = lab_command(folder, port, browser), {**os.environ, "JUPYTER_CONFIG_PATH": config}
    if sys.platform != "win32":
        os.execve(command[0], command, env)
    process = subprocess.Popen(command, env=env)
    while True:
        try:
            return process.wait()
        except KeyboardInterrupt:
            continue  # the server has got it too, and asks whether it is meant
