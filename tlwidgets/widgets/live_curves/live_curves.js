// @ts-nocheck: not yet
// deno-lint-ignore-file house/function-length
// LiveCurves: learning curves that grow while the kernel trains.
import { focusKeeper, followWidth, html, oncePerFrame, svg } from "../_shared.js";
import { markerPath, ticks } from "../_plot.js";

const TRAIN = 0;
const VALIDATION = 1;
const LABEL_ROOM = 96; // pixels at the right of a panel for the names of the lines
const MAX_LABELS = 4; // with more lines than this, only the legend names them

const STATUS_WORDS = {
  idle: "ready",
  running: "training",
  paused: "paused",
  stopped: "stopped",
  done: "finished",
  error: "ended by an error",
};

// ---------------------------------------------------------------- points

/** Points arrive as little-endian float32, five each: run, metric, train 0 / validation 1, x, y. */
function decode(view, series) {
  for (let offset = 0; offset + 20 <= view.byteLength; offset += 20) {
    const at = (i) => view.getFloat32(offset + 4 * i, true);
    const key = `${at(0)}|${at(1)}|${at(2)}`;
    let curve = series.get(key);
    if (!curve) series.set(key, curve = { x: [], y: [] });
    curve.x.push(at(3));
    curve.y.push(at(4));
  }
}

function smoothed(values, amount) {
  if (amount <= 0) return values;
  let mean = 0;
  let weight = 0;
  return values.map((value) => {
    if (!Number.isFinite(value)) return NaN;
    mean = amount * mean + (1 - amount) * value;
    weight = amount * weight + (1 - amount);
    return mean / weight;
  });
}

/** The runs of one line put together: mean, lowest and highest at every x. */
function combine(curves) {
  if (curves.length === 1) return { ...curves[0], low: null, high: null };
  const at = new Map();
  for (const curve of curves) {
    curve.x.forEach((x, i) => {
      const y = curve.y[i];
      const cell = at.get(x) ?? { n: 0, sum: 0, low: Infinity, high: -Infinity };
      if (Number.isFinite(y)) {
        cell.n += 1;
        cell.sum += y;
        cell.low = Math.min(cell.low, y);
        cell.high = Math.max(cell.high, y);
      }
      at.set(x, cell);
    });
  }
  const x = [...at.keys()].sort((a, b) => a - b);
  const cells = x.map((v) => at.get(v));
  return {
    x,
    y: cells.map((c) => (c.n ? c.sum / c.n : NaN)),
    low: cells.map((c) => (c.n ? c.low : NaN)),
    high: cells.map((c) => (c.n ? c.high : NaN)),
  };
}

// ---------------------------------------------------------------- drawing

/** Path of a line; a value that is not a finite number is a gap. Long lines are thinned to about two points a pixel. */
function linePath(xs, ys, X, Y, limit) {
  const step = Math.max(1, Math.ceil(xs.length / limit));
  let path = "";
  let pen = false;
  let lonely = null;
  const dot = () => {
    // a single point between two gaps would be invisible
    if (lonely) path += `M${lonely[0] - 2} ${lonely[1]}h4`;
    lonely = null;
  };
  for (
    let i = 0;
    i < xs.length;
    i += i + step < xs.length || i === xs.length - 1 ? step : xs.length - 1 - i
  ) {
    if (!Number.isFinite(ys[i])) {
      dot();
      pen = false;
      continue;
    }
    const x = X(xs[i]).toFixed(1);
    const y = Y(ys[i]).toFixed(1);
    lonely = pen ? null : [Number(x), y];
    path += `${pen ? "L" : "M"}${x} ${y}`;
    pen = true;
  }
  dot();
  return path;
}

function bandPath(line, X, Y) {
  const good = line.x.map((_, i) => i).filter((i) => Number.isFinite(line.low[i]));
  if (good.length < 2) return "";
  const top = good.map((i) => `${X(line.x[i]).toFixed(1)} ${Y(line.high[i]).toFixed(1)}`);
  const bottom = good.map((i) => `${X(line.x[i]).toFixed(1)} ${Y(line.low[i]).toFixed(1)}`).reverse();
  return `M${top.join("L")}L${bottom.join("L")}Z`;
}

