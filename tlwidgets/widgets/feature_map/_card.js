// What is said of the described image.
import { html } from "../_shared.js";

/** @import { Points } from "./_points.js" */
/** @import { Tiles } from "../_sprite.js" */

const HOW = "Point at an image, or move through them with the arrow keys.";
const IMAGE = 72; // pixels
const NEIGHBOUR = 40;

/**
 * The card of an image; without one, how to get at one.
 *
 * @param {{ points: Points, tiles: Tiles, described: number }} scene
 * @param {number} block
 * @param {string} blockName
 */
export function cardParts({ points, tiles, described }, block, blockName) {
  if (described < 0) return [html("span", { class: "tlw-tip" }, HOW)];
  const { title, more, near } = points.card(block, described);
  const tile = (/** @type {number} */ i, /** @type {number} */ side) =>
    tiles.here ? [tiles.tile(i, side)] : [];
  const items = near.map(({ i, same, words }) =>
    html("li", { class: same ? "" : "tlw-map-unlike" }, ...tile(i, NEIGHBOUR), html("span", {}, words))
  );
  const nearest = [
    html("span", { class: "tlw-tip" }, `nearest in ${blockName}:`),
    html("ul", { class: "tlw-map-near" }, ...items),
  ];
  const head = html("div", { class: "tlw-map-text" }, html("strong", {}, title), more);
  const text = html("div", { class: "tlw-map-words" }, head, ...(near.length ? nearest : []));
  return [...tile(described, IMAGE), text];
}
