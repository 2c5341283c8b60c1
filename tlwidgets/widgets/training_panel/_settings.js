// The settings of the panel: where the sliders stand, and what is said about them. No DOM.

/** The learning rates of the slider: 1, 2 and 5 of each power of ten, from a millionth to one. */
export const RATES = [-6, -5, -4, -3, -2, -1, 0].flatMap((power) =>
  (power ? [1, 2, 5] : [1]).map((first) => Number(`${first}e${power}`))
);

/** @param {number} rate */
export const rateText = (rate) => (rate >= 1e-4 ? String(Number(rate.toPrecision(3))) : rate.toExponential());

/**
 * The place in RATES that is nearest to a rate, by their quotient.
 *
 * @param {number} rate
 */
export function nearestRate(rate) {
  const far = RATES.map((r) => Math.abs(Math.log(r / rate)));
  return Math.max(0, far.indexOf(Math.min(...far)));
}

/**
 * The place of a budget: the first that is as large.
 *
 * @param {(number | null)[]} budgets ascending; the last is null, for all examples
 * @param {number | null} budget
 */
export function budgetPlace(budgets, budget) {
  if (budget === null) return budgets.length - 1;
  return budgets.findIndex((other) => other === null || other >= budget);
}

/**
 * @param {number | null} budget
 * @param {number} examples number of all training examples
 */
export const budgetWords = (budget, examples) =>
  budget === null ? `all (${examples} examples)` : String(budget);

/**
 * A whole number from 1 to `highest` as it was typed; null for anything else.
 *
 * @param {string} typed
 * @param {number} highest
 */
export function wholeNumber(typed, highest) {
  const value = Math.round(Number(typed));
  return value >= 1 && value <= highest ? value : null;
}

/**
 * What the panel is doing.
 *
 * @param {{ alone: boolean, training: boolean, asked: boolean, stale: boolean }} state
 */
export function stateWords({ alone, training, asked, stale }) {
  if (alone) return "Training needs a running kernel.";
  if (training) return "training…";
  if (asked) return "asked; the kernel answers when it is free…";
  return stale ? "⚠ The settings have changed since the last run." : "";
}
