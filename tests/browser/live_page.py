"""A widget made in Python, with all it would send, in an empty page."""

from __future__ import annotations

import base64
import os
from typing import Any

FAKE_MODEL = """
window.drawn = async () => {  // a size may ask for a frame, and that for another
  for (let i = 0; i < 4; i += 1) await new Promise((done) => requestAnimationFrame(done));
};
window.makeModel = (state) => {
  const listeners = {};
  const fire = (name, ...rest) => [...(listeners[name] || [])].forEach((f) => f(...rest));
  let dirty = {};
  return {
    state: { ...state }, saved: [], sent: [], fire,
    get(key) { return this.state[key]; },
    set(key, value) {
      const same = JSON.stringify(this.state[key]) === JSON.stringify(value);
      this.state[key] = value;
      dirty[key] = value;
      if (!same) fire("change:" + key);
    },
    save_changes() { this.saved.push(dirty); dirty = {}; },
    send(content) { this.sent.push(content); },
    on(name, f) { (listeners[name] ||= []).push(f); },
    off(name, f) { listeners[name] = (listeners[name] || []).filter((g) => g !== f); },
    count(name) { return (listeners[name] || []).length; },
  };
};
window.addView = async () => {
  const root = document.createElement("div");
  root.className = "view";
  document.body.append(root);
  const cleanup = await widget.render({ model, el: root });
  await drawn();
  return cleanup;
};
"""
"""A model as anywidget gives it to a view, without a kernel; and what waits until a view is drawn."""

LATE = int(os.environ.get("TLWIDGETS_LATE") or 30)  # milliseconds; more finds more, and takes longer

_COME_LATE = """
{
  const frame = window.requestAnimationFrame.bind(window);
  window.requestAnimationFrame = (f) => setTimeout(() => frame(f), MILLISECONDS);
  window.cancelAnimationFrame = clearTimeout;
  for (const name of ["ResizeObserver", "IntersectionObserver"]) {
    window[name] = class extends window[name] {
      constructor(f, ...rest) {
        super((...seen) => setTimeout(() => f.apply(this, seen), MILLISECONDS), ...rest);
      }
    };
  }
  window.WebSocket = class extends window.WebSocket {
    send(data) { setTimeout(() => super.send(data), MILLISECONDS); }
    set onmessage(f) { super.onmessage = (event) => setTimeout(() => f(event), MILLISECONDS); }
    get onmessage() { return super.onmessage; }
  };
}
"""
_DECODE = """
window.decode = (value) => {
  if (Array.isArray(value)) return value.map(decode);
  if (!value || typeof value !== "object") return value;
  if (!("__bytes__" in value)) return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, decode(v)]));
  return new DataView(Uint8Array.from(atob(value.__bytes__), (c) => c.charCodeAt(0)).buffer);
};
"""
_MOUNT = """
async ([esm, state]) => {
  const url = URL.createObjectURL(new Blob([esm], { type: "text/javascript" }));
  const module = await import(url);
  document.querySelectorAll(".view").forEach((view) => view.remove());
  window.widget = await module.default();
  window.model = makeModel(decode(state));
  if (widget.initialize) await widget.initialize({ model });
  window.cleanup = await addView();
}
"""


def encode(value: Any) -> Any:
    """Return a trait's value as JSON; bytes are marked."""
    if isinstance(value, bytes | memoryview):
        return {"__bytes__": base64.b64encode(bytes(value)).decode("ascii")}
    if isinstance(value, dict):
        return {key: encode(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [encode(part) for part in value]
    return value


def state_of(widget: Any) -> dict[str, Any]:
    """Return the state that a browser would get."""
    own = widget.get_state()
    left_out = ("_esm", "_css", "layout", "tooltip", "tabbable", "_anywidget_id", "_dom_classes")
    return {key: encode(value) for key, value in own.items() if key not in left_out}


def mount_widget(mount: Any, widget: Any, **options: Any) -> Any:
    """Return a page with one view of a widget; ``model`` and ``widget`` are global in it."""

    class Shell:
        _css = str(widget._css)
        _esm = "export default { render() {} };"

    page = mount(Shell, {}, **options)
    page.evaluate("(code) => { (0, eval)(code); }", _DECODE)
    page.evaluate(_MOUNT, [str(widget._esm), state_of(widget)])
    return page


def come_late(page: Any, milliseconds: int) -> None:
    """Let frames, sizes and messages of the next page come late, as in a browser on a busy machine.

    A test that looks before it has waited then fails every time, not once in a hundred runs.
    """
    page.add_init_script(_COME_LATE.replace("MILLISECONDS", str(milliseconds)))


def drawn(page: Any) -> None:
    """Wait until what was asked for has been drawn."""
    page.evaluate("drawn()")
