// @ts-nocheck: not yet
// deno-lint-ignore-file house/function-length
// DecisionGrid: a strategy for every kind of target, and the regret of the choice.
import { asTable, choice, focusKeeper, followWidth, html, oncePerFrame, svg } from "../_shared.js";
import { runBars } from "../_bars.js";
import { runWords } from "../_runs.js";

export default () => {
  const attend = focusKeeper();

  function render({ model, el }) {
    const title = html("div", { class: "tlw-title" });
    const holder = html("div", {});
    const strategies = choice("", "strategy", choose);
    const said = html("div", { role: "status" });
    const bars = html("div", {});
    const detail = html("div", { class: "tlw-detail" }, strategies.element, said, bars);
    const foot = html("div", { class: "tlw-tip" });
    const table = asTable(rowsOf);
    const empty = html("div", { class: "tlw-empty" }, "Nothing was measured.");
    const box = html("div", { class: "tlw tlw-decision", role: "group" });
    box.append(title, holder, empty, detail, foot, table.element);
    el.append(box);
    attend(box, model);

    let width = 0;
    let buttons = [];
    const same = (a, b) => a[0] === b[0] && a[1] === b[1];
    const inCell = (cell) => model.get("_runs").filter((run) => same(run.cell, cell));
    const chosen = (cell) => model.get("value").find((made) => same(made, cell))?.[2] ?? null;
    const regret = (cell) => {
      const runs = inCell(cell);
      return Math.max(...runs.map((r) => r.mean)) - runs.find((r) => r.strategy === chosen(cell)).mean;
    };

    function choose(index) {
      const cell = model.get("cell");
      const others = model.get("value").filter((made) => !same(made, cell));
      model.set("value", [...others, [...cell, inCell(cell)[index].strategy]]);
      model.save_changes();
    }

    function build() {
      const [rows, columns, axes] = [model.get("rows"), model.get("columns"), model.get("_axes")];
      buttons = [];
      const corner = html("th", { scope: "col" }, `${axes[0]} ↓  ${axes[1]} →`);
      const top = html("tr", {}, corner, ...columns.map((name) => html("th", { scope: "col" }, name)));
      const lines = rows.map((row, i) => {
        const cells = columns.map((column, j) => {
          const cell = [row, column];
          if (!inCell(cell).length) return html("td", { class: "tlw-empty" }, "not measured");
          const button = html("button", { type: "button", "data-key": `cell-${i}-${j}` });
          button.addEventListener("click", () => {
            model.set("cell", same(model.get("cell"), cell) ? [] : cell);
            model.save_changes();
          });
          button.addEventListener("keydown", (event) => event.stopPropagation());
          buttons.push({ button, cell });
          return html("td", {}, button);
        });
        return html("tr", {}, html("th", { scope: "row" }, row), ...cells);
      });
      holder.replaceChildren(
        html("table", { class: "tlw-cells" }, html("thead", {}, top), html("tbody", {}, ...lines)),
      );
    }

    function paint() {
      title.textContent = model.get("label");
      box.setAttribute("aria-label", model.get("label"));
      const open = model.get("cell");
      for (const { button, cell } of buttons) {
        const made = chosen(cell);
        button.setAttribute("aria-expanded", String(same(open, cell)));
        button.setAttribute(
          "aria-label",
          `${cell.join(", ")}: ${made ? `${made}, regret ${regret(cell).toFixed(3)}` : "choose a strategy"}`,
        );
        if (!made) button.replaceChildren("choose a strategy");
        else {
          const cost = regret(cell);
          const words = cost < 0.0005 ? "the best measured" : `regret ${cost.toFixed(3)}`;
          button.replaceChildren(
            html("strong", {}, made),
            html("span", { class: cost < 0.0005 ? "tlw-best" : "tlw-worse" }, words),
          );
        }
      }
      const made = model.get("value");
      const total = buttons.length;
      const mean = made.reduce((sum, one) => sum + regret(one), 0) / Math.max(1, made.length);
      foot.textContent = made.length
        ? `Chosen in ${made.length} of ${total} cells; mean regret ${mean.toFixed(3)}.`
        : "Open a cell and choose before you see what was measured.";
      box.dataset.choices = made.length;
      showCell();
      table.draw();
    }

    function showCell() {
      const cell = model.get("cell");
      detail.hidden = !cell.length;
      if (!cell.length) return;
      const runs = inCell(cell);
      const made = chosen(cell);
      strategies.element.firstChild.textContent = `${cell.join(", ")}: which strategy?`;
      strategies.draw(runs.map((run) => run.strategy), runs.findIndex((run) => run.strategy === made));
      const best = runs.reduce((a, b) => (b.mean > a.mean ? b : a), runs[0]);
      const mine = runs.find((run) => run.strategy === made);
      if (!mine) said.textContent = "";
      else if (best.mean - mine.mean < 0.0005) {
        said.textContent = `${made}: ${runWords(mine.runs)}, the best measured here.`;
      } else {said.textContent = `${made}: ${runWords(mine.runs)}. ${best.strategy} gave ${
          runWords(best.runs)
        }: regret ${(best.mean - mine.mean).toFixed(3)}.`;}
      if (!mine || !width) {
        bars.replaceChildren();
        return;
      }
      const plot = svg("svg", {});
      const mark = (run) => (run === mine ? "▸" : "");
      runBars(
        plot,
        width - 24,
        runs.map((run) => ({ name: run.strategy, color: run.color, runs: run.runs, mark: mark(run) })),
      );
      bars.replaceChildren(plot);
    }

    /** Only the cells in which a choice was made: the table gives nothing away. */
    function rowsOf() {
      const open = model.get("_runs").filter((run) => chosen(run.cell) !== null);
      const rows = open.map((run) => [
        ...run.cell,
        run.strategy + (chosen(run.cell) === run.strategy ? " (chosen)" : ""),
        runWords(run.runs),
        run.runs.map((v) => (v === null ? "×" : +v.toPrecision(3))).join(", "),
      ]);
      return { head: [...model.get("_axes"), "strategy", "accuracy", "runs"], rows };
    }

    function all() {
      const nothing = !model.get("_runs").length;
      for (const part of [holder, foot, table.element]) part.hidden = nothing;
      empty.hidden = !nothing;
      build();
      paint();
    }

    const redraw = oncePerFrame(box, all);
    const listeners = [
      ["change:value", paint],
      ["change:cell", paint],
      ["change:label", paint],
      ...["_runs", "rows", "columns", "_axes"].map((name) => [`change:${name}`, redraw]),
    ];
    listeners.forEach(([name, action]) => model.on(name, action));
    all();
    const stopFollowing = followWidth(box, (now) => {
      width = now;
      showCell();
    });
    return () => {
      stopFollowing();
      listeners.forEach(([name, action]) => model.off(name, action));
    };
  }

  return { render };
};
