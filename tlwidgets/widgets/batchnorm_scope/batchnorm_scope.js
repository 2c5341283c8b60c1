// @ts-nocheck: not yet
// deno-lint-ignore-file house/function-length
// BatchNormScope: running statistics of BatchNorm layers, step by step, run beside run.
import { asTable, focusKeeper, followWidth, html, numbers, oncePerFrame, svg } from "../_shared.js";
import { markerPath, ticks } from "../_plot.js";
import { axes, bandPath, DASHES, linePath, sizePlot } from "../_axes.js";

const SIGNS = { stayed: "=", moved: "≠", broken: "!", none: "–" };
const CHARTS = [
  { name: "mean: distance in standard deviations", row: 0 },
  { name: "variance: × what it was", row: 1 },
];

export default () => {
  const attend = focusKeeper();

  function render({ model, el }) {
    const title = html("div", { class: "tlw-title" });
    const select = html("select", { "data-key": "layer", "aria-label": "Layer" });
    const row = html(
      "div",
      { class: "tlw-scope-row" },
      html("span", { "aria-hidden": "true" }, "Layer"),
      select,
    );
    const list = html("ul", { class: "tlw-scope-list" });
    const said = html("div", { role: "status" }, list);
    const plots = CHARTS.map(() => svg("svg", { role: "img" }));
    const body = html("div", { class: "tlw-scope-body" }, ...plots.map((plot) => html("div", {}, plot)));
    const empty = html("div", { class: "tlw-empty" }, "No run yet: give fit the callback of this widget.");
    const table = asTable(rowsOf);
    const box = html("div", { class: "tlw tlw-scope", role: "group" });
    box.append(title, row, body, empty, said, table.element);
    el.append(box);
    attend(box, model);

    let width = 0;
    let runs = [];

    function read() {
      runs = model.get("_runs").map((run) => ({
        ...run,
        steps: numbers(run.steps, Int32Array),
        rows: numbers(run.rows, Float32Array),
      }));
    }
    /** Points [step, low, middle, high] of a layer of a run. */
    function points(run, which, layer = model.get("value")) {
      const at = run.layers.indexOf(layer);
      if (at < 0) return [];
      return Array.from(run.steps, (step, i) => {
        const start = ((i * run.layers.length + at) * 2 + which) * 3;
        return [step, run.rows[start], run.rows[start + 1], run.rows[start + 2]];
      });
    }

    function drawChart(plot, { name, row: which }) {
      const w = width >= 620 ? Math.floor((width - 16) / 2) : width;
      const height = 210;
      sizePlot(plot, w, height);
      const lines = runs.map((run) => points(run, which));
      const last = Math.max(1, ...runs.map((run) => run.steps[run.steps.length - 1] ?? 0));
      const finite = lines.flat().flatMap((p) => p.slice(1)).filter((v) => Number.isFinite(v));
      let y = { low: 0, high: Math.max(0.1, ...finite) * 1.05, name };
      if (which) {
        const positive = finite.filter((v) => v > 0);
        const low = Math.min(0.8, ...positive) / 1.05;
        const high = Math.max(1.25, ...positive) * 1.05;
        const narrow = high / low < 30;
        const at = narrow
          ? [0.1, 0.2, 0.5, 0.8, 1, 1.25, 2, 5, 10, 20].filter((v) => v >= low && v <= high)
          : null;
        const few = at && at.length > 5 ? at.filter((v) => v !== 0.8 && v !== 1.25) : at;
        y = {
          low,
          high,
          log: true,
          name,
          text: (v) => `× ${+v.toPrecision(3)}`,
          ...(few ? { at: few } : {}),
        };
      }
      const { X, Y, parts } = axes({
        width: w,
        height,
        left: 52,
        top: 22,
        x: { low: 0, high: last, name: "step", at: ticks(0, last, w < 400 ? 4 : 6, true) },
        y,
      });
      const words = [];
      runs.forEach((run, k) => {
        const line = lines[k];
        if (!line.length) return;
        const ink = `--ink: var(--tlw-c-${run.color})`;
        parts.push(
          svg("path", {
            d: bandPath(line.map(([s, low, , high]) => [s, low, high]), X, Y),
            class: "tlw-scope-band",
            style: ink,
          }),
        );
        parts.push(
          svg("path", {
            d: linePath(line.map(([s, , middle]) => [s, middle]), X, Y),
            class: "tlw-scope-line",
            style: ink,
            "stroke-dasharray": DASHES[k % DASHES.length],
          }),
        );
        // lines that stay lie on each other: their markers are side by side
        const end = line.filter((p) => Number.isFinite(p[2]));
        const wanted = X(end.length ? end[end.length - 1][0] : 0) - k * 14;
        const near = end.reduce(
          (a, b) => (a === null || Math.abs(X(b[0]) - wanted) < Math.abs(X(a[0]) - wanted) ? b : a),
          null,
        );
        if (near) {
          parts.push(
            svg("path", {
              d: markerPath(run.shape, X(near[0]), Y(near[2]), 5),
              class: "tlw-scope-dot",
              style: ink,
            }),
          );
          words.push(
            `${run.name}: ${which ? "× " : ""}${+end[end.length - 1][2].toPrecision(3)} at step ${
              end[end.length - 1][0]
            }`,
          );
        }
      });
      plot.setAttribute("aria-label", `${model.get("value")}, ${name}. ${words.join("; ")}`);
      plot.replaceChildren(...parts);
    }

    function drawList() {
      const words = model.get("_words");
      list.replaceChildren(
        ...runs.map((run, k) => {
          const picture = svg("svg", {
            width: 34,
            height: 14,
            style: `--ink: var(--tlw-c-${run.color})`,
            "aria-hidden": "true",
          });
          svg("path", {
            d: "M1 7H33",
            class: "tlw-scope-line",
            "stroke-dasharray": DASHES[k % DASHES.length],
          }, picture);
          svg("path", { d: markerPath(run.shape, 17, 7, 4.5), class: "tlw-scope-dot" }, picture);
          const sign = html(
            "b",
            { class: `tlw-scope-sign tlw-scope-${run.state}`, "aria-hidden": "true" },
            SIGNS[run.state] ?? "",
          );
          return html("li", {}, picture, sign, html("span", {}, words[k] ?? ""));
        }),
      );
    }

    function rowsOf() {
      const short = (v) => (Number.isFinite(v) ? String(+v.toPrecision(3)) : "no number");
      const rows = runs.flatMap((run) =>
        run.layers.map((layer) => {
          const [mean, variance] = [0, 1].map((which) => points(run, which, layer).at(-1));
          return [
            run.name,
            layer,
            ...(mean ? [mean[0], short(mean[2]), short(variance[2])] : ["–", "–", "–"]),
          ];
        })
      );
      return { head: ["run", "layer", "step", "mean moved by (sd)", "variance ×"], rows };
    }

    function draw() {
      const names = model.get("names");
      title.textContent = model.get("label");
      box.setAttribute("aria-label", model.get("label"));
      box.dataset.value = model.get("value");
      box.dataset.samples = runs.reduce((sum, run) => sum + run.steps.length, 0);
      if (select.dataset.names !== JSON.stringify(names)) {
        select.dataset.names = JSON.stringify(names);
        select.replaceChildren(...names.map((name) => html("option", { value: name }, name)));
      }
      select.value = model.get("value");
      empty.hidden = runs.length > 0;
      table.element.hidden = !runs.length;
      row.hidden = body.hidden = !names.length;
      if (width && names.length) CHARTS.forEach((chart, k) => drawChart(plots[k], chart));
      drawList();
      table.draw();
    }

    select.addEventListener("change", () => {
      model.set("value", select.value);
      model.save_changes();
    });
    select.addEventListener("keydown", (event) => event.stopPropagation());

    const redraw = oncePerFrame(box, () => {
      read();
      draw();
    });
    const listeners = ["value", "label", "names", "_runs", "_words"].map((
      name,
    ) => [`change:${name}`, redraw]);
    listeners.forEach(([name, action]) => model.on(name, action));
    read();
    draw();
    const stopFollowing = followWidth(box, (now) => {
      width = now;
      draw();
    });
    return () => {
      stopFollowing();
      listeners.forEach(([name, action]) => model.off(name, action));
    };
  }

  return { render };
};
