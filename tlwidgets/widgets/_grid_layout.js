// Where the cells and names of a matrix stand, and the paths that its cells make. No DOM.
import { cutText } from "./_text.js";

/** @import { Attributes } from "./_shared.js" */

const LETTER = 6.4; // mean width of a letter at 11 px
const WIDEST = 64;
const HIGHEST = 44;
const LONGEST_SLANTED = 110;
const SLOPE = 0.71; // of a name at 45 degrees

/**
 * What stands beside the rows and above the columns.
 *
 * @typedef {{ rows: string[], columns: string[], rowTitle?: string, columnTitle?: string, label: string }} GridNames
 */

/**
 * A coloured cell: row and column; level of its colour, negative to positive; the words that fit into so many pixels;
 * mark: 1 for ▲, -1 for ▼, 0 for none.
 *
 * @typedef {{
 *   i: number, j: number, level: number, text: (room: number) => string,
 *   mark?: number, strong?: boolean, missing?: boolean,
 * }} GridCell
 */

/**
 * Pixels: the first cell's corner, size of a cell, width of it all, room for names. `flat`: the names of columns stand
 * level and not slanted; `tiny`: no room for names, the line below the matrix says them.
 *
 * @typedef {{
 *   left: number, top: number, w: number, h: number, width: number,
 *   flat: boolean, tiny: boolean, rowRoom: number, columnRoom: number,
 * }} GridPlace
 */

/** A row and a column. @typedef {{ i: number, j: number }} At */

/** Before anything was laid out. @type {GridPlace} */
export const NOWHERE = {
  left: 0,
  top: 0,
  w: 0,
  h: 0,
  width: 0,
  flat: true,
  tiny: true,
  rowRoom: 0,
  columnRoom: 0,
};

/**
 * The name of a colour variable.
 *
 * @param {number} level
 */
export const levelName = (level) => (level ? `${level < 0 ? "down" : "up"}-${Math.abs(level)}` : "level-0");

/**
 * A name, cut to about so many pixels.
 *
 * @param {string} name
 * @param {number} room
 */
const cut = (name, room) => cutText(name, Math.max(1, Math.floor(room / LETTER)));

/** @param {string[]} names */
const longest = (names) => names.reduce((most, name) => Math.max(most, [...name].length), 0) * LETTER;

/**
 * Lay a matrix out.
 *
 * @param {GridNames} names
 * @param {number} width
 * @returns {GridPlace}
 */
export function placeGrid({ rows, columns, rowTitle, columnTitle }, width) {
  const rowRoom = Math.min(longest(rows) + 8, width * 0.3);
  const columnRoom = Math.min(longest(columns), LONGEST_SLANTED);
  const fit = (/** @type {number} */ left, /** @type {number} */ right) =>
    (width - left - right) / columns.length;
  let left = (rowTitle ? 18 : 0) + rowRoom;
  let w = Math.min(WIDEST, fit(left, 2));
  const flat = longest(columns) <= w - 4;
  if (!flat) w = Math.min(WIDEST, fit(left, Math.max(2, columnRoom * SLOPE - w / 2)));
  let top = (columnTitle ? 18 : 0) + (flat ? 18 : columnRoom * SLOPE + 14);
  const tiny = w < 11;
  if (tiny) {
    left = rowTitle ? 20 : 4;
    top = columnTitle ? 20 : 4;
    w = fit(left, 2);
  }
  const h = Math.min(HIGHEST, Math.max(w, tiny ? 1 : 14));
  return { left, top, w, h, width, flat, tiny, rowRoom, columnRoom };
}

/**
 * Height of the whole drawing.
 *
 * @param {GridPlace} place
 * @param {number} rows
 */
export const gridHeight = ({ top, h }, rows) => top + h * rows + 2;

/**
 * The nearest cell that there is.
 *
 * @param {At} at
 * @param {GridNames} names
 * @returns {At}
 */
export const clampCell = ({ i, j }, { rows, columns }) => ({
  i: Math.max(0, Math.min(rows.length - 1, i)),
  j: Math.max(0, Math.min(columns.length - 1, j)),
});

/**
 * The cell at a place of the drawing, or null.
 *
 * @param {GridPlace} place
 * @param {GridNames} names
 * @param {number} x
 * @param {number} y
 * @returns {At | null}
 */
