// @ts-nocheck: not yet
// deno-lint-ignore-file house/function-length
// ShiftSlider: pictures, accuracy and calibration under a growing shift.
import { asTable, choice, focusKeeper, followWidth, html, oncePerFrame, svg } from "../_shared.js";
import { handle, sender } from "../_handle.js";
import { axes, DASHES, sizePlot } from "../_axes.js";
import { spriteTiles } from "../_sprite.js";
import { bandPath, linePath, markerPath } from "../_paths.js";
import { ticks } from "../_scales.js";

const NAMES = { accuracy: "accuracy", ece: "calibration error", distance: "distance" };

export default () => {
  const attend = focusKeeper();

  function render({ model, el }) {
    const title = html("div", { class: "tlw-title" });
    const kinds = html("select", { "data-key": "kind", "aria-label": "Kind of shift" });
    const row = html(
      "div",
      { class: "tlw-shift-row" },
      html("span", { "aria-hidden": "true" }, "Kind of shift"),
      kinds,
    );
    const measures = choice("Line", "measure", (index) => set("measure", model.get("_measures")[index]));
    const strip = html("ul", { class: "tlw-shift-pictures" });
    const said = html("div", { role: "status", class: "tlw-shift-said" });
    const plot = svg("svg", {});
    const lines = svg("g", { "aria-hidden": "true" }, plot);
    const slider = svg("g", {
      class: "tlw-handle",
      role: "slider",
      tabindex: 0,
      "aria-label": "Severity",
      "data-key": "severity",
    }, plot);
    const area = svg("rect", { x: 0, y: 0, class: "tlw-area" }, slider);
    const cut = svg("line", { class: "tlw-cut" }, slider);
    const rings = svg("g", {}, slider);
    const grip = svg("circle", { r: 12, class: "tlw-grip" }, slider);
    const arrows = svg("path", { class: "tlw-grip-arrows" }, slider);
    const square = svg("svg", { role: "img" });
    const left = html("div", { class: "tlw-shift-lines" }, plot);
    const right = html("div", { class: "tlw-shift-square" }, square);
    const body = html("div", { class: "tlw-shift-body" }, left, right);
    const legend = html("div", { class: "tlw-shift-legend", "aria-hidden": "true" });
    const table = asTable(rowsOf);
    const box = html("div", { class: "tlw tlw-shift", role: "group" });
    box.append(title, row, strip, measures.element, said, body, legend, table.element);
    el.append(box);
    attend(box, model);

    let width = 0;
    let frame = null;
    let tiles = spriteTiles(null, {});

    function set(name, value) {
      model.set(name, value);
      model.save_changes();
    }
    const levels = () => model.get("severities");
    const spoken = (kind) => kind.replaceAll("_", " ");
    const cell = (name, level, kind = model.get("kind")) => model.get("_rows")[kind]?.[name]?.[String(level)];

    function drawStrip() {
      const form = model.get("_sprite_form");
      strip.hidden = !tiles.here;
      if (!tiles.here) return;
      const first = (model.get("kinds").indexOf(model.get("kind")) * levels().length +
        levels().indexOf(model.get("value"))) * form.samples;
      const truth = model.get("_truth");
      const guesses = model.get("_said")[model.get("kind")]?.[String(model.get("value"))] ?? [];
      const side = width && width < 420 ? 44 : 64;
      while (strip.children.length > form.samples) strip.lastChild.remove();
      for (let i = 0; i < form.samples; i += 1) {
        if (!strip.children[i]) {
          strip.append(html("li", {}, tiles.tile(first + i, side, " "), html("span", {})));
        }
        const item = strip.children[i];
        const [tile, text] = item.children;
        tiles.show(tile, first + i, side);
        const guess = guesses[i];
        const wrong = guess && truth.length && guess[0] !== truth[i];
        item.className = guess && truth.length ? (wrong ? "tlw-shift-wrong" : "tlw-shift-right") : "";
        item.style.maxWidth = `${Math.max(side, 64) + 12}px`;
        const sure = guess && guess[1] !== null ? ` ${guess[1].toFixed(2)}` : "";
        text.textContent = guess ? `${wrong ? "✗ " : ""}${guess[0]}${sure}` : (truth[i] ?? "");
        const taken = guess ? `, taken for ${guess[0]}${sure}` : "";
        tile.setAttribute("aria-label", `${truth[i] ?? `picture ${i}`}${taken}`);
      }
    }

    /** Everything that does not depend on the severity. */
    function drawLines() {
      if (!width) return;
      const measure = model.get("measure");
      const all = levels();
      const wide = width >= 620;
      const w = wide ? Math.round(width * 0.64) : width;
      const height = wide ? 250 : 220;
      sizePlot(plot, w, height);
      const models = model.get("_models");
      const points = models.map(({ name }) =>
        all.map((s) => [s, ...(cell(name, s)?.[measure] ?? [null, null, null])])
      );
      const high = measure === "accuracy" ? 1 : Math.max(1e-9, ...points.flat().map((p) => p[3] ?? 0)) * 1.06;
      const ends = all.length > 1 ? [all[0], all[all.length - 1]] : [all[0] - 1, all[0] + 1];
      const named = models.length > 1 && models.length <= 4;
      const letters = Math.min(16, Math.max(...models.map((m) => [...m.name].length)));
      const room = named && wide ? letters * 6.4 + 16 : 18;
      frame = axes({
        width: w,
        height,
        right: room,
        top: 44,
        x: { low: ends[0], high: ends[1], at: all, name: "severity" },
        y: { low: 0, high, name: NAMES[measure], at: ticks(0, high, 5) },
      });
      const { X, Y, parts } = frame;
      const chance = model.get("chance");
      if (measure === "accuracy" && chance !== null && chance !== undefined) {
        parts.push(
          svg("line", {
            x1: frame.left,
            x2: frame.right,
            y1: Y(chance),
            y2: Y(chance),
            class: "tlw-shift-chance",
          }),
        );
        parts.push(svg("text", { x: frame.left + 4, y: Y(chance) - 4 }, null, "chance"));
      }
      const labels = [];
      models.forEach(({ name, color, shape }, k) => {
        const ink = `--ink: var(--tlw-c-${color})`;
        parts.push(
          svg("path", {
            d: bandPath(points[k].map(([s, , low, top]) => [s, low, top]), X, Y),
            class: "tlw-shift-band",
            style: ink,
          }),
        );
        parts.push(
          svg("path", {
            d: linePath(points[k], X, Y),
            class: "tlw-shift-line",
            style: ink,
            "stroke-dasharray": DASHES[k % DASHES.length],
          }),
        );
        const dots = points[k].filter((p) => p[1] !== null).map(([s, v]) => markerPath(shape, X(s), Y(v), 4))
          .join("");
        parts.push(svg("path", { d: dots, class: "tlw-shift-dot", style: ink }));
        const last = [...points[k]].reverse().find((p) => p[1] !== null);
        if (named && wide && last) labels.push({ name, y: Y(last[1]) + 4 });
      });
      labels.sort((a, b) => a.y - b.y).forEach((label, k) => {
        if (k && label.y < labels[k - 1].y + 13) label.y = labels[k - 1].y + 13;
        const short = [...label.name].length > 16 ? `${[...label.name].slice(0, 15).join("")}…` : label.name;
        parts.push(svg("text", { x: frame.right + 10, y: label.y }, null, short));
      });
      lines.replaceChildren(...parts);
      for (const [key, v] of Object.entries({ width: w, height })) area.setAttribute(key, v);
      legend.hidden = models.length < 2 || (named && wide); // the lines are named where they end
      legend.replaceChildren(
        ...models.map(({ name, color, shape }, k) => {
          const picture = svg("svg", { width: 34, height: 14, style: `--ink: var(--tlw-c-${color})` });
          svg("path", {
            d: "M1 7H33",
            class: "tlw-shift-line",
            "stroke-dasharray": DASHES[k % DASHES.length],
          }, picture);
          svg("path", { d: markerPath(shape, 17, 7, 4), class: "tlw-shift-dot" }, picture);
          return html("span", {}, picture, name);
        }),
      );
    }

    function drawSquare() {
      const models = model.get("_models");
      const any = models.some(({ name }) => cell(name, model.get("value"))?.bins.length);
      right.hidden = !Object.values(model.get("_rows")).some((of) =>
        models.some(({ name }) => Object.values(of[name] ?? {}).some((r) => r.bins.length))
      );
      if (right.hidden || !width) return;
      const wide = width >= 620;
      const w = wide ? width - Math.round(width * 0.64) - 14 : Math.min(width, 260);
      const h = wide ? 250 : 230;
      sizePlot(square, w, h);
      const at = [0, 0.5, 1];
      const { X, Y, parts } = axes({
        width: w,
        height: h,
        left: 34,
        top: 44,
        x: { low: 0, high: 1, at, name: "confidence" },
        y: { low: 0, high: 1, at, name: "how often right" },
      });
      parts.push(svg("line", { x1: X(0), y1: Y(0), x2: X(1), y2: Y(1), class: "tlw-shift-chance" }));
      if (!any) {
        parts.push(svg("text", { x: X(0.5), y: Y(0.55), "text-anchor": "middle" }, null, "not measured"));
      }
      const words = [];
      models.forEach(({ name, color, shape }, k) => {
        const bins = (cell(name, model.get("value"))?.bins ?? []).filter((b) => b[0] > 0);
        const total = bins.reduce((sum, b) => sum + b[0], 0);
        const ink = `--ink: var(--tlw-c-${color})`;
        parts.push(
          svg("path", {
            d: linePath(bins.map((b) => [b[1], b[2]]), X, Y),
            class: "tlw-shift-line tlw-shift-thin",
            style: ink,
            "stroke-dasharray": DASHES[k % DASHES.length],
          }),
        );
        const dots = bins.map((b) => markerPath(shape, X(b[1]), Y(b[2]), 1.5 + 5 * Math.sqrt(b[0] / total)))
          .join("");
        parts.push(svg("path", { d: dots, class: "tlw-shift-dot", style: ink }));
        const top = bins[bins.length - 1];
        if (top) {
          words.push(
            `${name}: ${Math.round((100 * top[0]) / total)} % of the predictions have confidence ${
              top[1].toFixed(2)
            }, of which ${top[2].toFixed(2)} are right`,
          );
        }
      });
      square.setAttribute("aria-label", `Reliability diagram. ${words.join("; ")}`);
      square.replaceChildren(...parts);
    }

    /** Everything that moves with the severity. */
    function paint() {
      const value = model.get("value");
      box.dataset.value = value;
      box.dataset.kind = model.get("kind");
      const words = model.get("_words")[model.get("kind")]?.[String(value)] ?? "";
      said.textContent = words;
      slider.setAttribute("aria-valuemin", levels()[0]);
      slider.setAttribute("aria-valuemax", levels()[levels().length - 1]);
      slider.setAttribute("aria-valuenow", value);
      slider.setAttribute("aria-valuetext", words);
      drawStrip();
      drawSquare();
      if (!frame) return;
      const { X, Y } = frame;
      const x = X(value);
      for (const [key, v] of Object.entries({ x1: x, x2: x, y1: 12, y2: frame.bottom })) {
        cut.setAttribute(key, v);
      }
      grip.setAttribute("cx", x);
      grip.setAttribute("cy", 13);
      arrows.setAttribute("d", `M${x - 3} 8l-5 5l5 5M${x + 3} 8l5 5l-5 5`);
      rings.replaceChildren(
        ...model.get("_models").flatMap(({ name }) => {
          const v = cell(name, value)?.[model.get("measure")]?.[0];
          return v === undefined ? [] : [svg("circle", { cx: x, cy: Y(v), r: 7, class: "tlw-ring" })];
        }),
      );
    }

    const send = sender(model);
    function move(at) {
      const value = levels()[Math.max(0, Math.min(levels().length - 1, at))];
      if (value === model.get("value")) return;
      model.set("value", value);
      send.soon();
    }
    const here = () => levels().indexOf(model.get("value"));
    handle(slider, plot, {
      keys: {
        ArrowRight: () => move(here() + 1),
        ArrowUp: () => move(here() + 1),
        ArrowLeft: () => move(here() - 1),
        ArrowDown: () => move(here() - 1),
        PageUp: () => move(here() + 2),
        PageDown: () => move(here() - 2),
        Home: () => move(0),
        End: () => move(levels().length - 1),
      },
      ready: () => Boolean(frame),
      drag: (x) => {
        const distance = levels().map((s) => Math.abs(frame.X(s) - x));
        move(distance.indexOf(Math.min(...distance)));
      },
      send,
    });
    kinds.addEventListener("change", () => set("kind", kinds.value));
    kinds.addEventListener("keydown", (event) => event.stopPropagation());

    function rowsOf() {
      const shown = model.get("_measures");
      const several = model.get("_models").length > 1;
      const rows = model.get("_models").flatMap(({ name }) =>
        levels().map((
          s,
        ) => [...(several ? [name] : []), s, ...shown.map((m) => cell(name, s)?.[m]?.[0]?.toFixed(3) ?? "–")])
      );
      return { head: [...(several ? ["model"] : []), "severity", ...shown.map((m) => NAMES[m])], rows };
    }

    function head() {
      title.textContent = model.get("label");
      box.setAttribute("aria-label", model.get("label"));
      const all = model.get("kinds");
      if (kinds.dataset.names !== JSON.stringify(all)) {
        kinds.dataset.names = JSON.stringify(all);
        const families = new Map();
        for (const kind of all) {
          const family = model.get("_families")[kind] ?? "";
          if (!families.has(family)) families.set(family, []);
          families.get(family).push(html("option", { value: kind }, spoken(kind)));
        }
        kinds.replaceChildren(
          ...[...families].flatMap((
            [name, inside],
          ) => (name ? [html("optgroup", { label: name }, ...inside)] : inside)),
        );
      }
      kinds.value = model.get("kind");
      kinds.disabled = all.length < 2;
      const shown = model.get("_measures");
      measures.element.hidden = shown.length < 2;
      measures.draw(shown.map((m) => NAMES[m]), shown.indexOf(model.get("measure")));
    }
    const all = () => {
      head();
      drawLines();
      paint();
      table.draw();
    };
    const redraw = oncePerFrame(box, all);
    const listeners = [
      ["change:value", paint],
      ["change:kind", all],
      ["change:measure", all],
      ["change:label", head],
      ...["_rows", "_models", "_words", "severities", "kinds", "chance"].map((
        name,
      ) => [`change:${name}`, redraw]),
    ];
    listeners.forEach(([name, action]) => model.on(name, action));
    tiles = spriteTiles(model.get("_sprite"), model.get("_sprite_form"));
    all();
    const stopFollowing = followWidth(box, (now) => {
      width = now;
      drawLines();
      paint();
    });
    return () => {
      stopFollowing();
      send.now();
      tiles.forget();
      listeners.forEach(([name, action]) => model.off(name, action));
    };
  }

  return { render };
};
