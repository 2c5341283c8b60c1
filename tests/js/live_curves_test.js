import assert from "node:assert/strict";
import {
  bandPath,
  frameOf,
  isBounded,
  linePath,
  panelWidth,
  spread,
  yLimits,
} from "../../tlwidgets/widgets/live_curves/_layout.js";
import {
  combine,
  countPoints,
  curveOf,
  decode,
  groupRuns,
  smoothed,
} from "../../tlwidgets/widgets/live_curves/_points.js";
import {
  comparisonHint,
  comparisonOf,
  controlsHint,
  lineName,
  progressWords,
  smoothingWords,
  statusWords,
  strokeWords,
} from "../../tlwidgets/widgets/live_curves/_words.js";

/** @import { Comparison, Curve, Line, Series } from "../../tlwidgets/widgets/live_curves/_types.d.ts" */

/** @param {number[]} numbers */
const packed = (numbers) => new DataView(new Float32Array(numbers).buffer);
/** @param {number[]} y */
const pointsOf = (y) => ({ x: y.map((_, i) => i + 1), y });
/** @param {number} v */
const same = (v) => v;
/**
 * @param {number[] | null} train
 * @param {number[] | null} validation
 * @returns {Line}
 */
const lineOf = (train, validation = null) => ({
  ...{ name: "a", line: "a", key: "a", color: "tuned", marker: "circle", members: [0] },
  train: train && { ...pointsOf(train), low: null, high: null },
  validation: validation && { ...pointsOf(validation), low: null, high: null },
});

Deno.test("points of several messages are put behind each other, by run, metric and split", () => {
  /** @type {Series} */
  const series = new Map();
  decode(packed([]), series);
  assert.equal(countPoints(series), 0);
  decode(packed([0, 1, 0, 1, 0.5, 0, 1, 1, 1, 0.25]), series);
  decode(packed([0, 1, 0, 2, NaN, 499, 0, 0, 1, -1e9]), series);
  assert.equal(countPoints(series), 4);
  assert.deepEqual(curveOf(series, [0], 1, 0), { x: [1, 2], y: [0.5, NaN], low: null, high: null });
  assert.equal(curveOf(series, [499], 0, 0)?.y[0], -1e9);
  assert.equal(curveOf(series, [7], 0, 0), null);
});

Deno.test("a message that ends within a point gives the points before it, at any place of its buffer", () => {
  /** @type {Series} */
  const series = new Map();
  const numbers = packed([9, 0, 0, 1, 2, 0.5, 0, 0, 0]);
  decode(new DataView(numbers.buffer, 4), series);
  assert.deepEqual(curveOf(series, [0], 0, 1), { x: [2], y: [0.5], low: null, high: null });
  assert.equal(countPoints(series), 1);
});

Deno.test("smoothing has no pull towards zero, and passes gaps over", () => {
  assert.deepEqual(smoothed([], 0.9), []);
  assert.deepEqual(smoothed([3, 1], 0), [3, 1]);
  for (const v of [-5, 1e-6, 1e9]) {
    for (const y of smoothed([v, v, v], 0.95)) assert.ok(Math.abs(y / v - 1) < 1e-12);
  }
  const [first, gap, third] = smoothed([1, NaN, 3], 0.5);
  assert.equal(first, 1);
  assert.ok(Number.isNaN(gap));
  assert.ok(Math.abs(third - 7 / 3) < 1e-12, "(1/4 · 1 + 1/2 · 3) / (3/4)");
});

Deno.test("runs of a group are one curve: mean, lowest and highest at every x of any run", () => {
  const curve = combine([{ x: [2, 1], y: [4, 1] }, { x: [1, 3], y: [3, NaN] }]);
  assert.deepEqual(curve, { x: [1, 2, 3], y: [2, 4, NaN], low: [1, 4, NaN], high: [3, 4, NaN] });
  const many = combine(Array.from({ length: 500 }, (_, i) => pointsOf([i, 1 - i])));
  assert.deepEqual(many, { x: [1, 2], y: [249.5, -248.5], low: [0, -498], high: [499, 1] });
});

