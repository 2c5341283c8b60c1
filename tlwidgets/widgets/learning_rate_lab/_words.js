// The chosen rate in words. No DOM.
import { stepAt, trend } from "./_range_test.js";

/** @import { RangeTest, Run } from "./_types.d.ts" */

/** @param {number} v */
export const rateText = (v) => v.toExponential(1).replace("e+", "e").replace("e0", "");

/** @param {number} v */
export const shortText = (v) => (Number.isFinite(v) ? String(+v.toPrecision(3)) : "no number");

/**
 * What the range test says at a rate.
 *
 * @param {RangeTest} test with at least one step
 * @param {number} rate
 */
function testWords({ rates, smoothed }, rate) {
  const step = stepAt(rates, rate);
  if (step < 0) {
    const above = rate > rates[rates.length - 1];
    return above ? "the range test had stopped before this rate" : "below the rates of the range test";
  }
  if (!Number.isFinite(smoothed[step])) return "the loss of the range test is not a number here";
  return `loss ${shortText(smoothed[step])} in the range test, ${trend(smoothed, step)}`;
}

/**
 * What training at the rate of a run came to.
 *
 * @param {Run} run
 * @param {string} metric
 */
export const runWords = (run, metric) => `${rateText(run.rate)}: ${metric}, ${run.words}`;

/**
 * All that is known about a rate.
 *
 * @param {number} rate
 * @param {RangeTest} test
 * @param {Run | null} run the nearest
 * @param {string} metric
 */
export function rateWords(rate, test, run, metric) {
  const parts = [];
  if (test.rates.length) parts.push(testWords(test, rate));
  if (run) parts.push(`trained at ${runWords(run, metric)}`);
  return `${rateText(rate)}: ${parts.join("; ")}.`;
}
