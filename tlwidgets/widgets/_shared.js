// Helpers that every widget uses. Python puts this text in place of a widget's import line (see _bundle.py).

const SVG = "http://www.w3.org/2000/svg";

/** Make an SVG element, append it to `parent`. Text goes in as text, never as markup. */
export function svg(name, attributes = {}, parent = null, text = null) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) {
    element.setAttribute(key, value);
  }
  if (text !== null) element.textContent = text;
  if (parent) parent.append(element);
  return element;
}

/** Make an HTML element. Strings among the children become text, never markup. */
export function html(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    element.setAttribute(key, value);
  }
  element.append(...children);
  return element;
}

/** Call `callback(width)` with the width in CSS pixels now and whenever it changes. Returns a cleanup function. */
export function followWidth(element, callback) {
  let last = 0;
  const observer = new ResizeObserver((entries) => {
    const width = Math.floor(entries[entries.length - 1].contentRect.width);
    // 0: hidden or taken out of the page
    if (width > 0 && width !== last) {
      last = width;
      callback(width);
    }
  });
  observer.observe(element);
  return () => observer.disconnect();
}

/** Run `draw` at most once per frame, and only while `element` is in the page. */
export function oncePerFrame(element, draw) {
  let asked = false;
  return () => {
    if (asked) return;
    asked = true;
    requestAnimationFrame(() => {
      asked = false;
      if (element.isConnected) draw();
    });
  };
}

/**
 * Look after the keyboard focus of all views of one model. Use: one `attend = focusKeeper()` per model, and
 * `attend(box, model)` in every view.
 *
 * - Jupyter replaces a view by a new one when the saved picture is updated: the element with the same `data-key` gets
 *   the focus again.
 * - When the focus leaves the widget, Python is told that it may update the saved picture.
 */
export function focusKeeper() {
  let key = null;
  let lostAt = 0;
  return (box, model) => {
    box.addEventListener("focusin", (event) => {
      key = event.target.dataset.key ?? null;
    });
    box.addEventListener("focusout", (event) => {
      lostAt = performance.now();
      if (event.relatedTarget && box.contains(event.relatedTarget)) return;
      if (event.relatedTarget) key = null; // a real move to another element; a removed one has no successor
      if (box.isConnected) model.send({ kind: "settled" });
    });
    requestAnimationFrame(() => {
      const nowhere = !document.activeElement || document.activeElement === document.body;
      if (key && nowhere && performance.now() - lostAt < 2000) {
        box.querySelector(`[data-key="${key}"]`)?.focus({ preventScroll: true });
      }
    });
  };
}
