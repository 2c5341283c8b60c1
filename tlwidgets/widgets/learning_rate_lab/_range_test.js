// The curve of the range test: what it says at a rate, and where it is drawn. No DOM.

/** @import { RangeTest } from "./_types.d.ts" */

const REACH = 4; // steps of the test on either side that say whether the loss falls
const CHANGE = 0.01; // share of the loss below which it is level

/**
 * How far two rates are apart: the logarithm of their quotient.
 *
 * @param {number} a
 * @param {number} b
 */
export const distance = (a, b) => Math.abs(Math.log(a / b));

/**
 * The step of the test that is nearest to a rate, or -1 outside the test.
 *
 * @param {Float64Array} rates
 * @param {number} rate
 */
export function stepAt(rates, rate) {
  if (!rates.length || rate > rates[rates.length - 1] * 1.001 || rate < rates[0] * 0.999) return -1;
  let best = 0;
  for (let i = 1; i < rates.length; i += 1) {
    if (distance(rates[i], rate) < distance(rates[best], rate)) best = i;
  }
  return best;
}

/**
 * Where the loss goes around a step.
 *
 * @param {Float64Array} smoothed
 * @param {number} step
 */
export function trend(smoothed, step) {
  const before = smoothed[Math.max(0, step - REACH)];
  const after = smoothed[Math.min(smoothed.length - 1, step + REACH)];
  const change = (after - before) / Math.max(1e-12, Math.abs(before));
  if (!Number.isFinite(change)) return "breaking";
  if (change < -CHANGE) return "falling";
  return change > CHANGE ? "rising" : "level";
}

/**
 * The limits of the axis of the loss: room for the rise from the lowest to the first value, and half of it above, where
 * a curve that breaks is cut off. `empty`: no loss is a number.
 *
 * @param {Float64Array} smoothed
 */
export function lossLimits(smoothed) {
  const good = smoothed.filter((v) => Number.isFinite(v));
  const bottom = good.length ? good.reduce((a, b) => Math.min(a, b)) : 0;
  const top = good.length ? Math.max(good[0], bottom) : 1;
  const room = Math.max(1e-6, top - bottom);
  return { low: bottom - 0.12 * room, high: top + 0.5 * room, empty: !good.length };
}

/**
 * Points [rate, loss] for the chart, cut off at its limits; null where the loss is no number.
 *
 * @param {Pick<RangeTest, "rates">} test
 * @param {Float64Array} losses of the steps
 * @param {{ low: number, high: number }} limits
 */
export function lossPoints({ rates }, losses, { low, high }) {
  return Array.from(rates, (rate, i) => {
    const loss = losses[i];
    return [rate, Number.isFinite(loss) ? Math.max(low, Math.min(loss, high)) : null];
  });
}
