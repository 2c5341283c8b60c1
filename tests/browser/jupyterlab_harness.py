"""Start JupyterLab without news and pop-ups, and drive a notebook in it with Playwright.

Waiting is always for something: the state of the kernel, an output, an attribute. Never for a silent network
(a notebook's connection never is) and never for a fixed time.
"""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import secrets
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

from live_page import LATE, come_late

__all__ = ["CHROMIUM_ARGUMENTS", "Lab", "Notebook"]

REPOSITORY = Path(__file__).resolve().parents[2]
PATIENCE = 180  # seconds; a loaded machine is slow, and a test that waits for a sign is not slower for it

CHROMIUM_ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
]  # fmt: skip

_SETTINGS: dict[str, dict[str, Any]] = {
    "@jupyterlab/apputils-extension:notification": {
        "fetchNews": "false",
        "checkForUpdates": False,
        "doNotDisturbMode": True,
    },
    # all cells in the page, also those that are scrolled away
    "@jupyterlab/notebook-extension:tracker": {"windowingMode": "none"},
}


def _free_port() -> int:
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return int(s.getsockname()[1])


class Lab:
    """A JupyterLab server of its own: settings, workspaces and runtime files go into its folder.

    Parameters
    ----------
    folder
        An empty folder; the notebooks are in ``folder/notebooks``.
    theme
        ``"JupyterLab Light"`` or ``"JupyterLab Dark"``.
    """

    def __init__(self, folder: Path, theme: str = "JupyterLab Light") -> None:
        self.root = folder / "notebooks"
        self.root.mkdir()
        self.port, self.token = _free_port(), secrets.token_hex(8)
        self.base = f"http://127.0.0.1:{self.port}"
        self._log = folder / "server.log"
        settings = {**_SETTINGS, "@jupyterlab/apputils-extension:themes": {"theme": theme}}
        for name, values in settings.items():
            extension, plugin = name.split(":")
            place = folder / "user-settings" / extension
            place.mkdir(parents=True, exist_ok=True)
            (place / f"{plugin}.jupyterlab-settings").write_text(json.dumps(values))
        path = os.pathsep.join(filter(None, [str(REPOSITORY), os.environ.get("PYTHONPATH", "")]))
        environment = {
            **os.environ,
            "PYTHONPATH": path,
            "JUPYTERLAB_SETTINGS_DIR": str(folder / "user-settings"),
            "JUPYTERLAB_WORKSPACES_DIR": str(folder / "workspaces"),
            "JUPYTER_CONFIG_DIR": str(folder / "config"),
            "JUPYTER_RUNTIME_DIR": str(folder / "runtime"),
        }
        command = [
            sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", "--expose-app-in-browser",
            f"--port={self.port}", "--ip=127.0.0.1", "--ServerApp.port_retries=0",
            f"--IdentityProvider.token={self.token}", f"--ServerApp.root_dir={self.root}",
            "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
        ]  # fmt: skip
        with self._log.open("w") as log:
            self._process = subprocess.Popen(
                command, stdout=log, stderr=subprocess.STDOUT, env=environment, cwd=self.root
            )
        self._wait_until_up()

    def _wait_until_up(self) -> None:
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            if self._process.poll() is not None:
                raise RuntimeError(f"JupyterLab did not start:\n{self._log.read_text()[-3000:]}")
            try:
                urllib.request.urlopen(f"{self.base}/api/status?token={self.token}", timeout=5).read()
                return
            except (urllib.error.URLError, OSError):
                time.sleep(0.2)
        raise TimeoutError("JupyterLab did not answer")

    def close(self) -> None:
        self._process.terminate()
        try:
            self._process.wait(20)
        except subprocess.TimeoutExpired:
            self._process.kill()

    def __enter__(self) -> Lab:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()


_numbers = itertools.count(1)

# JupyterLab's application and the notebook in it; `--expose-app-in-browser` makes it reachable
_APP = "const app = window.jupyterapp; const notebook = app && app.shell.currentWidget;"


