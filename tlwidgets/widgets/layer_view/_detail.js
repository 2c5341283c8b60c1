// The chosen channel: its map, its filter, and the images to which it responds most.
import { html } from "../_shared.js";
import { rasterImage } from "./_drawing.js";
import { shortResponse } from "./_look.js";

/** @import { Tiles } from "../_sprite.js" */
/** @import { Colors } from "./_colors.js" */
/** @import { Look } from "./_look.js" */
/** @import { At } from "./_types.d.ts" */

const IMAGE = 132; // pixels
const SMALL = 56;

/**
 * @param {Look} look
 * @param {At} at
 * @param {{ tiles: Tiles, names: string[], colors: Colors }} images
 */
export function detailParts(look, at, { tiles, names, colors }) {
  const { image, channel } = at;
  const name = names[image] ?? "";
  const figure = (/** @type {Element} */ content, /** @type {string} */ words) =>
    html("figure", {}, content, html("figcaption", {}, words));
  const response = (/** @type {number} */ i) => shortResponse(look.score({ image: i, channel }));
  const big = { class: "tlw-see-big", words: `${look.words(at)}, ${name}` };
  const figures = [
    figure(tiles.tile(image, IMAGE, name), name),
    figure(rasterImage(look.map(at), colors, big), `channel ${channel}: ${response(image)}`),
  ];
  const filter = look.filter(channel);
  if (filter) {
    const options = { class: "tlw-see-big tlw-see-filter", words: `filter of channel ${channel}` };
    figures.push(figure(rasterImage(filter, colors, options), "its filter"));
  }
  const best = look.best(channel).map((i) =>
    html("li", {}, tiles.tile(i, SMALL), html("span", {}, `${names[i]} ${response(i)}`))
  );
  const tip = (/** @type {string} */ words) => html("div", { class: "tlw-tip" }, words);
  const { filter_words: filterWords } = look.numbers;
  const silent = "0 for all images: this channel is silent here.";
  return [
    html("div", { class: "tlw-see-figures" }, ...figures),
    ...(filterWords ? [tip(filterWords)] : []),
    tip(look.isDead(channel) ? silent : "Responds most to"),
    html("ul", { class: "tlw-see-best" }, ...best),
  ];
}
