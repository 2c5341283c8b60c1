// The chart over the rates: the curve of the range test, and below it what training came to.
import { axes, sizePlot } from "../_axes.js";
import { linePath, markerPath } from "../_paths.js";
import { svg } from "../_shared.js";
import { lossLimits, lossPoints } from "./_range_test.js";
import { endsOf, scoreLimits } from "./_trained.js";

/** @import { Axes, RangeTest, Run } from "./_types.d.ts" */
/**
 * @typedef {object} Content
 * @property {number} width in pixels
 * @property {[number, number]} limits lowest and highest rate
 * @property {RangeTest} test
 * @property {Run[]} runs
 * @property {string} metric
 * @property {number | null} chance
 * @property {number | null} suggestion
 */

const TEST_HEIGHT = 210; // of the range test
const RUNS_HEIGHT = 150; // of the runs below it
const HEAD = 44; // room for the handle above the upper axes

/** @param {number} v */
const powerText = (v) => v.toExponential(0).replace("e+", "e");

/**
 * @param {[number, number]} limits
 * @param {string} name
 */
const rateAxis = ([low, high], name) => ({ low, high, log: true, name, text: powerText });

/**
 * The loss of the range test, raw and smoothed. `last`: nothing stands below it.
 *
 * @param {Content} content
 * @param {boolean} last
 */
function drawTest({ width, limits, test }, last) {
  const { low, high, empty } = lossLimits(test.smoothed);
  const frame = axes({
    ...{ width, height: TEST_HEIGHT, top: HEAD, bottom: last ? 36 : 24 },
    x: rateAxis(limits, last ? "learning rate" : ""),
    y: { low, high, name: "loss in the range test" },
  });
  const parts = [...frame.parts];
  for (const [losses, name] of /** @type {const} */ ([[test.losses, "raw"], [test.smoothed, "line"]])) {
    const d = linePath(lossPoints(test, losses, { low, high }), frame.X, frame.Y);
    parts.push(svg("path", { d, class: `tlw-lab-${name}` }));
  }
  if (empty) {
    const middle = { x: (frame.left + frame.right) / 2, y: 110, "text-anchor": "middle" };
    parts.push(svg("text", middle, null, "no loss is a number"));
  }
  return { frame, parts };
}

/**
 * The ends of the runs of one rate: a dot each, and how many broke.
 *
 * @param {SVGGElement} group
 * @param {Run} run
 * @param {Axes} frame
 */
function drawEnds(group, run, { X, Y, bottom }) {
  const { values, broke } = endsOf(run);
  const dots = values.map((v) => markerPath("circle", X(run.rate), Y(v), 3.6)).join("");
  svg("path", { d: dots, class: "tlw-lab-dot" }, group);
  if (!broke) return;
  const place = { x: X(run.rate), y: bottom - 4, "text-anchor": "middle", class: "tlw-lab-broke" };
  svg("text", place, group, `×${broke > 1 ? broke : ""}`);
}

/**
 * What training came to at each rate. `upper`: pixels above it that the range test takes.
 *
 * @param {Content} content
 * @param {number} upper
 * @param {number} height
 */
function drawRuns({ width, limits, runs, metric, chance }, upper, height) {
  const ends = runs.flatMap((run) => endsOf(run).values);
  const frame = axes({
    ...{ width, height, top: upper ? 24 : HEAD },
    x: rateAxis(limits, "learning rate"),
    y: { ...scoreLimits(ends), name: `${metric} after training`, count: 4 },
  });
  const { X, Y, left, right, parts } = frame;
  const group = svg("g", { transform: `translate(0 ${upper})` });
  group.append(...parts);
  if (chance !== null) {
    svg("line", { x1: left, x2: right, y1: Y(chance), y2: Y(chance), class: "tlw-lab-chance" }, group);
    svg("text", { x: left + 4, y: Y(chance) - 4 }, group, "chance");
  }
  const means = runs.map((run) => [run.rate, endsOf(run).mean]);
  svg("path", { d: linePath(means, X, Y), class: "tlw-lab-thin" }, group);
  for (const run of runs) drawEnds(group, run, frame);
  return { frame, group };
}

/**
 * @param {number} at in pixels
 * @param {number} width
 * @param {number} top
 * @param {number} bottom
 */
function drawSuggestion(at, width, top, bottom) {
  const before = at > width * 0.7; // no room behind it
  const place = { x: at + (before ? -5 : 5), y: top + 8, "text-anchor": before ? "end" : "start" };
  return [
    svg("line", { x1: at, x2: at, y1: top - 14, y2: bottom, class: "tlw-lab-suggestion" }),
    svg("text", { ...place, class: "tlw-lab-hint" }, null, "suggested"),
  ];
}

/**
 * Draw all that does not move with the chosen rate. Returns the axes of the range test and of the runs (null where there
 * is none of them), and the height.
 *
 * @param {SVGSVGElement} plot
 * @param {SVGGElement} lines is filled anew
 * @param {Content} content
 */
export function drawRates(plot, lines, content) {
  const { width, test, runs, suggestion } = content;
  const upper = test.rates.length ? TEST_HEIGHT : 0;
  const lower = runs.length ? RUNS_HEIGHT + (upper ? 0 : 40) : 0;
  sizePlot(plot, width, upper + lower);
  const tested = upper ? drawTest(content, !lower) : null;
  const trained = lower ? drawRuns(content, upper, lower) : null;
  const parts = [...(tested?.parts ?? []), ...(trained ? [trained.group] : [])];
  const first = tested?.frame ?? trained?.frame;
  if (first && suggestion !== null) {
    const bottom = trained ? upper + trained.frame.bottom : first.bottom;
    parts.push(...drawSuggestion(first.X(suggestion), width, first.top, bottom));
  }
  lines.replaceChildren(...parts);
  return { loss: tested?.frame ?? null, score: trained?.frame ?? null, height: upper + lower };
}
