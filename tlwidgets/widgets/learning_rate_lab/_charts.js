// The two charts of one view: over the rates, with the handle, and over the epochs.
import { html, numbers, svg } from "../_shared.js";
import { drawEpochs } from "./_epochs_chart.js";
import { stepAt } from "./_range_test.js";
import { makeHandle } from "./_rate_handle.js";
import { drawRates } from "./_rates_chart.js";

/** @import { Model } from "../_types.d.ts" */
/** @import { Axes, RangeTest, Run, Traits } from "./_types.d.ts" */

const WIDE = 620; // from this width on the charts stand side by side
const SHARE = 0.66; // of the chart over the rates, then
const GAP = 12;
const LOW = 180; // height of the chart over the epochs when it stands below

/**
 * @param {Model<Traits>} model
 * @returns {RangeTest}
 */
export const readTest = (model) => ({
  rates: numbers(model.get("_rates"), Float64Array),
  losses: numbers(model.get("_losses"), Float64Array),
  smoothed: numbers(model.get("_smoothed"), Float64Array),
});

/**
 * `draw(width, test)` draws all that does not move with the rate; `paint(test, run, words)` the rest, `run` being the one
 * whose rate is nearest.
 *
 * @param {Model<Traits>} model
 */
export function makeCharts(model) {
  const plot = svg("svg");
  const lines = svg("g", { "aria-hidden": "true" }, plot);
  /** @type {{ loss: Axes | null, score: Axes | null, height: number }} */
  let drawn = { loss: null, score: null, height: 0 };
  const handle = makeHandle(plot, model, () => drawn.loss ?? drawn.score);
  const epochs = svg("svg", { role: "img" });
  const right = html("div", {}, epochs);
  const body = html("div", { class: "tlw-lab-body" }, html("div", {}, plot), right);
  let width = 0;
  /** @type {Run | null} */
  let shown = null;

  const content = () => ({
    runs: model.get("_runs"),
    metric: model.get("metric"),
    chance: model.get("chance") ?? null,
  });

  /**
   * @param {number} now width of both, in pixels
   * @param {RangeTest} test
   */
  function draw(now, test) {
    if (!now) return;
    width = now;
    const wide = width >= WIDE && model.get("_runs").length > 0;
    const own = wide ? Math.round(width * SHARE) : width;
    const [limits, suggestion] = [model.get("_limits"), model.get("suggestion") ?? null];
    drawn = drawRates(plot, lines, { ...content(), width: own, limits, test, suggestion });
    handle.size(own, drawn.height);
    shown = null;
  }

  /** @param {Run | null} run */
  function drawRun(run) {
    right.hidden = !run;
    if (!run || !width) return;
    const wide = width >= WIDE;
    const size = {
      width: wide ? width - Math.round(width * SHARE) - GAP : width,
      height: wide ? drawn.height : LOW,
    };
    drawEpochs(epochs, run, { ...size, ...content() });
  }

  /**
   * @param {RangeTest} test
   * @param {Run | null} run
   * @param {string} words
   */
  function paint(test, run, words) {
    handle.say(words);
    if (run !== shown) drawRun(run);
    shown = run;
    const frame = drawn.loss ?? drawn.score;
    if (!frame) return;
    const value = model.get("value");
    const loss = drawn.loss ? test.smoothed[stepAt(test.rates, value)] : NaN; // undefined outside the test
    const seen = drawn.loss && Number.isFinite(loss);
    handle.place(frame.X(value), seen ? Math.max(frame.top, frame.Y(loss)) : null);
  }

  return { body, slider: handle.slider, send: handle.send, draw, paint };
}
