"""Run lessons from beginning to end without a browser, and report what happened."""

from __future__ import annotations

import json
import os
import platform
import shutil
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any

from .._extras import how_to_install, need
from .._paths import notebooks_root
from ..errors import CourseError, unknown
from .content import PROFILES, read
from .notebook import CLAIM_TYPE

__all__ = ["NotebookResult", "find_notebooks", "run"]


@dataclass
class NotebookResult:
    """How one notebook went."""

    name: str
    outcome: str
    """``passed``, ``failed`` or ``interrupted``."""
    seconds: float
    peak_memory_mb: float
    """Largest resident memory of the kernel, in 10^6 bytes."""
    error: str = ""
    claims: list[dict[str, Any]] = field(default_factory=list)


def find_notebooks(names: Sequence[str]) -> list[Path]:
    """Turn names (``freezing``), numbers (``03``) or paths into notebooks; all lessons when none is named."""
    lessons = {path.stem: path for path in sorted(notebooks_root().glob("*.ipynb"))}
    if not names:  # the gallery is no lesson
        return [path for name, path in lessons.items() if name[0].isdigit()]
    found = []
    for name in names:
        stem = Path(name).name.removesuffix(".ipynb")
        matches = [p for n, p in lessons.items() if stem in (n, *n.split("_", 1))]
        if Path(name).is_file():
            found.append(Path(name).resolve())
        elif matches:
            found.append(matches[0])
        else:
            raise unknown("notebook", name, lessons)
    return list(dict.fromkeys(found))


def _prepare(paths: Sequence[Path], out: Path) -> None:
    """Refuse, before anything runs, an ``out`` in which results would be lost or written over a notebook."""
    twice = {path.name for path in paths if sum(p.name == path.name for p in paths) > 1}
    if twice:
        raise CourseError(f"two notebooks are called {min(twice)}: run one after the other, each with its own --out.")
    over = [path for path in paths if path.parent == out.resolve()]
    if over:
        raise CourseError(f"the results would be written over {over[0]}: choose another folder with --out.")
    try:
        out.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=out):
            pass
    except OSError as e:
        raise CourseError(f"cannot write to {out} ({e.strerror}): choose another folder with --out.") from None


class _PeakMemory(threading.Thread):
    """Watches the kernels that this process starts. Linux keeps the peak itself; elsewhere it is sampled."""

    def __init__(self) -> None:
        import psutil

        super().__init__(daemon=True)
        self.peak = 0
        self._end = threading.Event()
        self._me = psutil.Process()
        self._others = set(self._me.children(recursive=True))

    def run(self) -> None:
        import psutil

        while not self._end.wait(0.2):
            for child in set(self._me.children(recursive=True)) - self._others:
                try:
                    status = Path(f"/proc/{child.pid}/status")
                    if status.exists():
                        lines = dict(line.split(":", 1) for line in status.read_text().splitlines() if ":" in line)
                        now = int(lines.get("VmHWM", "0 kB").split()[0]) * 1024
                    else:
                        now = child.memory_info().rss
                except (psutil.Error, OSError, ValueError):
                    continue
                self.peak = max(self.peak, now)

    def stop(self) -> float:
        self._end.set()
        self.join()
        return self.peak / 1e6


@contextmanager
def _environment(profile: str) -> Iterator[None]:
    """What the kernels see: no learner's progress is touched, nothing is fetched."""
    with tempfile.TemporaryDirectory() as tmp:
        new = {"TLWIDGETS_PROGRESS": str(Path(tmp) / "progress.json"), "TLWIDGETS_PROFILE": profile}
        old = {k: os.environ.get(k) for k in new}
        os.environ.update(new)
        try:
            yield
        finally:
            for k, v in old.items():
                os.environ.pop(k, None) if v is None else os.environ.update({k: v})


def _claims(notebook: Any) -> list[dict[str, Any]]:
    return [
        output["data"][CLAIM_TYPE]
        for cell in notebook.cells
        for output in cell.get("outputs", [])
        if CLAIM_TYPE in output.get("data", {})
    ]


def _kill_children() -> None:
    import psutil

    children = psutil.Process().children(recursive=True)
    for child in children:
        child.terminate()
    for child in psutil.wait_procs(children, timeout=5)[1]:
        child.kill()


