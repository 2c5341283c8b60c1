// TrainingPanel: FreezeSlider, learning rate, budget and LiveCurves in one.
import { browserKeys, html, listen, together } from "../_shared.js";
import freezeSlider from "../freeze_slider/freeze_slider.js";
import liveCurves from "../live_curves/live_curves.js";
import { makeActions } from "./_actions.js";
import { makeControls } from "./_controls.js";
import { partOf } from "./_part_model.js";
import { resultsTable } from "./_results.js";

/** @import { Model, View } from "../_types.d.ts" */
/** @import { Row, Traits } from "./_types.d.ts" */

/** The results of the runs: one row per press of Train. */
function makeTable() {
  const values = { class: "tlw-scroll", tabindex: 0, role: "region", "aria-label": "Results of the runs" };
  const element = browserKeys(html("div", values));

  /** @param {Row[]} rows */
  function draw(rows) {
    element.hidden = !rows.length;
    const { head, lines } = resultsTable(rows);
    const top = html("tr", {}, ...head.map((name) => html("th", { scope: "col" }, name)));
    const body = lines.map((cells, i) =>
      html("tr", rows[i].now ? { class: "tlw-now" } : {}, ...cells.map((cell) => html("td", {}, cell)))
    );
    element.replaceChildren(html("table", {}, html("thead", {}, top), html("tbody", {}, ...body)));
    const note = "▸ made with the settings of now";
    if (rows.some((row) => row.now)) element.append(html("div", { class: "tlw-tip" }, note));
  }
  return { element, draw };
}

export default () => {
  const freeze = freezeSlider();
  const curves = liveCurves();

  /** @param {{ model: Model<Traits> }} given */
  function initialize({ model }) {
    return curves.initialize({ model: partOf(model, "_curves_") });
  }

  /** @param {View<Traits>} view */
  function render({ model, el }) {
    const controls = makeControls(model);
    const actions = makeActions(model);
    const table = makeTable();
    const freezeBox = html("div");
    const curvesBox = html("div", { class: "tlw-panel-curves" });
    const box = html("div", { class: "tlw tlw-panel", role: "group", "aria-label": "Training panel" });
    box.append(freezeBox, controls.element, actions.bar, actions.problem, curvesBox, table.element);
    el.append(box);

    function drawState() {
      const [training, stale] = [model.get("training"), model.get("stale")];
      actions.draw();
      box.classList.toggle("tlw-is-stale", stale && !training);
      box.dataset.training = String(training);
      box.dataset.stale = String(stale);
    }
    function drawRuns() {
      const rows = model.get("_rows");
      drawState();
      table.draw(rows);
      curvesBox.hidden = !rows.length && !model.get("training") && !model.get("_curves__runs").length;
    }
    const onAnswer = () => {
      actions.answered();
      drawRuns();
    };
    const parts = together(
      freeze.render({ model: partOf(model, "_freeze_"), el: freezeBox }),
      curves.render({ model: partOf(model, "_curves_"), el: curvesBox }),
    );
    controls.draw();
    drawRuns();
    return together(
      parts,
      listen(model, [
        ["learning_rate per_class seeds epochs _budgets _examples", controls.draw],
        ["training problem", onAnswer],
        ["stale _rows", drawRuns],
      ]),
    );
  }

  return { initialize, render };
};
