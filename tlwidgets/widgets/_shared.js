// @ts-nocheck: not yet
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

const OWN_KEYS = new Set([
  "ArrowLeft",
  "ArrowRight",
  "ArrowUp",
  "ArrowDown",
  "Home",
  "End",
  "PageUp",
  "PageDown",
  "Enter",
  "Escape",
  " ",
]);

// Notebook 7 takes keys on their way down to the element, JupyterLab on their way up; this mark tells both to leave one
window.addEventListener(
  "keydown",
  ({ target, key }) => {
    if (!OWN_KEYS.has(key) || !target.closest?.(".tlw")) return;
    target.setAttribute("data-lm-suppress-shortcuts", "true");
    setTimeout(() => target.removeAttribute("data-lm-suppress-shortcuts"));
  },
  true,
);

/** The numbers in a binary trait, as an array of a type such as Float64Array. */
export function numbers(view, Type) {
  if (!view?.byteLength) return new Type(0);
  return new Type(view.buffer.slice(view.byteOffset, view.byteOffset + view.byteLength));
}

/** Whether this is a page without a kernel (see tlwidgets/course/export.py). */
export const alone = (model) => model.get("_no_kernel") === true;

/** Keep keys from JupyterLab, which would move between cells; the browser's own keys (Ctrl, Alt, Meta) go on. */
export function ownKeys(element, actions) {
  element.addEventListener("keydown", (event) => {
    if (event.altKey || event.metaKey) return;
    const action = actions[`${event.ctrlKey ? "Ctrl+" : ""}${event.key}`];
    if (!action) return;
    event.preventDefault();
    event.stopPropagation();
    action(event);
  });
}

let choices = 0;

/** Radio buttons in a row. `draw(names, chosen)` shows them; `onChoose(index)` hears the user. */
export function choice(legend, key, onChoose) {
  const row = html("span", { class: "tlw-choices" });
  const element = html("fieldset", { class: "tlw-choice" }, html("legend", {}, legend), row);
  const group = `tlw-choice-${(choices += 1)}-${Math.random().toString(36).slice(2, 8)}`; // of this view alone
  let shown = "";
  function draw(names, chosen) {
    const wanted = JSON.stringify(names);
    if (wanted !== shown) {
      shown = wanted;
      row.replaceChildren(
        ...names.map((name, index) => {
          const radio = html("input", {
            type: "radio",
            name: group,
            value: index,
            "data-key": `${key}-${index}`,
          });
          radio.addEventListener("change", () => onChoose(index));
          radio.addEventListener("keydown", (event) => event.stopPropagation());
          return html("label", {}, radio, html("span", {}, name));
        }),
      );
    }
    row.querySelectorAll("input").forEach((radio, index) => {
      radio.checked = index === chosen;
    });
  }
  return { element, draw };
}

/** The numbers behind a picture as a table, folded. `build()` returns {head, rows} each time it is opened. */
export function asTable(build) {
  const holder = html("div", {
    class: "tlw-scroll",
    tabindex: 0,
    role: "region",
    "aria-label": "Table of the numbers",
  });
  const element = html("details", { class: "tlw-table" });
  element.append(html("summary", { "data-key": "table" }, "Numbers as a table"), holder);
  element.firstChild.addEventListener("keydown", (event) => event.stopPropagation());
  function draw() {
    if (!element.open) return;
    const { head, rows } = build();
    const line = (cells, tag) =>
      html("tr", {}, ...cells.map((cell) => html(tag, tag === "th" ? { scope: "col" } : {}, String(cell))));
    holder.replaceChildren(
      html(
        "table",
        {},
        html("thead", {}, line(head, "th")),
        html("tbody", {}, ...rows.map((row) => line(row, "td"))),
      ),
    );
  }
  element.addEventListener("toggle", draw);
  return { element, draw };
}
