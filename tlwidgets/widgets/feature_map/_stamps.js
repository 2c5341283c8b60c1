// Markers that are drawn once for each group: 5,000 points are 5,000 copies of them.
import { fitCanvas, inks } from "../_canvas.js";
import { markerPath } from "../_paths.js";

/** @import { Group } from "../_types.d.ts" */
/** @typedef {{ canvas: HTMLCanvasElement, half: number }} Stamp  half: of its side in CSS pixels */

/** Stamps in the colours of the theme. */
export class Stamps {
  #inks;
  #radius;
  /** @type {Map<string, Stamp>} */
  #made = new Map();

  /**
   * @param {Element} element  where the colours hold
   * @param {Group[]} groups  all that will be asked for
   * @param {number} radius
   */
  constructor(element, groups, radius) {
    this.#inks = inks(element, ["line", ...groups.map((group) => `c-${group.color}`)]);
    this.#radius = radius;
  }

  /** @param {Group} group */
  of({ color, shape }) {
    return this.#stamp(shape, `c-${color}`, this.#radius);
  }

  /** For points that do not stand out. */
  get pale() {
    return this.#stamp("circle", "line", this.#radius * 0.8);
  }

  /**
   * @param {string} shape
   * @param {string} ink
   * @param {number} radius
   */
  #stamp(shape, ink, radius) {
    const key = `${ink} ${shape}`;
    const known = this.#made.get(key);
    if (known) return known;
    const half = Math.ceil(this.#radius * 1.6) + 1;
    const canvas = document.createElement("canvas");
    const context = fitCanvas(canvas, 2 * half, 2 * half);
    context.fillStyle = this.#inks[ink];
    context.fill(new Path2D(markerPath(shape, half, half, radius)));
    const stamp = { canvas, half };
    this.#made.set(key, stamp);
    return stamp;
  }
}
