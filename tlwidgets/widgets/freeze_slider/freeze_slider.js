// FreezeSlider: a bar for each layer and a boundary between the frozen and the training ones.
import {
  attributes,
  focusKeeper,
  followWidth,
  html,
  listen,
  oncePerFrame,
  put,
  together,
} from "../_shared.js";
import { handle, sender } from "../_handle.js";
import { Drawing } from "./_drawing.js";
import { blocksOf, boundaryWords, layerWords, nextEdge, percent, shortCount, sums } from "./_layers.js";
import { across } from "./_layout.js";

/** @import { CommonTraits, Model, View } from "../_types.d.ts" */
/** @import { Layer } from "./_layers.js" */
/**
 * @typedef {CommonTraits & {
 *   value: number, freeze_batchnorm: boolean, _layers: Layer[], _stale: boolean,
 * }} Traits
 */

let widgets = 0; // makes the identifiers of patterns and clips unique in the page

/**
 * @param {string} name
 * @param {string} text
 */
const swatch = (name, text) => html("span", {}, html("i", { class: `tlw-swatch tlw-swatch-${name}` }), text);

function makeParts() {
  const count = html("strong", { class: "tlw-count" });
  const numbers = html("span", { class: "tlw-numbers" });
  const filled = html("span", { class: "tlw-share-trains" });
  const share = html("span", { class: "tlw-share", "aria-hidden": "true" }, filled);
  const stale = html("span", { class: "tlw-stale", role: "status" });
  const head = html("div", { class: "tlw-head" }, count, numbers, share, stale);
  const holder = html("div", { class: "tlw-holder" });
  const tip = html("div", { class: "tlw-tip" });
  const keep = html("input", { type: "checkbox", "data-key": "keep" });
  const keepLabel = html("label", { class: "tlw-keep" }, keep, html("span", {}, "keep BatchNorm frozen"));
  const dots = html("span", { class: "tlw-key-dots" });
  dots.append(swatch("frozen-batchnorm", "BatchNorm frozen"), swatch("live", "BatchNorm training"));
  const key = html("div", { class: "tlw-key", "aria-hidden": "true" });
  key.append(swatch("frozen", "frozen"), swatch("trains", "trains"), dots);
  const foot = html("div", { class: "tlw-foot" }, keepLabel, key);
  const box = html("div", { class: "tlw tlw-freeze", role: "group", "aria-label": "Freeze layers" });
  box.append(head, holder, tip, foot);
  return { box, holder, count, numbers, filled, stale, tip, keep, keepLabel, dots };
}

class FreezeView {
  /** @param {Model<Traits>} model */
  constructor(model) {
    this.model = model;
    this.parts = makeParts();
    const id = `tlw-freeze-${(widgets += 1)}-${Math.random().toString(36).slice(2, 8)}`;
    this.drawing = new Drawing(this.parts.holder, id);
    this.width = 0;
    this.send = sender(model);
    this.layers = model.get("_layers");
    this.sums = sums(this.layers);
    this.blocks = blocksOf(this.layers);
    this.readLayers();
  }

  readLayers() {
    this.layers = this.model.get("_layers");
    this.sums = sums(this.layers);
    this.blocks = blocksOf(this.layers);
    const any = this.layers.some((layer) => layer.batchnorm);
    this.parts.keepLabel.hidden = !any;
    this.parts.dots.hidden = !any;
  }

  get frozen() {
    const still = this.model.get("freeze_batchnorm");
    return { layers: this.layers, value: this.model.get("value"), still };
  }

  get places() {
    return across(this.layers.length, this.width);
  }

  draw() {
    if (!this.width) return;
    this.drawing.drawBars(this.layers, this.blocks, this.width);
    this.paint();
  }

  paint() {
    const { box, count, numbers, filled, stale, keep } = this.parts;
    const { value, still } = this.frozen;
    const n = this.layers.length;
    const { total } = this.sums;
    const trains = this.sums.trains(value, still);
    const share = percent(trains, total);
    this.drawing.moveTo(this.places.X(value), this.width, still);
    count.textContent = `${value} of ${n} layers frozen`;
    numbers.textContent = `${shortCount(trains)} of ${shortCount(total)} parameters train (${share})`;
    filled.style.width = `${(100 * trains) / Math.max(1, total)}%`;
    attributes(this.drawing.slider, {
      "aria-label": this.model.get("label"),
      "aria-valuemin": 0,
      "aria-valuemax": n,
      "aria-valuenow": value,
      "aria-valuetext": boundaryWords(this.frozen, share),
    });
    keep.checked = still;
    const cue = this.model.get("_stale") ? "compile again to apply" : "";
    if (stale.textContent !== cue) stale.textContent = cue;
    stale.classList.toggle("tlw-on", cue !== "");
    box.dataset.value = String(value);
    this.describe(value);
  }

  /** @param {number} i */
  describe(i) {
    this.parts.tip.textContent = layerWords(this.frozen, i);
  }

  /** @param {number} to */
  move(to) {
    const value = Math.max(0, Math.min(this.layers.length, to));
    if (value === this.model.get("value")) return;
    this.model.set("value", value); // paints through change:value, in all views
    this.send.soon();
  }

  /** Keyboard and pointer. */
  connect() {
    const { model, send, parts: { keep } } = this;
    const { slider, plot } = this.drawing;
    const by = (/** @type {number} */ step) => () => this.move(model.get("value") + step);
    const block = (/** @type {boolean} */ forward) => () =>
      this.move(nextEdge(this.blocks, model.get("value"), forward));
    const grabbed = handle(slider, plot, {
      keys: {
        ArrowRight: by(1),
        ArrowUp: by(1),
        ArrowLeft: by(-1),
        ArrowDown: by(-1),
        PageUp: block(true),
        PageDown: block(false),
        Home: () => this.move(0),
        End: () => this.move(this.layers.length),
      },
      drag: (x) => this.move(Math.round(this.places.at(x))),
      send,
    });
    slider.addEventListener("pointermove", (event) => {
      if (grabbed.held()) return;
      const i = Math.floor(this.places.at(grabbed.place(event)));
      this.describe(Math.max(0, Math.min(this.layers.length - 1, i)));
    });
    slider.addEventListener("pointerleave", () => {
      if (!grabbed.held()) this.describe(model.get("value"));
    });
    keep.addEventListener("change", () => put(model, "freeze_batchnorm", keep.checked));
  }
}

export default () => {
  const attend = focusKeeper();

  /** @param {View<Traits>} view */
  function render({ model, el }) {
    const view = new FreezeView(model);
    const { box, holder } = view.parts;
    el.append(box);
    attend(box, model);
    view.connect();
    const redraw = oncePerFrame(box, () => view.draw());
    const repaint = () => {
      if (view.width && box.isConnected) view.paint();
    };
    const follow = followWidth(holder, (now) => {
      view.width = now;
      view.draw();
    });
    const readAgain = () => {
      view.readLayers();
      redraw();
    };
    return together(
      follow,
      view.send.now,
      listen(model, [["_layers", readAgain], ["value freeze_batchnorm _stale label", repaint]]),
    );
  }

  return { render };
};
