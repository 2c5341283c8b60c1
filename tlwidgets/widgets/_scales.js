// Values to pixels, and the round numbers beside an axis. No DOM.

/**
 * What an axis shows. `log`: equal distances are equal factors, and both ends are positive.
 *
 * @typedef {{ low: number, high: number, log?: boolean }} Range
 */

/**
 * Turn values into pixels: `low` lies at `from`, `high` at `to`. A range of one value lies at `from`.
 *
 * @param {Range} range
 * @param {number} from
 * @param {number} to
 * @returns {(value: number) => number}
 */
export function scale({ low, high, log = false }, from, to) {
  const f = log ? Math.log10 : (/** @type {number} */ v) => v;
  const span = f(high) - f(low) || 1;
  return (v) => from + ((f(v) - f(low)) / span) * (to - from);
}

/**
 * Round numbers from `low` to `high`, about `count` of them; none where the range is empty or has no end.
 *
 * @param {number} low
 * @param {number} high
 * @param {number} count
 * @param {boolean} [whole] whole numbers alone
 */
export function ticks(low, high, count, whole = false) {
  const raw = (high - low) / count;
  const power = 10 ** Math.floor(Math.log10(raw));
  const lead = raw / power;
  let step = (lead < 1.5 ? 1 : lead < 3.5 ? 2 : lead < 7.5 ? 5 : 10) * power;
  if (whole) step = Math.max(1, Math.round(step));
  const first = Math.ceil(low / step - 1e-9);
  const length = Math.floor(high / step + 1e-9) - first + 1;
  if (!Number.isFinite(length)) return [];
  return Array.from({ length: Math.max(0, length) }, (_, i) => Number(((first + i) * step).toPrecision(10)));
}

/**
 * Powers of ten from `low` to `high`, at most about `count` of them.
 *
 * @param {number} low
 * @param {number} high
 * @param {number} count
 */
export function logTicks(low, high, count) {
  const [a, b] = [Math.ceil(Math.log10(low) - 1e-9), Math.floor(Math.log10(high) + 1e-9)];
  if (!(b >= a)) return [];
  const step = Math.max(1, Math.ceil((b - a) / count));
  return Array.from({ length: Math.floor((b - a) / step) + 1 }, (_, i) => 10 ** (a + i * step));
}

/**
 * A number beside an axis, in three digits.
 *
 * @param {number} v
 */
export function shortNumber(v) {
  const size = Math.abs(v);
  if (v !== 0 && (size < 1e-3 || size >= 1e5)) return v.toExponential(0).replace("e+", "e");
  return String(+v.toPrecision(3));
}
