// One view of LiveCurves: its elements, and what is painted when.
import { followWidth, html, oncePerFrame, put, svg } from "../_shared.js";
import { makeControls } from "./_controls.js";
import { panelWidth } from "./_layout.js";
import { makeDifferences, makeLegend } from "./_legend.js";
import { drawPanel } from "./_panel.js";
import { countPoints, curveOf, groupRuns, TRAIN, VALIDATION } from "./_points.js";
import { comparisonHint, comparisonOf } from "./_words.js";

/** @import { Model } from "../_types.d.ts" */
/** @import { Series, Traits } from "./_types.d.ts" */

/**
 * The panels, one per metric, and the differences below them. `make()` when the metrics change, `paint(width)` for new
 * points.
 *
 * @param {Model<Traits>} model
 * @param {Series} series
 */
function makePanels(model, series) {
  const plots = html("div", { class: "tlw-plots" });
  const differences = makeDifferences();
  /** @type {SVGSVGElement[]} */
  let panels = [];

  function make() {
    panels = model.get("metrics").map(() => svg("svg", { role: "img" }));
    plots.replaceChildren(...panels);
  }

  /** @param {number} width of all panels, in pixels */
  function paint(width) {
    const metrics = model.get("metrics");
    const hidden = new Set(model.get("hidden"));
    const shown = groupRuns(model.get("_runs")).filter((line) => !hidden.has(line.key));
    const compared = model.get("_effects") ?? [];
    const comparison = comparisonOf(compared, shown.map((line) => line.key));
    differences.paint(comparison, comparison ? "" : comparisonHint(compared, shown.length));
    metrics.forEach((metric, i) => {
      const lines = shown.map((line) => ({
        ...line,
        train: curveOf(series, line.members, i, TRAIN),
        validation: curveOf(series, line.members, i, VALIDATION),
      }));
      const smoothing = model.get("smoothing");
      drawPanel(panels[i], {
        metric,
        lines,
        smoothing,
        width: panelWidth(width, metrics.length),
        comparison,
      });
    });
  }

  return { plots, differences: differences.element, make, paint };
}

/**
 * What stands around the controls and the panels: title, gaps and the curves in words.
 *
 * @param {Model<Traits>} model
 */
function makeTexts(model) {
  const title = html("div", { class: "tlw-title" });
  const gaps = html("ul", { class: "tlw-gaps" });
  const words = html("div", { class: "tlw-hidden-text" });

  function paint() {
    title.textContent = model.get("title");
    title.hidden = !model.get("title");
    gaps.replaceChildren(...model.get("_gaps").map((sentence) => html("li", {}, sentence)));
    words.textContent = model.get("text");
  }

  return { title, gaps, words, paint };
}

/**
 * @param {Model<Traits>} model
 * @param {Series} series shared by all views of the model
 */
export function makeView(model, series) {
  const texts = makeTexts(model);
  const controls = makeControls(model);
  const panels = makePanels(model, series);
  const { legend, key, paint: paintLines } = makeLegend((line) => {
    const hidden = model.get("hidden");
    const rest = hidden.filter((other) => other !== line);
    put(model, "hidden", hidden.includes(line) ? rest : [...hidden, line]);
  });
  const box = html("div", { class: "tlw tlw-curves", role: "group" });
  box.append(texts.title, controls.bar, controls.hint, panels.plots, legend, key);
  box.append(panels.differences, texts.gaps, texts.words);

  let width = 0;
  function paintPanels() {
    panels.paint(width);
    box.dataset.points = String(countPoints(series));
    box.dataset.paints = String(Number(box.dataset.paints ?? 0) + 1);
  }
  const redraw = oncePerFrame(box, () => width && paintPanels());

  function paintState() {
    texts.paint();
    controls.paint();
    box.setAttribute("aria-label", model.get("title") || "Learning curves");
    box.dataset.status = model.get("status");
  }
  function paintLegend() {
    paintLines(groupRuns(model.get("_runs")), new Set(model.get("hidden")));
    redraw();
  }
  function remakePanels() {
    panels.make();
    redraw();
  }
  /** Draw now and with every new width. Returns a cleanup function. */
  function start() {
    panels.make();
    paintState();
    paintLegend();
    return followWidth(panels.plots, (now) => {
      width = now;
      paintPanels();
    });
  }

  return { box, start, redraw, paintState, paintLegend, remakePanels };
}
