// The points of the curves as they come from Python, and the lines that are made of them.

export const TRAIN = 0;
export const VALIDATION = 1;

const NUMBERS = 5; // run, metric, TRAIN or VALIDATION, x (epochs), y
const BYTES = 4 * NUMBERS;

/** @import { Curve, Group, Points, Run, Series } from "./_types.d.ts" */

/**
 * @param {number} run
 * @param {number} metric
 * @param {number} split
 */
const seriesKey = (run, metric, split) => `${run}|${metric}|${split}`;

/**
 * Add points to the curves. They arrive as little-endian float32, five each; an incomplete one at the end is left out.
 *
 * @param {DataView} view
 * @param {Series} series
 */
export function decode(view, series) {
  for (let offset = 0; offset + BYTES <= view.byteLength; offset += BYTES) {
    /** @param {number} i */
    const at = (i) => view.getFloat32(offset + 4 * i, true);
    const key = seriesKey(at(0), at(1), at(2));
    let curve = series.get(key);
    if (!curve) {
      curve = { x: [], y: [] };
      series.set(key, curve);
    }
    curve.x.push(at(3));
    curve.y.push(at(4));
  }
}

/**
 * How many points there are.
 *
 * @param {Series} series
 */
export function countPoints(series) {
  let points = 0;
  for (const curve of series.values()) points += curve.x.length;
  return points;
}

/**
 * An exponential moving average without a pull towards zero at the start; what is no number stays a gap and is skipped.
 * The same as `smooth` in _points.py.
 *
 * @param {number[]} values
 * @param {number} amount share of the average before it that each value keeps, 0 to below 1
 */
export function smoothed(values, amount) {
  if (amount <= 0) return values;
  let mean = 0;
  let weight = 0;
  return values.map((value) => {
    if (!Number.isFinite(value)) return NaN;
    mean = amount * mean + (1 - amount) * value;
    weight = amount * weight + (1 - amount);
    return mean / weight;
  });
}

/**
 * The runs of one line put together: mean, lowest and highest at every x.
 *
 * @param {Points[]} curves at least one
 * @returns {Curve}
 */
export function combine(curves) {
  if (curves.length === 1) return { ...curves[0], low: null, high: null };
  /** @type {Map<number, { n: number, sum: number, low: number, high: number }>} */
  const at = new Map();
  for (const curve of curves) {
    curve.x.forEach((x, i) => {
      const y = curve.y[i];
      const cell = at.get(x) ?? { n: 0, sum: 0, low: Infinity, high: -Infinity };
      if (Number.isFinite(y)) {
        cell.n += 1;
        cell.sum += y;
        cell.low = Math.min(cell.low, y);
        cell.high = Math.max(cell.high, y);
      }
      at.set(x, cell);
    });
  }
  const sorted = [...at].sort(([a], [b]) => a - b);
  return {
    x: sorted.map(([x]) => x),
    y: sorted.map(([, c]) => (c.n ? c.sum / c.n : NaN)),
    low: sorted.map(([, c]) => (c.n ? c.low : NaN)),
    high: sorted.map(([, c]) => (c.n ? c.high : NaN)),
  };
}

/**
 * The lines of the legend, in the order in which their first runs began.
 *
 * @param {Run[]} runs
 * @returns {Group[]}
 */
export function groupRuns(runs) {
  /** @type {Map<string, Group>} */
  const found = new Map();
  runs.forEach((run, number) => {
    const group = found.get(run.line) ?? { ...run, key: run.line, members: [] };
    group.members.push(number);
    found.set(run.line, group);
  });
  return [...found.values()];
}

/**
 * The curve of a line for one metric; null without points.
 *
 * @param {Series} series
 * @param {number[]} members numbers of the runs
 * @param {number} metric
 * @param {number} split
 */
export function curveOf(series, members, metric, split) {
  /** @type {Points[]} */
  const curves = [];
  for (const run of members) {
    const curve = series.get(seriesKey(run, metric, split));
    if (curve) curves.push(curve);
  }
  return curves.length ? combine(curves) : null;
}
