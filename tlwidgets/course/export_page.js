// Brings the widgets of an exported page to life: a small model in place of the kernel's. export.py puts this text into
// the page as a module.

/** @import { Model, Widget } from "../widgets/_types.d.ts" */
/**
 * A widget as it was saved: its traits, and binary ones apart; `esm` and `css` are keys of `texts`.
 *
 * @typedef {object} Saved
 * @property {Record<string, unknown>} state
 * @property {{ path: (string | number)[], data: string }[]} buffers
 * @property {string} esm
 * @property {string | null} css
 */
/** @typedef {(...given: unknown[]) => void} Action */

/** @type {{ models: Record<string, Saved>, texts: Record<string, string> }} */
const page = JSON.parse(document.getElementById("tlw-page")?.textContent ?? "{}");

const bytes = (/** @type {string} */ text) =>
  new DataView(Uint8Array.from(atob(text), (c) => c.charCodeAt(0)).buffer);

/** @param {Saved} saved */
function stateOf({ state, buffers }) {
  for (const { path, data } of buffers) {
    /** @type {any} */
    const owner = path.slice(0, -1).reduce((/** @type {any} */ part, key) => part?.[key], state);
    const last = path.at(-1);
    if (owner && last !== undefined) owner[last] = bytes(data); // the place may be gone: a list that became shorter
  }
  return { ...state, _no_kernel: true };
}

/**
 * @param {unknown} a
 * @param {unknown} b
 */
const same = (a, b) => a === b || (!(a instanceof DataView) && JSON.stringify(a) === JSON.stringify(b));

/** @param {string} text */
const names = (text) => text.split(/\s+/).filter(Boolean);

/**
 * @param {Saved} saved
 * @returns {Model}
 */
function makeModel(saved) {
  /** @type {Record<string, unknown>} */
  const state = stateOf(saved);
  /** @type {Map<string, Action[]>} */
  const listeners = new Map();
  const of = (/** @type {string} */ name) => listeners.get(name) ?? [];
  /** @type {Model<Record<string, unknown>>} */
  const model = {
    get: (key) => state[key],
    set(key, value) {
      if (same(state[key], value)) return;
      state[key] = value;
      for (const name of [`change:${key}`, "change"]) [...of(name)].forEach((f) => f(model, value));
    },
    save_changes() {},
    send() {},
    on(text, f) {
      for (const name of names(text)) listeners.set(name, [...of(name), f]);
    },
    off(text, f) {
      for (const name of names(text)) listeners.set(name, of(name).filter((g) => f && g !== f));
    },
  };
  return model;
}

const sheets = new Set();
/** @param {string | null} name */
function addSheet(name) {
  if (name === null || sheets.has(name)) return;
  sheets.add(name);
  const style = document.createElement("style");
  style.textContent = page.texts[name];
  document.head.append(style);
}

/**
 * @param {Saved} saved
 * @returns {Promise<{ widget: Widget, model: Model }>}
 */
async function load(saved) {
  const code = new Blob([page.texts[saved.esm]], { type: "text/javascript" });
  const module = await import(URL.createObjectURL(code));
  const widget = typeof module.default === "function" ? await module.default() : module.default;
  const model = makeModel(saved);
  await widget.initialize?.({ model });
  addSheet(saved.css);
  return { widget, model };
}

/** @type {Map<string, ReturnType<typeof load>>} */
const widgets = new Map();
/**
 * One module and one model for each widget, shared by all places where it is shown.
 *
 * @param {string} id
 */
function widgetOf(id) {
  const known = widgets.get(id) ?? load(page.models[id]);
  widgets.set(id, known);
  return known;
}

/** @param {HTMLElement} place */
async function show(place) {
  const still = /** @type {HTMLElement | null} */ (place.querySelector(".tlw-still"));
  const root = document.createElement("div");
  try {
    const { widget, model } = await widgetOf(place.dataset.tlwModel ?? "");
    place.append(root);
    await widget.render({ model, el: root });
    if (still) still.hidden = true;
    place.dataset.tlwLive = "true";
  } catch (error) {
    root.remove(); // the image stays
    place.dataset.tlwLive = "false";
    console.error(error);
  }
}
for (const place of document.querySelectorAll("[data-tlw-model]")) show(/** @type {HTMLElement} */ (place));
