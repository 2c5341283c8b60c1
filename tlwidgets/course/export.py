"""Executed notebooks as pages whose widgets stay alive without a kernel and without a network.

While a notebook runs, its client can note the state of every widget (nbclient's ``store_widget_state``). A page
made from such a notebook carries that state, each widget's JavaScript module and style sheet once, and a model of
a few lines in place of the kernel's. A widget says with its trait ``_alone`` that its browser side is of use like
that; every other one shows its image and says what it needs. The notebook itself is saved without the state: it
would be several times as large, and other programs would ask the network for the widgets and show nothing without
it.
"""

from __future__ import annotations

import copy
import hashlib
import html
import json
from pathlib import Path
from typing import Any

from .._extras import need

__all__ = ["page", "publish", "take_state"]

_VIEW = "application/vnd.jupyter.widget-view+json"
_STATE = "application/vnd.jupyter.widget-state+json"
_NEEDS_KERNEL = "This control works in the notebook, where a kernel runs; here is what it showed."

# require.js is only for other ways of showing widgets; mathematics and diagrams come from the network, so they are
# asked for only where there are any, and the page does not wait for them
_TEMPLATE = """{%- extends 'index.html.j2' -%}
{% block html_head_js_requirejs %}{% endblock %}
{% block html_head_js_mathjax %}{% if resources.tlw_mathematics -%}
{{ super() | replace('<script src=', '<script async src=') }}{% endif %}{% endblock %}
{% block html_head_js_mermaidjs %}{% if resources.tlw_diagrams %}{{ super() }}{% endif %}{% endblock %}
{% block footer_js %}{{ resources.tlw_scripts }}{% endblock %}"""


def take_state(notebook: Any) -> dict[str, Any]:
    """Remove the state of the widgets from a notebook and return it: model id → record of the widget schema."""
    stored = notebook.metadata.pop("widgets", {}).get(_STATE, {})
    return dict(stored.get("state", {}))


def page(notebook: Any, *, theme: str = "light") -> str:
    """Return an executed notebook as one HTML page.

    Parameters
    ----------
    notebook
        A notebook node (nbformat 4). With widget state in its metadata the widgets are live; without, the page
        shows their images. It is not changed.
    theme
        ``"light"`` or ``"dark"``.
    """
    exporter_class = need("nbconvert", "course").HTMLExporter
    shown = copy.deepcopy(notebook)
    states = take_state(shown)
    texts: dict[str, str] = {}
    models: dict[str, Any] = {}
    for cell in shown.cells:
        for output in cell.get("outputs", []):
            _prepare(output, states, models, texts)
    words = "".join(str(cell.source) for cell in shown.cells if cell.cell_type == "markdown")
    outputs = [output.get("data", {}) for cell in shown.cells for output in cell.get("outputs", [])]
    resources = {
        "tlw_mathematics": "$" in words or "\\(" in words or "\\[" in words or any("text/latex" in d for d in outputs),
        "tlw_diagrams": "```mermaid" in words or any("text/vnd.mermaid" in data for data in outputs),
        "tlw_scripts": _scripts(models, texts) if models else "",
    }
    exporter = exporter_class(raw_template=_TEMPLATE, theme=theme)
    title = shown.metadata.get("title")
    body, _ = exporter.from_notebook_node(shown, resources={**resources, "metadata": {"name": title or "Notebook"}})
    return str(body)


def publish(executed: Path, notebook: Path) -> None:
    """Save an executed notebook without the state of its widgets, and the page made from it beside it.

    Parameters
    ----------
    executed
        The notebook as it was executed, with state. It is removed once ``notebook`` is there.
    notebook
        Where it goes; the page gets the same name with ``.html``.
    """
    import nbformat

    node = nbformat.read(str(executed), as_version=4)
    whole = copy.deepcopy(node)
    take_state(node)
    _write(notebook, nbformat.writes(node) + "\n")
    executed.unlink()
    whole.metadata.setdefault("title", notebook.stem)
    _write(notebook.with_suffix(".html"), page(whole))


def _write(path: Path, text: str) -> None:
    """Write a file whole or not at all."""
    partial = path.with_name(f".{path.name}.partial")
    try:
        partial.write_text(text, "utf-8")
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def _prepare(output: Any, states: dict[str, Any], models: dict[str, Any], texts: dict[str, str]) -> None:
    """Replace an output by HTML where the template would lose a widget or the words of an image."""
    data = output.get("data")
    if data is None:
        return
    view = data.pop(_VIEW, None)
    if view is None and "image/png" not in data:
        return
    alt = output.get("metadata", {}).get("image/png", {}).get("alt")
    if view is None:
        if alt is not None and "text/html" not in data:
            data["text/html"] = _still(data, output.metadata)
        return
    record = states.get(view["model_id"])
    still = _still(data, output.get("metadata", {}))
    state = record["state"] if record else {}
    if record and state.get("_alone") is True and state.get("_model_module") == "anywidget":
        models[view["model_id"]] = {
            "esm": _keep(state["_esm"], texts),
            "css": _keep(state["_css"], texts) if "_css" in state else None,
            "state": {k: v for k, v in state.items() if k not in ("_esm", "_css", "layout")},
            "buffers": [{"path": b["path"], "data": b["data"]} for b in record.get("buffers", [])],
        }
        place = html.escape(view["model_id"], quote=True)
        data["text/html"] = f'<div data-tlw-model="{place}"><div class="tlw-still">{still}</div></div>'
    elif states:
        data["text/html"] = f"<div>{still}<p><em>{_NEEDS_KERNEL}</em></p></div>"
    else:
        data["text/html"] = still


def _keep(text: str, texts: dict[str, str]) -> str:
    """Put a text that many widgets share into the page once; return its key."""
    key = hashlib.sha256(text.encode()).hexdigest()[:16]
    texts[key] = text
    return key


def _still(data: Any, metadata: Any) -> str:
    """What an output shows without scripts: its HTML, its image with the words, or the words."""
    if "text/html" in data:
        return str(data["text/html"])
    words = html.escape(str(data.get("text/plain", "")), quote=True)
    if "image/png" not in data:
        return f"<pre>{words}</pre>"
    about = metadata.get("image/png", {})
    alt = html.escape(str(about.get("alt", "")), quote=True) or words
    width = f' width="{int(about["width"])}"' if "width" in about else ""
    image = html.escape("".join(str(data["image/png"]).split()), quote=True)
    return f'<img src="data:image/png;base64,{image}" alt="{alt}"{width} style="max-width: 100%; height: auto">'


def _scripts(models: dict[str, Any], texts: dict[str, str]) -> str:
    code = Path(__file__).with_name("export_page.js").read_text("utf-8")
    # no text of a widget can end the element that holds it
    content = json.dumps({"models": models, "texts": texts}).replace("<", "\\u003c")
    return f'<script type="application/json" id="tlw-page">{content}</script>\n<script type="module">\n{code}</script>'
