// DecisionGrid: a strategy for every kind of target, and the regret of the choice.
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
import { cellTable, labelCell } from "./_cells.js";
import { choose, Decisions, sameCell } from "./_decisions.js";

/** @import { Model, View } from "../_types.d.ts" */
/** @import { Cell, Traits } from "./_types.d.ts" */

/**
 * The open cell, or null.
 *
 * @param {Model<Traits>} model
 * @returns {Cell | null}
 */
function opened(model) {
  const [row, column] = model.get("cell");
  return row === undefined || column === undefined ? null : [row, column];
}

/**
 * The open cell: its strategies to choose from and, after the choice, what each of them gave.
 *
 * @param {Model<Traits>} model
 */
function cellDetail(model) {
  const strategies = choice("", "strategy", (index) => {
    const cell = opened(model);
    if (!cell) return;
    const { strategy } = new Decisions(model.get("_runs"), []).in(cell)[index];
    put(model, "value", choose(model.get("value"), cell, strategy));
  });
  const said = html("div", { role: "status" });
  const bars = html("div", {});
  const element = html("div", { class: "tlw-detail" }, strategies.element, said, bars);

  /** @type {(cell: Cell | null, decisions: Decisions, width: number) => void} */
  function show(cell, decisions, width) {
    element.hidden = !cell;
    if (!cell) return;
    const runs = decisions.in(cell);
    const mine = decisions.outcome(cell)?.mine;
    strategies.rename(`${cell.join(", ")}: which strategy?`);
    strategies.draw(runs.map((run) => run.strategy), mine ? runs.indexOf(mine) : -1);
    said.textContent = decisions.verdict(cell);
    if (!mine || !width) {
      bars.replaceChildren();
      return;
    }
    const plot = svg("svg", {});
    const series = runs.map((run) => ({ ...run, name: run.strategy, mark: run === mine ? "▸" : "" }));
    runBars(plot, width - 24, series);
    bars.replaceChildren(plot);
  }
  return { element, show };
}

/** @param {View<Traits>} view */
function decisionView({ model, el }) {
  const decisions = () => new Decisions(model.get("_runs"), model.get("value"));
  const title = html("div", { class: "tlw-title" });
  const holder = html("div", {});
  const detail = cellDetail(model);
  const foot = html("div", { class: "tlw-tip" });
  const table = asTable(() => decisions().table(model.get("_axes")));
  const empty = html("div", { class: "tlw-empty" }, "Nothing was measured.");
  const box = html("div", { class: "tlw tlw-decision", role: "group" });
  box.append(title, holder, empty, detail.element, foot, table.element);
  el.append(box);
  let width = 0;
  /** @type {{ button: HTMLElement, cell: Cell }[]} */
  let buttons = [];

  const showCell = () => detail.show(opened(model), decisions(), width);

  /** @param {Cell} cell */
  function toggle(cell) {
    put(model, "cell", sameCell(model.get("cell"), cell) ? [] : cell);
  }
  function build() {
    const names = { rows: model.get("rows"), columns: model.get("columns"), axes: model.get("_axes") };
    const made = cellTable(names, (cell) => decisions().in(cell).length > 0, toggle);
    buttons = made.buttons;
    holder.replaceChildren(made.element);
  }
  function paint() {
    const now = decisions();
    nameWidget(title, box, model.get("label"));
    for (const { button, cell } of buttons) {
      button.setAttribute("aria-expanded", String(sameCell(model.get("cell"), cell)));
      labelCell(button, cell, now);
    }
    foot.textContent = now.summary(buttons.length);
    box.dataset.choices = String(now.choices.length);
    showCell();
    table.draw();
  }
  function draw() {
    const nothing = !model.get("_runs").length;
    for (const part of [holder, foot, table.element]) part.hidden = nothing;
    empty.hidden = !nothing;
    build();
    paint();
  }
  function resize(/** @type {number} */ now) {
    width = now;
    showCell();
  }

  draw();
  const stopListening = listen(model, [
    ["value cell label", paint],
    ["_runs rows columns _axes", oncePerFrame(box, draw)],
  ]);
  return { box, stop: together(followWidth(box, resize), stopListening) };
}

export default () => {
  const attend = focusKeeper();

  /** @param {View<Traits>} view */
  function render(view) {
    const { box, stop } = decisionView(view);
    attend(box, view.model);
    return stop;
  }

  return { render };
};
