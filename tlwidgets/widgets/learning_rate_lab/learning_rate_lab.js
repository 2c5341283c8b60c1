// LearningRateLab: choose a rate on the curve of a range test, see what training did with it.
import { asTable, focusKeeper, followWidth, html, listen, nameWidget, oncePerFrame } from "../_shared.js";
import { put, together } from "../_shared.js";
import { makeCharts, readTest } from "./_charts.js";
import { distance } from "./_range_test.js";
import { nearestRun } from "./_trained.js";
import { rateText, rateWords, shortText } from "./_words.js";

/** @import { Model, View } from "../_types.d.ts" */
/** @import { Traits } from "./_types.d.ts" */

/**
 * The chosen rate, and the button that takes the suggested one. `onTake()` after a press.
 *
 * @param {Model<Traits>} model
 * @param {() => void} onTake
 */
function makeChoice(model, onTake) {
  const chosen = html("strong", { class: "tlw-lab-rate" });
  const take = html("button", { type: "button", "data-key": "take" });
  const row = html("div", { class: "tlw-lab-row" }, html("span", {}, "Learning rate"), chosen, take);
  take.addEventListener("click", () => {
    put(model, "value", /** @type {number} */ (model.get("suggestion"))); // without one there is no button
    onTake();
  });

  function draw() {
    const [value, suggestion] = [model.get("value"), model.get("suggestion") ?? null];
    chosen.textContent = rateText(value);
    take.hidden = suggestion === null;
    if (suggestion === null) return;
    take.textContent = `Take the suggested ${rateText(suggestion)}`;
    take.disabled = distance(suggestion, value) < 1e-6;
  }
  return { row, draw };
}

/**
 * The rate of each block.
 *
 * @param {Model<Traits>} model
 */
function makeFactors(model) {
  const element = html("div", { class: "tlw-lab-factors" });
  function draw() {
    const factors = model.get("_multipliers");
    element.hidden = !factors.length;
    element.replaceChildren(...factors.map(([block, factor]) => {
      const rate = rateText(model.get("value") * factor);
      return html("span", {}, `${block}: ${rate} (× ${shortText(factor)})`);
    }));
  }
  return { element, draw };
}

/** @param {Model<Traits>} model */
function tableOf(model) {
  const rows = model.get("_runs").map((run) => [rateText(run.rate), run.words]);
  return { head: ["rate", `${model.get("metric")} of the runs`], rows };
}

export default () => {
  const attend = focusKeeper();

  /** @param {View<Traits>} view */
  function render({ model, el }) {
    const title = html("div", { class: "tlw-title" });
    const charts = makeCharts(model);
    // the button is off after a press: the focus goes on to the slider
    const choice = makeChoice(model, () => charts.slider.focus({ preventScroll: true }));
    const said = html("div", { role: "status", class: "tlw-lab-said" });
    const factors = makeFactors(model);
    const table = asTable(() => tableOf(model));
    const box = html("div", { class: "tlw tlw-lab", role: "group" });
    box.append(title, choice.row, said, charts.body, factors.element, table.element);
    el.append(box);
    attend(box, model);

    let width = 0;
    let test = readTest(model);
    /** Everything that moves with the rate. */
    function paint() {
      const value = model.get("value");
      const run = nearestRun(model.get("_runs"), value);
      const words = rateWords(value, test, run, model.get("metric"));
      box.dataset.value = String(value);
      said.textContent = words;
      choice.draw();
      factors.draw();
      charts.paint(test, run, words);
    }
    function draw() {
      charts.draw(width, test);
      paint();
    }
    function drawAll() {
      test = readTest(model);
      nameWidget(title, box, model.get("label"));
      table.element.hidden = !model.get("_runs").length;
      draw();
      table.draw();
    }
    drawAll();
    const others = "label metric chance suggestion _rates _losses _smoothed _runs _multipliers _limits";
    const stopFollowing = followWidth(box, (now) => {
      width = now;
      draw();
    });
    return together(
      stopFollowing,
      charts.send.now,
      listen(model, [["value", paint], [others, oncePerFrame(box, drawAll)]]),
    );
  }

  return { render };
};
