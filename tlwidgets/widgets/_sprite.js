// @ts-nocheck: not yet
// Tiles of a sprite: many small pictures in one file (see _sprite.py).
import { html } from "./_shared.js";

/**
 * `tile(index, size, words)` makes an element that shows one picture at `size` pixels. Without `words` it is decoration.
 * `forget()` gives the file back.
 */
export function spriteTiles(bytes, form) {
  const here = Boolean(bytes?.byteLength);
  const url = here ? URL.createObjectURL(new Blob([bytes], { type: form.type })) : "";
  function show(element, index, size) {
    const scale = size / Math.max(form.width, form.height);
    const [w, h] = [form.width * scale, form.height * scale];
    const [x, y] = [(index % form.columns) * w, Math.floor(index / form.columns) * h];
    element.style.width = `${w}px`;
    element.style.height = `${h}px`;
    element.style.backgroundImage = `url("${url}")`;
    element.style.backgroundSize = `${form.columns * w}px ${form.rows * h}px`;
    element.style.backgroundPosition = `${-x}px ${-y}px`;
    element.style.imageRendering = scale > 1.5 ? "pixelated" : "auto";
  }
  return {
    here,
    show,
    tile(index, size, words = "") {
      const element = html("span", { class: "tlw-tile" });
      element.style.display = "inline-block";
      element.style.flex = "none";
      element.style.forcedColorAdjust = "none";
      if (words) {
        element.setAttribute("role", "img");
        element.setAttribute("aria-label", words);
      } else element.setAttribute("aria-hidden", "true");
      if (here) show(element, index, size);
      return element;
    },
    forget() {
      if (url) URL.revokeObjectURL(url);
    },
  };
}
