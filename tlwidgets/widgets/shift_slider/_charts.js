// The lines over the severities, and the reliability diagram beside them.
import { html, svg } from "../_shared.js";
import { axes, DASHES, sizePlot } from "../_axes.js";
import { bandPath, linePath, markerPath } from "../_paths.js";
import { ticks } from "../_scales.js";
import { cutText } from "../_text.js";
import {
  anyBins,
  chartSizes,
  filledBins,
  highest,
  linesOf,
  NAMES,
  reliabilityWords,
  rowAt,
  severityRange,
  spread,
  totalOf,
} from "./_measured.js";

/** @import { Group } from "../_types.d.ts" */
/** @import { Shown } from "./_types.d.ts" */
/** @typedef {ReturnType<typeof axes>} Frame */

const NAMED = 4; // models up to which lines are named where they end
const LETTERS = 16;

/** @param {Group} model */
const ink = ({ color }) => `--ink: var(--tlw-c-${color})`;

/** @param {number} k */
const dashes = (k) => ({ "stroke-dasharray": DASHES[k % DASHES.length] });

/**
 * Band, line and dots of one model.
 *
 * @param {Group} model
 * @param {number} k
 * @param {(number | null)[][]} points
 * @param {Frame} frame
 */
function modelLine(model, k, points, { X, Y }) {
  const style = ink(model);
  const dots = points.flatMap(([s, v]) =>
    s === null || v === null ? [] : [markerPath(model.shape, X(s), Y(v), 4)]
  );
  const band = bandPath(points.map(([s, , low, high]) => [s, low, high]), X, Y);
  return [
    svg("path", { d: band, class: "tlw-shift-band", style }),
    svg("path", { d: linePath(points, X, Y), class: "tlw-shift-line", style, ...dashes(k) }),
    svg("path", { d: dots.join(""), class: "tlw-shift-dot", style }),
  ];
}

/**
 * The names of the models where their lines end.
 *
 * @param {Group[]} models
 * @param {(number | null)[][][]} lines
 * @param {Frame} frame
 */
function endNames(models, lines, { Y, right }) {
  const labels = models.flatMap(({ name }, k) => {
    const last = lines[k].findLast(([, v]) => v !== null)?.[1] ?? null;
    return last === null ? [] : [{ name, y: Y(last) + 4 }];
  });
  return spread(labels).map(({ name, y }) => svg("text", { x: right + 10, y }, null, cutText(name, LETTERS)));
}

/**
 * Whether lines are named where they end; else the legend does it.
 *
 * @param {Group[]} models
 * @param {number} width
 */
export const namedAtEnds = (models, width) =>
  models.length > 1 && models.length <= NAMED && chartSizes(width).wide;

/**
 * Everything that does not depend on the severity. Returns where values lie.
 *
 * @param {SVGSVGElement} plot
 * @param {SVGGElement} group  of the plot, to be drawn in
 * @param {Shown} shown
 * @param {number} width
 */
export function drawLines(plot, group, shown, width) {
  const { models, measure, severities, chance } = shown;
  const { lines: size } = chartSizes(width);
  sizePlot(plot, size.width, size.height);
  const lines = linesOf(shown);
  const high = highest(lines, measure);
  const named = namedAtEnds(models, width);
  const letters = Math.min(LETTERS, Math.max(...models.map((m) => [...m.name].length)));
  const frame = axes({
    ...size,
    right: named ? letters * 6.4 + 16 : 18,
    top: 44,
    x: { ...severityRange(severities), at: severities, name: "severity" },
    y: { low: 0, high, name: NAMES[measure], at: ticks(0, high, 5) },
  });
  const { parts, left, right, Y } = frame;
  if (measure === "accuracy" && chance !== null) {
    const y = Y(chance);
    parts.push(svg("line", { x1: left, x2: right, y1: y, y2: y, class: "tlw-shift-chance" }));
    parts.push(svg("text", { x: left + 4, y: y - 4 }, null, "chance"));
  }
  models.forEach((model, k) => parts.push(...modelLine(model, k, lines[k], frame)));
  if (named) parts.push(...endNames(models, lines, frame));
  group.replaceChildren(...parts);
  return frame;
}

/** @param {Group[]} models */
export const legendItems = (models) =>
  models.map((model, k) => {
    const image = svg("svg", { width: 34, height: 14, style: ink(model) });
    svg("path", { d: "M1 7H33", class: "tlw-shift-line", ...dashes(k) }, image);
    svg("path", { d: markerPath(model.shape, 17, 7, 4), class: "tlw-shift-dot" }, image);
    return html("span", {}, image, model.name);
  });

/**
 * The reliability diagram; false where none of the models has one.
 *
 * @param {SVGSVGElement} plot
 * @param {Shown} shown
 * @param {number} width
 */
export function drawReliability(plot, shown, width) {
  const { models, rows, value } = shown;
  if (!anyBins(rows, models)) return false;
  if (!width) return true;
  const { square: size } = chartSizes(width);
  sizePlot(plot, size.width, size.height);
  const unit = { low: 0, high: 1, at: [0, 0.5, 1] };
  const x = { ...unit, name: "confidence" };
  const { X, Y, parts } = axes({ ...size, left: 34, top: 44, x, y: { ...unit, name: "how often right" } });
  const binsOf = (/** @type {string} */ name) => filledBins(rowAt(shown, name, value)?.bins ?? []);
  parts.push(svg("line", { x1: X(0), y1: Y(0), x2: X(1), y2: Y(1), class: "tlw-shift-chance" }));
  if (!models.some(({ name }) => rowAt(shown, name, value)?.bins.length)) {
    parts.push(svg("text", { x: X(0.5), y: Y(0.55), "text-anchor": "middle" }, null, "not measured"));
  }
  models.forEach((model, k) => {
    const bins = binsOf(model.name);
    const total = totalOf(bins);
    const line = linePath(bins.map(([, confidence, accuracy]) => [confidence, accuracy]), X, Y);
    const dots = bins.map(([count, confidence, accuracy]) =>
      markerPath(model.shape, X(confidence), Y(accuracy), 1.5 + 5 * Math.sqrt(count / total))
    );
    const style = ink(model);
    parts.push(
      svg("path", { d: line, class: "tlw-shift-line tlw-shift-thin", style, ...dashes(k) }),
      svg("path", { d: dots.join(""), class: "tlw-shift-dot", style }),
    );
  });
  plot.setAttribute("aria-label", reliabilityWords(models, binsOf));
  plot.replaceChildren(...parts);
  return true;
}