const isBounded = (metric) => /acc|auc|precision|recall|f1|iou/i.test(metric);

function shorten(text, room) {
  const letters = Math.floor(room / 6);
  return text.length > letters ? `${text.slice(0, Math.max(1, letters - 1))}…` : text;
}

/** Move labels apart so that none covers another, within [top, bottom]. */
function spread(labels, top, bottom, distance) {
  labels.sort((a, b) => a.y - b.y);
  labels.forEach((label, i) => {
    label.y = Math.max(label.y, i ? labels[i - 1].y + distance : top);
  });
  for (let i = labels.length - 1; i >= 0; i -= 1) {
    labels[i].y = Math.min(labels[i].y, i === labels.length - 1 ? bottom : labels[i + 1].y - distance);
  }
  return labels;
}

/** The differences between two lines: a bracket between two values, a dashed line between two epochs, a number. */
function drawEffects(panel, effects, X, Y, right) {
  effects.forEach((effect, i) => {
    const mark = svg("g", { class: "tlw-effect" }, panel);
    let at;
    if (effect.kind === "slope") {
      const ends = [effect.x0, effect.x1].map((x) => (x === null ? right : X(x)));
      svg("path", { d: `M${ends[0]} ${Y(effect.y0)}H${ends[1]}`, class: "tlw-effect-level" }, mark);
      at = [(ends[0] + ends[1]) / 2, Y(effect.y0)];
    } else {
      const [x, y0, y1] = [X(effect.x0), Y(effect.y0), Y(effect.y1)];
      svg(
        "path",
        { d: `M${x - 4} ${y0}h8M${x} ${y0}V${y1}M${x - 4} ${y1}h8`, class: "tlw-effect-bracket" },
        mark,
      );
      at = [x, (y0 + y1) / 2];
    }
    svg("circle", { cx: at[0], cy: at[1], r: 8, class: "tlw-effect-disc" }, mark);
    svg(
      "text",
      { x: at[0], y: at[1] + 4, "text-anchor": "middle", class: "tlw-effect-number" },
      mark,
      String(i + 1),
    );
  });
}

