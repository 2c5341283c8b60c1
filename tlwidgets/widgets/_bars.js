// Every run as a bar, one band a method: what a mean hides.
import { sizePlot } from "./_axes.js";
import { attributes, svg } from "./_shared.js";
import { bandHeight, meanOf, numbersIn, runLimits, runWords } from "./_runs.js";
import { cutText } from "./_text.js";

/** @import { Runs } from "./_runs.js" */

const LETTER = 6.6; // mean width of a letter

/**
 * One band: every run a bar from zero, a run without a number a cross, and the mean as a line across.
 *
 * @param {Runs} series
 * @param {number} y where the band starts
 * @param {{ X: (value: number) => number, step: number, tall: number }} form
 */
function band({ color, runs }, y, { X, step, tall }) {
  const parts = [];
  let path = "";
  let top = y + (tall - step * runs.length) / 2;
  const bar = step > 3 ? step - 2 : step - 0.6;
  for (const value of runs) {
    if (value === null) {
      parts.push(svg("text", { x: X(0) + 3, y: top + bar, class: "tlw-warned" }, null, "×"));
    } else {path += `M${X(0).toFixed(1)} ${top.toFixed(1)}H${X(value).toFixed(1)}v${bar.toFixed(1)}H${
        X(0).toFixed(1)
      }z`;}
    top += step;
  }
  parts.push(svg("path", { d: path, style: `fill: var(--tlw-c-${color})`, class: "tlw-run" }));
  const mean = meanOf(numbersIn(runs));
  if (mean !== null) {
    const line = { x1: X(mean), x2: X(mean), y1: y - 1, y2: y + tall + 1 };
    parts.push(svg("line", { ...line, class: "tlw-mean-halo" }), svg("line", { ...line, class: "tlw-mean" }));
  }
  return parts;
}

/**
 * Draw the bands of all series into an svg.
 *
 * @param {SVGSVGElement} plot
 * @param {number} width
 * @param {Runs[]} series
 */
export function runBars(plot, width, series) {
  const narrow = width < 420;
  const right = narrow ? 52 : 104;
  const longest = Math.max(...series.map((s) => [...s.name].length + (s.mark ? 2 : 0)), 1);
  const left = Math.min(width * 0.3, longest * LETTER + 10);
  const { low, high } = runLimits(series);
  const room = Math.max(40, width - left - right);
  const X = (/** @type {number} */ v) => left + ((v - low) / Math.max(1e-9, high - low)) * room;
  const letters = Math.max(2, Math.round((left - 10) / LETTER));
  let y = 4;
  /** @type {SVGElement[]} */
  const parts = [];
  for (const one of series) {
    const { step, tall } = bandHeight(one.runs.length);
    const middle = y + tall / 2 + 4;
    const where = { x: left - 8, y: middle, "text-anchor": "end", "font-weight": one.mark ? 600 : 400 };
    parts.push(svg("text", where, null, cutText(one.mark ? `${one.mark} ${one.name}` : one.name, letters)));
    parts.push(...band(one, y, { X, step, tall }));
    parts.push(svg("text", { x: left + room + 8, y: middle }, null, runWords(one.runs, narrow)));
    y += tall + 8;
  }
  parts.push(svg("line", { x1: X(0), x2: X(0), y1: 2, y2: y - 4, class: "tlw-base" }));
  sizePlot(plot, width, y);
  attributes(plot, {
    role: "img",
    "aria-label": series.map((s) => `${s.name} ${runWords(s.runs)}`).join("; "),
  });
  plot.replaceChildren(...parts);
}
