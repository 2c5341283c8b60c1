// Repeated runs of the same thing: their range, their mean in words, the room that their bars take. No DOM.

/**
 * The runs of one method: a number each, or null where training gave none. `mark` is put in front of the name.
 *
 * @typedef {{ name: string, color: string | number, runs: (number | null)[], mark?: string }} Runs
 */

/**
 * The runs that gave a number.
 *
 * @param {(number | null)[]} runs
 */
export const numbersIn = (runs) => /** @type {number[]} */ (runs.filter((v) => v !== null));

/**
 * Their mean, or null where there is none.
 *
 * @param {number[]} values
 */
export const meanOf = (values) => (values.length ? values.reduce((a, b) => a + b, 0) / values.length : null);

/**
 * Mean and, unless it is to be short, spread in words.
 *
 * @param {(number | null)[]} runs
 * @param {boolean} [short]
 */
export function runWords(runs, short = false) {
  const good = numbersIn(runs);
  const mean = meanOf(good);
  if (mean === null) return "no number";
  const spread = Math.sqrt(good.reduce((a, b) => a + (b - mean) ** 2, 0) / Math.max(1, good.length - 1));
  const digits = Math.max(...good.map(Math.abs)) > 20 ? 1 : 3;
  return mean.toFixed(digits) + (good.length > 1 && !short ? ` ± ${spread.toFixed(digits)}` : "");
}

/**
 * What the bars of all series have to show: zero always, and 1 where all values are shares.
 *
 * @param {Runs[]} series
 */
export function runLimits(series) {
  const good = numbersIn(series.flatMap((s) => s.runs));
  return { low: Math.min(0, ...good), high: Math.max(good.every((v) => v <= 1) ? 1 : 0, ...good) };
}

/**
 * The pixels from one bar to the next, and those of the whole band.
 *
 * @param {number} count
 */
export function bandHeight(count) {
  const step = Math.max(2, Math.min(9, 60 / Math.max(1, count)));
  return { step, tall: Math.max(20, step * count) };
}
