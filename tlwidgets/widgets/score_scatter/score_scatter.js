// ScoreScatter: a score against the truth.
import {
  asTable,
  attributes,
  choice,
  focusKeeper,
  followWidth,
  html,
  listen,
  nameWidget,
  numbers,
  oncePerFrame,
  ownKeys,
  put,
  together,
} from "../_shared.js";
import { sender } from "../_handle.js";
import { Candidates, scoreTitles } from "./_candidates.js";
import { nearest, scatterFrame } from "./_layout.js";
import { ScatterPlot } from "./_plot.js";

/** @import { Model, View } from "../_types.d.ts" */
/** @import { Table, Traits } from "./_types.d.ts" */

const HOW = "Point at a candidate, or move through them with the arrow keys.";

/**
 * @param {Model<Traits>} model
 * @returns {Table}
 */
const readTable = (model) => ({
  names: model.get("names"),
  truthName: model.get("truth_name"),
  labels: model.get("_labels"),
  groups: model.get("_groups"),
  values: numbers(model.get("_values"), Float64Array),
  truth: numbers(model.get("_truth"), Float64Array),
  group: numbers(model.get("_group"), Int32Array),
});

/**
 * Move through the candidates by keyboard. `candidates()` gives what is shown.
 *
 * @param {SVGElement} slider
 * @param {Model<Traits>} model
 * @param {() => Candidates} candidates
 */
function followKeys(slider, model, candidates) {
  const send = sender(model);
  /** @param {number | undefined} point */
  function go(point) {
    if (point === undefined || point === model.get("point")) return;
    model.set("point", point);
    send.soon();
  }
  const step = (/** @type {number} */ by) => () => go(candidates().step(model.get("point"), by));
  const page = () => Math.max(1, Math.round(candidates().order.length / 10));
  ownKeys(slider, {
    ArrowRight: step(1),
    ArrowUp: step(1),
    ArrowLeft: step(-1),
    ArrowDown: step(-1),
    PageUp: () => step(page())(),
    PageDown: () => step(-page())(),
    Home: () => go(candidates().order[0]),
    End: () => go(candidates().top),
    Escape: () => put(model, "point", null),
  });
  return send;
}

/**
 * Show and choose candidates by pointer.
 *
 * @param {ScatterPlot} chart
 * @param {() => Candidates} candidates
 * @param {{ show: (i: number) => void, choose: (i: number) => void, leave: () => void }} actions  -1 is no candidate
 */
function followPointer(chart, candidates, { show, choose, leave }) {
  /** @param {MouseEvent} event */
  function under(event) {
    if (!chart.frame) return -1;
    const rect = chart.plot.getBoundingClientRect(); // may be scaled: a zoomed page, a slide
    const factor = chart.frame.width / rect.width;
    const [x, y] = [(event.clientX - rect.left) * factor, (event.clientY - rect.top) * factor];
    return nearest(candidates().order, chart.frame, x, y);
  }
  chart.area.addEventListener("pointermove", (event) => show(under(event)));
  chart.area.addEventListener("pointerleave", leave);
  chart.area.addEventListener("click", (event) => {
    const i = under(event);
    chart.slider.focus({ preventScroll: true });
    choose(i);
  });
}

/**
 * The elements of a view. `candidates()` gives what is shown.
 *
 * @param {Model<Traits>} model
 * @param {() => Candidates} candidates
 */
function build(model, candidates) {
  const title = html("div", { class: "tlw-title" });
  const scores = choice("Score", "score", (index) => put(model, "value", model.get("names")[index]));
  const said = html("div", { role: "status" });
  const chart = new ScatterPlot();
  const tip = html("div", { class: "tlw-tip" });
  const table = asTable(() => candidates().tableRows());
  const empty = html("div", { class: "tlw-empty" }, "No candidate has a finite score.");
  const box = html("div", { class: "tlw tlw-scatter", role: "group" });
  box.append(title, scores.element, said, chart.element, empty, chart.legend, tip, table.element);
  return { title, scores, said, chart, tip, table, empty, box };
}

/** @param {View<Traits>} view */
function scatterView({ model, el }) {
  let table = readTable(model);
  let candidates = new Candidates(table, model.get("value"));
  let width = 0;
  const parts = build(model, () => candidates);
  const { chart, box, tip } = parts;
  el.append(box);

  /** The candidate that is described. */
  function mark() {
    const point = model.get("point");
    const at = point === null ? -1 : candidates.order.indexOf(point);
    const i = at >= 0 && point !== null ? point : candidates.top;
    const count = candidates.order.length;
    const words = i === undefined ? "" : candidates.words(i);
    box.dataset.point = String(point ?? "");
    tip.textContent = at >= 0 ? words : HOW;
    attributes(chart.slider, {
      "aria-valuemin": 1,
      "aria-valuemax": Math.max(1, count),
      "aria-valuenow": (at >= 0 ? at : count - 1) + 1,
      "aria-valuetext": words,
      "aria-label": `Candidates by ${model.get("value")}`,
    });
    if (i !== undefined) chart.mark(candidates, i, at >= 0);
  }
  function draw() {
    const nothing = !candidates.order.length;
    for (const part of [chart.element, chart.legend, tip]) part.hidden = nothing;
    parts.empty.hidden = !nothing;
    if (!nothing && width) chart.draw(candidates, scatterFrame(candidates, width));
    mark();
  }
  function drawHead() {
    const names = model.get("names");
    const shown = names.indexOf(model.get("value"));
    nameWidget(parts.title, box, model.get("label"));
    parts.scores.draw(scoreTitles(names, model.get("_rho")), shown);
    parts.said.textContent = model.get("_words")[shown] ?? "";
    box.dataset.value = model.get("value");
  }
  function drawScore() {
    candidates = new Candidates(table, model.get("value"));
    drawHead();
    draw();
  }
  const drawAll = oncePerFrame(box, () => {
    table = readTable(model);
    drawScore();
    parts.table.draw();
  });
  function resize(/** @type {number} */ now) {
    width = now;
    draw();
  }

  const send = followKeys(chart.slider, model, () => candidates);
  chart.slider.addEventListener("focus", mark);
  chart.slider.addEventListener("blur", mark);
  followPointer(chart, () => candidates, {
    show: (i) => tip.textContent = candidates.words(i >= 0 ? i : (model.get("point") ?? candidates.top)),
    choose: (i) => put(model, "point", i >= 0 ? i : null),
    leave: mark,
  });
  drawScore();
  const stopListening = listen(model, [
    ["value", drawScore],
    ["point", mark],
    ["label", drawHead],
    ["names _values _truth _group _groups _labels _words", drawAll],
  ]);
  return { box, stop: together(followWidth(box, resize), send.now, stopListening) };
}

export default () => {
  const attend = focusKeeper();

  /** @param {View<Traits>} view */
  function render(view) {
    const { box, stop } = scatterView(view);
    attend(box, view.model);
    return stop;
  }

  return { render };
};
