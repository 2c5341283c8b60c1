// Where the points of a map lie in pixels, which of them is meant, and where an image has room. No DOM.

/** @import { Limits } from "./_types.d.ts" */

const ROOM = 12; // pixels between the outermost points and the edge
const GRAB = 24; // pixels within which a point is found
const GAP = 12; // pixels between two maps
const BESIDE = 560; // pixels from which two maps stand beside each other

/** Points in pixels: x and y by turns, NaN for one without a place. @typedef {Float32Array} Pixels */

/**
 * Width and height of each map.
 *
 * @param {number} width
 * @param {boolean} two
 * @returns {[width: number, height: number]}
 */
export function mapSize(width, two) {
  const beside = two && width >= BESIDE;
  const each = beside ? Math.floor((width - GAP) / 2) : width;
  return [each, Math.round(Math.max(220, Math.min(400, each * (beside ? 0.85 : 0.62))))];
}

/**
 * The points of a block in the middle of a map, at the scale at which those of all blocks fit in.
 *
 * @param {Float32Array} places x and y by turns, y upwards
 * @param {Limits | null} limits
 * @param {number} width
 * @param {number} height
 * @returns {Pixels}
 */
export function toPixels(places, limits, width, height) {
  const [x0, x1, y0, y1] = limits ?? [0, 0, 0, 0];
  const across = (width - 2 * ROOM) / Math.max(1e-9, x1 - x0);
  const up = (height - 2 * ROOM) / Math.max(1e-9, y1 - y0);
  const factor = x1 > x0 || y1 > y0 ? Math.min(across, up) : 1;
  const left = width / 2 - (factor * (x0 + x1)) / 2;
  const top = height / 2 + (factor * (y0 + y1)) / 2;
  return places.map((v, p) => (p % 2 ? top - factor * v : left + factor * v));
}

/**
 * Points on their way: at first slow, at last slow.
 *
 * @param {Pixels} from
 * @param {Pixels} to
 * @param {number} share of the way, 0 to 1
 * @returns {Pixels}
 */
export function onTheWay(from, to, share) {
  const eased = share * share * (3 - 2 * share);
  return to.map((v, p) => from[p] + eased * (v - from[p]));
}

/**
 * The point at a place, or -1.
 *
 * @param {Pixels} pixels
 * @param {number} x
 * @param {number} y
 */
export function pointAt(pixels, x, y) {
  let [found, least] = [-1, GRAB ** 2];
  for (let i = 0; 2 * i < pixels.length; i += 1) {
    const distance = (pixels[2 * i] - x) ** 2 + (pixels[2 * i + 1] - y) ** 2;
    if (distance < least) [found, least] = [i, distance];
  }
  return found;
}

/**
 * The nearest point in a direction, within 45 degrees of it; -1 for none. From no point: the nearest to the middle.
 *
 * @param {Pixels} pixels
 * @param {number} from number of a point, or -1
 * @param {[x: number, y: number]} direction y downwards
 * @param {[x: number, y: number]} middle
 */
export function pointToward(pixels, from, [ux, uy], middle) {
  const [x, y] = from >= 0 ? [pixels[2 * from], pixels[2 * from + 1]] : middle;
  let [found, least] = [-1, Infinity];
  for (let k = 0; 2 * k < pixels.length; k += 1) {
    const [dx, dy] = [pixels[2 * k] - x, pixels[2 * k + 1] - y];
    const along = dx * ux + dy * uy;
    const aside = Math.abs(dx * uy - dy * ux);
    const distance = dx * dx + dy * dy;
    if ((from < 0 || (along > 0 && along >= aside)) && distance < least) [found, least] = [k, distance];
  }
  return found;
}

/**
 * Left and top of a square beside a point: at that of its corners where the fewest of the others are covered.
 *
 * @param {number} side
 * @param {[x: number, y: number]} point
 * @param {[x: number, y: number][]} others
 * @param {[width: number, height: number]} size of the map
 * @returns {[left: number, top: number]}
 */
export function roomBeside(side, [x, y], others, [width, height]) {
  const corners = [[14, -side - 8], [-side - 14, -side - 8], [14, 8], [-side - 14, 8]];
  const crowded = (/** @type {number[]} */ [dx, dy]) => {
    const [left, top] = [x + dx, y + dy];
    const outside = left < 0 || top < 0 || left + side > width || top + side > height ? 100 : 0;
    const covers = (/** @type {number[]} */ [a, b]) =>
      a > left - 8 && a < left + side + 8 && b > top - 8 && b < top + side + 8;
    return outside + others.filter(covers).length;
  };
  const [dx, dy] = corners.reduce((a, b) => (crowded(b) < crowded(a) ? b : a));
  return [Math.max(0, Math.min(width - side, x + dx)), Math.max(0, Math.min(height - side, y + dy))];
}

/**
 * Radius of a point, and how opaque it is.
 *
 * @param {number} n how many there are
 */
export const pointLook = (n) => ({
  radius: n > 3000 ? 2.6 : n > 800 ? 3.3 : 4.4,
  alpha: n > 1500 ? 0.7 : 0.85,
});
