// TransferMatrix: the gain of every source on every target, and the runs behind a cell.
import {
  asTable,
  choice,
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
import { runBars } from "../_bars.js";
import { colorScale, Heatmap } from "../_grid.js";
import { Gains, LEVELS, signed } from "./_gains.js";

/** @import { Model, View } from "../_types.d.ts" */
/** @import { Traits } from "./_types.d.ts" */

/** @param {Model<Traits>} model */
const current = (model) => model.get("methods").indexOf(model.get("method"));

/** @param {Model<Traits>} model */
function opened(model) {
  const [source, target] = model.get("value");
  const [i, j] = [model.get("sources").indexOf(source), model.get("targets").indexOf(target)];
  return i < 0 || j < 0 ? null : [i, j];
}

/**
 * What the colours and the triangles mean.
 *
 * @param {Model<Traits>} model
 */
function colorKey(model) {
  const limit = model.get("_limit");
  const digits = limit < 1 ? 1 : 0;
  const levels = Array.from({ length: 2 * LEVELS + 1 }, (_, k) => k - LEVELS);
  return [
    colorScale(signed(-limit, digits), signed(limit, digits), levels),
    html("span", {}, `${model.get("_unit")} against ${model.get("baseline_name")}`),
    html("span", {}, "▲ ▼ settled by the seeds"),
  ];
}

/**
 * The runs behind a cell: of the baseline and of every method that was measured.
 *
 * @param {Model<Traits>} model
 * @param {Gains} gains
 * @param {number[]} where
 */
function seriesOf(model, gains, [i, j]) {
  const [base, ...colors] = model.get("_colors");
  const shown = current(model);
  const measured = model.get("methods").flatMap((name, m) => {
    const cell = gains.find(i, j, m);
    return cell ? [{ name, color: colors[m], runs: cell.runs, mark: m === shown ? "▸" : "" }] : [];
  });
  return [
    { name: model.get("baseline_name"), color: base, runs: model.get("_baseline")[j].runs },
    ...measured,
  ];
}

/**
 * The elements of a view. `gains()` gives what is shown.
 *
 * @param {Model<Traits>} model
 * @param {() => Gains} gains
 */
function build(model, gains) {
  const title = html("div", { class: "tlw-title" });
  const method = choice("Method", "method", (index) => put(model, "method", model.get("methods")[index]));
  const matrix = new Heatmap({
    describe: (i, j) => gains().words(i, j, current(model)),
    onOpen: (i, j) => {
      const cell = [model.get("sources")[i], model.get("targets")[j]];
      put(model, "value", JSON.stringify(cell) === JSON.stringify(model.get("value")) ? [] : cell);
    },
    onClose: () => put(model, "value", []),
  });
  const foot = html("div", { class: "tlw-foot" });
  const detail = html("div", { class: "tlw-detail", role: "status" });
  const table = asTable(() => gains().table());
  const empty = html("div", { class: "tlw-empty" }, "No cell was measured.");
  const box = html("div", { class: "tlw tlw-transfer", role: "group" });
  box.append(title, method.element, matrix.element, empty, foot, detail, table.element);
  return { title, method, matrix, foot, detail, table, empty, box };
}

/** @param {View<Traits>} view */
function transferView({ model, el }) {
  let gains = new Gains([], [], [], []);
  let width = 0;
  const { title, method, matrix, foot, detail, table, empty, box } = build(model, () => gains);
  el.append(box);

  const paint = () => matrix.paint(gains.drawn(current(model), model.get("_limit")), opened(model));

  function drawDetail() {
    const where = opened(model);
    box.dataset.value = model.get("value").join(" → ");
    if (!where || !width) {
      detail.replaceChildren();
      return;
    }
    const plot = svg("svg", {});
    runBars(plot, width - 24, seriesOf(model, gains, where));
    detail.replaceChildren(html("div", {}, gains.words(where[0], where[1], current(model))), plot);
  }
  function drawHead() {
    const methods = model.get("methods");
    nameWidget(title, box, model.get("label"));
    method.element.hidden = methods.length < 2;
    method.draw(methods, current(model));
    box.dataset.method = model.get("method");
  }
  function draw() {
    const [rows, columns] = [model.get("sources"), model.get("targets")];
    gains = new Gains(model.get("_cells"), rows, columns, model.get("methods"));
    const nothing = !rows.length || !columns.length;
    for (const part of [matrix.element, foot, table.element]) part.hidden = nothing;
    empty.hidden = !nothing;
    drawHead();
    if (nothing) return;
    foot.replaceChildren(...colorKey(model));
    const label = `${model.get("label")}. Arrow keys move, Enter opens a cell.`;
    matrix.name({ rows, columns, rowTitle: "source", columnTitle: "target", label });
    paint();
    drawDetail();
    table.draw();
  }
  function drawMethod() {
    drawHead();
    paint();
    drawDetail();
  }
  function drawValue() {
    matrix.open(opened(model));
    drawDetail();
  }
  function resize(/** @type {number} */ now) {
    width = now;
    matrix.resize(now);
    drawDetail();
  }

  draw();
  matrix.open(opened(model));
  const stopListening = listen(model, [
    ["method", drawMethod],
    ["value", drawValue],
    ["label baseline_name sources targets methods _cells _baseline", oncePerFrame(box, draw)],
  ]);
  return { box, stop: together(followWidth(box, resize), stopListening) };
}

export default () => {
  const attend = focusKeeper();

  /** @param {View<Traits>} view */
  function render(view) {
    const { box, stop } = transferView(view);
    attend(box, view.model);
    return stop;
  }

  return { render };
};