Deno.test("runs are grouped by line, in the order of the first run", () => {
  assert.deepEqual(groupRuns([]), []);
  /** @param {string} line */
  const run = (line) => ({ name: line, line, color: "tuned", marker: "circle" });
  const groups = groupRuns(["b", "a", "b"].map(run));
  assert.deepEqual(groups.map(({ key, members }) => [key, members]), [["b", [0, 2]], ["a", [1]]]);
});

Deno.test("one to three panels side by side, none below 260 pixels unless there is no more room", () => {
  assert.equal(panelWidth(344, 2), 344);
  assert.equal(panelWidth(884, 2), 436);
  assert.equal(panelWidth(884, 5), 286);
  assert.equal(panelWidth(200, 3), 200);
  assert.deepEqual([panelWidth(531, 2), panelWidth(532, 2)], [531, 260]);
});

Deno.test("limits of y: 0 to 1 for a share, from zero to a little above for others", () => {
  assert.deepEqual(yLimits("accuracy", 0.3, 0.7), [0, 1]);
  assert.deepEqual(yLimits("accuracy", -0.3, 1.2), [-0.3, 1.2]);
  assert.deepEqual(yLimits("loss", 0.5, 2), [0, 2.1]);
  assert.deepEqual(yLimits("loss", -3, -1), [-3, 0]);
  assert.deepEqual(yLimits("loss", 0, 0), [0, 1]);
  assert.deepEqual(yLimits("loss", Infinity, -Infinity), [0, 1], "without points");
  assert.ok(isBounded("MeanIoU") && isBounded("top_5_accuracy") && !isBounded("loss") && !isBounded("mae"));
});

Deno.test("a frame holds all finite points, from a millionth to a billion", () => {
  const huge = Array.from({ length: 30000 }, (_, i) => (i % 7 ? 1e9 * Math.sin(i) : NaN));
  for (const [train, validation] of [[[1e-6]], [[-2, 5], [NaN, Infinity]], [huge, [1]]]) {
    const { X, Y, left, right, top, bottom, height, xMax, yMin, yMax, empty } = frameOf("loss", [
      lineOf(train, validation),
    ], 400);
    assert.equal(empty, false);
    assert.equal(X(xMax), right);
    assert.ok(xMax >= train.length, "all epochs");
    assert.deepEqual([top < bottom, bottom < height], [true, true]);
    assert.equal(Y((yMin + yMax) / 2), (top + bottom) / 2);
    assert.ok(X(1) >= left);
    for (const y of train.filter(Number.isFinite)) assert.ok(Y(y) >= top && Y(y) <= bottom, String(y));
  }
});

Deno.test("a frame without points has axes, and names need room and two to four lines", () => {
  const none = frameOf("loss", [lineOf(null), lineOf([NaN])], 400);
  assert.deepEqual([none.empty, none.yMin, none.yMax, none.xMax], [true, 0, 1, 1]);
  const lines = Array.from({ length: 5 }, () => lineOf([1]));
  const widths = [1, 2, 4, 5].map((count) => frameOf("loss", lines.slice(0, count), 400).right);
  assert.deepEqual(widths, [390, 304, 304, 390]);
  assert.equal(frameOf("loss", lines.slice(0, 2), 299).right, 289);
});

Deno.test("a path leaves gaps, and a single point between two gaps is a dash", () => {
  assert.equal(linePath([], [], same, same, 100), "");
  assert.equal(linePath([5], [7], same, same, 100), "M5.0 7.0M3 7.0h4");
  assert.equal(linePath([1, 2, 3], [NaN, Infinity, NaN], same, same, 100), "");
  const path = linePath([1, 2, 3, 4, 5], [1, 2, NaN, 4, NaN], same, same, 100);
  assert.equal(path, "M1.0 1.0L2.0 2.0M4.0 4.0M2 4.0h4");
});

Deno.test("a long path is thinned, and keeps its first and last point", () => {
  const xs = Array.from({ length: 30001 }, (_, i) => i);
  const places = linePath(xs, xs, same, same, 800).split(/[ML]/).slice(1);
  assert.ok(places.length <= 801);
  assert.deepEqual([places[0], places.at(-1)], ["0.0 0.0", "30000.0 30000.0"]);
});

