// LayerView: the channels of a layer for an image, and what excites one of them.
import {
  alone,
  choice,
  focusKeeper,
  html,
  listen,
  nameWidget,
  numbers,
  oncePerFrame,
  put,
  together,
} from "../_shared.js";
import { followTheme } from "../_canvas.js";
import { sender } from "../_handle.js";
import { spriteTiles } from "../_sprite.js";
import { ChannelList } from "./_channels.js";
import { imageStrip, layerChooser } from "./_controls.js";
import { detailParts } from "./_detail.js";
import { readColors } from "./_drawing.js";
import { Look, missingWords } from "./_look.js";

/** @import { Model, View } from "../_types.d.ts" */
/** @import { Order, Traits } from "./_types.d.ts" */

/** @type {Order[]} */
const ORDERS = ["channel", "response"];

/**
 * The layer that is shown; null before it was run.
 *
 * @param {Model<Traits>} model
 */
function readLook(model) {
  const sent = model.get("_records")[model.get("value")];
  if (!sent) return null;
  return new Look({
    ...sent,
    maps: numbers(sent.maps, Int8Array),
    scores: numbers(sent.scores, Float32Array),
    filters: numbers(sent.filters, Int8Array),
    state: numbers(sent.state, Uint8Array),
  });
}

/**
 * The channels, and beside them the chosen one.
 *
 * @param {ChannelList} list
 */
function makeBody(list) {
  const scale = html("div", { class: "tlw-scale", "aria-hidden": "true" });
  scale.append("negative", html("i", { class: "tlw-see-ramp" }), "strongest for any image");
  const detail = html("div", { class: "tlw-see-detail" });
  const left = html("div", { class: "tlw-see-left" }, ...list.elements, scale);
  return { element: html("div", { class: "tlw-see-body" }, left, detail), detail };
}

/** @param {View<Traits>} view */
function layerView({ model, el }) {
  const send = sender(model);
  const tiles = spriteTiles(model.get("_sprite"), model.get("_sprite_form"));
  const title = html("div", { class: "tlw-title" });
  const layers = layerChooser(model);
  const orders = choice("Order", "order", (index) => put(model, "order", ORDERS[index]));
  const strip = imageStrip(model, tiles);
  const said = html("div", { role: "status" });
  const channels = new ChannelList((channel) => {
    model.set("channel", channel);
    send.soon();
  });
  const body = makeBody(channels);
  const box = html("div", { class: "tlw tlw-see", role: "group" });
  box.append(title, layers.element, strip.element, orders.element, said, body.element);
  el.append(box);
  let colors = readColors(box);
  /** @type {Look | null} */
  let look = null;

  /** The page of the shown channel, and the channel. */
  function drawChannel() {
    if (!look) return;
    // the layer before may have had more channels; Python says the same once the layer was run
    const channel = Math.min(model.get("channel"), look.channels - 1);
    const at = { image: model.get("image"), channel };
    box.dataset.channel = String(channel);
    channels.show({ look, order: look.order(model.get("order"), at.image), at, colors });
    body.detail.replaceChildren(...detailParts(look, at, { tiles, names: model.get("_names"), colors }));
  }
  function say() {
    const [value, problem] = [model.get("value"), model.get("_problem")];
    const layer = model.get("_layers").find(({ name }) => name === value);
    said.textContent = look?.sentence(layer?.kind ?? "") ?? missingWords(value, problem, !alone(model));
    box.setAttribute("aria-busy", String(!look && !problem && !alone(model)));
  }
  function drawLayer() {
    look = readLook(model);
    box.dataset.value = model.get("value");
    layers.draw(look !== null);
    body.element.hidden = orders.element.hidden = !look;
    say();
    if (look) orders.draw(["number", "strongest first"], ORDERS.indexOf(model.get("order")));
    drawChannel();
  }
  function onImage() {
    strip.mark();
    drawChannel();
  }
  function onChannel() {
    if (look && model.get("channel") < look.channels) drawChannel();
  }
  function onColors() {
    colors = readColors(box);
    drawChannel();
  }
  const head = () => nameWidget(title, box, model.get("label"));
  function drawAll() {
    head();
    strip.draw();
    drawLayer();
  }

  drawAll();
  const stopListening = listen(model, [
    ["value _records _problem order", drawLayer],
    ["image", onImage],
    ["channel", onChannel],
    ["label", head],
    ["_layers _names", oncePerFrame(box, drawAll)],
  ]);
  return { box, stop: together(followTheme(onColors), send.now, tiles.forget, stopListening) };
}

export default () => {
  const attend = focusKeeper();

  /** @param {View<Traits>} view */
  function render(view) {
    const { box, stop } = layerView(view);
    attend(box, view.model);
    return stop;
  }

  return { render };
};
