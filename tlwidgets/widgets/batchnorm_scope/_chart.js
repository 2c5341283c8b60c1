// The chart of one statistic of one layer: a line and a band per run.
import { axes, DASHES, sizePlot } from "../_axes.js";
import { bandPath, linePath, markerPath } from "../_paths.js";
import { ticks } from "../_scales.js";
import { svg } from "../_shared.js";
import { axisOf, lastStep, lastWords, markedSample, placeable, samplesOf, VARIANCE } from "./_samples.js";

/** @import { Scale } from "../_paths.js" */
/** @import { Run, Sample } from "./_types.d.ts" */

const HEIGHT = 210;

/**
 * The band, line and marker of a run.
 *
 * @param {Run} run
 * @param {number} number of the run
 * @param {Sample[]} line
 * @param {Scale} X
 * @param {Scale} Y
 */
function drawRun(run, number, line, X, Y) {
  const style = `--ink: var(--tlw-c-${run.color})`;
  const band = bandPath(line.map(([step, low, , high]) => [step, low, high]), X, Y);
  const middle = linePath(line.map(([step, , value]) => [step, value]), X, Y);
  const dashes = DASHES[number % DASHES.length];
  const parts = [
    svg("path", { d: band, class: "tlw-scope-band", style }),
    svg("path", { d: middle, class: "tlw-scope-line", style, "stroke-dasharray": dashes }),
  ];
  const marked = markedSample(line, number, X);
  if (marked) {
    const d = markerPath(run.shape, X(marked[0]), Y(marked[2]), 5);
    parts.push(svg("path", { d, class: "tlw-scope-dot", style }));
  }
  return parts;
}

/**
 * @param {SVGSVGElement} plot
 * @param {object} given
 * @param {number} given.width in pixels
 * @param {Run[]} given.runs
 * @param {string} given.layer
 * @param {string} given.name of the statistic
 * @param {number} given.statistic
 */
export function drawChart(plot, { width, runs, layer, name, statistic }) {
  sizePlot(plot, width, HEIGHT);
  const lines = runs.map((run) => samplesOf(run, statistic, layer));
  const last = lastStep(runs);
  const { X, Y, parts } = axes({
    ...{ width, height: HEIGHT, left: 52, top: 22 },
    x: { low: 0, high: last, name: "step", at: ticks(0, last, width < 400 ? 4 : 6, true) },
    y: { ...axisOf(statistic, lines), name },
  });
  runs.forEach((run, k) => {
    if (lines[k].length) parts.push(...drawRun(run, k, placeable(lines[k], statistic === VARIANCE), X, Y));
  });
  const words = runs.map((run, k) => lastWords(run.name, lines[k], statistic)).filter(Boolean);
  plot.setAttribute("aria-label", `${layer}, ${name}. ${words.join("; ")}`);
  plot.replaceChildren(...parts);
}
