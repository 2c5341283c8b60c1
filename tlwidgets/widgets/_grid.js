// A matrix of coloured cells that is moved through by keyboard and pointer.
import { attributes, html, ownKeys, svg } from "./_shared.js";
import {
  cellAt,
  cellPaths,
  clampCell,
  cursorBox,
  gridHeight,
  gridTexts,
  levelName,
  NOWHERE,
  placeGrid,
} from "./_grid_layout.js";

/** @import { At, GridCell, GridNames, GridPlace } from "./_grid_layout.js" */

/**
 * The drawing: names, cells, numbers.
 *
 * @param {SVGElement} plot
 * @param {GridNames} names
 * @param {GridPlace} place
 * @param {GridCell[]} cells
 */
function drawCells(plot, names, place, cells) {
  const { left, top, w, h, width } = place;
  const height = gridHeight(place, names.rows.length);
  attributes(plot, { width, height, viewBox: `0 0 ${width} ${height}` });
  const ground = { x: left, y: top, width: w * names.columns.length, height: h * names.rows.length };
  const { fills, marks, numbers, missing } = cellPaths(cells, place);
  const path = (/** @type {string} */ d, /** @type {string} */ name, fill = "") =>
    svg("path", fill ? { d, class: name, style: `fill: var(--tlw-c-${fill})` } : { d, class: name });
  plot.replaceChildren(
    ...gridTexts(names, place).map(({ where, words }) => svg("text", where, null, words)),
    svg("rect", { ...ground, class: "tlw-grid-ground" }),
    ...[...fills].map(([level, d]) => path(d, "tlw-cell", levelName(level))),
    ...(missing ? [path(missing, "tlw-cell-missing")] : []),
    ...[...marks].map(([level, d]) => path(d, "tlw-cell-mark", `${levelName(level)}-ink`)),
    ...numbers.map(({ x, y, words, level, strong }) => {
      const style = `fill: var(--tlw-c-${levelName(level)}-ink)`;
      const where = { x, y, "text-anchor": "middle", class: "tlw-cell-text", style };
      return svg("text", strong ? { ...where, "font-weight": 600 } : where, null, words);
    }),
  );
}

/**
 * The cell under the cursor is an element of its own: a grid of which one cell is in the page at a time (aria-rowindex
 * and aria-colindex say which).
 */
function gridCursor() {
  const row = html("div", { role: "row" });
  const element = html("div", { role: "grid", class: "tlw-grid-cursor" }, row);
  /** @type {HTMLElement | null} */
  let cell = null;
  return {
    element,
    focus: () => cell?.focus({ preventScroll: true }),
    clear: () => row.replaceChildren(),
    /**
     * @param {At} at
     * @param {{ x: number, y: number, width: number, height: number }} box
     * @param {string} words
     * @param {boolean} selected
     */
    put({ i, j }, { x, y, width, height }, words, selected) {
      const root = /** @type {Document | ShadowRoot | undefined} */ (cell?.getRootNode());
      const had = cell !== null && root?.activeElement === cell;
      // a new element for each cell: a screen reader says what is focused when the focus moves
      const next = html("div", { role: "gridcell", tabindex: 0, "data-key": "cell", "aria-label": words });
      attributes(next, { "aria-colindex": j + 1, "aria-selected": selected });
      next.style.cssText = `left:${x}px;top:${y}px;width:${width}px;height:${height}px`;
      row.setAttribute("aria-rowindex", String(i + 1));
      row.append(next);
      if (had) next.focus({ preventScroll: true });
      cell?.remove();
      cell = next;
    },
  };
}

/**
 * Keys of a matrix. `size()` says how many rows and columns there are, `at()` where the cursor stands.
 *
 * @param {() => At} at
 * @param {() => At} size
 * @param {(i: number, j: number) => void} move
 */
function gridKeys(at, size, move) {
  const by = (/** @type {number} */ i, /** @type {number} */ j) => () => move(at().i + i, at().j + j);
  return {
    ArrowRight: by(0, 1),
    ArrowLeft: by(0, -1),
    ArrowDown: by(1, 0),
    ArrowUp: by(-1, 0),
    Home: () => move(at().i, 0),
    End: () => move(at().i, size().j - 1),
    PageUp: by(-10, 0),
    PageDown: by(10, 0),
    "Ctrl+Home": () => move(0, 0),
    "Ctrl+End": () => move(size().i - 1, size().j - 1),
  };
}

/**
 * Let the pointer show and open cells.
 *
 * @param {HTMLElement} holder
 * @param {(event: MouseEvent) => At | null} under
 * @param {(hit: At | null) => void} show
 * @param {(hit: At) => void} open
 */
function followPointer(holder, under, show, open) {
  holder.addEventListener("pointermove", (event) => show(under(event)));
  holder.addEventListener("pointerleave", () => show(null));
  holder.addEventListener("click", (event) => {
    const hit = under(event);
    if (hit) open(hit);
  });
}

/**
 * A matrix. `describe(i, j)` gives a cell in words; `onOpen(i, j)` hears Enter, space or a click, `onClose()` Escape.
 *
 * @typedef {{
 *   describe: (i: number, j: number) => string,
 *   onOpen: (i: number, j: number) => void,
 *   onClose: () => void,
 * }} GridCallbacks
 */