/** One metric: axes, bands, lines, names. Drawn anew with every frame that has new points. */
function drawPanel(panel, metric, lines, smoothing, width, comparison) {
  const height = 200;
  const withLabels = lines.length > 1 && lines.length <= MAX_LABELS && width >= 300;
  const left = 36;
  const right = withLabels ? LABEL_ROOM : 10;
  const top = 24;
  const bottom = height - 32;
  let xMax = 1;
  let yMin = Infinity;
  let yMax = -Infinity;
  for (const line of lines) {
    for (const curve of [line.train, line.validation]) {
      if (!curve) continue;
      curve.x.forEach((x, i) => {
        xMax = Math.max(xMax, x);
        for (const y of [curve.y[i], curve.low?.[i], curve.high?.[i]]) {
          if (Number.isFinite(y)) {
            yMin = Math.min(yMin, y);
            yMax = Math.max(yMax, y);
          }
        }
      });
    }
  }
  const empty = yMin > yMax;
  if (empty || isBounded(metric)) {
    [yMin, yMax] = [Math.min(0, empty ? 0 : yMin), Math.max(1, empty ? 1 : yMax)];
  } else [yMin, yMax] = [Math.min(0, yMin), yMax > 0 ? yMax * 1.05 : 0];
  if (!(yMax > yMin)) yMax = yMin + 1;
  const X = (v) => left + (v / xMax) * (width - left - right);
  const Y = (v) => bottom - ((v - yMin) / (yMax - yMin)) * (bottom - top);

  panel.setAttribute("width", width);
  panel.setAttribute("height", height);
  panel.setAttribute("viewBox", `0 0 ${width} ${height}`);
  panel.replaceChildren();
  svg("text", { x: left, y: 14, class: "tlw-panel-title" }, panel, metric);
  for (const v of ticks(yMin, yMax, 4)) {
    svg("line", { x1: left, x2: width - right, y1: Y(v), y2: Y(v), class: "tlw-grid" }, panel);
    svg("text", { x: left - 6, y: Y(v) + 4, "text-anchor": "end" }, panel, String(v));
  }
  for (const v of ticks(0, xMax, Math.max(2, (width - left - right) / 55), true)) {
    svg("text", { x: X(v), y: bottom + 15, "text-anchor": "middle" }, panel, String(v));
  }
  svg("text", { x: (left + width - right) / 2, y: height - 3, "text-anchor": "middle" }, panel, "epoch");
  if (empty) {
    const middle = { x: (left + width - right) / 2, y: (top + bottom) / 2, "text-anchor": "middle" };
    svg("text", middle, panel, "no points yet");
  }

  const limit = 2 * width;
  const labels = [];
  const words = [];
  for (const line of lines) {
    const group = svg(
      "g",
      { class: "tlw-line", style: `--tlw-line-color: var(--tlw-c-${line.color})` },
      panel,
    );
    group.dataset.line = line.key;
    for (const [kind, curve] of [["train", line.train], ["validation", line.validation]]) {
      if (!curve) continue;
      if (kind === "validation" && curve.low) {
        svg("path", { d: bandPath(curve, X, Y), class: "tlw-band" }, group);
      }
      if (smoothing > 0) {
        svg("path", { d: linePath(curve.x, curve.y, X, Y, limit), class: "tlw-curve tlw-raw" }, group);
      }
      const ys = smoothed(curve.y, smoothing);
      svg("path", { d: linePath(curve.x, ys, X, Y, limit), class: `tlw-curve tlw-${kind}` }, group);
      const last = ys.findLastIndex(Number.isFinite);
      if (last < 0) continue;
      words.push(`${line.key} ${kind === "train" ? "training" : "validation"} ${ys[last].toFixed(3)}`);
      if (kind === "validation" || !line.validation) {
        const [x, y] = [X(curve.x[last]), Y(ys[last])];
        svg("path", { d: markerPath(line.marker, x, y, 3.6), class: "tlw-marker" }, group);
        labels.push({ x, y: y + 4, line });
      }
    }
  }
  if (withLabels) {
    for (const label of spread(labels, top + 6, bottom + 2, 13)) {
      const element = svg("text", { x: width - right + 8, y: label.y, class: "tlw-name" }, panel);
      element.textContent = shorten(label.line.key, right - 8);
      element.style.setProperty("--tlw-line-color", `var(--tlw-c-${label.line.color})`);
    }
  }
  if (comparison && comparison.metric === metric) drawEffects(panel, comparison.effects, X, Y, width - right);
  panel.setAttribute("aria-label", `${metric}: ${words.join(", ") || "no points yet"}`);
}

// ---------------------------------------------------------------- the widget

