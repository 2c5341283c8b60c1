"""Chromium through Playwright: bare pages for JavaScript and CSS, JupyterLab for the whole way.

Only the browser that is on the machine is used; nothing is downloaded.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from jupyterlab_harness import CHROMIUM_ARGUMENTS, Lab, Notebook
from live_page import FAKE_MODEL, LATE, come_late
from suite.reruns import Shared

os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge")
_PLACES = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    r"C:\Program Files\Google\Chrome\Application\chrome.exe",
    r"C:\Program Files (x86)\Google\Chrome\Application\chrome.exe",
    r"C:\Program Files (x86)\Microsoft\Edge\Application\msedge.exe",
)
_NO_BROWSER = "no Chromium found: install Chromium (Debian: apt-get install chromium) or set CHROMIUM"


def find_chromium() -> str | None:
    """Return the path of a browser: CHROMIUM, then the usual names on PATH, then the usual places."""
    named = os.environ.get("CHROMIUM")
    if named:
        return named if Path(named).is_file() else None
    found = next(filter(None, map(shutil.which, _NAMES)), None)
    return found or next((place for place in _PLACES if Path(place).is_file()), None)


class Chromium:
    """A browser, and the process through which Playwright speaks to it."""

    def __init__(self) -> None:
        from playwright.sync_api import sync_playwright

        self._playwright = sync_playwright().start()
        try:
            self.browser = self._playwright.chromium.launch(executable_path=find_chromium(), args=CHROMIUM_ARGUMENTS)
        except BaseException:
            self._playwright.stop()
            raise

    def close(self) -> None:
        """End both."""
        try:
            self.browser.close()
        finally:
            self._playwright.stop()


_chromium = Shared(Chromium, Chromium.close)


@pytest.fixture
def chromium():
    """The browser of this worker; a clear reason when there is none."""
    if find_chromium() is None:
        if os.environ.get("TLWIDGETS_REQUIRE_BROWSER") == "1":
            pytest.fail(_NO_BROWSER, pytrace=False)
        pytest.skip(_NO_BROWSER)
    return _chromium.get().browser


@pytest.fixture
def shots(tmp_path):
    """Folder for screenshots: TLWIDGETS_SHOTS, else the test's own."""
    folder = Path(os.environ.get("TLWIDGETS_SHOTS") or tmp_path)
    folder.mkdir(parents=True, exist_ok=True)
    return folder


# ---------------------------------------------------------------- bare pages

_MOUNT = """
async ([esm, state]) => {
  const url = URL.createObjectURL(new Blob([esm], { type: "text/javascript" }));
  const module = await import(url);
  window.widget = typeof module.default === "function" ? await module.default() : module.default;
  window.model = makeModel(state);
  if (widget.initialize) await widget.initialize({ model });
  window.cleanup = await addView();
}
"""


@pytest.fixture
def mount(chromium):
    """``mount(widget_class, state, width=…, dark=…)``: a widget in an empty page with a fake model."""
    contexts: list[Any] = []

    def make(widget: Any, state: dict[str, Any], *, width: int = 900, dark: bool = False, **options: Any) -> Any:
        context = chromium.new_context(viewport={"width": width, "height": 640}, **options)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(20_000)
        come_late(page, LATE)
        page.goto("about:blank")
        page.errors = []
        page.on("pageerror", lambda error: page.errors.append(str(error)))
        colors = "--jp-layout-color0:#111;--jp-content-font-color1:#eee;--jp-content-font-color2:#bbb;"
        colors += "--jp-border-color2:#444;--jp-border-color0:#777;--jp-layout-color2:#2a2a2a"
        page.set_content(
            f'<html lang="en"><head><style>body{{margin:8px;{colors if dark else ""}}}</style>'
            f"<style>{widget._css}</style></head>"
            f'<body data-jp-theme-light="{"false" if dark else "true"}"></body></html>'
        )
        page.evaluate("(code) => { (0, eval)(code); }", FAKE_MODEL)
        page.evaluate(_MOUNT, [str(widget._esm), state])
        return page

    yield make
    for context in contexts:
        context.close()


# ---------------------------------------------------------------- JupyterLab


_lab = Shared(lambda: Lab(Path(tempfile.mkdtemp(prefix="lab-"))), Lab.close)


@pytest.fixture
def lab(chromium):
    """The JupyterLab server of this worker, in the light theme."""
    return _lab.get()


@pytest.fixture
def open_notebook(chromium, lab):
    """``open_notebook(cells, server=…)``: a notebook with these cells, open in a page, its kernel ready."""
    opened: list[Notebook] = []

    def make(content: list[str] | dict[str, Any], *, server: Lab | None = None, **viewport: int) -> Notebook:
        size = {"width": 1100, "height": 900, **viewport}
        notebook = Notebook(server or lab, chromium, content, size)
        opened.append(notebook)
        return notebook

    yield make
    for notebook in opened:
        notebook.close()
