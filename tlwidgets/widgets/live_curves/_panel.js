// One metric drawn: axes, bands, lines, names. Drawn anew with every frame that has new points.
import { svg } from "../_shared.js";
import { cutText } from "../_text.js";
import { markerPath } from "../_paths.js";
import { ticks } from "../_scales.js";
import { smoothed } from "./_points.js";
import { bandPath, frameOf, linePath, NAME_LETTERS, spread } from "./_layout.js";

/** @import { Comparison, Curve, Effect, Frame, Line } from "./_types.d.ts" */
/** @typedef {{ x: number, y: number, value: number }} End Where a curve ends, in pixels, and its last number. */

const NAME_DISTANCE = 13; // between the names of two lines

/**
 * @param {SVGSVGElement} panel
 * @param {string} metric
 * @param {Frame} frame
 */
function drawAxes(panel, metric, { width, height, left, right, top, bottom, xMax, yMin, yMax, X, Y, empty }) {
  panel.setAttribute("width", String(width));
  panel.setAttribute("height", String(height));
  panel.setAttribute("viewBox", `0 0 ${width} ${height}`);
  panel.replaceChildren();
  svg("text", { x: left, y: 14, class: "tlw-panel-title" }, panel, metric);
  for (const v of ticks(yMin, yMax, 4)) {
    svg("line", { x1: left, x2: right, y1: Y(v), y2: Y(v), class: "tlw-grid" }, panel);
    svg("text", { x: left - 6, y: Y(v) + 4, "text-anchor": "end" }, panel, String(v));
  }
  for (const v of ticks(0, xMax, Math.max(2, (right - left) / 55), true)) {
    svg("text", { x: X(v), y: bottom + 15, "text-anchor": "middle" }, panel, String(v));
  }
  const middle = { x: (left + right) / 2, "text-anchor": "middle" };
  svg("text", { ...middle, y: height - 3 }, panel, "epoch");
  if (empty) svg("text", { ...middle, y: (top + bottom) / 2 }, panel, "no points yet");
}

/**
 * A curve with its band; a smoothed one with the raw values behind it. Returns where it ends, or null without a number.
 *
 * @param {SVGGElement} group
 * @param {"train" | "validation"} kind
 * @param {Curve} curve
 * @param {number} smoothing
 * @param {Frame} frame
 * @returns {End | null}
 */
function drawCurve(group, kind, curve, smoothing, { width, X, Y }) {
  const limit = 2 * width; // points of a path
  if (kind === "validation" && curve.low) {
    svg("path", { d: bandPath(curve, X, Y), class: "tlw-band" }, group);
  }
  if (smoothing > 0) {
    svg("path", { d: linePath(curve.x, curve.y, X, Y, limit), class: "tlw-curve tlw-raw" }, group);
  }
  const ys = smoothed(curve.y, smoothing);
  svg("path", { d: linePath(curve.x, ys, X, Y, limit), class: `tlw-curve tlw-${kind}` }, group);
  const last = ys.findLastIndex(Number.isFinite);
  return last < 0 ? null : { x: X(curve.x[last]), y: Y(ys[last]), value: ys[last] };
}

/**
 * A line with its marker. Returns where its name belongs (null without a number), and its last values in words.
 *
 * @param {SVGSVGElement} panel
 * @param {Line} line
 * @param {number} smoothing
 * @param {Frame} frame
 */
function drawLine(panel, line, smoothing, frame) {
  const style = `--tlw-line-color: var(--tlw-c-${line.color})`;
  const group = svg("g", { class: "tlw-line", style }, panel);
  group.dataset.line = line.key;
  /** @type {string[]} */
  const words = [];
  /** @type {{ y: number, line: Line } | null} */
  let label = null;
  for (const kind of /** @type {const} */ (["train", "validation"])) {
    const curve = line[kind];
    const end = curve && drawCurve(group, kind, curve, smoothing, frame);
    if (!end) continue;
    words.push(`${line.key} ${kind === "train" ? "training" : "validation"} ${end.value.toFixed(3)}`);
    if (kind === "validation" || !line.validation) {
      svg("path", { d: markerPath(line.marker, end.x, end.y, 3.6), class: "tlw-marker" }, group);
      label = { y: end.y + 4, line };
    }
  }
  return { label, words };
}

/**
 * The names of the lines at the right, apart from each other.
 *
 * @param {SVGSVGElement} panel
 * @param {{ y: number, line: Line }[]} labels
 * @param {Frame} frame
 */
function drawNames(panel, labels, { right, top, bottom }) {
  for (const { y, line } of spread(labels, top + 6, bottom + 2, NAME_DISTANCE)) {
    const element = svg(
      "text",
      { x: right + 8, y, class: "tlw-name" },
      panel,
      cutText(line.key, NAME_LETTERS),
    );
    element.style.setProperty("--tlw-line-color", `var(--tlw-c-${line.color})`);
  }
}

/**
 * The differences between two lines: a bracket between two values, a dashed line between two epochs, a number.
 *
 * @param {SVGSVGElement} panel
 * @param {Effect[]} effects
 * @param {Frame} frame
 */
function drawEffects(panel, effects, { X, Y, right }) {
  effects.forEach(({ kind, x0, x1, y0, y1 }, i) => {
    const mark = svg("g", { class: "tlw-effect" }, panel);
    const from = x0 === null ? right : X(x0); // a line that never comes to the level goes on to the end
    let at = [from, (Y(y0) + Y(y1)) / 2];
    if (kind === "slope") {
      const to = x1 === null ? right : X(x1);
      at = [(from + to) / 2, Y(y0)];
      svg("path", { d: `M${from} ${Y(y0)}H${to}`, class: "tlw-effect-level" }, mark);
    } else {
      const d = `M${from - 4} ${Y(y0)}h8M${from} ${Y(y0)}V${Y(y1)}M${from - 4} ${Y(y1)}h8`;
      svg("path", { d, class: "tlw-effect-bracket" }, mark);
    }
    svg("circle", { cx: at[0], cy: at[1], r: 8, class: "tlw-effect-disc" }, mark);
    const number = { x: at[0], y: at[1] + 4, "text-anchor": "middle", class: "tlw-effect-number" };
    svg("text", number, mark, String(i + 1));
  });
}

/**
 * @param {SVGSVGElement} panel
 * @param {object} content
 * @param {string} content.metric
 * @param {Line[]} content.lines
 * @param {number} content.smoothing
 * @param {number} content.width in pixels
 * @param {Comparison | null} content.comparison of the lines, in whichever metric
 */
export function drawPanel(panel, { metric, lines, smoothing, width, comparison }) {
  const frame = frameOf(metric, lines, width);
  drawAxes(panel, metric, frame);
  const drawn = lines.map((line) => drawLine(panel, line, smoothing, frame));
  if (frame.withNames) {
    const labels = drawn.flatMap(({ label }) => (label ? [label] : []));
    drawNames(panel, labels, frame);
  }
  if (comparison?.metric === metric) drawEffects(panel, comparison.effects, frame);
  const words = drawn.flatMap((line) => line.words);
  panel.setAttribute("aria-label", `${metric}: ${words.join(", ") || "no points yet"}`);
}