// anywidget calls this factory once per model: what is in the closure is shared by all views of one widget
export default () => {
  const series = new Map();
  const redraws = new Set();
  const attend = focusKeeper();
  const redrawAll = () => redraws.forEach((redraw) => redraw());

  function initialize({ model }) {
    const takeSnapshot = () => {
      series.clear();
      const all = model.get("_snapshot");
      if (all && all.byteLength) decode(all, series);
      redrawAll();
    };
    const takePoints = (message, buffers) => {
      if (message.kind !== "points") return;
      decode(buffers[0], series);
      redrawAll();
    };
    takeSnapshot();
    model.on("change:_snapshot", takeSnapshot);
    model.on("msg:custom", takePoints);
    return () => {
      model.off("change:_snapshot", takeSnapshot);
      model.off("msg:custom", takePoints);
    };
  }

  function render({ model, el }) {
    const title = html("div", { class: "tlw-title" });
    const pause = html("button", { type: "button", "aria-pressed": "false", "data-key": "pause" }, "Pause");
    const stop = html("button", { type: "button", "data-key": "stop" }, "Stop");
    const status = html("span", { role: "status", class: "tlw-status" });
    const progress = html("span", { class: "tlw-progress" });
    const slider = html("input", { type: "range", min: 0, max: 0.95, step: 0.05, "data-key": "smoothing" });
    const amount = html("span", { class: "tlw-amount" });
    const smoothing = html("label", { class: "tlw-smoothing" }, "Smoothing", slider, amount);
    const bar = html("div", { class: "tlw-bar" }, pause, stop, status, progress, smoothing);
    const hint = html("div", { class: "tlw-hint" });
    const plots = html("div", { class: "tlw-plots" });
    const legend = html("div", { class: "tlw-legend", role: "group", "aria-label": "Runs shown" });
    const key = html("div", { class: "tlw-key" });
    const gaps = html("ul", { class: "tlw-gaps" });
    const effects = html("div", { class: "tlw-effects" });
    const words = html("div", { class: "tlw-hidden-text" });
    const box = html("div", { class: "tlw tlw-curves", role: "group" });
    box.append(title, bar, hint, plots, legend, key, effects, gaps, words);
    el.append(box);
    attend(box, model);

    const set = (changes) => {
      Object.entries(changes).forEach(([name, value]) => model.set(name, value));
      model.save_changes();
    };
    pause.addEventListener("click", () => set({ paused: !model.get("paused") }));
    stop.addEventListener("click", () => set({ stop: true }));
    slider.addEventListener("input", () => set({ smoothing: Number(slider.value) }));
    slider.addEventListener("keydown", (event) => event.stopPropagation()); // not JupyterLab's command mode

    function lineList() {
      const found = new Map();
      model.get("_runs").forEach((run, number) => {
        if (!found.has(run.line)) found.set(run.line, { ...run, key: run.line, members: [] });
        found.get(run.line).members.push(number);
      });
      return [...found.values()];
    }

    function curveOf(line, metric, split) {
      const curves = line.members.map((run) => series.get(`${run}|${metric}|${split}`)).filter(Boolean);
      return curves.length ? combine(curves) : null;
    }

    /** How the two lines that are shown differ; null unless there are two. */
    function comparisonOf(shown) {
      if (shown.length !== 2) return null;
      const keys = shown.map((line) => line.key);
      return (model.get("_effects") ?? []).find((c) => keys.includes(c.base) && keys.includes(c.other)) ??
        null;
    }

    let said = "";
    function sayEffects(comparison, lines) {
      const some = (model.get("_effects") ?? []).some((c) => c.effects.length);
      const hint = !comparison && lines > 2 && some ? "Hide all lines but two to see how they differ." : "";
      const now = JSON.stringify([comparison, hint]);
      if (now === said) return;
      said = now;
      effects.replaceChildren();
      if (hint) effects.append(hint);
      if (!comparison) return;
      effects.append(html("div", {}, comparison.head));
      if (comparison.effects.length) {
        effects.append(html("ol", {}, ...comparison.effects.map((effect) => html("li", {}, effect.text))));
      }
      if (comparison.foot) effects.append(html("div", {}, comparison.foot));
    }

    function paint() {
      const metrics = model.get("metrics");
      const hidden = new Set(model.get("hidden"));
      const shown = lineList().filter((line) => !hidden.has(line.key));
      const panels = [...plots.children];
      const comparison = comparisonOf(shown);
      sayEffects(comparison, shown.length);
      metrics.forEach((metric, i) => {
        const lines = shown.map((line) => ({
          ...line,
          train: curveOf(line, i, TRAIN),
          validation: curveOf(line, i, VALIDATION),
        }));
        drawPanel(panels[i], metric, lines, model.get("smoothing"), panelWidth(), comparison);
      });
      let points = 0;
      series.forEach((curve) => (points += curve.x.length));
      box.dataset.points = points;
      box.dataset.paints = Number(box.dataset.paints ?? 0) + 1;
    }

    let width = 0;
    function panelWidth() {
      const count = Math.max(1, model.get("metrics").length);
      const columns = Math.max(1, Math.min(count, 3, Math.floor((width + 12) / 272)));
      return Math.floor((width - 12 * (columns - 1)) / columns);
    }
    function makePanels() {
      plots.replaceChildren(...model.get("metrics").map(() => svg("svg", { role: "img" })));
    }
    const redraw = oncePerFrame(box, () => width && paint());

    function paintLegend() {
      const hidden = new Set(model.get("hidden"));
      const lines = lineList();
      const focused = legend.contains(document.activeElement) ? document.activeElement.dataset.key : null;
      legend.replaceChildren(
        ...lines.map((line, i) => {
          const swatch = svg("svg", { width: 30, height: 14, "aria-hidden": "true" });
          swatch.style.setProperty("--tlw-line-color", `var(--tlw-c-${line.color})`);
          svg("path", { d: "M1 7H29", class: "tlw-curve tlw-validation" }, swatch);
          svg("path", { d: markerPath(line.marker, 15, 7, 4), class: "tlw-marker" }, swatch);
          const name = line.members.length > 1 ? `${line.key} (${line.members.length} runs)` : line.key;
          const on = !hidden.has(line.key);
          const button = html("button", {
            type: "button",
            "aria-pressed": String(on),
            "data-key": `line-${i}`,
          });
          button.append(swatch, html("span", {}, name));
          button.title = on ? "Hide this line" : "Show this line";
          button.addEventListener("click", () => {
            set({
              hidden: on
                ? [...model.get("hidden"), line.key]
                : model.get("hidden").filter((k) => k !== line.key),
            });
          });
          return button;
        }),
      );
      key.textContent = lines.length ? "solid: validation, dashed: training" : "";
      if (lines.some((line) => line.members.length > 1)) key.textContent += ", band: lowest to highest run";
      if (focused) legend.querySelector(`[data-key="${focused}"]`)?.focus({ preventScroll: true });
      redraw();
    }

    function paintState() {
      const state = model.get("status");
      const asked = model.get("stop");
      const held = model.get("paused");
      const active = state === "running" || state === "paused";
      const reachable = model.get("_controls") === "live";
      title.textContent = model.get("title");
      title.hidden = !model.get("title");
      box.setAttribute("aria-label", model.get("title") || "Learning curves");
      box.dataset.status = state;
      stop.disabled = !active || asked || !reachable;
      pause.disabled = !active || asked || !reachable;
      pause.setAttribute("aria-pressed", String(active && held));
      pause.textContent = active && held ? "Resume" : "Pause";
      let say = STATUS_WORDS[state] ?? state;
      if (active && asked) say = "stopping after this batch…";
      else if (state === "running" && held) say = "pausing after this batch…";
      else if (state === "paused" && !held) say = "going on…";
      if (status.textContent !== say) status.textContent = say; // a live region: speak only when it changes
      const { run = "", epoch = 0, epochs = 0 } = model.get("value") ?? {};
      progress.textContent = state === "idle" || !run
        ? ""
        : `${run}: epoch ${epoch}${epochs ? ` of ${epochs}` : ""}`;
      hint.hidden = reachable || !active;
      hint.textContent = hint.hidden
        ? ""
        : "Pause and Stop cannot reach this kernel while it trains. Use its interrupt button (■): " +
          "once stops after the batch, twice at once.";
      slider.value = model.get("smoothing");
      amount.textContent = model.get("smoothing") > 0 ? model.get("smoothing").toFixed(2) : "off";
      slider.setAttribute("aria-valuetext", amount.textContent);
      gaps.replaceChildren(...model.get("_gaps").map((sentence) => html("li", {}, sentence)));
      words.textContent = model.get("text");
    }

    const repaintPanels = () => {
      makePanels();
      redraw();
    };
    const onSmoothing = () => {
      paintState();
      redraw();
    };
    const listeners = [
      ["change:_runs change:hidden", paintLegend],
      ["change:metrics", repaintPanels],
      ["change:smoothing", onSmoothing],
      ["change:_effects", redraw],
      ["change:title change:status change:stop change:paused change:value change:text", paintState],
      ["change:_controls change:_gaps", paintState],
    ];
    for (const [names, action] of listeners) names.split(" ").forEach((name) => model.on(name, action));
    redraws.add(redraw);
    makePanels();
    paintState();
    paintLegend();
    const stopFollowing = followWidth(plots, (now) => {
      width = now;
      paint();
    });
    return () => {
      stopFollowing();
      redraws.delete(redraw);
      for (const [names, action] of listeners) names.split(" ").forEach((name) => model.off(name, action));
    };
  }

  return { initialize, render };
};
