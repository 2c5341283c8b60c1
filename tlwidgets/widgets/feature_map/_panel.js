// One map: the points on a canvas, and over them the described one with its neighbours.
import { attributes, html, svg } from "../_shared.js";
import { fitCanvas } from "../_canvas.js";
import { onTheWay, pointAt, pointLook, pointToward, roomBeside, toPixels } from "./_layout.js";

/** @import { Pixels } from "./_layout.js" */
/** @import { Scene } from "./_scene.js" */
/** @import { Stamp } from "./_stamps.js" */

const IMAGE = 72; // pixels of the image of the described point
const FRAME = 6; // pixels of its frame
const MOVE = 220; // milliseconds in which the points go to their places in another block

/**
 * A ring around a point and its ties to its neighbours.
 *
 * @param {[x: number, y: number]} point
 * @param {[x: number, y: number][]} others
 */
function ringAndTies([x, y], others) {
  const ring = (/** @type {string} */ name) => svg("circle", { cx: x, cy: y, r: 9, class: name });
  const tie = (/** @type {[number, number]} */ [x2, y2], /** @type {string} */ name) =>
    svg("line", { x1: x, y1: y, x2, y2, class: name });
  return [
    ...others.flatMap((other) => [tie(other, "tlw-map-halo"), tie(other, "tlw-map-tie")]),
    ...others.map(([cx, cy]) => svg("circle", { cx, cy, r: 6, class: "tlw-map-other" })),
    ring("tlw-map-halo"),
    ring("tlw-map-here"),
  ];
}

/** A map of one block. The main one is a slider over the images; the other one is looked at. */
export class MapPanel {
  #scene;
  #name = html("div", { class: "tlw-map-name", "aria-hidden": "true" });
  #canvas = html("canvas", { "aria-hidden": "true" });
  #marks = svg("svg", { "aria-hidden": "true", class: "tlw-map-marks" });
  #float = html("div", { class: "tlw-map-float", "aria-hidden": "true" });
  #width = 0;
  #height = 0;
  #block = "";
  /** @type {Pixels} */
  #pixels = new Float32Array(0);
  /** Where the points are or go to. */
  #target = this.#pixels;
  #frame = 0;

  /**
   * @param {Scene} scene
   * @param {boolean} isMain
   */
  constructor(scene, isMain) {
    this.#scene = scene;
    this.area = html("div", { class: "tlw-map-area" }, this.#canvas, this.#marks, this.#float);
    attributes(this.area, { role: isMain ? "slider" : "img" });
    if (isMain) attributes(this.area, { tabindex: 0, "data-key": "points" });
    this.element = html("div", { class: "tlw-map-panel" }, this.#name, this.area);
  }

  /**
   * @param {number} width
   * @param {number} height
   */
  resize(width, height) {
    this.#width = width;
    this.#height = height;
    for (const part of [this.area, this.#marks]) {
      Object.assign(part.style, { width: `${width}px`, height: `${height}px` });
    }
  }

  /**
   * Show a block; the points move there if they may.
   *
   * @param {string} block
   * @param {boolean} moving
   */
  show(block, moving = false) {
    this.#block = block;
    this.#name.textContent = block;
    if (!this.#width) return;
    const { points } = this.#scene;
    const places = points.places(this.#scene.block(block));
    const to = toPixels(places, points.limits, this.#width, this.#height);
    this.#go(to, moving && !matchMedia("(prefers-reduced-motion: reduce)").matches);
  }

  /**
   * @param {Pixels} to
   * @param {boolean} moving
   */
  #go(to, moving) {
    const from = this.#pixels;
    const start = performance.now();
    this.stop();
    this.#target = to;
    const step = (/** @type {number} */ share) => {
      this.#pixels = share < 1 ? onTheWay(from, to, share) : to;
      this.paint();
    };
    const tick = () => {
      const share = (performance.now() - start) / MOVE;
      step(share);
      if (share < 1 && this.element.isConnected) this.#frame = requestAnimationFrame(tick);
    };
    if (moving && from.length === to.length) this.#frame = requestAnimationFrame(tick);
    else step(1);
  }

  stop() {
    cancelAnimationFrame(this.#frame);
  }

  paint() {
    const { points: { n }, stamps, look: { groups, of, only } } = this.#scene;
    const context = fitCanvas(this.#canvas, this.#width, this.#height);
    const draw = (/** @type {Stamp} */ { canvas, half }, /** @type {number} */ i) => {
      const [x, y] = this.#at(i);
      if (Number.isFinite(x)) context.drawImage(canvas, x - half, y - half, 2 * half, 2 * half);
    };
    const { pale } = stamps;
    const colored = groups.map((group) => stamps.of(group));
    context.globalAlpha = pointLook(n).alpha;
    if (only >= 0) { for (let i = 0; i < n; i += 1) if (of[i] !== only) draw(pale, i); }
    for (let i = 0; i < n; i += 1) if (only < 0 || of[i] === only) draw(colored[of[i]], i);
    this.mark();
  }

  /** The described point, its image, and its neighbours in feature space. */
  mark() {
    const { points, tiles, described } = this.#scene;
    const point = this.#at(described);
    const here = described >= 0 && !this.element.hidden && Number.isFinite(point[0]);
    const near = here ? points.near(this.#scene.block(this.#block), described) : [];
    const others = near.map((k) => this.#at(k));
    this.#marks.replaceChildren(...(here ? ringAndTies(point, others) : []));
    this.#float.hidden = !(here && tiles.here);
    if (this.#float.hidden) return;
    this.#float.replaceChildren(tiles.tile(described, IMAGE));
    const [left, top] = roomBeside(IMAGE + FRAME, point, others, [this.#width, this.#height]);
    Object.assign(this.#float.style, { left: `${left}px`, top: `${top}px` });
  }

  /**
   * @param {number} i
   * @returns {[x: number, y: number]}
   */
  #at(i) {
    return [this.#pixels[2 * i], this.#pixels[2 * i + 1]];
  }

  /**
   * The point under the pointer, or -1.
   *
   * @param {MouseEvent} event
   */
  under(event) {
    const rect = this.#canvas.getBoundingClientRect(); // may be scaled: a zoomed page, a slide
    const factor = this.#width / Math.max(1, rect.width);
    return pointAt(this.#pixels, (event.clientX - rect.left) * factor, (event.clientY - rect.top) * factor);
  }

  /**
   * The nearest point in a direction, or -1.
   *
   * @param {number} from
   * @param {[x: number, y: number]} direction
   */
  toward(from, direction) {
    return pointToward(this.#target, from, direction, [this.#width / 2, this.#height / 2]);
  }
}