export class Heatmap {
  #plot = svg("svg", { "aria-hidden": "true" });
  #cursor = gridCursor();
  #tip = html("div", { class: "tlw-tip" });
  /** @type {GridCallbacks} */
  #callbacks;
  /** @type {GridNames} */
  #names = { rows: [], columns: [], label: "" };
  /** @type {GridCell[]} */
  #cells = [];
  /** @type {number[] | null} */
  #opened = null;
  #at = { i: 0, j: 0 };
  #place = NOWHERE;

  /** @param {GridCallbacks} callbacks */
  constructor(callbacks) {
    this.#callbacks = callbacks;
    const holder = html("div", { class: "tlw-grid" }, this.#plot, this.#cursor.element);
    this.element = html("div", {}, holder, this.#tip);
    const size = () => ({ i: this.#names.rows.length, j: this.#names.columns.length });
    const open = () => callbacks.onOpen(this.#at.i, this.#at.j);
    const keys = gridKeys(() => this.#at, size, (i, j) => this.#move(i, j));
    ownKeys(this.#cursor.element, { ...keys, Enter: open, " ": open, Escape: callbacks.onClose });
    const under = (/** @type {MouseEvent} */ event) => this.#under(event);
    followPointer(holder, under, (hit) => this.#say(hit ?? this.#at), ({ i, j }) => {
      this.#move(i, j);
      this.#cursor.focus();
      callbacks.onOpen(i, j);
    });
  }

  /**
   * What rows and columns are. `start` is where the cursor stands first.
   *
   * @param {GridNames} names
   * @param {At | null} start
   */
  name(names, start = null) {
    this.#names = names;
    if (start) this.#at = start;
    attributes(this.#cursor.element, {
      "aria-label": names.label,
      "aria-rowcount": names.rows.length,
      "aria-colcount": names.columns.length,
    });
    if (this.#place.width) this.#place = placeGrid(names, this.#place.width);
  }

  /**
   * Show these cells; `opened` is [i, j] or null.
   *
   * @param {GridCell[]} cells
   * @param {number[] | null} opened
   */
  paint(cells, opened) {
    this.#cells = cells;
    this.#opened = opened;
    this.#draw();
  }

  /**
   * Only another cell is open.
   *
   * @param {number[] | null} where
   */
  open(where) {
    this.#opened = where;
    if (where) this.#at = { i: where[0], j: where[1] };
    this.#frame();
  }

  /** @param {number} width */
  resize(width) {
    if (this.#empty) return;
    this.#place = placeGrid(this.#names, width);
    this.#draw();
  }

  get #empty() {
    return !this.#names.rows.length || !this.#names.columns.length;
  }

  #draw() {
    // before the first layout only the cell is there, so that a new view can take the focus over
    if (this.#place.width) drawCells(this.#plot, this.#names, this.#place, this.#cells);
    this.#frame();
  }

  /** The cursor, and the frame around the cell that is open. */
  #frame() {
    this.#plot.querySelector(".tlw-open")?.remove();
    const { left, top, w, h } = this.#place;
    const [i, j] = this.#opened ?? [];
    if (this.#opened) {
      svg("rect", { x: left + w * j, y: top + h * i, width: w, height: h, class: "tlw-open" }, this.#plot);
    }
    if (this.#empty) {
      this.#cursor.clear();
      return;
    }
    const at = this.#at = clampCell(this.#at, this.#names);
    const words = this.#say(at);
    this.#cursor.put(at, cursorBox(this.#place, at), words, i === at.i && j === at.j);
  }

  /**
   * Say a cell in the line below.
   *
   * @param {At} at
   */
  #say({ i, j }) {
    const words = this.#names.rows.length ? this.#callbacks.describe(i, j) : "";
    this.#tip.textContent = words;
    return words;
  }

  /**
   * @param {number} i
   * @param {number} j
   */
  #move(i, j) {
    const to = clampCell({ i, j }, this.#names);
    if (to.i === this.#at.i && to.j === this.#at.j) return;
    this.#at = to;
    this.#frame();
  }

  /** @param {MouseEvent} event */
  #under(event) {
    const rect = this.#plot.getBoundingClientRect(); // may be scaled: a zoomed page, a slide
    const scale = this.#place.width / rect.width;
    return cellAt(
      this.#place,
      this.#names,
      (event.clientX - rect.left) * scale,
      (event.clientY - rect.top) * scale,
    );
  }
}

/**
 * The colours of a matrix with the numbers at their ends.
 *
 * @param {string} low
 * @param {string} high
 * @param {number[]} levels
 */
export function colorScale(low, high, levels) {
  const strip = html("span", { class: "tlw-scale-strip" });
  for (const level of levels) {
    strip.append(html("i", { style: `background: var(--tlw-c-${levelName(level)})` }));
  }
  return html(
    "div",
    { class: "tlw-scale", "aria-hidden": "true" },
    html("span", {}, low),
    strip,
    html("span", {}, high),
  );
}
