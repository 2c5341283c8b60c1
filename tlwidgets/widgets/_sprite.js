// Tiles of a sprite: many small images in one file (see _sprite.py).
import { attributes, html } from "./_shared.js";

/** @import { Bytes, SpriteForm } from "./_types.d.ts" */
/** @typedef {ReturnType<typeof spriteTiles>} Tiles */

/**
 * `tile(index, size, words)` makes an element that shows one image at `size` pixels. Without `words` it is decoration.
 * `forget()` gives the file back.
 *
 * @param {Bytes} bytes
 * @param {Partial<SpriteForm>} form {} where there are no bytes
 */
export function spriteTiles(bytes, { type, width = 1, height = 1, columns = 1, rows = 1 }) {
  const url = bytes?.byteLength ? URL.createObjectURL(new Blob([bytes], { type })) : "";
  function show(
    /** @type {HTMLElement} */ element,
    /** @type {number} */ index,
    /** @type {number} */ size,
  ) {
    const scale = size / Math.max(width, height);
    const [w, h] = [width * scale, height * scale];
    const [x, y] = [(index % columns) * w, Math.floor(index / columns) * h];
    Object.assign(element.style, {
      width: `${w}px`,
      height: `${h}px`,
      backgroundImage: `url("${url}")`,
      backgroundSize: `${columns * w}px ${rows * h}px`,
      backgroundPosition: `${-x}px ${-y}px`,
      imageRendering: scale > 1.5 ? "pixelated" : "auto",
    });
  }
  function tile(/** @type {number} */ index, /** @type {number} */ size, words = "") {
    const element = html("span", { class: "tlw-tile" });
    Object.assign(element.style, { display: "inline-block", flex: "none", forcedColorAdjust: "none" });
    attributes(element, words ? { role: "img", "aria-label": words } : { "aria-hidden": "true" });
    if (url) show(element, index, size);
    return element;
  }
  function forget() {
    if (url) URL.revokeObjectURL(url);
  }
  return { here: Boolean(url), show, tile, forget };
}
