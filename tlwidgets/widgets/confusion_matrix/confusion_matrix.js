// @ts-nocheck: not yet
// deno-lint-ignore-file house/function-length
// ConfusionMatrix: counts and shares, and the pictures of a cell.
import { alone, asTable, choice, focusKeeper, followWidth, html, numbers, oncePerFrame } from "../_shared.js";
import { heatmap, scale } from "../_grid.js";

const LEVELS = 6;
const ROWS = 400; // rows of the table, the most frequent first
const MODES = ["counts", "true", "predicted"];
const MODE_WORDS = ["counts", "% of the true class", "% of the predicted class"];

const percent = (part, whole) => `${((100 * part) / Math.max(1, whole)).toFixed(1)} %`;

export default () => {
  const attend = focusKeeper();
  const kept = new Map(); // pictures that came, for all views of this widget: "i|j|page" → [{n, url}]

  const views = new Set();

  function initialize({ model }) {
    const url = (bytes) => URL.createObjectURL(new Blob([bytes], { type: "image/png" }));
    for (const [cell, pictures] of Object.entries(model.get("_ahead") ?? {})) {
      kept.set(`ahead ${cell}`, pictures.map(({ n, png }) => ({ n, url: url(png) })));
    }
    const take = (content, buffers) => {
      if (content?.kind !== "pictures") return;
      const { i, j, page } = content;
      if (kept.size > 60) forget();
      kept.set(`${i}|${j}|${page}`, content.numbers.map((n, k) => ({ n, url: url(buffers[k]) })));
      views.forEach((show) => show());
    };
    function forget() {
      const [oldest] = [...kept.keys()].filter((key) => !key.startsWith("ahead"));
      kept.get(oldest).forEach((picture) => URL.revokeObjectURL(picture.url));
      kept.delete(oldest);
    }
    model.on("msg:custom", take);
    return () => {
      model.off("msg:custom", take);
      kept.forEach((pictures) => pictures.forEach((picture) => URL.revokeObjectURL(picture.url)));
    };
  }

  function render({ model, el }) {
    const title = html("div", { class: "tlw-title" });
    const mode = choice("Show", "mode", (index) => set("normalize", MODES[index]));
    const matrix = heatmap({
      describe: words,
      onOpen: (i, j) => {
        const cell = [model.get("classes")[i], model.get("classes")[j]];
        set("value", JSON.stringify(cell) === JSON.stringify(model.get("value")) ? [] : cell);
      },
      onClose: () => set("value", []),
    });
    const foot = html("div", { class: "tlw-foot" });
    const said = html("div", { role: "status" });
    const list = html("ul", { class: "tlw-pictures" });
    const earlier = html("button", { type: "button", "data-key": "earlier" }, "Earlier");
    const later = html("button", { type: "button", "data-key": "later" }, "Later");
    const place = html("span", {});
    const pages = html("div", { class: "tlw-pages" }, earlier, later, place);
    const detail = html("div", { class: "tlw-detail" }, said, list, pages);
    const table = asTable(rowsOf);
    const empty = html("div", { class: "tlw-empty" }, "There are no examples.");
    const box = html("div", { class: "tlw tlw-confusion", role: "group" });
    box.append(title, mode.element, matrix.element, empty, foot, detail, table.element);
    el.append(box);
    attend(box, model);

    let counts = [];
    let at = new Map();
    let trueSums = [];
    let predictedSums = [];
    let total = 0;
    let right = 0;
    let page = 0;
    let asked = "";

    function set(name, value) {
      model.set(name, value);
      model.save_changes();
    }
    const key = (i, j) => i * model.get("classes").length + j;

    function read() {
      const k = model.get("classes").length;
      const raw = numbers(model.get("_counts"), Int32Array);
      counts = [];
      at = new Map();
      trueSums = new Float64Array(k);
      predictedSums = new Float64Array(k);
      total = 0;
      right = 0;
      for (let p = 0; p + 2 < raw.length; p += 3) {
        const one = { i: raw[p], j: raw[p + 1], n: raw[p + 2] };
        counts.push(one);
        at.set(key(one.i, one.j), one.n);
        trueSums[one.i] += one.n;
        predictedSums[one.j] += one.n;
        total += one.n;
        if (one.i === one.j) right += one.n;
      }
    }

    function words(i, j) {
      const names = model.get("classes");
      const n = at.get(key(i, j)) ?? 0;
      const shares = `${percent(n, trueSums[i])} of true ${names[i]}, ${
        percent(n, predictedSums[j])
      } of predicted ${names[j]}`;
      return `true ${names[i]}, predicted ${names[j]}: ${n} (${shares})`;
    }

    function shown({ i, j, n }) {
      const normalize = model.get("normalize");
      if (normalize === "counts") return n;
      return (100 * n) / Math.max(1, normalize === "true" ? trueSums[i] : predictedSums[j]);
    }

    function opened() {
      const [i, j] = model.get("value").map((name) => model.get("classes").indexOf(name));
      return i >= 0 && j >= 0 ? [i, j] : null;
    }

    function paint() {
      const highest = counts.reduce((most, one) => Math.max(most, shown(one)), 1);
      const cells = counts.map((one) => {
        const value = shown(one);
        const step = Math.max(1, Math.round(LEVELS * Math.sqrt(value / highest)));
        const level = one.i === one.j ? step : -step;
        const text = (room) => {
          const digits = value.toFixed(0);
          return digits === "0" ? "<1" : digits.length * 7 > room ? "" : digits;
        };
        return { i: one.i, j: one.j, level, text, strong: one.i === one.j };
      });
      matrix.paint(cells, opened());
      const unit = model.get("normalize") === "counts" ? "" : " %";
      const steps = Array.from({ length: LEVELS }, (_, s) => s + 1);
      foot.replaceChildren(
        html("span", {}, "wrong"),
        scale(`${highest.toFixed(0)}${unit}`, `${highest.toFixed(0)}${unit}`, [
          ...steps.map((s) => -s).reverse(),
          0,
          ...steps,
        ]),
        html("span", {}, "right (on the diagonal)"),
      );
    }

    /** The pictures of the open cell: those that are here, or ask for them. */
    function show() {
      const where = opened();
      box.dataset.value = model.get("value").join(" → ");
      detail.hidden = !where;
      if (!where) {
        said.textContent = "";
        return;
      }
      const [i, j] = where;
      const n = at.get(key(i, j)) ?? 0;
      const size = model.get("_page");
      const last = Math.max(0, Math.ceil(n / size) - 1);
      page = Math.min(page, last);
      const silent = alone(model);
      const ahead = page === 0 ? kept.get(`ahead ${i}|${j}`) : null;
      const here = kept.get(`${i}|${j}|${page}`);
      const pictures = here ?? ahead ?? [];
      if (
        !here && n && model.get("_has_pictures") && !silent && !(ahead && ahead.length >= Math.min(n, size))
      ) {
        const request = `${i}|${j}|${page}`;
        if (asked !== request) model.send({ kind: "pictures", i, j, page });
        asked = request;
      }
      let note = asked && !here ? " Asking the kernel for the pictures …" : "";
      if (n && model.get("_has_pictures") && silent && pictures.length < n) {
        note = pictures.length
          ? ` The first ${pictures.length} came with this page; the others need the notebook and its kernel.`
          : " Its pictures need the notebook and its kernel.";
      }
      said.textContent = words(i, j) + (n ? "." : ": no picture.") + note;
      const names = model.get("classes");
      list.hidden = !pictures.length;
      list.replaceChildren(
        ...pictures.map((picture) => {
          const alt = `example ${picture.n}: true ${names[i]}, predicted ${names[j]}`;
          const image = html("img", { src: picture.url, alt });
          image.addEventListener("load", () => image.classList.toggle("tlw-small", image.naturalWidth < 64));
          return html("li", {}, image, html("span", { "aria-hidden": "true" }, String(picture.n)));
        }),
      );
      pages.hidden = last === 0 || !model.get("_has_pictures") || silent;
      earlier.disabled = page === 0;
      later.disabled = page === last;
      place.textContent = `pictures ${page * size + 1} to ${Math.min(n, (page + 1) * size)} of ${n}`;
    }
    const turn = (by) => {
      page += by;
      asked = "";
      show();
    };
    earlier.addEventListener("click", () => turn(-1));
    later.addEventListener("click", () => turn(1));

    function rowsOf() {
      const names = model.get("classes");
      const sorted = [...counts].sort((a, b) => b.n - a.n).slice(0, ROWS);
      const rows = sorted.map((
        c,
      ) => [names[c.i], names[c.j], c.n, percent(c.n, trueSums[c.i]), percent(c.n, predictedSums[c.j])]);
      return { head: ["true", "predicted", "examples", "of the true class", "of the predicted class"], rows };
    }

    function head() {
      const label = model.get("label");
      title.textContent = total ? `${label}: ${right} of ${total} right (${percent(right, total)})` : label;
      box.setAttribute("aria-label", label);
      mode.draw(MODE_WORDS, MODES.indexOf(model.get("normalize")));
      box.dataset.normalize = model.get("normalize");
    }

    function all() {
      read();
      head();
      const names = model.get("classes");
      for (const part of [mode.element, matrix.element, foot, table.element]) part.hidden = !total;
      empty.hidden = total > 0;
      if (total) {
        const label = `${model.get("label")}. Arrow keys move, Enter opens a cell.`;
        const [i, j] = opened() ?? [0, 0];
        matrix.name({ rows: names, columns: names, rowTitle: "true", columnTitle: "predicted", label }, {
          i,
          j,
        });
        paint();
        table.draw();
      }
      show();
    }

    const onMode = () => {
      head();
      paint();
    };
    const onValue = () => {
      page = 0;
      asked = "";
      matrix.open(opened());
      show();
    };
    const redraw = oncePerFrame(box, all);
    const listeners = [
      ["change:normalize", onMode],
      ["change:value", onValue],
      ...["label", "classes", "_counts"].map((name) => [`change:${name}`, redraw]),
    ];
    listeners.forEach(([name, action]) => model.on(name, action));
    views.add(show);
    all();
    const stopFollowing = followWidth(box, matrix.resize);
    return () => {
      stopFollowing();
      views.delete(show);
      listeners.forEach(([name, action]) => model.off(name, action));
    };
  }

  return { initialize, render };
};
