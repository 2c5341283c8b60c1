// What every widget uses. How a widget is laid out:
//
// - `<widget>.js` has the default export that anywidget asks for, and a `render` that only puts parts together: it makes
//   the elements, connects them to the model and returns the clean-up (`together`, `listen`, `followWidth`).
// - What a widget computes (scales, groups, layout, what is under the pointer, words) stands in modules `_xyz.js` beside
//   it, without DOM and without this file; tests/js tests them.
// - Drawing, and what answers to pointer and keyboard, are functions or small classes. No function is longer than 80 lines.
// - _bundle.py makes one module of them; _types.d.ts has the types.

/** @import { Bytes, CleanUp, Model } from "./_types.d.ts" */
/** @typedef {Record<string, string | number | boolean>} Attributes */
/** @typedef {(event: KeyboardEvent) => void} KeyAction */

const SVG = "http://www.w3.org/2000/svg";

/**
 * Set attributes of an element.
 *
 * @param {Element} element
 * @param {Attributes} values
 */
export function attributes(element, values) {
  for (const [key, value] of Object.entries(values)) element.setAttribute(key, String(value));
}

/**
 * Make an SVG element, append it to `parent`. Text goes in as text, never as markup.
 *
 * @template {keyof SVGElementTagNameMap} Name
 * @param {Name} name
 * @param {Attributes} [values]
 * @param {Element | null} [parent]
 * @param {string | null} [text]
 * @returns {SVGElementTagNameMap[Name]}
 */
export function svg(name, values = {}, parent = null, text = null) {
  const element = document.createElementNS(SVG, name);
  attributes(element, values);
  if (text !== null) element.textContent = text;
  if (parent) parent.append(element);
  return element;
}

/**
 * Make an HTML element. Strings among the children become text, never markup.
 *
 * @template {keyof HTMLElementTagNameMap} Name
 * @param {Name} name
 * @param {Attributes} [values]
 * @param {(Node | string)[]} children
 * @returns {HTMLElementTagNameMap[Name]}
 */
export function html(name, values = {}, ...children) {
  const element = document.createElement(name);
  attributes(element, values);
  element.append(...children);
  return element;
}

// ---- the model

/**
 * Set a trait and let Python hear of it.
 *
 * @template {object} Traits
 * @template {keyof Traits} Name
 * @param {Model<Traits>} model
 * @param {Name} name
 * @param {Traits[Name]} value
 */
export function put(model, name, value) {
  model.set(name, value);
  model.save_changes();
}

/**
 * Call an action when one of the traits changes that are named before it: `[["value", paint], ["_rows _names", draw]]`.
 * A name with a colon is an event, such as "msg:custom". Returns the clean-up.
 *
 * @param {Model} model
 * @param {[names: string, action: (...given: any[]) => void][]} actions
 * @returns {CleanUp}
 */
export function listen(model, actions) {
  const all = actions.flatMap(([names, action]) =>
    names.split(" ").map((name) => ({ event: name.includes(":") ? name : `change:${name}`, action }))
  );
  for (const { event, action } of all) model.on(event, action);
  return () => {
    for (const { event, action } of all) model.off(event, action);
  };
}

/**
 * One clean-up out of several; what is missing is left out.
 *
 * @param {(CleanUp | null | undefined)[]} all
 * @returns {CleanUp}
 */
export function together(...all) {
  return () => {
    for (const one of all) one?.();
  };
}

/**
 * The numbers in a binary trait, as an array of a type such as Float64Array.
 *
 * @template Numbers
 * @param {Bytes} view
 * @param {{ new (length: number): Numbers, new (buffer: ArrayBuffer): Numbers }} Type
 */
export function numbers(view, Type) {
  if (!view?.byteLength) return new Type(0);
  return new Type(view.buffer.slice(view.byteOffset, view.byteOffset + view.byteLength));
}

/**
 * Whether this is a page without a kernel (see tlwidgets/course/export.py).
 *
 * @param {Model} model
 */
export const alone = (model) => model.get("_no_kernel") === true;

// ---- size and time

/**
 * Call `callback(width)` with the width in CSS pixels now and whenever it changes. Returns a cleanup function.
 *
 * @param {Element} element
 * @param {(width: number) => void} callback
 * @returns {CleanUp}
 */
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

/**
 * Run `draw` at most once per frame, and only while `element` is in the page.
 *
 * @param {Element} element
 * @param {() => void} draw
 */
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

// ---- focus and keys

/**
 * Look after the keyboard focus of all views of one model. Use: one `attend = focusKeeper()` per model, and
 * `attend(box, model)` in every view.
 *
 * - Jupyter replaces a view by a new one when the saved figure is updated: the element with the same `data-key` gets
 *   the focus again.
 * - When the focus leaves the widget, Python is told that it may update the saved figure.
 */
