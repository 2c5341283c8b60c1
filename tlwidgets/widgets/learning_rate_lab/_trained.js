// What training with the rates gave: ends, means, limits, where runs broke. No DOM.
import { distance } from "./_range_test.js";

/** @import { Run } from "./_types.d.ts" */
/** @typedef {number | null} Value null: not a number */

/** @param {Value[]} values */
const finite = (values) => /** @type {number[]} */ (values.filter((v) => v !== null));

/**
 * The run whose rate is nearest to a rate; null without runs.
 *
 * @param {Run[]} runs
 * @param {number} rate
 * @returns {Run | null}
 */
export function nearestRun(runs, rate) {
  /** @type {Run | null} */
  let best = null;
  for (const run of runs) {
    if (best === null || distance(run.rate, rate) < distance(best.rate, rate)) best = run;
  }
  return best;
}

/**
 * What the runs of a rate came to: values that are numbers, their mean, and how many are none.
 *
 * @param {Run} run
 */
export function endsOf({ curves }) {
  const values = finite(curves.map((curve) => curve.at(-1) ?? null));
  const mean = values.length ? values.reduce((a, b) => a + b, 0) / values.length : null;
  return { values, mean, broke: curves.length - values.length };
}

/**
 * Limits of the axis of the metric: 0 to 1 for shares, else from zero (or the lowest value) to a little above.
 *
 * @param {Value[]} values
 */
export function scoreLimits(values) {
  const all = finite(values);
  const high = all.reduce((a, b) => Math.max(a, b), 1e-9);
  const low = all.reduce((a, b) => Math.min(a, b), 0);
  return { low, high: high <= 1 && low >= 0 ? 1 : high * 1.05 };
}

/** @param {Run[]} runs */
export const longest = (runs) =>
  runs.flatMap((run) => run.curves).reduce((most, curve) => Math.max(most, curve.length), 1);

/**
 * Where a run broke: its first epoch without a number, and its last value that is one (null if there is none). Null for
 * a run that did not break.
 *
 * @param {Value[]} curve
 */
export function breakOf(curve) {
  const first = curve.indexOf(null);
  return first < 0 ? null : { epoch: first + 1, value: finite(curve).at(-1) ?? null };
}
