// @ts-nocheck: not yet
// deno-lint-ignore-file house/function-length
// FreezeSlider: a bar for each layer and a boundary between the frozen and the training ones.
import { focusKeeper, followWidth, html, oncePerFrame, svg } from "../_shared.js";
import { handle, sender } from "../_handle.js";

const HEIGHT = 150;
const LEFT = 34;
const RIGHT = 12;
const TOP = 30; // room for the handle and "input", "output"
const BASE = HEIGHT - 36; // the bars stand on this line; BatchNorm dots and block names are below it

let widgets = 0; // makes the identifiers of patterns and clips unique in the page

function short(count) {
  if (count >= 1e6) return `${(count / 1e6).toFixed(2)} M`;
  if (count >= 1e4) return `${(count / 1e3).toFixed(1)} k`;
  return String(count);
}

function percent(part, whole) {
  const share = (100 * part) / Math.max(1, whole);
  return share > 0 && share < 0.1 ? "< 0.1 %" : `${share.toFixed(1)} %`;
}

/** Sums that make every position of the boundary cheap, however many layers there are. */
function sums(layers) {
  const n = layers.length;
  const all = new Float64Array(n + 1); // trainable parameters from layer i to the end
  const withoutBatchNorm = new Float64Array(n + 1);
  let total = 0;
  for (let i = n - 1; i >= 0; i -= 1) {
    const { params, can_train: canTrain, batchnorm } = layers[i];
    total += params;
    all[i] = all[i + 1] + canTrain;
    withoutBatchNorm[i] = withoutBatchNorm[i + 1] + (batchnorm ? 0 : canTrain);
  }
  return { all, withoutBatchNorm, total };
}

/** Runs of neighbouring layers that belong to one block: {name, start, end}. */
function blocksOf(layers) {
  const found = [];
  layers.forEach((layer, i) => {
    const last = found[found.length - 1];
    if (last && last.name === layer.block) last.end = i + 1;
    else found.push({ name: layer.block, start: i, end: i + 1 });
  });
  return found;
}

