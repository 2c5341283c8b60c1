// @ts-nocheck: not yet
// deno-lint-ignore-file house/function-length
// ScoreScatter: a score against the truth.
import {
  asTable,
  choice,
  focusKeeper,
  followWidth,
  html,
  numbers,
  oncePerFrame,
  ownKeys,
  svg,
} from "../_shared.js";
import { markerPath } from "../_paths.js";
import { ticks } from "../_scales.js";

const LEFT = 48;
const RIGHT = 14;
const TOP = 10;
const BOTTOM = 38;
const NAMED = 60; // candidates up to which names are written where there is room
const ROWS = 400; // rows of the table, the best first
const MANY = 1200; // candidates from which points are drawn small

const meets = (a, b) => a[0] < b[2] && b[0] < a[2] && a[1] < b[3] && b[1] < a[3];
const short = (v) => (Number.isFinite(v) ? String(+v.toPrecision(4)) : "no number");

export default () => {
  const attend = focusKeeper();

  function render({ model, el }) {
    const title = html("div", { class: "tlw-title" });
    const scores = choice("Score", "score", (index) => set("value", model.get("names")[index]));
    const said = html("div", { role: "status" });
    const holder = html("div", { class: "tlw-plot" });
    const plot = svg("svg", {}, holder);
    const background = svg("g", { "aria-hidden": "true" }, plot);
    const area = svg("rect", { class: "tlw-area" }, plot);
    const points = svg("g", { "aria-hidden": "true" }, plot);
    const slider = svg("g", { role: "slider", tabindex: 0, "data-key": "points" }, plot);
    const here = svg("circle", { r: 9, class: "tlw-here" }, slider);
    const nameHere = svg("text", { class: "tlw-name tlw-name-here", "aria-hidden": "true" }, plot);
    points.style.pointerEvents = "none";
    slider.style.pointerEvents = "none";
    nameHere.style.pointerEvents = "none";
    const legend = html("div", { class: "tlw-legend", "aria-hidden": "true" });
    const tip = html("div", { class: "tlw-tip" });
    const table = asTable(rowsOf);
    const empty = html("div", { class: "tlw-empty" }, "No candidate has a finite score.");
    const box = html("div", { class: "tlw tlw-scatter", role: "group" });
    box.append(title, scores.element, said, holder, empty, legend, tip, table.element);
    el.append(box);
    attend(box, model);

    let width = 0;
    let [all, truth, group] = [[], [], []];
    let x = []; // of the shown score
    let order = []; // candidates with finite numbers, from the lowest score to the highest
    let named = []; // names that are written, with the room they take
    let [X, Y] = [() => 0, () => 0];

    function set(name, value) {
      model.set(name, value);
      model.save_changes();
    }

    function read() {
      all = numbers(model.get("_values"), Float64Array);
      truth = numbers(model.get("_truth"), Float64Array);
      group = numbers(model.get("_group"), Int32Array);
    }

    /** Everything that depends on the score and not on the width. */
    function sort() {
      const n = truth.length;
      const k = model.get("names").indexOf(model.get("value"));
      x = all.subarray(k * n, (k + 1) * n);
      order = Array.from(x.keys()).filter((i) => Number.isFinite(x[i]) && Number.isFinite(truth[i]));
      order.sort((a, b) => x[a] - x[b] || a - b);
    }

    /** Rank within the group, 1 for the best, and the size of the group. Only asked for one candidate at a time. */
    function rank(i, values) {
      let [place, size] = [1, 0];
      for (const other of order) {
        if (group[other] !== group[i]) continue;
        size += 1;
        if (values[other] > values[i]) place += 1;
      }
      return `${place} of ${size}`;
    }

    function words(i) {
      const name = model.get("_groups")[group[i]].name;
      const where = name ? ` (${name})` : "";
      return (
        `${model.get("_labels")[i]}${where}: ${model.get("value")} ${short(x[i])}, rank ${rank(i, x)}; ` +
        `${model.get("truth_name")} ${short(truth[i])}, rank ${rank(i, truth)}`
      );
    }

    function range(values) {
      let low = Infinity;
      let high = -Infinity;
      for (const i of order) {
        low = Math.min(low, values[i]);
        high = Math.max(high, values[i]);
      }
      const room = (high - low) * 0.06 || Math.abs(high) * 0.1 || 1;
      return [low - room, high + room];
    }

    function drawPoints() {
      const nothing = !order.length;
      for (const part of [holder, legend, tip]) part.hidden = nothing;
      empty.hidden = !nothing;
      if (nothing || !width) return;
      const height = Math.round(Math.max(220, Math.min(360, width * 0.55)));
      plot.setAttribute("width", width);
      plot.setAttribute("height", height);
      plot.setAttribute("viewBox", `0 0 ${width} ${height}`);
      for (
        const [key, value] of Object.entries({
          x: LEFT,
          y: TOP,
          width: width - LEFT - RIGHT,
          height: height - TOP - BOTTOM,
        })
      ) {
        area.setAttribute(key, value);
      }
      const [x0, x1] = range(x);
      const [y0, y1] = range(truth);
      X = (v) => LEFT + ((v - x0) / (x1 - x0)) * (width - LEFT - RIGHT);
      Y = (v) => height - BOTTOM - ((v - y0) / (y1 - y0)) * (height - TOP - BOTTOM);
      const lines = [];
      for (const v of ticks(x0, x1, width < 500 ? 4 : 7)) {
        lines.push(svg("line", { x1: X(v), x2: X(v), y1: TOP, y2: height - BOTTOM, class: "tlw-line" }));
        lines.push(
          svg("text", { x: X(v), y: height - BOTTOM + 15, "text-anchor": "middle" }, null, short(v)),
        );
      }
      for (const v of ticks(y0, y1, 5)) {
        lines.push(svg("line", { x1: LEFT, x2: width - RIGHT, y1: Y(v), y2: Y(v), class: "tlw-line" }));
        lines.push(svg("text", { x: LEFT - 6, y: Y(v) + 4, "text-anchor": "end" }, null, short(v)));
      }
      lines.push(
        svg(
          "text",
          { x: width - RIGHT, y: height - 6, "text-anchor": "end", class: "tlw-axis" },
          null,
          model.get("value"),
        ),
      );
      lines.push(
        svg("text", { x: LEFT + 6, y: TOP + 11, class: "tlw-axis tlw-name" }, null, model.get("truth_name")),
      );
      background.replaceChildren(...lines);

      const groups = model.get("_groups");
      const radius = order.length > MANY ? 2 : 4.5;
      const paths = groups.map(() => []);
      const best = new Int32Array(groups.length).fill(-1);
      for (const i of order) {
        paths[group[i]].push(
          markerPath(groups[group[i]].shape, +X(x[i]).toFixed(1), +Y(truth[i]).toFixed(1), radius),
        );
        best[group[i]] = i; // order ends with the highest score
      }
      named = [];
      const parts = groups.map((g, k) =>
        svg("path", {
          d: paths[k].join(""),
          style: `fill: var(--tlw-c-${g.color})`,
          "fill-opacity": order.length > MANY ? 0.6 : 0.9,
        })
      );
      for (const i of best) {
        if (i >= 0) parts.push(svg("circle", { cx: X(x[i]), cy: Y(truth[i]), r: 8, class: "tlw-pick" }));
      }
      if (order.length <= NAMED) parts.push(...writeNames());
      points.replaceChildren(...parts);
      legend.replaceChildren(
        ...(groups.length > 1 && groups.length <= 12 ? groups.map((g) => swatch(g)) : []),
        html("span", {}, ring(), "highest score"),
      );
      mark();
    }

    /** Names beside their points, the best first; those that would cover something are left out. */
    function writeNames() {
      const taken = order.map((i) => [X(x[i]) - 5, Y(truth[i]) - 5, X(x[i]) + 5, Y(truth[i]) + 5]);
      named = [];
      for (const i of [...order].reverse()) {
        const name = model.get("_labels")[i];
        const wide = [...name].length * 6.4;
        const [px, py] = [X(x[i]), Y(truth[i])];
        for (
          const [from, to, anchor, at] of [[px + 11, px + 11 + wide, "start", px + 11], [
            px - 11 - wide,
            px - 11,
            "end",
            px - 11,
          ]]
        ) {
          const room = [from, py - 5, to, py + 5];
          if (from < LEFT || to > width - 2 || taken.some((t) => meets(t, room))) continue;
          taken.push(room);
          named.push({
            i,
            room,
            text: svg("text", { x: at, y: py + 4, "text-anchor": anchor, class: "tlw-name" }, null, name),
          });
          break;
        }
      }
      return named.map(({ text }) => text);
    }

    function swatch(g) {
      const picture = svg("svg", { width: 14, height: 14 });
      svg("path", { d: markerPath(g.shape, 7, 7, 4.5), style: `fill: var(--tlw-c-${g.color})` }, picture);
      return html("span", {}, picture, g.name);
    }
    function ring() {
      const picture = svg("svg", { width: 16, height: 16 });
      svg("circle", { cx: 8, cy: 8, r: 6.5, class: "tlw-pick" }, picture);
      return picture;
    }

    /** The candidate that is described. */
    function mark() {
      const point = model.get("point");
      const at = order.indexOf(point);
      const i = at >= 0 ? point : order[order.length - 1];
      const text = i === undefined ? "" : words(i);
      box.dataset.point = point ?? "";
      tip.textContent = at >= 0 ? text : "Point at a candidate, or move through them with the arrow keys.";
      const state = { min: 1, max: Math.max(1, order.length), now: (at >= 0 ? at : order.length - 1) + 1 };
      for (const [key, value] of Object.entries(state)) slider.setAttribute(`aria-value${key}`, value);
      slider.setAttribute("aria-valuetext", text);
      slider.setAttribute("aria-label", `Candidates by ${model.get("value")}`);
      if (i === undefined || !width) return;
      here.setAttribute("cx", X(x[i]));
      here.setAttribute("cy", Y(truth[i]));
      here.setAttribute("visibility", at >= 0 || document.activeElement === slider ? "visible" : "hidden");
      nameHere.textContent = at >= 0 ? model.get("_labels")[i] : "";
      const left = X(x[i]) > width * 0.7;
      nameHere.setAttribute("x", X(x[i]) + (left ? -13 : 13));
      nameHere.setAttribute("y", Y(truth[i]) + 4);
      nameHere.setAttribute("text-anchor", left ? "end" : "start");
      const wide = [...nameHere.textContent].length * 7;
      const [px, py] = [X(x[i]), Y(truth[i])];
      const room = [left ? px - 13 - wide : px - 9, py - 9, left ? px + 9 : px + 13 + wide, py + 9];
      for (const { i: owner, room: other, text: name } of named) {
        name.setAttribute(
          "visibility",
          at >= 0 && (owner === i || meets(room, other)) ? "hidden" : "visible",
        );
      }
    }

    let timer = 0;
    function send() {
      clearTimeout(timer);
      timer = 0;
      model.save_changes();
    }
    function go(to) {
      if (!order.length) return;
      const i = order[Math.max(0, Math.min(order.length - 1, to))];
      if (i === model.get("point")) return;
      model.set("point", i);
      clearTimeout(timer);
      timer = setTimeout(send, 60);
    }
    const place = () => {
      const at = order.indexOf(model.get("point"));
      return at >= 0 ? at : order.length;
    };
    const page = () => Math.max(1, Math.round(order.length / 10));
    ownKeys(slider, {
      ArrowRight: () => go(place() + 1),
      ArrowUp: () => go(place() + 1),
      ArrowLeft: () => go(place() - 1),
      ArrowDown: () => go(place() - 1),
      PageUp: () => go(place() + page()),
      PageDown: () => go(place() - page()),
      Home: () => go(0),
      End: () => go(order.length - 1),
      Escape: () => set("point", null),
    });
    slider.addEventListener("focus", mark);
    slider.addEventListener("blur", mark);

    function nearest(event) {
      const rect = plot.getBoundingClientRect(); // may be scaled: a zoomed page, a slide
      const factor = width / rect.width;
      const [px, py] = [(event.clientX - rect.left) * factor, (event.clientY - rect.top) * factor];
      let found = -1;
      let least = 24 ** 2;
      for (const i of order) {
        const distance = (X(x[i]) - px) ** 2 + (Y(truth[i]) - py) ** 2;
        if (distance < least) [found, least] = [i, distance];
      }
      return found;
    }
    area.addEventListener("pointermove", (event) => {
      const i = nearest(event);
      tip.textContent = words(i >= 0 ? i : (model.get("point") ?? order[order.length - 1]));
    });
    area.addEventListener("pointerleave", mark);
    area.addEventListener("click", (event) => {
      const i = nearest(event);
      slider.focus({ preventScroll: true });
      set("point", i >= 0 ? i : null);
    });

    function rowsOf() {
      const names = model.get("names");
      const n = truth.length;
      const several = model.get("_groups").length > 1;
      const sorted = Array.from(truth.keys()).sort((a, b) => truth[b] - truth[a]).slice(0, ROWS);
      const rows = sorted.map((i) => [
        model.get("_labels")[i],
        ...(several ? [model.get("_groups")[group[i]].name] : []),
        short(truth[i]),
        ...names.map((_, k) => short(all[k * n + i])),
      ]);
      return { head: ["candidate", ...(several ? ["group"] : []), model.get("truth_name"), ...names], rows };
    }

    function head() {
      const names = model.get("names");
      const rho = model.get("_rho");
      title.textContent = model.get("label");
      box.setAttribute("aria-label", model.get("label"));
      const titles = names.map((name, k) =>
        `${name} (ρ ${rho[k] === null ? "–" : rho[k].toFixed(2).replace("-", "−")})`
      );
      scores.draw(titles, names.indexOf(model.get("value")));
      said.textContent = model.get("_words")[names.indexOf(model.get("value"))] ?? "";
      box.dataset.value = model.get("value");
    }

    const onScore = () => {
      sort();
      head();
      drawPoints();
    };
    const redraw = oncePerFrame(box, () => {
      read();
      onScore();
      table.draw();
    });
    const listeners = [
      ["change:value", onScore],
      ["change:point", mark],
      ["change:label", head],
      ...["names", "_values", "_truth", "_group", "_groups", "_labels", "_words"].map((
        name,
      ) => [`change:${name}`, redraw]),
    ];
    listeners.forEach(([name, action]) => model.on(name, action));
    read();
    onScore();
    mark();
    const stopFollowing = followWidth(box, (now) => {
      width = now;
      drawPoints();
    });
    return () => {
      stopFollowing();
      if (timer) send();
      listeners.forEach(([name, action]) => model.off(name, action));
    };
  }

  return { render };
};
