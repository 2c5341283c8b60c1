// The drawing: a bar for each layer, the boundary, its handle.
import { attributes, svg } from "../_shared.js";
import { across, barPaths, BASE, blockLabels, HEIGHT, LEFT, RIGHT, TOP, upward } from "./_layout.js";

/** @import { Block, Layer } from "./_layers.js" */

/**
 * Slanted lines, `size` pixels apart.
 *
 * @param {SVGElement} defs
 * @param {string} id
 * @param {number} size
 * @param {string} ink
 */
function hatch(defs, id, size, ink) {
  const pattern = svg("pattern", { id, width: size, height: size, patternUnits: "userSpaceOnUse" }, defs);
  pattern.setAttribute("patternTransform", "rotate(45)");
  svg("line", { x1: 0, y1: 0, x2: 0, y2: size, class: ink }, pattern);
}

/**
 * @param {SVGElement} defs
 * @param {string} id
 */
const clip = (defs, id) => svg("rect", { y: 0, height: HEIGHT }, svg("clipPath", { id }, defs));

/**
 * All bars are two shapes (BatchNorm layers and the others), each drawn once for either side of the boundary; moving the
 * boundary only moves the clips.
 */
export class Drawing {
  /**
   * @param {HTMLElement} holder
   * @param {string} id of this view alone: names its patterns and clips
   */
  constructor(holder, id) {
    this.plot = svg("svg", { height: HEIGHT }, holder);
    const defs = svg("defs", {}, this.plot);
    hatch(defs, `${id}-hatch`, 5, "tlw-ink");
    hatch(defs, `${id}-wash`, 7, "tlw-wash-ink");
    this.clipFrozen = clip(defs, `${id}-before`);
    this.clipTrains = clip(defs, `${id}-behind`);
    this.background = svg("g", { "aria-hidden": "true" }, this.plot);
    const wash = { x: LEFT, y: TOP, height: BASE - TOP, fill: `url(#${id}-wash)` };
    this.washArea = svg("rect", wash, this.plot);
    const [before, behind, ink] = ["before", "behind", "hatch"].map((name) => `url(#${id}-${name})`);
    const shape = (/** @type {Record<string, string>} */ values) =>
      svg("path", { ...values, "aria-hidden": "true" }, this.plot);
    this.stubs = shape({ class: "tlw-stub" }); // layers without weights
    this.frozenBars = shape({ class: "tlw-bar-frozen", "clip-path": before });
    this.frozenInk = shape({ class: "tlw-bar-ink", "clip-path": before });
    this.trainBars = shape({ class: "tlw-bar-trains", "clip-path": behind });
    this.normBars = shape({ class: "tlw-bar-trains", "clip-path": behind });
    this.normInk = shape({ class: "tlw-bar-ink", "clip-path": behind });
    this.dotsBefore = shape({ class: "tlw-dot tlw-dot-frozen", "clip-path": before });
    this.dotsBehind = shape({ class: "tlw-dot", "clip-path": behind });
    for (const path of [this.frozenInk, this.normInk]) path.setAttribute("fill", ink);

    this.slider = svg("g", { class: "tlw-handle", role: "slider", tabindex: 0 }, this.plot);
    attributes(this.slider, { "aria-orientation": "horizontal", "data-key": "slider" });
    this.area = svg("rect", { x: 0, y: 0, height: HEIGHT, class: "tlw-area" }, this.slider);
    this.cut = svg("line", { y1: 14, y2: BASE + 10, class: "tlw-cut" }, this.slider);
    this.grip = svg("circle", { cy: 14, r: 12, class: "tlw-grip" }, this.slider);
    this.arrows = svg("path", { class: "tlw-grip-arrows" }, this.slider);
  }

  /**
   * Everything that does not depend on the boundary.
   *
   * @param {Layer[]} layers
   * @param {Block[]} blocks
   * @param {number} width
   */
  drawBars(layers, blocks, width) {
    attributes(this.plot, { width, viewBox: `0 0 ${width} ${HEIGHT}` });
    this.background.replaceChildren();
    this.#drawGrid(layers, width);
    const { bars, norms, stubs, dots } = barPaths(layers, width);
    for (const path of [this.frozenBars, this.frozenInk]) path.setAttribute("d", bars + norms);
    this.stubs.setAttribute("d", stubs);
    this.trainBars.setAttribute("d", bars);
    for (const path of [this.normBars, this.normInk]) path.setAttribute("d", norms);
    for (const path of [this.dotsBefore, this.dotsBehind]) path.setAttribute("d", dots);
    for (const { from, to, text } of blockLabels(blocks, across(layers.length, width).X)) {
      const bracket = `M${from} ${BASE + 14}v3H${to}v-3`;
      if (to - from > 3) svg("path", { d: bracket, class: "tlw-bracket" }, this.background);
      const where = { x: (from + to) / 2, y: BASE + 29, "text-anchor": "middle" };
      if (text) svg("text", where, this.background, text);
    }
    this.area.setAttribute("width", String(width));
  }

  /**
   * @param {Layer[]} layers
   * @param {number} width
   */
  #drawGrid(layers, width) {
    const { highest, Y } = upward(layers);
    const line = (/** @type {number} */ y) =>
      svg("line", { x1: LEFT, x2: width - RIGHT, y1: y, y2: y, class: "tlw-grid" }, this.background);
    for (const { power, text } of [{ power: 3, text: "1k" }, { power: 6, text: "1M" }]) {
      if (power > highest) continue;
      line(Y(power));
      svg("text", { x: LEFT - 6, y: Y(power) + 4, "text-anchor": "end" }, this.background, text);
    }
    line(BASE + 0.5);
  }

  /**
   * Everything that moves with the boundary.
   *
   * @param {number} x
   * @param {number} width
   * @param {boolean} still whether BatchNorm is frozen behind the boundary too
   */
  moveTo(x, width, still) {
    attributes(this.clipFrozen, { x: 0, width: Math.max(0, x) });
    attributes(this.clipTrains, { x, width: Math.max(0, width - x + 10) });
    this.washArea.setAttribute("width", String(Math.max(0, x - LEFT)));
    this.normBars.setAttribute("class", still ? "tlw-bar-frozen" : "tlw-bar-trains");
    this.normInk.setAttribute("visibility", still ? "visible" : "hidden");
    this.dotsBehind.setAttribute("class", still ? "tlw-dot tlw-dot-frozen" : "tlw-dot");
    attributes(this.cut, { x1: x, x2: x });
    this.grip.setAttribute("cx", String(x));
    this.arrows.setAttribute("d", `M${x - 3} 9l-5 5l5 5M${x + 3} 9l5 5l-5 5`);
  }
}
