import assert from "node:assert/strict";
import {
  lossLimits,
  lossPoints,
  stepAt,
  trend,
} from "../../tlwidgets/widgets/learning_rate_lab/_range_test.js";
import {
  breakOf,
  endsOf,
  longest,
  nearestRun,
  scoreLimits,
} from "../../tlwidgets/widgets/learning_rate_lab/_trained.js";
import { rateText, rateWords, shortText } from "../../tlwidgets/widgets/learning_rate_lab/_words.js";

const MANY = 50000;

/** @param {...number} values */
const array = (...values) => Float64Array.from(values);
/**
 * @param {number} rate
 * @param {...(number | null)[]} curves
 */
const runOf = (rate, ...curves) => ({ rate, curves, words: `${curves.length} runs` });

Deno.test("the step at a rate is the nearest by its quotient, and none outside the test", () => {
  assert.equal(stepAt(array(), 1e-3), -1);
  assert.equal(stepAt(array(0.1), 0.1), 0);
  const rates = array(1e-6, 1e-4, 1e-2, 1);
  assert.deepEqual([1e-6, 0.9e-5, 1.1e-5, 0.2, 1].map((r) => stepAt(rates, r)), [0, 0, 1, 3, 3]);
  assert.deepEqual([0.99e-6, 1.01, NaN].map((r) => stepAt(rates, r)), [-1, -1, 0]);
  assert.equal(stepAt(rates, 1.0005), 3, "a rate that was rounded up is not outside");
  const long = Float64Array.from({ length: MANY }, (_, i) => 10 ** (-6 + (15 * i) / (MANY - 1)));
  assert.equal(stepAt(long, 1e9), MANY - 1);
});

Deno.test("the loss falls, rises or is level over four steps on either side", () => {
  const falling = Float64Array.from({ length: 20 }, (_, i) => 2 - 0.05 * i);
  assert.equal(trend(falling, 10), "falling");
  assert.equal(trend(falling.toReversed(), 0), "rising");
  assert.equal(trend(array(5), 0), "level");
  assert.equal(trend(array(1, 1, 1.009), 1), "level");
  assert.equal(trend(array(-1, -2), 0), "falling");
  assert.equal(trend(array(1000, 1005), 0), "level", "the change is a share of the loss");
  assert.equal(trend(array(1e-6, 2e-6), 0), "rising");
  assert.equal(trend(array(1, 1, NaN), 1), "breaking");
  assert.equal(trend(array(1, Infinity), 0), "breaking");
  assert.equal(trend(array(0, 0), 0), "level");
});

Deno.test("the axis of the loss leaves out what breaks at the end", () => {
  const { low, high, empty } = lossLimits(array(2, 1, 1e300, NaN, Infinity));
  assert.deepEqual([low, high, empty], [1 - 0.12, 2 + 0.5, false]);
  assert.deepEqual(lossLimits(array(200, 0)), { low: -24, high: 300, empty: false });
  assert.equal(lossLimits(array()).empty, true);
  assert.equal(lossLimits(array(NaN, Infinity)).empty, true);
  for (const one of [array(0), array(-3), array(1e9), array(1e-6), new Float64Array(MANY).fill(7)]) {
    const limits = lossLimits(one);
    assert.ok(limits.low < one[0] && limits.high > one[0]);
  }
});

Deno.test("losses are cut off at the limits, and are gaps where they are no number", () => {
  const points = lossPoints({ rates: array(1, 2, 3, 4) }, array(5, -5, NaN, 0.5), { low: 0, high: 1 });
  assert.deepEqual(points, [[1, 1], [2, 0], [3, null], [4, 0.5]]);
  assert.deepEqual(lossPoints({ rates: array() }, array(), { low: 0, high: 1 }), []);
});

Deno.test("the nearest run is nearest by the quotient of the rates", () => {
  assert.equal(nearestRun([], 1), null);
  const runs = [1e-6, 1e-3, 1, 1e9].map((rate) => runOf(rate, [1]));
  assert.deepEqual([1e-9, 4e-5, 2e-2, 40, 1e12].map((rate) => nearestRun(runs, rate)?.rate), [
    1e-6,
    1e-3,
    1e-3,
    1,
    1e9,
  ]);
});

Deno.test("ends of runs: values, mean, and how many broke", () => {
  assert.deepEqual(endsOf(runOf(1, [0.2, 0.4], [0.6], [0.9, null])), {
    values: [0.4, 0.6],
    mean: 0.5,
    broke: 1,
  });
  assert.deepEqual(endsOf(runOf(1, [null], [])), { values: [], mean: null, broke: 2 });
  assert.deepEqual(endsOf(runOf(1)), { values: [], mean: null, broke: 0 });
  assert.equal(endsOf(runOf(1, ...Array.from({ length: 500 }, (_, i) => [i]))).mean, 249.5);
});

Deno.test("the axis of the metric: 0 to 1 for shares, else all values", () => {
  assert.deepEqual(scoreLimits([0.2, null, 1]), { low: 0, high: 1 });
  assert.deepEqual(scoreLimits([]), { low: 0, high: 1 });
  assert.deepEqual(scoreLimits([null]), { low: 0, high: 1 });
  assert.deepEqual(scoreLimits([2, 4]), { low: 0, high: 4.2 });
  const { low, high } = scoreLimits([-3, -1e9]);
  assert.equal(low, -1e9);
  assert.ok(high > low);
  assert.equal(scoreLimits(Array.from({ length: MANY }, (_, i) => i)).high, (MANY - 1) * 1.05);
});

Deno.test("the longest run decides about the axis of the epochs", () => {
  assert.equal(longest([]), 1);
  assert.equal(longest([runOf(1, [], [1, 2]), runOf(2, [1, 2, null])]), 3);
});

Deno.test("a run that broke: its first epoch without a number, its last value", () => {
  assert.equal(breakOf([0.1, 0.2]), null);
  assert.equal(breakOf([]), null);
  assert.deepEqual(breakOf([0.1, 0.2, null, null]), { epoch: 3, value: 0.2 });
  assert.deepEqual(breakOf([null]), { epoch: 1, value: null });
});

Deno.test("rates and numbers in words", () => {
  assert.deepEqual([1, 1.12e-3, 3e-10, 1e9].map(rateText), ["1.0", "1.1e-3", "3.0e-10", "1.0e9"]);
  assert.deepEqual([0.12345, 1e-6, 0, -2, NaN, Infinity].map(shortText).slice(0, 4), [
    "0.123",
    "0.000001",
    "0",
    "-2",
  ]);
  assert.equal(shortText(NaN), "no number");
});

Deno.test("a rate in words says what the test and the nearest run know", () => {
  const rates = array(1e-4, 1e-3, 1e-2);
  const test = { rates, losses: array(2, 1, NaN), smoothed: array(2, 1, NaN) };
  const run = runOf(1e-3, [0.8]);
  assert.equal(
    rateWords(1e-4, test, run, "accuracy"),
    "1.0e-4: loss 2 in the range test, breaking; trained at 1.0e-3: accuracy, 1 runs.",
  );
  assert.match(rateWords(1e-2, test, null, "loss"), /: the loss of the range test is not a number here\.$/);
  assert.match(rateWords(0.1, test, null, "loss"), /had stopped before this rate\.$/);
  assert.match(rateWords(1e-6, test, null, "loss"), /below the rates of the range test\.$/);
  const none = { rates: array(), losses: array(), smoothed: array() };
  assert.equal(rateWords(1e-3, none, run, "loss"), "1.0e-3: trained at 1.0e-3: loss, 1 runs.");
});