export function focusKeeper() {
  /** @type {string | null} */
  let key = null;
  let lostAt = 0;
  return (/** @type {HTMLElement} */ box, /** @type {Model} */ model) => {
    box.addEventListener("focusin", (event) => {
      key = /** @type {HTMLElement} */ (event.target).dataset.key ?? null;
    });
    box.addEventListener("focusout", ({ relatedTarget }) => {
      lostAt = performance.now();
      if (relatedTarget instanceof Node && box.contains(relatedTarget)) return;
      if (relatedTarget) key = null; // a real move to another element; a removed one has no successor
      if (box.isConnected) model.send({ kind: "settled" });
    });
    requestAnimationFrame(() => {
      const nowhere = !document.activeElement || document.activeElement === document.body;
      if (key && nowhere && performance.now() - lostAt < 2000) {
        const next = box.querySelector(`[data-key="${key}"]`);
        /** @type {HTMLElement | SVGElement | null} */ (next)?.focus({ preventScroll: true });
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
    if (!OWN_KEYS.has(key) || !(target instanceof Element) || !target.closest(".tlw")) return;
    target.setAttribute("data-lm-suppress-shortcuts", "true");
    setTimeout(() => target.removeAttribute("data-lm-suppress-shortcuts"));
  },
  true,
);

/**
 * Keep keys from JupyterLab, which would move between cells; the browser's own keys (Ctrl, Alt, Meta) go on.
 *
 * @param {GlobalEventHandlers & Element} element
 * @param {Record<string, KeyAction>} actions by key, as in "ArrowUp" and "Ctrl+Home"
 */
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

/**
 * Leave the keys of an element to the browser: those that scroll it, choose in it, type into it. JupyterLab gets none.
 *
 * @template {Element} Kind
 * @param {Kind} element
 * @returns the element
 */
export function browserKeys(element) {
  element.addEventListener("keydown", (event) => event.stopPropagation());
  return element;
}

// ---- parts

/**
 * Say what a widget is: as its title and as the name of its group.
 *
 * @param {HTMLElement} title
 * @param {HTMLElement} box
 * @param {string} label
 */
export function nameWidget(title, box, label) {
  title.textContent = label;
  box.setAttribute("aria-label", label);
}

/**
 * Put options into a select, under the names of their families; they are made again only if they are others.
 *
 * @param {HTMLSelectElement} select
 * @param {{ value: string, text: string, family: string }[]} given "" is no family
 */
export function fillSelect(select, given) {
  const wanted = JSON.stringify(given);
  if (select.dataset.names === wanted) return;
  select.dataset.names = wanted;
  /** @type {Map<string, HTMLElement[]>} */
  const families = new Map();
  for (const { value, text, family } of given) {
    if (!families.has(family)) families.set(family, []);
    families.get(family)?.push(html("option", { value }, text));
  }
  select.replaceChildren(
    ...[...families].flatMap((
      [label, inside],
    ) => (label ? [html("optgroup", { label }, ...inside)] : inside)),
  );
}

let choices = 0;

/**
 * Radio buttons in a row. `draw(names, chosen)` shows them, `rename(legend)` says what they are;
 * `onChoose(index)` hears the user.
 *
 * @param {string} legend
 * @param {string} key
 * @param {(index: number) => void} onChoose
 */
export function choice(legend, key, onChoose) {
  const title = html("legend", {}, legend);
  const row = html("span", { class: "tlw-choices" });
  const element = html("fieldset", { class: "tlw-choice" }, title, row);
  const group = `tlw-choice-${(choices += 1)}-${Math.random().toString(36).slice(2, 8)}`; // of this view alone
  let shown = "";
  function draw(/** @type {string[]} */ names, /** @type {number} */ chosen) {
    const wanted = JSON.stringify(names);
    if (wanted !== shown) {
      shown = wanted;
      row.replaceChildren(
        ...names.map((name, index) => {
          const values = { type: "radio", name: group, value: index, "data-key": `${key}-${index}` };
          const radio = browserKeys(html("input", values));
          radio.addEventListener("change", () => onChoose(index));
          return html("label", {}, radio, html("span", {}, name));
        }),
      );
    }
    row.querySelectorAll("input").forEach((radio, index) => {
      radio.checked = index === chosen;
    });
  }
  const rename = (/** @type {string} */ words) => {
    title.textContent = words;
  };
  return { element, draw, rename };
}

/**
 * The numbers behind an image as a table, folded. `build()` is asked each time it is opened.
 *
 * @param {() => { head: (string | number)[], rows: (string | number)[][] }} build
 */
export function asTable(build) {
  const holder = html("div", {
    class: "tlw-scroll",
    tabindex: 0,
    role: "region",
    "aria-label": "Table of the numbers",
  });
  const summary = browserKeys(html("summary", { "data-key": "table" }, "Numbers as a table"));
  const element = html("details", { class: "tlw-table" }, summary, holder);
  function draw() {
    if (!element.open) return;
    const { head, rows } = build();
    const top = html("tr", {}, ...head.map((cell) => html("th", { scope: "col" }, String(cell))));
    const line = (/** @type {(string | number)[]} */ cells) =>
      html("tr", {}, ...cells.map((cell) => html("td", {}, String(cell))));
    holder.replaceChildren(
      html("table", {}, html("thead", {}, top), html("tbody", {}, ...rows.map(line))),
    );
  }
  element.addEventListener("toggle", draw);
  return { element, draw };
}
