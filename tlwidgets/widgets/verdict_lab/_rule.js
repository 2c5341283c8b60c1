// The rule by which a claim is decided: the same as tlwidgets.transfer.compare and Comparison.judge. No DOM.

/** @import { Expect, Numbers } from "./_types.d.ts" */

const FEWEST = 2;

/**
 * @param {Numbers} numbers
 * @param {number[]} reach half widths for 2, 3, … seeds
 */
export function interval({ mean, spread, seeds }, reach) {
  const half = spread * reach[seeds - FEWEST];
  return { low: mean - half, high: mean + half };
}

/**
 * One difference per seed.
 *
 * @param {Numbers} numbers
 * @param {number[][]} dots for 2, 3, … seeds
 */
export const differences = ({ mean, spread, seeds }, dots) =>
  dots[seeds - FEWEST].map((z) => mean + spread * z);

/**
 * The verdict and why.
 *
 * @param {Expect} expect
 * @param {{ low: number, high: number }} found
 * @param {number} margin
 * @returns {[verdict: "holds" | "does not hold" | "not settled", why: string]}
 */
export function decide(expect, { low, high }, margin) {
  if (expect === "same") {
    if (-margin < low && high < margin) return ["holds", "the whole interval lies within the margin"];
    if (low > margin || high < -margin) {
      return ["does not hold", "the whole interval lies outside the margin"];
    }
    return ["not settled", "the interval reaches out of the margin, and into it"];
  }
  const less = expect === "less";
  const [from, to] = less ? [-high, -low] : [low, high];
  if (from > 0) return ["holds", `the interval lies ${less ? "below" : "above"} 0`];
  if (to < margin) return ["does not hold", "the interval rules out a difference as large as the margin"];
  return ["not settled", "the interval holds 0, and a difference as large as the margin"];
}

/** @param {number} value */
export const signed = (value) => `${value < 0 ? "−" : "+"}${Math.abs(value).toFixed(3)}`;
