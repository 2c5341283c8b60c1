// @ts-nocheck: not yet
// deno-lint-ignore-file house/function-length
// TransferMatrix: the gain of every source on every target, and the runs behind a cell.
import { asTable, choice, focusKeeper, followWidth, html, oncePerFrame, svg } from "../_shared.js";
import { heatmap, scale } from "../_grid.js";
import { runBars } from "../_bars.js";

const LEVELS = 6;

const signed = (v, digits) => {
  const text = Math.abs(v).toFixed(digits);
  return Number(text) === 0 ? "±0" : `${v < 0 ? "−" : "+"}${text}`;
};

export default () => {
  const attend = focusKeeper();

  function render({ model, el }) {
    const title = html("div", { class: "tlw-title" });
    const method = choice("Method", "method", (index) => set("method", model.get("methods")[index]));
    const matrix = heatmap({
      describe: words,
      onOpen: (i, j) => {
        const cell = [model.get("sources")[i], model.get("targets")[j]];
        set("value", JSON.stringify(cell) === JSON.stringify(model.get("value")) ? [] : cell);
      },
      onClose: () => set("value", []),
    });
    const foot = html("div", { class: "tlw-foot" });
    const detail = html("div", { class: "tlw-detail", role: "status" });
    const numbers = asTable(rowsOf);
    const empty = html("div", { class: "tlw-empty" }, "No cell was measured.");
    const box = html("div", { class: "tlw tlw-transfer", role: "group" });
    box.append(title, method.element, matrix.element, empty, foot, detail, numbers.element);
    el.append(box);
    attend(box, model);

    let width = 0;
    let at = new Map();

    function set(name, value) {
      model.set(name, value);
      model.save_changes();
    }
    const find = (i, j, m) => at.get(`${i}|${j}|${m}`);
    const current = () => model.get("methods").indexOf(model.get("method"));

    function words(i, j) {
      const cell = find(i, j, current());
      return cell?.words ?? `${model.get("sources")[i]} → ${model.get("targets")[j]}: not measured`;
    }

    function opened() {
      const [source, target] = model.get("value");
      const [i, j] = [model.get("sources").indexOf(source), model.get("targets").indexOf(target)];
      return i < 0 || j < 0 ? null : [i, j];
    }

    function paint() {
      const limit = model.get("_limit") || 1;
      const m = current();
      const cells = [];
      model.get("sources").forEach((_, i) => {
        model.get("targets").forEach((__, j) => {
          const cell = find(i, j, m);
          const missing = !cell || cell.gain === null;
          const level = missing
            ? 0
            : Math.max(-LEVELS, Math.min(LEVELS, Math.round((LEVELS * cell.gain) / limit)));
          const text = (room) => (room >= 34 ? signed(cell.gain, 1) : signed(cell.gain, 0));
          cells.push({ i, j, level, missing, text, mark: cell?.sign ?? 0, strong: Boolean(cell?.sign) });
        });
      });
      matrix.paint(cells, opened());
    }

    function openCell() {
      const where = opened();
      box.dataset.value = model.get("value").join(" → ");
      if (!where || !width) return detail.replaceChildren();
      const [i, j] = where;
      const colors = model.get("_colors");
      const series = [{
        name: model.get("baseline_name"),
        color: colors[0],
        runs: model.get("_baseline")[j].runs,
      }];
      model.get("methods").forEach((name, m) => {
        const cell = find(i, j, m);
        if (cell) {
          series.push({ name, color: colors[m + 1], runs: cell.runs, mark: m === current() ? "▸" : "" });
        }
      });
      const plot = svg("svg", {});
      runBars(plot, width - 24, series);
      return detail.replaceChildren(html("div", {}, words(i, j)), plot);
    }

    function rowsOf() {
      const rows = model.get("_cells").map((c) => [
        model.get("sources")[c.s],
        model.get("targets")[c.t],
        model.get("methods")[c.m],
        c.gain === null ? "–" : signed(c.gain, 1),
        c.low === null ? "–" : `${signed(c.low, 1)} to ${signed(c.high, 1)}`,
        c.runs.map((v) => (v === null ? "×" : +v.toPrecision(3))).join(", "),
      ]);
      return { head: ["source", "target", "method", "gain", "95 % interval", "runs"], rows };
    }

    function head() {
      title.textContent = model.get("label");
      box.setAttribute("aria-label", model.get("label"));
      method.element.hidden = model.get("methods").length < 2;
      method.draw(model.get("methods"), current());
      box.dataset.method = model.get("method");
    }

    function all() {
      at = new Map(model.get("_cells").map((cell) => [`${cell.s}|${cell.t}|${cell.m}`, cell]));
      const label = `${model.get("label")}. Arrow keys move, Enter opens a cell.`;
      const names = { rows: model.get("sources"), columns: model.get("targets"), label };
      const nothing = !names.rows.length || !names.columns.length;
      for (const part of [matrix.element, foot, numbers.element]) part.hidden = nothing;
      empty.hidden = !nothing;
      head();
      if (nothing) return;
      const limit = model.get("_limit");
      const levels = Array.from({ length: 2 * LEVELS + 1 }, (_, k) => k - LEVELS);
      foot.replaceChildren(
        scale(signed(-limit, limit < 1 ? 1 : 0), signed(limit, limit < 1 ? 1 : 0), levels),
        html("span", {}, `${model.get("_unit")} against ${model.get("baseline_name")}`),
        html("span", {}, "▲ ▼ settled by the seeds"),
      );
      matrix.name({ ...names, rowTitle: "source", columnTitle: "target" });
      paint();
      openCell();
      numbers.draw();
    }

    const onMethod = () => {
      head();
      paint();
      openCell();
    };
    const onValue = () => {
      matrix.open(opened());
      openCell();
    };
    const redraw = oncePerFrame(box, all);
    const listeners = [
      ["change:method", onMethod],
      ["change:value", onValue],
      ...["label", "baseline_name", "sources", "targets", "methods", "_cells", "_baseline"].map((
        n,
      ) => [`change:${n}`, redraw]),
    ];
    listeners.forEach(([name, action]) => model.on(name, action));
    const where = opened();
    all();
    matrix.open(where);
    const stopFollowing = followWidth(box, (now) => {
      width = now;
      matrix.resize(now);
      openCell();
    });
    return () => {
      stopFollowing();
      listeners.forEach(([name, action]) => model.off(name, action));
    };
  }

  return { render };
};
