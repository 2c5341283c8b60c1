// BatchNormScope: running statistics of BatchNorm layers, step by step, run beside run.
import { DASHES } from "../_axes.js";
import { markerPath } from "../_paths.js";
import { asTable, browserKeys, fillSelect, focusKeeper, followWidth, html, listen } from "../_shared.js";
import { nameWidget, numbers, oncePerFrame, put, svg, together } from "../_shared.js";
import { drawChart } from "./_chart.js";
import { countSamples, MEAN, tableOf, VARIANCE } from "./_samples.js";

/** @import { Model, View } from "../_types.d.ts" */
/** @import { Run, Traits } from "./_types.d.ts" */

/** @type {Record<string, string>} */
const SIGNS = { stayed: "=", moved: "≠", broken: "!", none: "–" };
const CHARTS = [
  { name: "mean: distance in standard deviations", statistic: MEAN },
  { name: "variance: × what it was", statistic: VARIANCE },
];
const WIDE = 620; // from this width on the charts stand side by side
const GAP = 16;

/**
 * @param {Model<Traits>} model
 * @returns {Run[]}
 */
const readRuns = (model) =>
  model.get("_runs").map((run) => ({
    ...run,
    steps: numbers(run.steps, Int32Array),
    rows: numbers(run.rows, Float32Array),
  }));

/** @param {Model<Traits>} model */
function makeSelect(model) {
  const select = browserKeys(html("select", { "data-key": "layer", "aria-label": "Layer" }));
  const row = html(
    "div",
    { class: "tlw-scope-row" },
    html("span", { "aria-hidden": "true" }, "Layer"),
    select,
  );
  select.addEventListener("change", () => put(model, "value", select.value));

  function draw() {
    const names = model.get("names");
    fillSelect(select, names.map((name) => ({ value: name, text: name, family: "" })));
    select.value = model.get("value");
    row.hidden = !names.length;
  }
  return { row, draw };
}

/** A line per run: how it looks, whether its statistics have moved, a sentence. */
function makeList() {
  const element = html("ul", { class: "tlw-scope-list" });

  /**
   * @param {Run} run
   * @param {number} k number of the run
   * @param {string} words
   */
  function itemOf({ color, shape, state }, k, words) {
    const style = `--ink: var(--tlw-c-${color})`;
    const swatch = svg("svg", { width: 34, height: 14, style, "aria-hidden": "true" });
    const dashes = DASHES[k % DASHES.length];
    svg("path", { d: "M1 7H33", class: "tlw-scope-line", "stroke-dasharray": dashes }, swatch);
    svg("path", { d: markerPath(shape, 17, 7, 4.5), class: "tlw-scope-dot" }, swatch);
    const name = { class: `tlw-scope-sign tlw-scope-${state}`, "aria-hidden": "true" };
    return html("li", {}, swatch, html("b", name, SIGNS[state] ?? ""), html("span", {}, words));
  }
  /** @type {(runs: Run[], words: string[]) => void} */
  function draw(runs, words) {
    element.replaceChildren(...runs.map((run, k) => itemOf(run, k, words[k] ?? "")));
  }
  return { element, draw };
}

export default () => {
  const attend = focusKeeper();

  /** @param {View<Traits>} view */
  function render({ model, el }) {
    const title = html("div", { class: "tlw-title" });
    const select = makeSelect(model);
    const plots = CHARTS.map(() => svg("svg", { role: "img" }));
    const body = html("div", { class: "tlw-scope-body" }, ...plots.map((plot) => html("div", {}, plot)));
    const empty = html("div", { class: "tlw-empty" }, "No run yet: give fit the callback of this widget.");
    const list = makeList();
    const said = html("div", { role: "status" }, list.element);
    let runs = readRuns(model);
    const table = asTable(() => tableOf(runs));
    const box = html("div", { class: "tlw tlw-scope", role: "group" });
    box.append(title, select.row, body, empty, said, table.element);
    el.append(box);
    attend(box, model);

    let width = 0;
    function drawCharts() {
      body.hidden = !model.get("names").length;
      if (!width || body.hidden) return;
      const own = width >= WIDE ? Math.floor((width - GAP) / 2) : width;
      const layer = model.get("value");
      CHARTS.forEach((chart, k) => drawChart(plots[k], { width: own, runs, layer, ...chart }));
    }
    function draw() {
      nameWidget(title, box, model.get("label"));
      box.dataset.value = model.get("value");
      box.dataset.samples = String(countSamples(runs));
      select.draw();
      empty.hidden = runs.length > 0;
      table.element.hidden = !runs.length;
      drawCharts();
      list.draw(runs, model.get("_words"));
      table.draw();
    }
    const redraw = oncePerFrame(box, () => {
      runs = readRuns(model);
      draw();
    });
    draw();
    const stopFollowing = followWidth(box, (now) => {
      width = now;
      draw();
    });
    return together(stopFollowing, listen(model, [["value label names _runs _words", redraw]]));
  }

  return { render };
};