export function cellAt({ left, top, w, h }, { rows, columns }, x, y) {
  const i = Math.floor((y - top) / h);
  const j = Math.floor((x - left) / w);
  return i >= 0 && j >= 0 && i < rows.length && j < columns.length ? { i, j } : null;
}

/**
 * The box of the cursor around a cell: never too small to be seen.
 *
 * @param {GridPlace} place
 * @param {At} at
 */
export function cursorBox({ left, top, w, h }, { i, j }) {
  const [width, height] = [Math.max(w, 7), Math.max(h, 7)];
  return { x: left + w * (j + 0.5) - width / 2, y: top + h * (i + 0.5) - height / 2, width, height };
}

/**
 * Titles and names, as attributes of text elements.
 *
 * @param {GridNames} names
 * @param {GridPlace} place
 * @returns {{ where: Attributes, words: string }[]}
 */
export function gridTexts(names, { left, top, w, h, flat, tiny, rowRoom, columnRoom }) {
  const { rows, columns, rowTitle, columnTitle } = names;
  const title = (/** @type {number} */ x, /** @type {number} */ y) => ({
    x,
    y,
    "text-anchor": "middle",
    class: "tlw-axis",
  });
  /** @type {{ where: Attributes, words: string }[]} */
  const texts = [];
  if (columnTitle) texts.push({ where: title(left + (w * columns.length) / 2, 12), words: columnTitle });
  if (rowTitle) {
    const y = top + (h * rows.length) / 2;
    texts.push({ where: { ...title(12, y), transform: `rotate(-90 12 ${y})` }, words: rowTitle });
  }
  if (tiny) return texts;
  rows.forEach((name, i) => {
    const where = { x: left - 6, y: top + h * (i + 0.5) + 4, "text-anchor": "end" };
    texts.push({ where, words: cut(name, rowRoom - 6) });
  });
  columns.forEach((name, j) => {
    const [x, y] = [left + w * (j + 0.5), top - 6];
    if (flat) texts.push({ where: { x, y, "text-anchor": "middle" }, words: name });
    else texts.push({ where: { x, y, transform: `rotate(-45 ${x} ${y})` }, words: cut(name, columnRoom) });
  });
  return texts;
}

/**
 * @param {number} x
 * @param {number} y
 * @param {number} side
 * @param {number} direction
 */
function triangle(x, y, side, direction) {
  return direction > 0
    ? `M${x} ${y + side}h${side}l${-side / 2} ${-side}z`
    : `M${x} ${y}h${side}l${-side / 2} ${side}z`;
}

/**
 * Everything that is drawn for the cells: one path per colour, so that 200 x 200 cells cost little more than 5 x 5.
 *
 * @param {GridCell[]} cells
 * @param {GridPlace} place
 */
export function cellPaths(cells, { left, top, w, h }) {
  const gap = w > 8 ? 1 : 0;
  const side = Math.min(8, w * 0.24);
  /** @type {Map<number, string>} */
  const fills = new Map();
  /** @type {Map<number, string>} */
  const marks = new Map();
  /** @type {{ x: number, y: number, words: string, level: number, strong: boolean }[]} */
  const numbers = [];
  let missing = "";
  const add = (
    /** @type {Map<number, string>} */ paths,
    /** @type {number} */ level,
    /** @type {string} */ path,
  ) => paths.set(level, (paths.get(level) ?? "") + path);
  const across = (w - gap).toFixed(2);
  const back = (gap - w).toFixed(2);
  const down = (h - gap).toFixed(2);
  const stroke = `l${(w - gap).toFixed(1)} ${(gap - h).toFixed(1)}`;
  for (const { i, j, level, text, mark = 0, strong = false, missing: none } of cells) {
    const x = left + w * j;
    const y = top + h * i;
    const box = `M${x.toFixed(2)} ${y.toFixed(2)}h${across}v${down}h${back}z`;
    if (none) {
      missing += `${box}M${x.toFixed(1)} ${(y + h - gap).toFixed(1)}${stroke}`;
      continue;
    }
    add(fills, level, box);
    if (mark && w > 5) add(marks, level, triangle(x + w - gap - side - 1.5, y + 1.5, side, mark));
    const words = w > 20 && h > 13 ? text(w - 4 - (mark && h < 30 ? side : 0)) : "";
    if (words) {
      const lower = mark && h > 26 ? 2 : 0;
      numbers.push({ x: x + (w - gap) / 2, y: y + h / 2 + 4 + lower, words, level, strong });
    }
  }
  return { fills, marks, numbers, missing };
}
