// The chosen image: large, what a model says of it, and what mattered for that.
import { alone, html } from "../_shared.js";
import { jpegUrl } from "./_images.js";
import { button } from "./_sources.js";
import { barWidth } from "./_words.js";

/** @import { Model } from "../_types.d.ts" */
/** @import { Item, Mattered, Traits } from "./_types.d.ts" */

/**
 * The map of what mattered, with a frame around the square that mattered most.
 *
 * @param {Mattered} mattered
 * @param {string} src
 */
function mapFrame({ words, box }, src) {
  const [left, top, width, height] = box.map((share) => `${100 * share}%`);
  const square = html("i", { "aria-hidden": "true" });
  Object.assign(square.style, { left, top, width, height });
  return html("div", { class: "tlw-image-map" }, html("img", { src, alt: words }), square);
}

/** @param {Item["top"]} top */
function classTable(top) {
  const rows = top.map(([name, p]) => {
    const bar = html("i");
    bar.style.width = barWidth(p);
    const meter = html("span", { class: "tlw-meter", "aria-hidden": "true" }, bar);
    return html("tr", {}, html("td", {}, name), html("td", {}, meter), html("td", {}, p.toFixed(3)));
  });
  const column = (/** @type {string} */ words) => html("th", { scope: "col" }, words);
  const head = html("tr", {}, column("Class"), html("td", {}), column("Probability"));
  return html("table", {}, html("thead", {}, head), html("tbody", {}, ...rows));
}

/**
 * What there is to say of an image.
 *
 * @param {Item} item
 */
function aboutImage({ name, label, notes, top }) {
  return [
    html("strong", {}, name),
    ...(label ? [html("div", {}, `class ${label}`)] : []),
    ...(notes.length ? [html("div", { class: "tlw-tip" }, notes.join("; "))] : []),
    ...(top.length ? [classTable(top)] : []),
  ];
}

/**
 * The chosen image. Its buttons are made once, so that a press does not take the focus away.
 *
 * @param {Model<Traits>} model
 * @param {{ onExplain: () => void, onRemove: () => void }} actions
 */
export function chosenImage(model, { onExplain, onRemove }) {
  const explain = button("explain", "What mattered?");
  const remove = button("remove", "Take it out");
  const figure = html("div", { class: "tlw-figure" });
  const words = html("div", { class: "tlw-words" });
  const why = html("div", { class: "tlw-why", role: "status" });
  const buttons = html("div", { class: "tlw-folder" }, explain, remove);
  const about = html("div", { class: "tlw-about" }, words, buttons, why);
  const element = html("div", { class: "tlw-chosen" }, figure, about);
  let mapUrl = "";
  explain.addEventListener("click", () => {
    if (explain.getAttribute("aria-disabled") !== "true") onExplain();
  });
  remove.addEventListener("click", onRemove);

  /** @param {(i: number) => string} urlOf  the addresses of the images */
  function draw(urlOf) {
    const chosen = model.get("selected");
    const item = model.get("_items")[chosen];
    element.hidden = !item;
    if (!item) return;
    const map = model.get("_maps")[item.name];
    URL.revokeObjectURL(mapUrl);
    mapUrl = map ? jpegUrl(map.image) : "";
    const image = html("img", { src: urlOf(chosen), alt: `Image ${item.name}` });
    figure.replaceChildren(image, ...(map ? [mapFrame(map, mapUrl)] : []));
    words.replaceChildren(...aboutImage(item));
    explain.hidden = !model.get("_has_model") || alone(model);
    remove.hidden = alone(model);
    const said = map?.words ?? "";
    if (why.textContent !== said) why.textContent = said; // said again only if it is something else
  }
  /** @param {boolean} busy */
  function setBusy(busy) {
    explain.setAttribute("aria-disabled", String(busy));
  }
  return { element, draw, setBusy, stop: () => URL.revokeObjectURL(mapUrl) };
}
