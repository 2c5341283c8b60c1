// What stands around the maps: which block is shown, what the points are coloured by, and which group stands out.
import { browserKeys, choice, fillSelect, html, nameWidget, put, svg } from "../_shared.js";
import { markerPath } from "../_paths.js";

/** @import { Group, Model } from "../_types.d.ts" */
/** @import { Scene } from "./_scene.js" */
/** @import { Traits } from "./_types.d.ts" */

const LEGEND = 60; // groups up to which each has a button

/**
 * The slider over the blocks and the list of blocks to compare with.
 *
 * @param {Model<Traits>} model
 */
function blockControls(model) {
  const values = { type: "range", min: 0, step: 1, "data-key": "block", "aria-label": "Block" };
  const slider = browserKeys(html("input", values));
  const name = html("span", { class: "tlw-map-block", "aria-hidden": "true" });
  const beside = browserKeys(html("select", { "data-key": "beside" }));
  const besideLabel = html("label", {}, html("span", {}, "Compare with"), beside);
  const element = html("div", { class: "tlw-map-row" }, html("span", {}, "Block"), slider, name, besideLabel);
  slider.addEventListener("input", () => model.set("value", model.get("names")[Number(slider.value)]));
  slider.addEventListener("change", () => model.save_changes());
  beside.addEventListener(
    "change",
    () => put(model, "beside", model.get("names")[Number(beside.value)] ?? ""),
  );

  function draw() {
    const names = model.get("names");
    const value = model.get("value");
    element.hidden = names.length < 2;
    slider.max = String(Math.max(0, names.length - 1));
    slider.value = String(names.indexOf(value));
    slider.setAttribute("aria-valuetext", value);
    name.textContent = value;
    const blocks = names.map((text, k) => ({ value: String(k), text, family: "" }));
    fillSelect(beside, [{ value: "-1", text: "none", family: "" }, ...blocks]);
    beside.value = String(names.indexOf(model.get("beside")));
  }
  return { element, draw };
}

/**
 * What stands above the maps.
 *
 * @param {Model<Traits>} model
 * @param {Scene} scene
 * @param {HTMLElement} box  of the view, which gets the title as its name
 */
export function mapHead(model, scene, box) {
  const title = html("div", { class: "tlw-title" });
  const blocks = blockControls(model);
  const choose = (/** @type {number} */ k) => put(model, "color_by", k ? "domain" : "class");
  const colors = choice("Colour and shape", "colors", choose);
  const said = html("div", { role: "status" });

  /** What is said of a block: nothing of one that is not there. */
  function sentence(/** @type {string} */ name) {
    const k = scene.block(name);
    return k < 0 ? [] : [html("div", {}, model.get("_words")[k]?.[model.get("color_by")] ?? "")];
  }
  function draw() {
    const value = model.get("value");
    nameWidget(title, box, model.get("label"));
    box.dataset.value = value;
    blocks.draw();
    colors.element.hidden = !model.get("_domains").length;
    colors.draw(["class", "domain"], model.get("color_by") === "class" ? 0 : 1);
    said.replaceChildren(...(scene.points.limits ? [model.get("beside"), value].flatMap(sentence) : []));
  }
  return { elements: [title, blocks.element, colors.element, said], draw };
}

/**
 * A button for each group.
 *
 * @param {Model<Traits>} model
 * @param {Scene} scene
 */
export function groupLegend(model, scene) {
  const element = html("div", { class: "tlw-map-legend", role: "group", "aria-label": "Show one group" });

  /**
   * @param {Group} group
   * @param {number} k
   */
  function button({ name, shape, color }, k) {
    const image = svg("svg", { width: 14, height: 14, "aria-hidden": "true" });
    svg("path", { d: markerPath(shape, 7, 7, 4.4), style: `fill: var(--tlw-c-${color})` }, image);
    const isOnly = model.get("only") === name;
    const values = { type: "button", "data-key": `only-${k}`, "aria-pressed": isOnly };
    const made = html("button", values, image, name);
    made.addEventListener("click", () => put(model, "only", isOnly ? "" : name));
    return made;
  }

  function draw() {
    const by = model.get("color_by");
    const count = scene.points.counts(by);
    const buttons = scene.points.groups(by).flatMap((group, k) => (count[k] ? [{ group, k }] : []));
    element.hidden = buttons.length < 2 || buttons.length > LEGEND;
    if (element.hidden) return;
    const { activeElement } = document;
    const had = activeElement instanceof HTMLElement && element.contains(activeElement)
      ? activeElement.dataset.key
      : undefined;
    element.replaceChildren(...buttons.map(({ group, k }) => button(group, k)));
    if (!had) return;
    const next = /** @type {HTMLElement | null} */ (element.querySelector(`[data-key="${had}"]`));
    next?.focus({ preventScroll: true });
  }
  return { element, draw };
}
