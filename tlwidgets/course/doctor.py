"""Look at the machine and say what is there, what is missing, and how to mend it."""

from __future__ import annotations

import json
import platform
import sys
import tempfile
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path

from .._extras import how_to_install, how_to_open
from .._paths import datasets_root, verified
from ..errors import CourseError

__all__ = ["Finding", "check_setup", "examine"]

_PACKAGES = {  # distributions, and the extra that brings them
    "keras": "",
    "tensorflow": "cpu",
    "numpy": "",
    "scikit-learn": "",
    "matplotlib": "",
    "ipywidgets": "",
    "anywidget": "",
    "jupyterlab": "course",
    "ipykernel": "course",
    "papermill": "course",
    "nbconvert": "course",
    "pandas": "course",
    "psutil": "course",
}


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at."""

    what: str
    state: str
    """``ok``, ``note`` (works, but worth knowing) or ``problem``."""
    found: str
    mend: str = ""


def _python() -> Finding:
    good = (3, 11) <= sys.version_info[:2] < (3, 14)
    return Finding(
        "Python",
        "ok" if good else "problem",
        f"{platform.python_version()} in {sys.prefix}",
        "" if good else "The course needs Python 3.11, 3.12 or 3.13.",
    )


def _packages() -> list[Finding]:
    found = []
    for name, extra in _PACKAGES.items():
        names = ("tensorflow-cpu", "tensorflow") if name == "tensorflow" else (name,)
        for candidate in names:
            try:
                found.append(Finding(name, "ok", version(candidate)))
                break
            except PackageNotFoundError:
                continue
        else:
            # the widgets work without the course
            state, what_for = ("note", "For the lessons: ") if extra == "course" else ("problem", "")
            found.append(Finding(name, state, "not installed", what_for + how_to_install(extra)))
    return found


def _device() -> Finding:
    try:
        from ..training.device import device

        return Finding("device", "ok", str(device()))
    except CourseError as e:
        return Finding("device", "problem", "Keras has nothing to compute with", str(e))
    except ImportError as e:
        return Finding("device", "problem", f"Keras cannot be loaded ({e})", how_to_install("cpu"))


def _memory() -> Finding:
    try:
        import psutil
    except ImportError:
        return Finding("memory", "note", "not looked at without psutil", how_to_install("course"))
    free = psutil.virtual_memory().available / 1e9
    good = free >= 1.6
    return Finding(
        "memory",
        "ok" if good else "note",
        f"{free:.1f} GB free",
        "" if good else "A lesson takes up to 1.5 GB: close other notebooks (Kernel > Shut Down All Kernels).",
    )


def _widgets() -> Finding:
    from jupyter_core.paths import jupyter_path

    folders = [Path(p) for p in jupyter_path("labextensions")]
    missing = [
        n for n in ("anywidget", "@jupyter-widgets/jupyterlab-manager") if not any((f / n).is_dir() for f in folders)
    ]
    if missing:
        return Finding("widgets", "problem", f"JupyterLab does not find {' and '.join(missing)}", how_to_install())
    return Finding("widgets", "ok", "JupyterLab can show them")


def _kernel() -> Finding:
    from jupyter_client.kernelspec import KernelSpecManager, NoSuchKernel

    try:
        argv = KernelSpecManager().get_kernel_spec("python3").argv
    except NoSuchKernel:
        return Finding("kernel", "problem", "no python3 kernel", how_to_install("course"))
    # ipykernel writes a bare "python", which Jupyter replaces by its own interpreter
    here = Path(argv[0]).name == argv[0] or Path(argv[0]).resolve() == Path(sys.executable).resolve()
    if here:
        return Finding("kernel", "ok", "python3 runs this Python")
    return Finding(
        "kernel",
        "problem",
        f"python3 runs {argv[0]}, not this Python",
        f"Remove the other kernel (jupyter kernelspec remove python3) and start JupyterLab with `{how_to_open()}`.",
    )


def _data() -> Finding:
    bad, files = [], 0
    for card in sorted(datasets_root().glob("*/dataset.json")):
        for name, sha256 in _files(json.loads(card.read_text("utf-8"))):
            files += 1
            try:
                verified(card.parent / name, sha256)
            except CourseError as e:
                bad.append(str(e))
    if bad:
        return Finding("data", "problem", f"{len(bad)} of {files} files damaged or missing", bad[0])
    return Finding("data", "ok", f"{files} files, checksums right")


def _files(card: dict[str, object]) -> list[tuple[str, str]]:
    """Collect (file, sha256) pairs wherever a card keeps them."""
    found: list[tuple[str, str]] = []

    def look(value: object, name: str = "") -> None:
        if isinstance(value, dict):
            if isinstance(value.get("sha256"), str) and "bytes" in value:
                found.append((str(value.get("file", name)), value["sha256"]))
            for key, inner in value.items():
                look(inner, str(key))
        elif isinstance(value, list):
            for inner in value:
                look(inner)

    look(card)
    return found


def _folder() -> Finding:
    try:
        with tempfile.TemporaryFile(dir=Path.cwd()):
            return Finding("folder", "ok", f"{Path.cwd()} can be written to")
    except OSError as e:
        return Finding(
            "folder",
            "note",
            f"{Path.cwd()} cannot be written to ({e.strerror})",
            "Progress will not be saved: open the course from a folder of your own.",
        )


def examine() -> list[Finding]:
    """Look at everything; takes a few seconds because TensorFlow is loaded."""
    jupyter = [_widgets(), _kernel()] if find_spec("jupyterlab") else []
    return [_python(), *_packages(), _device(), _memory(), *jupyter, _data(), _folder()]


def as_text(findings: list[Finding]) -> str:
    """Return one line a finding, and what to do below those that need something."""
    marks = {"ok": "✓", "note": "!", "problem": "✗"}
    lines = []
    for f in findings:
        lines.append(f"{marks[f.state]} {f.what:<13} {f.found}")
        if f.mend:
            lines.append(f"  → {f.mend}")
    return "\n".join(lines)


def as_json(findings: list[Finding]) -> str:
    """Return the findings as a JSON list."""
    return json.dumps([asdict(f) for f in findings], indent=2)


def check_setup() -> None:
    """Print what is there; in a notebook, the first thing to run."""
    findings = examine()
    problems = sum(f.state == "problem" for f in findings)
    print(as_text(findings))
    print("\nEverything is ready." if not problems else f"\n{problems} to mend, see the arrows above.")
