// ShiftSlider: images, accuracy and calibration under a growing shift.
import {
  asTable,
  browserKeys,
  choice,
  fillSelect,
  focusKeeper,
  followWidth,
  html,
  listen,
  nameWidget,
  oncePerFrame,
  put,
  svg,
  together,
} from "../_shared.js";
import { sender } from "../_handle.js";
import { spriteTiles } from "../_sprite.js";
import { drawLines, drawReliability, legendItems, namedAtEnds } from "./_charts.js";
import { NAMES, rowAt, shiftTable } from "./_measured.js";
import { SeveritySlider } from "./_slider.js";
import { imageStrip } from "./_strip.js";

/** @import { Model, View } from "../_types.d.ts" */
/** @import { Shown, Traits } from "./_types.d.ts" */

/**
 * @param {Model<Traits>} model
 * @returns {Shown}
 */
const readShown = (model) => ({
  kind: model.get("kind"),
  measure: model.get("measure"),
  value: model.get("value"),
  severities: model.get("severities"),
  models: model.get("_models"),
  rows: model.get("_rows"),
  chance: model.get("chance") ?? null,
});

/**
 * The images of the shown severity, and what they are taken for.
 *
 * @param {Model<Traits>} model
 * @param {number} width
 */
function readStrip(model, width) {
  const [kind, value, severities] = [model.get("kind"), model.get("value"), model.get("severities")];
  const count = model.get("_sprite_form").samples ?? 0;
  return {
    first: (model.get("kinds").indexOf(kind) * severities.length + severities.indexOf(value)) * count,
    count,
    side: width && width < 420 ? 44 : 64,
    truth: model.get("_truth"),
    guesses: model.get("_said")[kind]?.[String(value)] ?? [],
  };
}

/**
 * The elements of a view.
 *
 * @param {Model<Traits>} model
 */
function build(model) {
  const title = html("div", { class: "tlw-title" });
  const kinds = browserKeys(html("select", { "data-key": "kind", "aria-label": "Kind of shift" }));
  kinds.addEventListener("change", () => put(model, "kind", kinds.value));
  const caption = html("span", { "aria-hidden": "true" }, "Kind of shift");
  const row = html("div", { class: "tlw-shift-row" }, caption, kinds);
  const measures = choice("Line", "measure", (index) => put(model, "measure", model.get("_measures")[index]));
  const strip = imageStrip();
  const said = html("div", { role: "status", class: "tlw-shift-said" });
  const slider = new SeveritySlider();
  const square = svg("svg", { role: "img" });
  const right = html("div", { class: "tlw-shift-square" }, square);
  const left = html("div", { class: "tlw-shift-lines" }, slider.plot);
  const body = html("div", { class: "tlw-shift-body" }, left, right);
  const legend = html("div", { class: "tlw-shift-legend", "aria-hidden": "true" });
  const table = asTable(() => shiftTable(readShown(model), model.get("_measures")));
  const box = html("div", { class: "tlw tlw-shift", role: "group" });
  box.append(title, row, strip.element, measures.element, said, body, legend, table.element);
  return { title, kinds, measures, strip, said, slider, square, right, legend, table, box };
}

/**
 * Move through the severities.
 *
 * @param {Model<Traits>} model
 * @param {SeveritySlider} slider
 */
function followSlider(model, slider) {
  const send = sender(model);
  const severities = () => model.get("severities");
  slider.follow({
    severities,
    current: () => severities().indexOf(model.get("value")),
    go: (at) => {
      const value = severities()[Math.max(0, Math.min(severities().length - 1, at))];
      if (value === model.get("value")) return;
      model.set("value", value);
      send.soon();
    },
    send,
  });
  return send;
}

/** @param {View<Traits>} view */
function shiftView({ model, el }) {
  const parts = build(model);
  const { slider, strip, legend, measures, kinds, table, box } = parts;
  const tiles = spriteTiles(model.get("_sprite"), model.get("_sprite_form"));
  let width = 0;
  el.append(box);

  function drawHead() {
    nameWidget(parts.title, box, model.get("label"));
    const families = model.get("_families");
    const all = model.get("kinds");
    fillSelect(
      kinds,
      all.map((kind) => ({ value: kind, text: kind.replaceAll("_", " "), family: families[kind] ?? "" })),
    );
    kinds.value = model.get("kind");
    kinds.disabled = all.length < 2;
    const shown = model.get("_measures");
    measures.element.hidden = shown.length < 2;
    measures.draw(shown.map((m) => NAMES[m]), shown.indexOf(model.get("measure")));
  }
  /** Everything that does not depend on the severity. */
  function drawChart() {
    if (!width) return;
    const shown = readShown(model);
    slider.place(drawLines(slider.plot, slider.lines, shown, width));
    legend.hidden = shown.models.length < 2 || namedAtEnds(shown.models, width);
    legend.replaceChildren(...legendItems(shown.models));
  }
  /** Everything that moves with the severity. */
  function paint() {
    const shown = readShown(model);
    const { value, kind, models, measure } = shown;
    box.dataset.value = String(value);
    box.dataset.kind = kind;
    const words = model.get("_words")[kind]?.[String(value)] ?? "";
    parts.said.textContent = words;
    strip.draw(tiles, readStrip(model, width));
    parts.right.hidden = !drawReliability(parts.square, shown, width);
    const heights = models.flatMap(({ name }) => rowAt(shown, name, value)?.[measure]?.[0] ?? []);
    slider.show(value, shown.severities, words, heights);
  }
  function draw() {
    drawHead();
    drawChart();
    paint();
    table.draw();
  }
  function resize(/** @type {number} */ now) {
    width = now;
    drawChart();
    paint();
  }

  const send = followSlider(model, slider);
  draw();
  const stopListening = listen(model, [
    ["value", paint],
    ["kind measure", draw],
    ["label", drawHead],
    ["_rows _models _words severities kinds chance", oncePerFrame(box, draw)],
  ]);
  return { box, stop: together(followWidth(box, resize), send.now, tiles.forget, stopListening) };
}

export default () => {
  const attend = focusKeeper();

  /** @param {View<Traits>} view */
  function render(view) {
    const { box, stop } = shiftView(view);
    attend(box, view.model);
    return stop;
  }

  return { render };
};
