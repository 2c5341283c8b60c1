// Axes of a small chart with lines.
import { logTicks, scale, shortNumber, ticks } from "./_scales.js";
import { attributes, svg } from "./_shared.js";
import { cutText } from "./_text.js";

/**
 * One axis: its range, its name, the values at its ticks (`at`, or about `count` round ones) and what stands beside them.
 *
 * @typedef {object} Axis
 * @property {number} low
 * @property {number} high
 * @property {string} name
 * @property {boolean} [log]
 * @property {number[]} [at]
 * @property {number} [count]
 * @property {(value: number) => string} [text]
 */

/** @param {Axis} axis */
function marks({ low, high, log, at, count = 5 }) {
  return at ?? (log ? logTicks : ticks)(low, high, count);
}

/**
 * The frame of a chart: `X(v)` and `Y(v)` turn values into pixels; `parts` are its SVG elements, to be put in first.
 *
 * @param {object} given
 * @param {number} given.width
 * @param {number} given.height
 * @param {number} [given.left]
 * @param {number} [given.right]
 * @param {number} [given.top]
 * @param {number} [given.bottom]
 * @param {Axis} given.x
 * @param {Axis} given.y
 */
export function axes({ width, height, left = 46, right = 14, top = 18, bottom = 36, x, y }) {
  /** @type {SVGElement[]} */
  const parts = [];
  const X = scale(x, left, width - right);
  const Y = scale(y, height - bottom, top);
  const line = (/** @type {Record<string, number>} */ ends) => {
    const element = svg("line", { ...ends, class: "tlw-axis-line" });
    element.style.stroke = "var(--tlw-line)";
    parts.push(element);
  };
  const text = (/** @type {Record<string, number | string>} */ where, /** @type {string} */ words) => {
    parts.push(svg("text", where, null, words));
  };
  for (const v of marks(y)) {
    line({ x1: left, x2: width - right, y1: Y(v), y2: Y(v) });
    text({ x: left - 6, y: Y(v) + 4, "text-anchor": "end" }, (y.text ?? shortNumber)(v));
  }
  for (const v of marks(x)) {
    line({ x1: X(v), x2: X(v), y1: height - bottom, y2: height - bottom + 4 });
    text({ x: X(v), y: height - bottom + 16, "text-anchor": "middle" }, (x.text ?? shortNumber)(v));
  }
  text({ x: width - right, y: height - 4, "text-anchor": "end", class: "tlw-axis" }, x.name);
  const letters = Math.max(4, Math.floor((width - left) / 6.8));
  text({ x: left, y: top - 8, class: "tlw-axis" }, cutText(y.name, letters));
  return { X, Y, parts, left, right: width - right, top, bottom: height - bottom };
}

/** Dashes of lines with round ends, in the order in which they are given out. */
export const DASHES = ["", "7 5", "1 5", "9 5 1 5"];

/**
 * Put an svg to a size in CSS pixels.
 *
 * @param {SVGSVGElement} plot
 * @param {number} width
 * @param {number} height
 */
export function sizePlot(plot, width, height) {
  attributes(plot, { width, height, viewBox: `0 0 ${width} ${height}` });
}
