// Where points and names lie. No DOM.
import { scale } from "../_scales.js";

/** @import { Candidates } from "./_candidates.js" */
/** @import { Frame, PlacedName, Room } from "./_types.d.ts" */

const [LEFT, RIGHT, TOP, BOTTOM] = [48, 14, 10, 38];
const REACH = 24; // pixels from a point at which the pointer still means it

/**
 * The range of some values with a little room at both ends.
 *
 * @param {Float64Array} values
 * @param {number[]} which
 * @returns {[number, number]}
 */
export function paddedRange(values, which) {
  let [low, high] = [Infinity, -Infinity];
  for (const i of which) {
    low = Math.min(low, values[i]);
    high = Math.max(high, values[i]);
  }
  const room = (high - low) * 0.06 || Math.abs(high) * 0.1 || 1;
  return [low - room, high + room];
}

/**
 * @param {Candidates} candidates
 * @param {number} width
 * @returns {Frame}
 */
export function scatterFrame({ x, order, table: { truth } }, width) {
  const height = Math.round(Math.max(220, Math.min(360, width * 0.55)));
  const [left, right, top, bottom] = [LEFT, width - RIGHT, TOP, height - BOTTOM];
  const xRange = paddedRange(x, order);
  const yRange = paddedRange(truth, order);
  const X = scale({ low: xRange[0], high: xRange[1] }, left, right);
  const Y = scale({ low: yRange[0], high: yRange[1] }, bottom, top);
  return { width, height, left, right, top, bottom, xRange, yRange, X, Y, at: (i) => [X(x[i]), Y(truth[i])] };
}

/**
 * Whether two rectangles have a place in common.
 *
 * @param {Room} a
 * @param {Room} b
 */
export const meets = (a, b) => a[0] < b[2] && b[0] < a[2] && a[1] < b[3] && b[1] < a[3];

/**
 * Names beside their points, those with the highest score first; a name that would cover something is left out.
 *
 * @param {Candidates} candidates
 * @param {Frame} frame
 */
export function placeNames({ order, table: { labels } }, { at, left, width }) {
  /** @type {Room[]} */
  const taken = order.map(at).map(([x, y]) => [x - 5, y - 5, x + 5, y + 5]);
  /** @type {PlacedName[]} */
  const placed = [];
  for (const i of [...order].reverse()) {
    const name = labels[i];
    const wide = [...name].length * 6.4;
    const [px, y] = at(i);
    /** @type {PlacedName[]} */
    const choices = [
      { i, name, room: [px + 11, y - 5, px + 11 + wide, y + 5], x: px + 11, y: y + 4, anchor: "start" },
      { i, name, room: [px - 11 - wide, y - 5, px - 11, y + 5], x: px - 11, y: y + 4, anchor: "end" },
    ];
    const found = choices.find(({ room }) =>
      room[0] >= left && room[2] <= width - 2 && !taken.some((other) => meets(other, room))
    );
    if (!found) continue;
    taken.push(found.room);
    placed.push(found);
  }
  return placed;
}

/**
 * The name of the described candidate: always written, and what else would stand in its room makes way.
 *
 * @param {number} x
 * @param {number} y
 * @param {string} name
 * @param {number} width
 * @returns {{ x: number, y: number, anchor: "start" | "end", room: Room }}
 */
export function placeOwnName(x, y, name, width) {
  const left = x > width * 0.7;
  const wide = [...name].length * 7;
  return {
    x: x + (left ? -13 : 13),
    y: y + 4,
    anchor: left ? "end" : "start",
    room: [left ? x - 13 - wide : x - 9, y - 9, left ? x + 9 : x + 13 + wide, y + 9],
  };
}

/**
 * The candidate nearest to a place in the drawing, -1 where none is near.
 *
 * @param {number[]} which
 * @param {Frame} frame
 * @param {number} x
 * @param {number} y
 */
export function nearest(which, { at }, x, y) {
  let found = -1;
  let least = REACH ** 2;
  for (const i of which) {
    const [px, py] = at(i);
    const distance = (px - x) ** 2 + (py - y) ** 2;
    if (distance < least) [found, least] = [i, distance];
  }
  return found;
}