class Notebook:
    """A notebook that is open in a page of its own, in single-document mode.

    Parameters
    ----------
    lab, browser
        The server, and Playwright's browser.
    content
        Sources of code cells, or a whole notebook as a dictionary.
    viewport
        Width and height in CSS pixels.
    """

    def __init__(self, lab: Lab, browser: Any, content: list[str] | dict[str, Any], viewport: dict[str, int]) -> None:
        import nbformat

        self.lab = lab
        self.name = f"test{next(_numbers)}.ipynb"
        if isinstance(content, dict):
            document = nbformat.from_dict(content)
        else:
            spec = {"name": "python3", "display_name": "Python 3", "language": "python"}
            cells = [nbformat.v4.new_code_cell(source) for source in content]
            document = nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": spec})
        nbformat.write(document, self.path)
        self._context = browser.new_context(viewport=viewport)
        self.page = self._context.new_page()
        self.page.set_default_timeout(PATIENCE * 1000)
        if "TLWIDGETS_LATE" in os.environ:
            come_late(self.page, LATE)
        self.page_errors: list[str] = []
        self.page.on("pageerror", self._keep_error)
        self._open()

    @property
    def path(self) -> Path:
        return self.lab.root / self.name

    def _keep_error(self, error: Any) -> None:
        # a widget's script is loaded from a blob; JupyterLab's own slips on a busy machine are not ours to judge
        if "blob:" in (error.stack or ""):
            self.page_errors.append(str(error))

    def _open(self) -> None:
        self.page.goto(f"{self.lab.base}/doc/tree/{self.name}?token={self.lab.token}&reset")
        self.page.wait_for_selector(".jp-Notebook .jp-Cell", state="attached")
        self.wait_kernel()

    def close(self) -> None:
        with contextlib.suppress(Exception):  # the page may be gone; the server ends its kernels anyway
            self.page.evaluate(f"() => {{ {_APP} return notebook.sessionContext.shutdown(); }}")
        self._context.close()

    def wait_kernel(self) -> None:
        """Wait until the kernel is connected and idle."""
        self.page.wait_for_function(
            f"() => {{ {_APP} const kernel = notebook?.sessionContext?.session?.kernel;"
            " return kernel?.connectionStatus === 'connected' && kernel.status === 'idle'; }"
        )

    def reload(self) -> None:
        """Load the page again; the kernel goes on."""
        self.page.reload()
        self.page.wait_for_selector(".jp-Notebook .jp-Cell", state="attached")

    def start(self, *cells: int) -> None:
        """Run cells one after the other, without waiting; all of them when none is named."""
        self.page.evaluate(
            f"""(cells) => {{ {_APP}
            window.tlwRunning = true;
            const run = async () => {{
              if (!cells.length) return app.commands.execute('notebook:run-all-cells');
              for (const i of cells) {{
                notebook.content.activeCellIndex = i;
                await app.commands.execute('notebook:run-cell');
              }}
            }};
            run().catch(console.error).finally(() => {{ window.tlwRunning = false; }}); }}""",
            list(cells),
        )

    def wait(self) -> None:
        """Wait for the cells that were started."""
        self.page.wait_for_function("() => window.tlwRunning === false")

    def run(self, *cells: int) -> None:
        """Run cells and fail on an error in one of them: a missing widget is usually a Python error."""
        self.start(*cells)
        self.wait()
        assert self.errors() == []

    def write(self, cell: int, source: str) -> None:
        """Put another text into a cell, as if it had been typed."""
        self.page.evaluate(
            f"([i, text]) => {{ {_APP} notebook.content.widgets[i].model.sharedModel.setSource(text); }}",
            [cell, source],
        )

    def outputs(self, cell: int) -> list[dict[str, Any]]:
        """Return the outputs of a cell as the notebook holds them now."""
        return self.page.evaluate(  # type: ignore[no-any-return]
            f"(i) => {{ {_APP} return notebook.content.widgets[i].model.outputs.toJSON(); }}", cell
        )

    def text(self, cell: int) -> str:
        """Return what a cell has printed."""
        return "".join("".join(out["text"]) for out in self.outputs(cell) if out["output_type"] == "stream").strip()

    def ask(self, cell: int, expected: str) -> str:
        """Run a cell again and again until it prints what is expected: a value takes a moment to Python."""
        end = time.monotonic() + PATIENCE
        while True:
            self.run(cell)
            found = self.text(cell)
            if found == expected or time.monotonic() > end:
                return found

    def errors(self) -> list[str]:
        """Return the errors of all cells."""
        return self.page.evaluate(  # type: ignore[no-any-return]
            f"""() => {{ {_APP} return notebook.content.widgets.flatMap((cell, i) =>
            (cell.model.outputs ? cell.model.outputs.toJSON() : []).filter((o) => o.output_type === 'error')
            .map((o) => `cell ${{i}}: ${{o.ename}}: ${{o.evalue}}`)); }}"""
        )

    def save_until(self, words: str) -> dict[str, Any]:
        """Save until the file holds some words: an image of what has just been done takes a moment from Python."""
        end = time.monotonic() + PATIENCE
        while True:
            saved = self.save()
            if words in json.dumps(saved, ensure_ascii=False) or time.monotonic() > end:
                return saved
            time.sleep(0.1)

    def save(self) -> dict[str, Any]:
        """Save and return the notebook file."""
        self.page.evaluate(f"() => {{ {_APP} return app.commands.execute('docmanager:save').then(() => true); }}")
        return json.loads(self.path.read_text())  # type: ignore[no-any-return]