Deno.test("a band needs two values, and passes over those without a run", () => {
  /** @type {Curve} */
  const curve = { x: [1, 2, 3], y: [1, NaN, 3], low: [0, NaN, 2], high: [2, NaN, 4] };
  assert.equal(bandPath(curve, same, same), "M1.0 2.0L3.0 4.0L3.0 2.0L1.0 0.0Z");
  assert.equal(bandPath({ ...curve, low: [0, NaN, NaN] }, same, same), "");
  assert.equal(bandPath({ ...curve, low: null, high: null }, same, same), "");
});

Deno.test("names lie apart and within the panel, in the order of their lines", () => {
  assert.deepEqual(spread([], 0, 100, 13), []);
  /** @param {...number} ys */
  const places = (...ys) => spread(ys.map((y) => ({ y })), 30, 170, 13).map(({ y }) => y);
  assert.deepEqual(places(80), [80]);
  assert.deepEqual(places(-1e9), [30]);
  assert.deepEqual(places(50, 50, 50), [50, 63, 76]);
  assert.deepEqual(places(169, 1e9, 168), [144, 157, 170]);
  assert.deepEqual(spread([{ y: 90 }, { y: 40 }], 30, 170, 13), [{ y: 40 }, { y: 90 }]);
});

Deno.test("the status says what was asked for until it happens", () => {
  /** @type {(status: string, stop?: boolean, paused?: boolean) => string} */
  const words = (status, stop = false, paused = false) => statusWords({ status, stop, paused });
  assert.equal(words("idle", true, true), "ready");
  assert.equal(words("running"), "training");
  assert.equal(words("running", false, true), "pausing after this batch…");
  assert.equal(words("paused", false, true), "paused");
  assert.equal(words("paused"), "going on…");
  assert.equal(words("paused", true, true), "stopping after this batch…");
  assert.equal(words("stopped", true), "stopped");
  assert.equal(words("new in Python"), "new in Python");
});

Deno.test("progress is said with as much as is known", () => {
  assert.equal(progressWords("idle", { run: "a", epoch: 1, epochs: 2 }), "");
  assert.equal(progressWords("running", null), "");
  assert.equal(progressWords("running", { run: "a" }), "a: epoch 0");
  assert.equal(progressWords("done", { run: "a", epoch: 9, epochs: 10 }), "a: epoch 9 of 10");
  assert.equal(controlsHint(false, "running").slice(0, 21), "Pause and Stop cannot");
  assert.deepEqual([0, 0.05, 0.95].map(smoothingWords), ["off", "0.05", "0.95"]);
  assert.equal(controlsHint(false, "done") + controlsHint(true, "running"), "");
});

Deno.test("the legend says how many runs a line has, and what a band is only where there is one", () => {
  const [one, three] = [{ key: "a", members: [0] }, { key: "b", members: [1, 2, 3] }];
  assert.deepEqual([lineName(one), lineName(three)], ["a", "b (3 runs)"]);
  assert.equal(strokeWords([]), "");
  assert.equal(strokeWords([one]), "solid: validation, dashed: training");
  assert.match(strokeWords([one, three]), /, band: lowest to highest run$/);
});

Deno.test("two lines are compared, whichever of them is the base", () => {
  /** @type {Comparison} */
  const comparison = { base: "a", other: "b", metric: "accuracy", head: "", effects: [], foot: "" };
  assert.equal(comparisonOf([comparison], ["b", "a"]), comparison);
  for (const shown of [[], ["a"], ["a", "c"], ["a", "b", "c"]]) {
    assert.equal(comparisonOf([comparison], shown), null);
  }
  assert.equal(comparisonHint([comparison], 3), "", "there is nothing to see");
  const effect = { kind: "start", x0: 1, x1: null, y0: 0, y1: 1, text: "" };
  assert.match(comparisonHint([{ ...comparison, effects: [effect] }], 3), /^Hide all lines but two/);
  assert.equal(comparisonHint([{ ...comparison, effects: [effect] }], 2), "");
});
