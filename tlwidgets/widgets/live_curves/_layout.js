// Where things lie in a panel: its size, its axes, the paths of its lines, the places of their names.
import { scale } from "../_scales.js";

/** @import { Scale } from "../_paths.js" */
/** @import { Curve, Frame, Line } from "./_types.d.ts" */

const HEIGHT = 200;
const MARGIN = { left: 36, right: 10, top: 24, bottom: 32 };
const NAME_ROOM = 96; // at the right of a panel for the names of the lines
export const NAME_LETTERS = 14; // of 6 px, that fit there
const MOST_NAMES = 4; // with more lines than this, only the legend names them
const NARROWEST_WITH_NAMES = 300;
const GAP = 12; // between panels
const NARROWEST_PANEL = 260;

/**
 * The width of a panel when as many as fit, at most three, stand side by side.
 *
 * @param {number} width of all, in pixels
 * @param {number} count number of panels
 */
export function panelWidth(width, count) {
  const columns = Math.max(1, Math.min(count, 3, Math.floor((width + GAP) / (NARROWEST_PANEL + GAP))));
  return Math.floor((width - GAP * (columns - 1)) / columns);
}

/**
 * The largest x (at least 1), and the lowest and highest y; Infinity and -Infinity without a number.
 *
 * @param {Pick<Line, "train" | "validation">[]} lines
 */
function extent(lines) {
  let xMax = 1;
  let yMin = Infinity;
  let yMax = -Infinity;
  for (const curve of lines.flatMap((line) => [line.train, line.validation])) {
    if (!curve) continue;
    for (let i = 0; i < curve.x.length; i += 1) {
      xMax = Math.max(xMax, curve.x[i]);
      for (const y of [curve.y[i], curve.low?.[i], curve.high?.[i]]) {
        if (y === undefined || !Number.isFinite(y)) continue;
        yMin = Math.min(yMin, y);
        yMax = Math.max(yMax, y);
      }
    }
  }
  return { xMax, yMin, yMax };
}

/**
 * Whether a metric lies between 0 and 1, by its name.
 *
 * @param {string} metric
 */
export const isBounded = (metric) => /acc|auc|precision|recall|f1|iou/i.test(metric);

/**
 * The limits of the y axis for values between `low` and `high`. Zero is always in it.
 *
 * @param {string} metric
 * @param {number} low
 * @param {number} high
 * @returns {[number, number]}
 */
export function yLimits(metric, low, high) {
  const empty = low > high;
  const [from, to] = empty || isBounded(metric)
    ? [Math.min(0, empty ? 0 : low), Math.max(1, empty ? 1 : high)]
    : [Math.min(0, low), high > 0 ? high * 1.05 : 0];
  return [from, to > from ? to : from + 1];
}

/**
 * The axes of a panel.
 *
 * @param {string} metric
 * @param {Line[]} lines
 * @param {number} width
 * @returns {Frame}
 */
export function frameOf(metric, lines, width) {
  const withNames = lines.length > 1 && lines.length <= MOST_NAMES && width >= NARROWEST_WITH_NAMES;
  const { xMax, yMin: lowest, yMax: highest } = extent(lines);
  const [yMin, yMax] = yLimits(metric, lowest, highest);
  const { left, top } = MARGIN;
  const bottom = HEIGHT - MARGIN.bottom;
  const right = width - (withNames ? NAME_ROOM : MARGIN.right);
  const empty = lowest > highest;
  return {
    ...{ width, height: HEIGHT, left, right, top, bottom, xMax, yMin, yMax, empty, withNames },
    X: scale({ low: 0, high: xMax }, left, right),
    Y: scale({ low: yMin, high: yMax }, bottom, top),
  };
}

/**
 * Path of a line; a value that is not a finite number is a gap. A line of more than `limit` points is thinned to about
 * that many; its last point stays.
 *
 * @param {number[]} xs
 * @param {number[]} ys
 * @param {Scale} X
 * @param {Scale} Y
 * @param {number} limit
 */
export function linePath(xs, ys, X, Y, limit) {
  const last = xs.length - 1;
  const step = Math.max(1, Math.ceil(xs.length / limit));
  let path = "";
  let pen = false;
  /** @type {[number, string] | null} */
  let lonely = null;
  const dot = () => {
    // a single point between two gaps would be invisible
    if (lonely) path += `M${lonely[0] - 2} ${lonely[1]}h4`;
    lonely = null;
  };
  for (let i = 0; i <= last; i = i === last ? last + 1 : Math.min(i + step, last)) {
    if (!Number.isFinite(ys[i])) {
      dot();
      pen = false;
      continue;
    }
    const x = X(xs[i]).toFixed(1);
    const y = Y(ys[i]).toFixed(1);
    lonely = pen ? null : [Number(x), y];
    path += `${pen ? "L" : "M"}${x} ${y}`;
    pen = true;
  }
  dot();
  return path;
}

/**
 * Path of the band between the lowest and the highest run; values without a number are passed over.
 *
 * @param {Curve} curve
 * @param {Scale} X
 * @param {Scale} Y
 */
export function bandPath({ x, low, high }, X, Y) {
  if (!low || !high) return "";
  const good = x.map((_, i) => i).filter((i) => Number.isFinite(low[i]));
  if (good.length < 2) return "";
  const top = good.map((i) => `${X(x[i]).toFixed(1)} ${Y(high[i]).toFixed(1)}`);
  const bottom = good.map((i) => `${X(x[i]).toFixed(1)} ${Y(low[i]).toFixed(1)}`).reverse();
  return `M${top.join("L")}L${bottom.join("L")}Z`;
}

/**
 * Move labels apart so that none covers another, within [top, bottom]. Sorts and changes them.
 *
 * @template {{ y: number }} T
 * @param {T[]} labels
 * @param {number} top
 * @param {number} bottom
 * @param {number} distance
 */
export function spread(labels, top, bottom, distance) {
  labels.sort((a, b) => a.y - b.y);
  labels.forEach((label, i) => {
    label.y = Math.max(label.y, i ? labels[i - 1].y + distance : top);
  });
  for (let i = labels.length - 1; i >= 0; i -= 1) {
    labels[i].y = Math.min(labels[i].y, i === labels.length - 1 ? bottom : labels[i + 1].y - distance);
  }
  return labels;
}
