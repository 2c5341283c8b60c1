// The images under the shift, each with what it is taken for.
import { html } from "../_shared.js";
import { imageWords } from "./_measured.js";

/** @import { Tiles } from "../_sprite.js" */
/** @import { Guess } from "./_types.d.ts" */

/** A row of images. */
export function imageStrip() {
  const element = html("ul", { class: "tlw-shift-images" });
  /** @type {{ item: HTMLElement, tile: HTMLElement, text: HTMLElement }[]} */
  const items = [];

  /**
   * Show `count` tiles, the first of which is number `first`.
   *
   * @param {Tiles} tiles
   * @param {{ first: number, count: number, side: number, truth: string[], guesses: Guess[] }} shown
   */
  function draw(tiles, { first, count, side, truth, guesses }) {
    element.hidden = !tiles.here;
    if (!tiles.here) return;
    for (const { item } of items.splice(count)) item.remove();
    for (let i = 0; i < count; i += 1) {
      if (!items[i]) {
        const [tile, text] = [tiles.tile(first + i, side, " "), html("span", {})];
        items.push({ item: html("li", {}, tile, text), tile, text });
        element.append(items[i].item);
      }
      const { item, tile, text } = items[i];
      tiles.show(tile, first + i, side);
      const said = imageWords(truth[i], guesses[i], i);
      item.className = said.wrong === null ? "" : said.wrong ? "tlw-shift-wrong" : "tlw-shift-right";
      item.style.maxWidth = `${Math.max(side, 64) + 12}px`;
      text.textContent = said.text;
      tile.setAttribute("aria-label", said.words);
    }
  }
  return { element, draw };
}
