// What is chosen: the layer and the image.
import { browserKeys, fillSelect, html, put } from "../_shared.js";

/** @import { Model } from "../_types.d.ts" */
/** @import { Tiles } from "../_sprite.js" */
/** @import { Traits } from "./_types.d.ts" */

const IMAGE = 44; // pixels

/**
 * The list of layers, with a button on each side for the next one.
 *
 * @param {Model<Traits>} model
 */
export function layerChooser(model) {
  const select = browserKeys(html("select", { "data-key": "layer", "aria-label": "Layer" }));
  const button = (/** @type {string} */ where, /** @type {string} */ sign) =>
    html("button", { type: "button", "data-key": where, "aria-label": `Layer ${where}` }, sign);
  const before = button("before", "‹");
  const after = button("after", "›");
  const title = html("span", { "aria-hidden": "true" }, "Layer");
  const element = html("div", { class: "tlw-see-row" }, title, before, select, after);
  let waiting = ""; // the layer that was asked for

  const names = () => model.get("_layers").map(({ name }) => name);
  const here = () => names().indexOf(model.get("value"));
  function toLayer(/** @type {string | undefined} */ name) {
    if (name === undefined || name === waiting) return;
    waiting = name;
    put(model, "value", name);
  }
  select.addEventListener("change", () => toLayer(select.value));
  before.addEventListener("click", () => toLayer(names()[here() - 1]));
  after.addEventListener("click", () => toLayer(names()[here() + 1]));

  /** @param {boolean} arrived  whether the layer is there */
  function draw(arrived) {
    if (arrived) waiting = "";
    const options = model.get("_layers").map(({ name, kind, block }) => ({
      value: name,
      text: `${name} · ${kind}`,
      family: block,
    }));
    fillSelect(select, options);
    select.value = model.get("value");
    before.disabled = here() <= 0;
    after.disabled = here() >= options.length - 1;
  }
  return { element, draw };
}

/**
 * The images in a row, to choose one from. `draw()` makes them, `mark()` shows which is chosen.
 *
 * @param {Model<Traits>} model
 * @param {Tiles} tiles
 */
export function imageStrip(model, tiles) {
  const legend = html("legend", {}, "Image");
  const element = html("fieldset", { class: "tlw-see-strip" }, legend);

  function mark() {
    element.querySelectorAll("input").forEach((radio, i) => {
      radio.checked = i === model.get("image");
    });
  }
  function draw() {
    const names = model.get("_names");
    element.hidden = names.length < 2;
    const group = `tlw-see-${Math.random().toString(36).slice(2, 10)}`; // of this view alone
    const labels = names.map((name, i) => {
      const key = `image-${i}`;
      const values = { type: "radio", name: group, value: i, "data-key": key, "aria-label": name };
      const radio = browserKeys(html("input", values));
      radio.addEventListener("change", () => put(model, "image", i));
      return html("label", { title: name }, radio, tiles.tile(i, IMAGE));
    });
    element.replaceChildren(legend, ...labels);
    mark();
  }
  return { element, draw, mark };
}
