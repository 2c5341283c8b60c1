// Maps and filters on canvases of their own size, and the colours for them.
import { attributes, html } from "../_shared.js";
import { contextOf, inks } from "../_canvas.js";
import { pixelsOf, signedColors } from "./_colors.js";

/** @import { Colors } from "./_colors.js" */
/** @import { Raster } from "./_types.d.ts" */

/** @param {Element} element  where the colours hold */
export function readColors(element) {
  const found = inks(element, ["c-down", "c-zero", "c-up"]);
  return signedColors(found["c-down"], found["c-zero"], found["c-up"]);
}

/**
 * A raster as an image. Without words it is decoration.
 *
 * @param {Raster} raster
 * @param {Colors} colors
 * @param {{ class?: string, words?: string }} [options]
 */
export function rasterImage(raster, colors, { class: name, words } = {}) {
  const { high, wide } = raster;
  const canvas = html("canvas", name ? { class: name } : {});
  attributes(canvas, words ? { role: "img", "aria-label": words } : { "aria-hidden": "true" });
  canvas.width = wide;
  canvas.height = high;
  contextOf(canvas).putImageData(new ImageData(pixelsOf(raster, colors), wide, high), 0, 0);
  return canvas;
}