def _run_one(path: Path, profile: str, out: Path, timeout: int | None) -> NotebookResult:
    """Execute one notebook in the folder ``out``; the result appears there only when it is whole."""
    import papermill
    from papermill.exceptions import PapermillExecutionError

    from .kernel_client import Manager

    partial = out / f".{path.stem}.partial.ipynb"
    watch, start = _PeakMemory(), time.monotonic()
    watch.start()
    outcome, error = "passed", ""
    try:
        papermill.execute_notebook(
            str(path),
            str(partial),
            parameters={"PROFILE": profile},
            cwd=str(path.parent),
            kernel_name="python3",
            progress_bar=False,
            log_output=False,
            execution_timeout=timeout,
            kernel_manager_class=Manager,
            # at ERROR an interrupted kernel prints its traceback over what is said about the interrupt
            extra_arguments=["--log-level=CRITICAL"],
            store_widget_state=True,  # for the page; the notebook is saved without it
        )
    except PapermillExecutionError as e:
        outcome, error = "failed", f"cell {e.exec_count}: {e.ename}: {e.evalue}"
    except KeyboardInterrupt:
        outcome, error = "interrupted", "interrupted by the user"
    except Exception as e:  # a kernel that died or never started must not stop the other notebooks
        outcome, error = "failed", f"{type(e).__name__}: {e}"
    seconds, memory = time.monotonic() - start, watch.stop()
    result = NotebookResult(path.stem, outcome, round(seconds, 1), round(memory), error)
    if outcome == "interrupted":
        _kill_children()
        partial.unlink(missing_ok=True)
    elif partial.exists():
        import nbformat

        from .export import publish

        final = out / path.name
        try:
            publish(partial, final)
            result.claims = _claims(nbformat.read(str(final), as_version=4))
        except KeyboardInterrupt:
            result.outcome, result.error = "interrupted", "interrupted by the user"
        except Exception as e:
            if result.outcome == "passed":  # what went wrong first is worth more than that the page is missing
                result.outcome, result.error = "failed", f"cannot make the page: {type(e).__name__}: {e}"
    return result


def _expected_seconds(name: str, profile: str) -> float:
    """Return the measured seconds of the lesson that a notebook is called after."""
    try:
        return read(name.partition("_")[2]).seconds.get(profile, 60.0)
    except CourseError:  # a notebook of the user's own
        return 60.0


def _versions() -> dict[str, str]:
    names = ("tlwidgets", "keras", "numpy", "scikit-learn", "ipykernel", "papermill")
    return {"python": platform.python_version(), **{name: version(name) for name in names}}


def run(
    notebooks: Sequence[str] = (),
    *,
    profile: str = "cpu",
    out: Path = Path("build/run"),
    timeout: int | None = None,
    say: Callable[[str], None] = print,
) -> list[NotebookResult]:
    """Execute notebooks one after the other with papermill.

    Parameters
    ----------
    notebooks
        Names, numbers or paths; all lessons when empty.
    profile
        ``"smoke"``, ``"cpu"`` or ``"gpu"``.
    out
        Folder for the executed notebooks, their HTML and ``report.json``.
    timeout
        Seconds that one cell may take; no limit by default.
    say
        Where progress goes, a line at a time.

    Returns
    -------
    list of NotebookResult
        One for each notebook that was started. A failing notebook does not stop the rest; an interrupt (Ctrl-C) does.
    """
    if profile not in PROFILES:
        raise unknown("profile", profile, PROFILES)
    paths = find_notebooks(notebooks)
    for module in ("papermill", "nbconvert", "psutil"):
        need(module, "course")
    _prepare(paths, out)
    if not shutil.which("jupyter-kernelspec") and not Path(sys.prefix, "share/jupyter/kernels/python3").is_dir():
        raise CourseError(f"no Python kernel for Jupyter is installed here: {how_to_install('course')}")
    results: list[NotebookResult] = []
    left = [_expected_seconds(p.stem, profile) for p in paths]
    with _environment(profile):
        for i, path in enumerate(paths):
            pace = sum(r.seconds for r in results) / max(sum(left[:i]), 1e-9) if i else 1.0
            say(f"[{i + 1}/{len(paths)}] {path.stem} … (about {_span(sum(left[i:]) * pace)} left)")
            results.append(_run_one(path, profile, out, timeout))
            last = results[-1]
            why = f": {last.error.splitlines()[0][:300]}" if last.error else ""
            say(f"      {last.outcome} in {_span(last.seconds)}, {last.peak_memory_mb:,.0f} MB{why}")
            if last.outcome == "interrupted":
                break
    report = {
        "profile": profile,
        "versions": _versions(),
        "machine": {"system": platform.system(), "processor": platform.machine(), "cores": os.cpu_count()},
        "seconds": round(sum(r.seconds for r in results), 1),
        "notebooks": [asdict(r) for r in results],
        "not_run": [p.stem for p in paths[len(results) :]],
    }
    partial = out / ".report.json.partial"
    partial.write_text(json.dumps(report, indent=2) + "\n", "utf-8")
    partial.replace(out / "report.json")
    return results


def _span(seconds: float) -> str:
    seconds = round(seconds)
    return f"{seconds} s" if seconds < 90 else f"{seconds // 60} min {seconds % 60:02d} s"