export default () => {
  const attend = focusKeeper();

  function render({ model, el }) {
    const id = `tlw-freeze-${(widgets += 1)}-${Math.random().toString(36).slice(2, 8)}`;
    const count = html("strong", { class: "tlw-count" });
    const numbers = html("span", { class: "tlw-numbers" });
    const share = html("span", { class: "tlw-share", "aria-hidden": "true" });
    const filled = html("span", { class: "tlw-share-trains" });
    share.append(filled);
    const stale = html("span", { class: "tlw-stale", role: "status" });
    const head = html("div", { class: "tlw-head" }, count, numbers, share, stale);
    const holder = html("div", { class: "tlw-holder" });
    const tip = html("div", { class: "tlw-tip" });
    const keep = html("input", { type: "checkbox", "data-key": "keep" });
    const keepLabel = html("label", { class: "tlw-keep" }, keep, html("span", {}, "keep BatchNorm frozen"));
    const key = html("div", { class: "tlw-key", "aria-hidden": "true" });
    const swatch = (name, text) =>
      html("span", {}, html("i", { class: `tlw-swatch tlw-swatch-${name}` }), text);
    key.append(swatch("frozen", "frozen"), swatch("trains", "trains"));
    const dots = html("span", { class: "tlw-key-dots" });
    dots.append(swatch("still", "BatchNorm still"), swatch("live", "BatchNorm training"));
    key.append(dots);
    const foot = html("div", { class: "tlw-foot" }, keepLabel, key);
    const box = html("div", { class: "tlw tlw-freeze", role: "group", "aria-label": "Freeze layers" });
    box.append(head, holder, tip, foot);
    el.append(box);

    const plot = svg("svg", { height: HEIGHT }, holder);
    const defs = svg("defs", {}, plot);
    const pattern = svg(
      "pattern",
      { id: `${id}-hatch`, width: 5, height: 5, patternUnits: "userSpaceOnUse" },
      defs,
    );
    pattern.setAttribute("patternTransform", "rotate(45)");
    svg("line", { x1: 0, y1: 0, x2: 0, y2: 5, class: "tlw-ink" }, pattern);
    const wash = svg(
      "pattern",
      { id: `${id}-wash`, width: 7, height: 7, patternUnits: "userSpaceOnUse" },
      defs,
    );
    wash.setAttribute("patternTransform", "rotate(45)");
    svg("line", { x1: 0, y1: 0, x2: 0, y2: 7, class: "tlw-wash-ink" }, wash);
    const clipFrozen = svg("rect", { y: 0, height: HEIGHT }, svg("clipPath", { id: `${id}-before` }, defs));
    const clipTrains = svg("rect", { y: 0, height: HEIGHT }, svg("clipPath", { id: `${id}-behind` }, defs));
    const before = `url(#${id}-before)`;
    const behind = `url(#${id}-behind)`;

    const background = svg("g", { "aria-hidden": "true" }, plot);
    const washArea = svg("rect", { x: LEFT, y: TOP, height: BASE - TOP, fill: `url(#${id}-wash)` }, plot);
    // All bars are two shapes (BatchNorm layers and the others), each drawn once for either side of the boundary;
    // moving the boundary only moves the clips. 2,000 layers cost as much as ten.
    const shape = (name, clip) =>
      svg("path", { class: name, "clip-path": clip, "aria-hidden": "true" }, plot);
    const stubs = svg("path", { class: "tlw-stub", "aria-hidden": "true" }, plot); // layers without weights
    const frozenBars = shape("tlw-bar-frozen", before);
    const frozenInk = shape("tlw-bar-ink", before);
    const trainBars = shape("tlw-bar-trains", behind);
    const normBars = shape("tlw-bar-trains", behind);
    const normInk = shape("tlw-bar-ink", behind);
    const dotsBefore = shape("tlw-dot tlw-dot-still", before);
    const dotsBehind = shape("tlw-dot", behind);
    frozenInk.setAttribute("fill", `url(#${id}-hatch)`);
    normInk.setAttribute("fill", `url(#${id}-hatch)`);

    const slider = svg("g", {
      class: "tlw-handle",
      role: "slider",
      tabindex: 0,
      "aria-orientation": "horizontal",
      "data-key": "slider",
    }, plot);
    const area = svg("rect", { x: 0, y: 0, height: HEIGHT, class: "tlw-area" }, slider);
    const cut = svg("line", { y1: 14, y2: BASE + 10, class: "tlw-cut" }, slider);
    const grip = svg("circle", { cy: 14, r: 12, class: "tlw-grip" }, slider);
    const arrows = svg("path", { class: "tlw-grip-arrows" }, slider);
    attend(box, model);

    let layers = [];
    let prefix = sums([]);
    let blocks = [];
    let width = 0;
    const X = (i) => LEFT + (i * (width - LEFT - RIGHT)) / Math.max(1, layers.length);

    function readLayers() {
      layers = model.get("_layers");
      prefix = sums(layers);
      blocks = blocksOf(layers);
      const any = layers.some((layer) => layer.batchnorm);
      keepLabel.hidden = !any;
      dots.hidden = !any;
    }

    /** Everything that does not depend on the boundary. */
    function drawBars() {
      const n = layers.length;
      const pixel = (width - LEFT - RIGHT) / Math.max(1, n);
      const highest = Math.max(3, ...layers.map((layer) => Math.log10(layer.params + 1)));
      const Y = (v) => BASE - (v / highest) * (BASE - TOP);
      plot.setAttribute("width", width);
      plot.setAttribute("viewBox", `0 0 ${width} ${HEIGHT}`);
      background.replaceChildren();
      for (const [v, text] of [[3, "1k"], [6, "1M"]]) {
        if (v > highest) continue;
        svg("line", { x1: LEFT, x2: width - RIGHT, y1: Y(v), y2: Y(v), class: "tlw-grid" }, background);
        svg("text", { x: LEFT - 6, y: Y(v) + 4, "text-anchor": "end" }, background, text);
      }
      svg(
        "line",
        { x1: LEFT, x2: width - RIGHT, y1: BASE + 0.5, y2: BASE + 0.5, class: "tlw-grid" },
        background,
      );

      const shapes = { bars: "", norms: "", stubs: "" };
      let dotPath = "";
      const gap = pixel > 4 ? 1.5 : pixel > 1.5 ? 0.5 : 0;
      const together = Math.max(1, Math.ceil(1 / pixel)); // layers that share a pixel: the highest is drawn
      const radius = Math.min(3.2, Math.max(1.5, pixel / 2));
      for (let i = 0; i < n; i += together) {
        const part = layers.slice(i, i + together);
        const tallest = part.reduce((a, b) => (b.params > a.params ? b : a));
        const y = Math.min(BASE - 2, Y(Math.log10(tallest.params + 1)));
        const right = X(Math.min(n, i + together)) - gap;
        const kind = tallest.params === 0 ? "stubs" : tallest.batchnorm ? "norms" : "bars";
        shapes[kind] += `M${X(i).toFixed(2)} ${BASE}V${y.toFixed(1)}H${right.toFixed(2)}V${BASE}Z`;
        if (part.some((layer) => layer.batchnorm)) {
          const x = (X(i) + right) / 2;
          dotPath += `M${(x - radius).toFixed(2)} ${BASE + 7}a${radius} ${radius} 0 1 0 ${2 * radius} 0`;
          dotPath += `a${radius} ${radius} 0 1 0 ${-2 * radius} 0Z`;
        }
      }
      for (const path of [frozenBars, frozenInk]) path.setAttribute("d", shapes.bars + shapes.norms);
      stubs.setAttribute("d", shapes.stubs);
      trainBars.setAttribute("d", shapes.bars);
      for (const path of [normBars, normInk]) path.setAttribute("d", shapes.norms);
      for (const path of [dotsBefore, dotsBehind]) path.setAttribute("d", dotPath);

      const named = blocks.filter((block) => block.name);
      const room = (block) => X(block.end) - 2 - X(block.start);
      const fits = (text, block) => text.length * 6.2 < room(block);
      const short = (name) => name.replace(/^.*?(?=\d+[a-z]?$)/i, "") || name;
      // one form for all: "block4b" beside "4c" would look like two kinds of things
      const allFit = named.every((block) => fits(block.name, block));
      for (const block of named) {
        const [x1, x2] = [X(block.start), X(block.end) - 2];
        const text = allFit ? block.name : short(block.name);
        const name = fits(text, block) ? text : null;
        if (x2 - x1 > 3) {
          svg("path", { d: `M${x1} ${BASE + 14}v3H${x2}v-3`, class: "tlw-bracket" }, background);
        }
        if (name) svg("text", { x: (x1 + x2) / 2, y: BASE + 29, "text-anchor": "middle" }, background, name);
      }
      area.setAttribute("width", width);
    }

    /** Everything that moves with the boundary. */
    function paint() {
      const n = layers.length;
      const value = model.get("value");
      const still = model.get("keep_batchnorm_frozen");
      const trains = (still ? prefix.withoutBatchNorm : prefix.all)[Math.min(value, n)];
      const x = X(value);
      clipFrozen.setAttribute("x", 0);
      clipFrozen.setAttribute("width", Math.max(0, x));
      clipTrains.setAttribute("x", x);
      clipTrains.setAttribute("width", Math.max(0, width - x + 10));
      washArea.setAttribute("width", Math.max(0, x - LEFT));
      normBars.setAttribute("class", still ? "tlw-bar-frozen" : "tlw-bar-trains");
      normInk.setAttribute("visibility", still ? "visible" : "hidden");
      dotsBehind.setAttribute("class", still ? "tlw-dot tlw-dot-still" : "tlw-dot");
      cut.setAttribute("x1", x);
      cut.setAttribute("x2", x);
      grip.setAttribute("cx", x);
      arrows.setAttribute("d", `M${x - 3} 9l-5 5l5 5M${x + 3} 9l5 5l-5 5`);
      const shareText = percent(trains, prefix.total);
      count.textContent = `${value} of ${n} layers frozen`;
      numbers.textContent = `${short(trains)} of ${short(prefix.total)} parameters train (${shareText})`;
      filled.style.width = `${(100 * trains) / Math.max(1, prefix.total)}%`;
      const first = layers.findIndex((l, i) => i >= value && l.can_train > 0 && !(still && l.batchnorm));
      slider.setAttribute("aria-label", model.get("label"));
      slider.setAttribute("aria-valuemin", 0);
      slider.setAttribute("aria-valuemax", n);
      slider.setAttribute("aria-valuenow", value);
      slider.setAttribute(
        "aria-valuetext",
        `${value} of ${n} layers frozen, ${shareText} of parameters train` +
          (first < 0 ? ", nothing trains" : `, first trainable layer ${layers[first].name}`),
      );
      keep.checked = model.get("keep_batchnorm_frozen");
      const cue = model.get("_stale") ? "compile again to apply" : "";
      if (stale.textContent !== cue) stale.textContent = cue;
      stale.classList.toggle("tlw-on", cue !== "");
      box.dataset.value = value;
      describe(value);
    }

    function describe(i) {
      const layer = layers[i];
      if (!layer) {
        tip.textContent = layers.length ? "Everything is frozen: nothing would train." : "";
        return;
      }
      const value = model.get("value");
      const held = i < value || (layer.batchnorm && model.get("keep_batchnorm_frozen"));
      const state = layer.params === 0
        ? "no weights"
        : held
        ? "frozen"
        : layer.can_train
        ? "trains"
        : "no trainable weights";
      tip.textContent = `Layer ${i + 1}: ${layer.name} · ${layer.kind} · ${
        layer.params.toLocaleString("en")
      } parameters · ${state}`;
    }

    const send = sender(model);
    function move(to) {
      const value = Math.max(0, Math.min(layers.length, to));
      if (value === model.get("value")) return;
      model.set("value", value); // paints through change:value, in all views
      send.soon();
    }
    function moveBlock(direction) {
      const value = model.get("value");
      const edges = [...blocks.map((block) => block.start), layers.length];
      const next = direction > 0 ? edges.find((e) => e > value) : edges.findLast((e) => e < value);
      move(next ?? (direction > 0 ? layers.length : 0));
    }

    const by = (step) => () => move(model.get("value") + step);
    const layerAt = (x) => ((x - LEFT) / Math.max(1, width - LEFT - RIGHT)) * layers.length;
    const grabbed = handle(slider, plot, {
      keys: {
        ArrowRight: by(1),
        ArrowUp: by(1),
        ArrowLeft: by(-1),
        ArrowDown: by(-1),
        PageUp: () => moveBlock(1),
        PageDown: () => moveBlock(-1),
        Home: () => move(0),
        End: () => move(layers.length),
      },
      drag: (x) => move(Math.round(layerAt(x))),
      send,
    });
    slider.addEventListener("pointermove", (event) => {
      if (grabbed.held()) return;
      describe(Math.max(0, Math.min(layers.length - 1, Math.floor(layerAt(grabbed.place(event))))));
    });
    slider.addEventListener("pointerleave", () => {
      if (!grabbed.held()) describe(model.get("value"));
    });
    keep.addEventListener("change", () => {
      model.set("keep_batchnorm_frozen", keep.checked);
      model.save_changes();
    });

    const redraw = oncePerFrame(box, () => {
      if (!width) return;
      drawBars();
      paint();
    });
    const onLayers = () => {
      readLayers();
      redraw();
    };
    const repaint = () => {
      if (width && box.isConnected) paint();
    };
    const listeners = [
      ["change:_layers", onLayers],
      ["change:value", repaint],
      ["change:keep_batchnorm_frozen", repaint],
      ["change:_stale", repaint],
      ["change:label", repaint],
    ];
    listeners.forEach(([name, action]) => model.on(name, action));
    readLayers();
    const stopFollowing = followWidth(holder, (now) => {
      width = now;
      drawBars();
      paint();
    });
    return () => {
      stopFollowing();
      send.now();
      listeners.forEach(([name, action]) => model.off(name, action));
    };
  }

  return { render };
};
