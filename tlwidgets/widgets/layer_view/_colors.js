// Signed numbers from -128 to 127 as colours. No DOM.

/** @import { Raster } from "./_types.d.ts" */

/** Red, green, blue and opacity of each number, the lowest first. @typedef {Uint8ClampedArray} Colors */

/** @param {string} text  as #rrggbb */
const rgb = (text) => [1, 3, 5].map((at) => parseInt(text.slice(at, at + 2), 16) || 0);

/**
 * Colours from `down` over `zero` to `up`.
 *
 * @param {string} down
 * @param {string} zero
 * @param {string} up
 * @returns {Colors}
 */
export function signedColors(down, zero, up) {
  const middle = rgb(zero);
  const colors = new Uint8ClampedArray(256 * 4);
  for (let v = -128; v < 128; v += 1) {
    const end = rgb(v < 0 ? down : up);
    const share = Math.min(1, Math.abs(v) / 127) ** 0.8;
    const mixed = middle.map((from, k) => from + share * (end[k] - from));
    colors.set([...mixed, 255], 4 * (v + 128));
  }
  return colors;
}

/**
 * Red, green, blue and opacity of each place. Three numbers in a place are its own colour, around a middle grey.
 *
 * @param {Raster} raster
 * @param {Colors} colors
 */
export function pixelsOf({ high, wide, depth, values }, colors) {
  const pixels = new Uint8ClampedArray(high * wide * 4);
  for (let p = 0; p < high * wide; p += 1) {
    const at = depth === 3 ? 0 : 4 * (values[p] + 128);
    for (let k = 0; k < 3; k += 1) pixels[4 * p + k] = depth === 3 ? 128 + values[3 * p + k] : colors[at + k];
    pixels[4 * p + 3] = 255;
  }
  return pixels;
}
