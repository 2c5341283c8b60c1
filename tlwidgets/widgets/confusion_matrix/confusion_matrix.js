// ConfusionMatrix: counts and shares, and the images of a cell.
import {
  alone,
  asTable,
  choice,
  focusKeeper,
  followWidth,
  html,
  listen,
  nameWidget,
  numbers,
  oncePerFrame,
  put,
  together,
} from "../_shared.js";
import { colorScale, Heatmap } from "../_grid.js";
import { OpenCell } from "./_cell.js";
import { Counts, LEVELS } from "./_counts.js";
import { ImageStore } from "./_store.js";

/** @import { Model, View } from "../_types.d.ts" */
/** @import { Normalize, Traits } from "./_types.d.ts" */

/** @type {Normalize[]} */
const MODES = ["counts", "true", "predicted"];
const MODE_WORDS = ["counts", "% of the true class", "% of the predicted class"];

/**
 * What the colours mean, with the number at their ends.
 *
 * @param {Counts} counts
 * @param {Normalize} normalize
 */
function colorKey(counts, normalize) {
  const end = `${counts.highest(normalize).toFixed(0)}${normalize === "counts" ? "" : " %"}`;
  const steps = Array.from({ length: LEVELS }, (_, s) => s + 1);
  return [
    html("span", {}, "wrong"),
    colorScale(end, end, [...steps.map((s) => -s).reverse(), 0, ...steps]),
    html("span", {}, "right (on the diagonal)"),
  ];
}

/**
 * The elements of a view. `counts()` gives what is shown.
 *
 * @param {Model<Traits>} model
 * @param {ImageStore} store
 * @param {() => Counts} counts
 */
function build(model, store, counts) {
  const title = html("div", { class: "tlw-title" });
  const mode = choice("Show", "mode", (index) => put(model, "normalize", MODES[index]));
  const matrix = new Heatmap({
    describe: (i, j) => counts().words(i, j),
    onOpen: (i, j) => {
      const cell = [model.get("classes")[i], model.get("classes")[j]];
      put(model, "value", JSON.stringify(cell) === JSON.stringify(model.get("value")) ? [] : cell);
    },
    onClose: () => put(model, "value", []),
  });
  const foot = html("div", { class: "tlw-foot" });
  const cell = new OpenCell({
    look: (i, j, page) => ({
      ...store.find(i, j, page),
      size: model.get("_page"),
      hasImages: model.get("_has_images"),
      alone: alone(model),
    }),
    ask: (i, j, page) => model.send({ kind: "images", i, j, page }),
  });
  const table = asTable(() => counts().table());
  const empty = html("div", { class: "tlw-empty" }, "There are no examples.");
  const box = html("div", { class: "tlw tlw-confusion", role: "group" });
  box.append(title, mode.element, matrix.element, empty, foot, cell.element, table.element);
  return { title, mode, matrix, foot, cell, table, empty, box };
}

/**
 * One view; `show` draws its open cell again.
 *
 * @param {View<Traits>} view
 * @param {ImageStore} store
 */
function confusionView({ model, el }, store) {
  let counts = new Counts([], []);
  const { title, mode, matrix, foot, cell, table, empty, box } = build(model, store, () => counts);
  el.append(box);

  function opened() {
    const [i, j] = model.get("value").map((name) => model.get("classes").indexOf(name));
    return i >= 0 && j >= 0 ? [i, j] : null;
  }
  function paint() {
    const normalize = model.get("normalize");
    matrix.paint(counts.drawn(normalize), opened());
    foot.replaceChildren(...colorKey(counts, normalize));
  }
  function show() {
    box.dataset.value = model.get("value").join(" → ");
    cell.show(opened(), counts);
  }
  function drawHead() {
    const normalize = model.get("normalize");
    nameWidget(title, box, model.get("label"));
    title.textContent = counts.title(model.get("label"));
    mode.draw(MODE_WORDS, MODES.indexOf(normalize));
    box.dataset.normalize = normalize;
  }
  function draw() {
    const names = model.get("classes");
    counts = new Counts(numbers(model.get("_counts"), Int32Array), names);
    drawHead();
    for (const part of [mode.element, matrix.element, foot, table.element]) part.hidden = !counts.total;
    empty.hidden = counts.total > 0;
    if (counts.total) {
      const label = `${model.get("label")}. Arrow keys move, Enter opens a cell.`;
      const sides = { rows: names, columns: names, rowTitle: "true", columnTitle: "predicted", label };
      const [i, j] = opened() ?? [0, 0];
      matrix.name(sides, { i, j });
      paint();
      table.draw();
    }
    show();
  }
  function drawMode() {
    drawHead();
    paint();
  }
  function drawValue() {
    cell.restart();
    matrix.open(opened());
    show();
  }

  cell.onTurn = show;
  const stopListening = listen(model, [
    ["normalize", drawMode],
    ["value", drawValue],
    ["label classes _counts", oncePerFrame(box, draw)],
  ]);
  draw();
  return { box, show, stop: together(followWidth(box, (width) => matrix.resize(width)), stopListening) };
}

export default () => {
  const attend = focusKeeper();
  const store = new ImageStore();
  /** @type {Set<() => void>} */
  const shows = new Set(); // one per view: images come for all of them

  /** @param {{ model: Model<Traits> }} given */
  function initialize({ model }) {
    store.addAhead(model.get("_ahead"));
    /** @type {(content: any, buffers: DataView<ArrayBuffer>[]) => void} */
    const take = (content, buffers) => {
      if (content?.kind !== "images") return;
      const { i, j, page, numbers: which } = content;
      store.add(`${i}|${j}|${page}`, which, buffers);
      shows.forEach((show) => show());
    };
    return together(listen(model, [["msg:custom", take]]), () => store.clear());
  }

  /** @param {View<Traits>} view */
  function render(view) {
    const { box, show, stop } = confusionView(view, store);
    attend(box, view.model);
    shows.add(show);
    return together(stop, () => shows.delete(show));
  }

  return { initialize, render };
};
