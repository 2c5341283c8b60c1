import assert from "node:assert/strict";
import {
  axisOf,
  countSamples,
  lastStep,
  lastWords,
  markedSample,
  MEAN,
  placeable,
  samplesOf,
  tableOf,
  VARIANCE,
} from "../../tlwidgets/widgets/batchnorm_scope/_samples.js";

/** @import { Run, Sample } from "../../tlwidgets/widgets/batchnorm_scope/_types.d.ts" */

/**
 * @param {string[]} layers
 * @param {number[]} steps
 * @param {number[]} rows
 * @returns {Run}
 */
const runOf = (layers, steps, rows) => ({
  ...{ name: "all free", color: "tuned", shape: "circle", state: "moved", layers },
  steps: Int32Array.from(steps),
  rows: Float32Array.from(rows),
});
/** @param {...number} middles */
const lineOf = (...middles) => middles.map((v, step) => /** @type {Sample} */ ([step, v, v, v]));
/** @param {number} v */
const same = (v) => v;

Deno.test("samples are those of the layer and the statistic", () => {
  const rows = Array.from({ length: 24 }, (_, i) => i); // 2 samples, 2 layers, 2 statistics, 3 channels
  const run = runOf(["a", "b"], [0, 4], rows);
  assert.deepEqual(samplesOf(run, MEAN, "a"), [[0, 0, 1, 2], [4, 12, 13, 14]]);
  assert.deepEqual(samplesOf(run, VARIANCE, "b"), [[0, 9, 10, 11], [4, 21, 22, 23]]);
  assert.deepEqual(samplesOf(run, MEAN, "another network's"), []);
  assert.deepEqual(samplesOf(runOf([], [], []), MEAN, "a"), []);
});

Deno.test("steps and samples are counted over all runs", () => {
  const runs = [runOf(["a"], [0, 9], []), runOf(["a"], [], []), runOf(["a"], [0, 3, 70000], [])];
  assert.deepEqual([lastStep(runs), countSamples(runs)], [70000, 5]);
  assert.deepEqual([lastStep([]), countSamples([])], [1, 0]);
});

Deno.test("the axis of the mean begins at zero and has some height", () => {
  assert.deepEqual(axisOf(MEAN, []), { low: 0, high: 0.1 * 1.05 });
  assert.deepEqual(axisOf(MEAN, [lineOf(NaN, 1e9, Infinity)]), { low: 0, high: 1e9 * 1.05 });
  const many = Array.from({ length: 500 }, () => lineOf(...Array.from({ length: 120 }, (_, i) => i)));
  assert.equal(axisOf(MEAN, many).high, 119 * 1.05);
});

Deno.test("the axis of the variance is logarithmic around 1, with few ticks", () => {
  const quiet = axisOf(VARIANCE, [lineOf(1, 1)]);
  assert.deepEqual([quiet.low, quiet.high, quiet.at], [0.8 / 1.05, 1.25 * 1.05, [0.8, 1, 1.25]]);
  assert.deepEqual(axisOf(VARIANCE, [lineOf(0.2, 4)]).at, [0.2, 0.5, 1, 2], "0.8 and 1.25 are close to 1");
  assert.deepEqual(axisOf(VARIANCE, [lineOf(10, 20)]).at, [1, 2, 5, 10, 20]);
  assert.equal(axisOf(VARIANCE, [lineOf(0.1, 4)]).at, undefined, "wide, though it ends at 4");
  const wide = axisOf(VARIANCE, [lineOf(1e-6, 1e9)]);
  assert.equal(wide.at, undefined, "powers of ten");
  assert.ok(wide.low < 1e-6 && wide.high > 1e9);
  const none = axisOf(VARIANCE, [lineOf(0, -1, NaN)]);
  assert.deepEqual([none.low, none.high], [quiet.low, quiet.high], "what has no logarithm is left out");
  assert.equal(quiet.text?.(1.25), "× 1.25");
});

Deno.test("what is not above zero is a gap on a logarithmic axis alone", () => {
  const line = lineOf(0, -1, 2);
  assert.equal(placeable(line, false), line);
  assert.deepEqual(placeable(line, true), lineOf(NaN, NaN, 2));
});

Deno.test("markers of runs that lie on each other are side by side", () => {
  const line = lineOf(...Array.from({ length: 100 }, () => 1));
  const steps = [0, 1, 2].map((k) => markedSample(line, k, same)?.[0]);
  assert.deepEqual(steps, [99, 85, 71]);
  assert.equal(markedSample(lineOf(5), 6, same)?.[0], 0, "there is one sample alone");
  assert.equal(markedSample(lineOf(5, NaN, NaN), 0, same)?.[0], 0);
  assert.equal(markedSample(lineOf(NaN), 0, same), undefined);
  assert.equal(markedSample([], 0, same), undefined);
});

Deno.test("the last number is said with its step", () => {
  assert.equal(lastWords("a", lineOf(0, 0.123456, NaN), MEAN), "a: 0.123 at step 1");
  assert.equal(lastWords("a", lineOf(1, 0), VARIANCE), "a: × 0 at step 1");
  assert.equal(lastWords("a", lineOf(1e-6), MEAN), "a: 0.000001 at step 0");
  assert.equal(lastWords("a", lineOf(NaN), MEAN) + lastWords("a", [], MEAN), "");
});

Deno.test("the table has a row per run and layer", () => {
  const broken = runOf(["bn"], [0, 7], [0, 0, 0, 1, 1, 1, 0, NaN, 0, 1, 1.23456, 1]);
  const { head, rows } = tableOf([broken, runOf([], [], []), runOf(["a", "b"], [], [])]);
  assert.equal(head.length, 5);
  assert.deepEqual(rows, [
    ["all free", "bn", 7, "no number", "1.23"],
    ["all free", "a", "–", "–", "–"],
    ["all free", "b", "–", "–", "–"],
  ]);
  assert.deepEqual(tableOf([]).rows, []);
});
