// One dot per seed, the interval of their mean, and the margin.
import { sizePlot } from "../_axes.js";
import { scale } from "../_scales.js";
import { svg } from "../_shared.js";

const HEIGHT = 118;
const TICKS = [-0.2, -0.1, 0, 0.1, 0.2];
const ROWS = { seeds: 26, interval: 60, axis: 84 };

/**
 * @param {SVGSVGElement} plot
 * @param {number} width
 * @param {{ dots: number[], mean: number, low: number, high: number, margin: number }} shown
 */
export function drawVerdict(plot, width, { dots, mean, low, high, margin }) {
  sizePlot(plot, width, HEIGHT);
  const X = scale({ low: -0.2, high: 0.2 }, 16, width - 16);
  const inside = (/** @type {number} */ v) => Math.max(6, Math.min(width - 6, X(v)));
  const band = { x: X(-margin), width: Math.max(0, X(margin) - X(-margin)), y: 8, height: ROWS.axis - 8 };
  /** @type {SVGElement[]} */
  const parts = [svg("rect", { ...band, class: "tlw-verdict-margin" })];
  parts.push(svg("line", { x1: X(0), x2: X(0), y1: 8, y2: ROWS.axis, class: "tlw-verdict-zero" }));
  for (const v of TICKS) {
    const text = v === 0 ? "0" : `${v < 0 ? "−" : "+"}${Math.abs(v)}`;
    parts.push(svg("text", { x: X(v), y: ROWS.axis + 15, "text-anchor": "middle" }, null, text));
  }
  const foot = { x: width - 16, y: HEIGHT - 4, "text-anchor": "end", class: "tlw-axis" };
  parts.push(svg("text", foot, null, "difference in accuracy; shaded: within the margin"));
  for (const v of dots) {
    parts.push(svg("circle", { cx: inside(v), cy: ROWS.seeds, r: 5, class: "tlw-verdict-dot" }));
  }
  const ends = { x1: inside(low), x2: inside(high), y1: ROWS.interval, y2: ROWS.interval };
  parts.push(svg("line", { ...ends, class: "tlw-verdict-interval" }));
  const [x, y] = [inside(mean), ROWS.interval];
  parts.push(svg("path", { d: `M${x - 7} ${y}l7 -7 7 7 -7 7z`, class: "tlw-verdict-mean" }));
  plot.replaceChildren(...parts);
}
