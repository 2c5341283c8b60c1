// The chart over the epochs: the runs of the rate that is nearest, the others pale.
import { axes, DASHES, sizePlot } from "../_axes.js";
import { linePath } from "../_paths.js";
import { ticks } from "../_scales.js";
import { svg } from "../_shared.js";
import { breakOf, longest, scoreLimits } from "./_trained.js";
import { rateText, runWords } from "./_words.js";

/** @import { Run } from "./_types.d.ts" */

/**
 * The axis of the epochs, with whole numbers alone.
 *
 * @param {number} epochs 1 or more
 */
function epochAxis(epochs) {
  const at = ticks(1, Math.max(2, epochs), 4, true).filter((v) => v <= epochs);
  return { low: epochs > 1 ? 1 : 0, high: epochs, name: "epoch", at };
}

/**
 * @param {SVGSVGElement} plot
 * @param {Run} run is drawn strongly
 * @param {object} given
 * @param {number} given.width in pixels
 * @param {number} given.height
 * @param {Run[]} given.runs
 * @param {string} given.metric
 * @param {number | null} given.chance
 */
export function drawEpochs(plot, run, { width, height, runs, metric, chance }) {
  sizePlot(plot, width, height);
  const x = epochAxis(longest(runs));
  const limits = scoreLimits(runs.flatMap((r) => r.curves.flat()));
  const y = { ...limits, name: `${metric}, trained at ${rateText(run.rate)}`, count: 4 };
  const { X, Y, parts } = axes({ width, height, left: 40, top: 44, x, y });

  /** @param {(number | null)[]} curve */
  const path = (curve) => linePath(curve.map((v, i) => [i + 1, v]), X, Y);
  const others = runs.filter((r) => r !== run).flatMap((r) => r.curves);
  parts.push(svg("path", { d: others.map(path).join(""), class: "tlw-lab-raw" }));
  if (chance !== null) {
    const ends = { x1: X(x.low), x2: X(x.high), y1: Y(chance), y2: Y(chance) };
    parts.push(svg("line", { ...ends, class: "tlw-lab-chance" }));
  }
  run.curves.forEach((curve, k) => {
    const dashes = DASHES[k % DASHES.length];
    parts.push(svg("path", { d: path(curve), class: "tlw-lab-line", "stroke-dasharray": dashes }));
    const broke = breakOf(curve);
    if (!broke) return;
    const at = broke.value === null ? Y(limits.low) - 4 : Y(broke.value) + 4;
    const place = { x: X(broke.epoch), y: at, "text-anchor": "middle", class: "tlw-lab-broke" };
    parts.push(svg("text", place, null, "×"));
  });
  plot.setAttribute("aria-label", `Trained at ${runWords(run, metric)}. The other rates are pale.`);
  plot.replaceChildren(...parts);
}
