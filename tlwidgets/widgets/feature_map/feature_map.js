// @ts-nocheck: not yet
// deno-lint-ignore-file house/function-length
// FeatureMap: images as points, one map for each block.
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
import { fitCanvas, followTheme, inks } from "../_canvas.js";
import { spriteTiles } from "../_sprite.js";
import { markerPath } from "../_paths.js";

const NEIGHBOURS = 4;
const ROOM = 12; // pixels between the outermost points and the edge
const GRAB = 24; // pixels within which a point is found
const CARD = 72; // pixels of the image of the described point
const MOVE = 220; // milliseconds in which the points go to their places in another block
const LEGEND = 60; // groups up to which each has a button

export default () => {
  const attend = focusKeeper();

  function render({ model, el }) {
    const title = html("div", { class: "tlw-title" });
    const block = html("input", {
      type: "range",
      min: 0,
      step: 1,
      "data-key": "block",
      "aria-label": "Block",
    });
    const blockName = html("span", { class: "tlw-map-block", "aria-hidden": "true" });
    const beside = html("select", { "data-key": "beside" });
    const besideLabel = html("label", {}, html("span", {}, "Compare with"), beside);
    const blockRow = html(
      "div",
      { class: "tlw-map-row" },
      html("span", {}, "Block"),
      block,
      blockName,
      besideLabel,
    );
    const colors = choice(
      "Colour and shape",
      "colors",
      (index) => set("color_by", index ? "domain" : "class"),
    );
    const said = html("div", { role: "status" });
    const holder = html("div", { class: "tlw-map-panels" });
    const legend = html("div", { class: "tlw-map-legend", role: "group", "aria-label": "Show one group" });
    const card = html("div", { class: "tlw-map-card" });
    const table = asTable(rowsOf);
    const empty = html(
      "div",
      { class: "tlw-empty" },
      "There is nothing to show: no example has finite features.",
    );
    const box = html("div", { class: "tlw tlw-map", role: "group" });
    box.append(title, blockRow, colors.element, said, holder, empty, card, legend, table.element);
    el.append(box);
    attend(box, model);

    let width = 0;
    let n = 0;
    let [coordinates, near, classOf, domainOf] = [[], [], [], []];
    let limits = [-1, 1, -1, 1];
    let anything = false;
    let tiles = spriteTiles(null, {});
    let stamps = new Map();
    let palette = {};
    let hovered = -1;
    const still = matchMedia("(prefers-reduced-motion: reduce)");

    function set(name, value) {
      model.set(name, value);
      model.save_changes();
    }
    const groups = () => model.get(model.get("color_by") === "class" ? "_classes" : "_domains");
    const groupOf = () => (model.get("color_by") === "class" ? classOf : domainOf);
    const index = (name) => model.get("names").indexOf(name);

    function read() {
      n = numbers(model.get("_class"), Int32Array).length;
      classOf = numbers(model.get("_class"), Int32Array);
      domainOf = numbers(model.get("_domain"), Int32Array);
      coordinates = numbers(model.get("_points"), Float32Array);
      near = numbers(model.get("_neighbours"), Int32Array);
      let [x0, x1, y0, y1] = [Infinity, -Infinity, Infinity, -Infinity];
      for (let p = 0; p < coordinates.length; p += 2) {
        const [x, y] = [coordinates[p], coordinates[p + 1]];
        if (!Number.isFinite(x) || !Number.isFinite(y)) continue;
        x0 = Math.min(x0, x);
        x1 = Math.max(x1, x);
        y0 = Math.min(y0, y);
        y1 = Math.max(y1, y);
      }
      anything = x0 <= x1;
      limits = anything ? [x0, x1, y0, y1] : [-1, 1, -1, 1];
    }
    function readImages() {
      tiles.forget();
      tiles = spriteTiles(model.get("_sprite"), model.get("_sprite_form"));
    }

    // ---- one map

    function panel(isMain) {
      const name = html("div", { class: "tlw-map-name", "aria-hidden": "true" });
      const canvas = html("canvas", { "aria-hidden": "true" });
      const marks = svg("svg", { "aria-hidden": "true", class: "tlw-map-marks" });
      const float = html("div", { class: "tlw-map-float", "aria-hidden": "true" });
      const area = html("div", { class: "tlw-map-area" }, canvas, marks, float);
      if (isMain) {
        area.setAttribute("role", "slider");
        area.setAttribute("tabindex", 0);
        area.dataset.key = "points";
      } else area.setAttribute("role", "img");
      const element = html("div", { class: "tlw-map-panel" }, name, area);
      holder.append(element);
      let [w, h] = [0, 0];
      let px = new Float32Array(0);
      let py = new Float32Array(0);
      let target = px;
      let running = 0;
      let shownName = "";

      function place(which) {
        const [x0, x1, y0, y1] = limits;
        const scale = Math.min(
          (w - 2 * ROOM) / Math.max(1e-9, x1 - x0),
          (h - 2 * ROOM) / Math.max(1e-9, y1 - y0),
        );
        const factor = anything && (x1 > x0 || y1 > y0) ? scale : 1;
        const [left, top] = [w / 2 - (factor * (x0 + x1)) / 2, h / 2 + (factor * (y0 + y1)) / 2];
        const out = new Float32Array(2 * n);
        for (let i = 0; i < n; i += 1) {
          out[2 * i] = left + factor * coordinates[2 * (which * n + i)];
          out[2 * i + 1] = top - factor * coordinates[2 * (which * n + i) + 1];
        }
        return out;
      }

      function paint() {
        const context = fitCanvas(canvas, w, h);
        const of = groupOf();
        const all = groups();
        const only = all.findIndex((g) => g.name === model.get("only"));
        const pale = stampOf(null);
        const stampList = all.map((g) => stampOf(g));
        const draw = (stamp, i) => {
          if (Number.isFinite(px[i])) {
            context.drawImage(
              stamp.canvas,
              px[i] - stamp.half,
              py[i] - stamp.half,
              2 * stamp.half,
              2 * stamp.half,
            );
          }
        };
        context.globalAlpha = n > 1500 ? 0.7 : 0.85;
        if (only >= 0) { for (let i = 0; i < n; i += 1) if (of[i] !== only) draw(pale, i); }
        for (let i = 0; i < n; i += 1) if (only < 0 || of[i] === only) draw(stampList[of[i]], i);
        mark();
      }

      function go(out, share) {
        const from = share < 1 && px.length === n ? [px.slice(), py.slice()] : null;
        cancelAnimationFrame(running);
        target = out;
        const step = (part) => {
          if (!from || part >= 1) {
            px = Float32Array.from({ length: n }, (_, i) => out[2 * i]);
            py = Float32Array.from({ length: n }, (_, i) => out[2 * i + 1]);
          } else {
            const eased = part * part * (3 - 2 * part);
            for (let i = 0; i < n; i += 1) {
              px[i] = from[0][i] + eased * (out[2 * i] - from[0][i]);
              py[i] = from[1][i] + eased * (out[2 * i + 1] - from[1][i]);
            }
          }
          paint();
        };
        if (!from) return step(1);
        const start = performance.now();
        const tick = () => {
          const part = (performance.now() - start) / MOVE;
          step(part);
          if (part < 1 && element.isConnected) running = requestAnimationFrame(tick);
        };
        running = requestAnimationFrame(tick);
        return undefined;
      }

      /** The described point and its neighbours in feature space. */
      function mark() {
        const i = described();
        const parts = [];
        const which = index(shownName);
        const at = (k) => [px[k], py[k]];
        const here = i >= 0 && !element.hidden && Number.isFinite(px[i]);
        if (here) {
          const [x, y] = at(i);
          const others = neighbours(which, i);
          for (const k of others) {
            parts.push(svg("line", { x1: x, y1: y, x2: px[k], y2: py[k], class: "tlw-map-halo" }));
            parts.push(svg("line", { x1: x, y1: y, x2: px[k], y2: py[k], class: "tlw-map-tie" }));
          }
          for (const k of others) {
            parts.push(svg("circle", { cx: px[k], cy: py[k], r: 6, class: "tlw-map-other" }));
          }
          parts.push(svg("circle", { cx: x, cy: y, r: 9, class: "tlw-map-halo" }));
          parts.push(svg("circle", { cx: x, cy: y, r: 9, class: "tlw-map-here" }));
        }
        marks.replaceChildren(...parts);
        float.hidden = !(here && tiles.here);
        if (!float.hidden) {
          const [x, y] = at(i);
          float.replaceChildren(tiles.tile(i, CARD));
          const side = CARD + 6;
          // away from the neighbours: the corner around the point that has the fewest of them
          const corners = [[14, -side - 8], [-side - 14, -side - 8], [14, 8], [-side - 14, 8]];
          const crowded = ([dx, dy]) => {
            const [left, top] = [x + dx, y + dy];
            const outside = left < 0 || top < 0 || left + side > w || top + side > h ? 100 : 0;
            const inside = neighbours(which, i).filter((k) =>
              px[k] > left - 8 && px[k] < left + side + 8 && py[k] > top - 8 && py[k] < top + side + 8
            );
            return outside + inside.length;
          };
          const [dx, dy] = corners.reduce((a, b) => (crowded(b) < crowded(a) ? b : a));
          float.style.left = `${Math.max(0, Math.min(w - side, x + dx))}px`;
          float.style.top = `${Math.max(0, Math.min(h - side, y + dy))}px`;
        }
      }

      function hit(event) {
        const rect = canvas.getBoundingClientRect(); // may be scaled: a zoomed page, a slide
        const factor = w / Math.max(1, rect.width);
        const [x, y] = [(event.clientX - rect.left) * factor, (event.clientY - rect.top) * factor];
        let [found, least] = [-1, GRAB ** 2];
        for (let i = 0; i < n; i += 1) {
          const distance = (px[i] - x) ** 2 + (py[i] - y) ** 2;
          if (distance < least) [found, least] = [i, distance];
        }
        return found;
      }
      area.addEventListener("pointermove", (event) => hover(hit(event)));
      area.addEventListener("pointerleave", () => hover(-1));
      area.addEventListener("click", (event) => {
        const i = hit(event);
        if (isMain) area.focus({ preventScroll: true });
        set("point", i >= 0 ? i : null);
      });

      return {
        element,
        area,
        mark,
        paint,
        size(width_, height_) {
          [w, h] = [width_, height_];
          for (const part of [area, marks]) {
            part.style.width = `${w}px`;
            part.style.height = `${h}px`;
          }
        },
        show(block_, moving) {
          shownName = block_;
          name.textContent = block_;
          if (w) go(place(index(block_)), moving && !still.matches ? 0 : 1);
        },
        /** The nearest point in a direction: within 45 degrees of it. */
        toward(i, ux, uy) {
          const [x, y] = i >= 0 ? [target[2 * i], target[2 * i + 1]] : [w / 2, h / 2];
          let [found, least] = [-1, Infinity];
          for (let k = 0; k < n; k += 1) {
            const [dx, dy] = [target[2 * k] - x, target[2 * k + 1] - y];
            const along = dx * ux + dy * uy;
            const aside = Math.abs(dx * uy - dy * ux);
            const distance = dx * dx + dy * dy;
            if (i < 0 ? distance < least : along > 0 && along >= aside && distance < least) {
              [found, least] = [k, distance];
            }
          }
          return found;
        },
        stop: () => cancelAnimationFrame(running),
      };
    }

    /** A marker drawn once for each group: 5,000 points are 5,000 copies of it. */
    function stampOf(group) {
      const radius = n > 3000 ? 2.6 : n > 800 ? 3.3 : 4.4;
      const key = group ? `${group.color} ${group.shape}` : "pale";
      if (!stamps.has(key)) {
        const half = Math.ceil(radius * 1.6) + 1;
        const canvas = document.createElement("canvas");
        const context = fitCanvas(canvas, 2 * half, 2 * half);
        context.fillStyle = group ? palette[`c-${group.color}`] : palette.line;
        context.fill(
          new Path2D(markerPath(group ? group.shape : "circle", half, half, group ? radius : radius * 0.8)),
        );
        stamps.set(key, { canvas, half });
      }
      return stamps.get(key);
    }
    function readColors() {
      stamps = new Map();
      palette = inks(box, [
        "line",
        ...[...model.get("_classes"), ...model.get("_domains")].map((g) => `c-${g.color}`),
      ]);
    }

    const left = panel(false);
    const main = panel(true);

    // ---- the described point

    const described = () => (hovered >= 0 ? hovered : (model.get("point") ?? -1));
    const neighbours = (which, i) =>
      Array.from(near.slice((which * n + i) * NEIGHBOURS, (which * n + i + 1) * NEIGHBOURS)).filter((k) =>
        k >= 0
      );
    const className = (i) => model.get("_classes")[classOf[i]]?.name ?? "";
    const domainName = (i) => (domainOf.length ? `, ${model.get("_domains")[domainOf[i]].name}` : "");
    function words(i) {
      const others = neighbours(index(model.get("value")), i).map(className);
      const same = others.length ? `; nearest in ${model.get("value")}: ${others.join(", ")}` : "";
      return `image ${i}: ${className(i)}${domainName(i)}${same}`;
    }
    function describe() {
      const i = described();
      left.mark();
      main.mark();
      const point = model.get("point");
      box.dataset.point = point ?? "";
      main.area.setAttribute("aria-valuemin", 0);
      main.area.setAttribute("aria-valuemax", Math.max(0, n - 1));
      main.area.setAttribute("aria-valuenow", point ?? 0);
      main.area.setAttribute(
        "aria-valuetext",
        point === null || point === undefined ? `none of ${n} images chosen` : words(point),
      );
      if (i < 0) {
        card.replaceChildren(
          html("span", { class: "tlw-tip" }, "Point at an image, or move through them with the arrow keys."),
        );
        return;
      }
      const which = index(model.get("value"));
      const others = neighbours(which, i);
      const head = html(
        "div",
        { class: "tlw-map-text" },
        html("strong", {}, className(i)),
        `${domainName(i)} · image ${i}`,
      );
      const list = html("ul", { class: "tlw-map-near" });
      for (const k of others) {
        const same = classOf[k] === classOf[i];
        const text = html("span", {}, `${same ? "" : "✗ "}${className(k)}`);
        list.append(
          html(
            "li",
            { class: same ? "" : "tlw-map-unlike" },
            ...(tiles.here ? [tiles.tile(k, 40)] : []),
            text,
          ),
        );
      }
      const nearest = others.length
        ? [html("span", { class: "tlw-tip" }, `nearest in ${model.get("value")}:`), list]
        : [];
      const image = tiles.here ? [tiles.tile(i, CARD)] : [];
      card.replaceChildren(...image, html("div", { class: "tlw-map-words" }, head, ...nearest));
    }
    function hover(i) {
      if (i === hovered) return;
      hovered = i;
      describe();
    }

    let timer = 0;
    function send() {
      clearTimeout(timer);
      timer = 0;
      model.save_changes();
    }
    function choose(i) {
      if (i < 0 || i === model.get("point")) return;
      hovered = -1;
      model.set("point", i);
      clearTimeout(timer);
      timer = setTimeout(send, 60);
    }
    const point = () => model.get("point") ?? -1;
    function turn(step) {
      const mine = classOf[Math.max(0, point())];
      for (let k = 1; k <= n; k += 1) {
        const i = (((point() + step * k) % n) + n) % n;
        if (classOf[i] === mine && seen(i)) return choose(i);
      }
      return undefined;
    }
    const seen = (i) => Number.isFinite(coordinates[2 * (index(model.get("value")) * n + i)]);
    const end = (from, step) => {
      for (let i = from; i >= 0 && i < n; i += step) if (seen(i)) return choose(i);
      return undefined;
    };
    const arrow = (ux, uy) => () => choose(main.toward(point() >= 0 && seen(point()) ? point() : -1, ux, uy));
    ownKeys(main.area, {
      ArrowRight: arrow(1, 0),
      ArrowLeft: arrow(-1, 0),
      ArrowUp: arrow(0, -1),
      ArrowDown: arrow(0, 1),
      Home: () => end(0, 1),
      End: () => end(n - 1, -1),
      PageDown: () => turn(1),
      PageUp: () => turn(-1),
      Escape: () => set("point", null),
    });

    // ---- controls

    block.addEventListener("input", () => model.set("value", model.get("names")[Number(block.value)]));
    block.addEventListener("change", () => model.save_changes());
    block.addEventListener("keydown", (event) => event.stopPropagation());
    beside.addEventListener(
      "change",
      () => set("beside", beside.value === "-1" ? "" : model.get("names")[Number(beside.value)]),
    );
    beside.addEventListener("keydown", (event) => event.stopPropagation());

    function drawLegend() {
      const all = groups();
      const only = model.get("only");
      const count = new Int32Array(all.length);
      for (const k of groupOf()) count[k] += 1;
      const there = all.filter((_, k) => count[k]);
      legend.hidden = there.length < 2 || there.length > LEGEND;
      if (legend.hidden) return;
      const had = legend.contains(document.activeElement) ? document.activeElement.dataset.key : null;
      legend.replaceChildren(
        ...there.map((g) => {
          const image = svg("svg", { width: 14, height: 14, "aria-hidden": "true" });
          svg("path", { d: markerPath(g.shape, 7, 7, 4.4), style: `fill: var(--tlw-c-${g.color})` }, image);
          const button = html(
            "button",
            { type: "button", "data-key": `only-${all.indexOf(g)}` },
            image,
            g.name,
          );
          button.setAttribute("aria-pressed", String(only === g.name));
          button.addEventListener("click", () => set("only", only === g.name ? "" : g.name));
          return button;
        }),
      );
      if (had) legend.querySelector(`[data-key="${had}"]`)?.focus({ preventScroll: true });
    }

    function head() {
      const names = model.get("names");
      const label = model.get("label");
      title.textContent = label;
      box.setAttribute("aria-label", label);
      const which = index(model.get("value"));
      blockRow.hidden = names.length < 2;
      block.max = Math.max(0, names.length - 1);
      block.value = which;
      block.setAttribute("aria-valuetext", model.get("value"));
      blockName.textContent = model.get("value");
      const options = JSON.stringify(names);
      if (beside.dataset.names !== options) {
        beside.dataset.names = options;
        beside.replaceChildren(
          html("option", { value: -1 }, "none"),
          ...names.map((name, k) => html("option", { value: k }, name)),
        );
      }
      beside.value = String(index(model.get("beside")));
      colors.element.hidden = !model.get("_domains").length;
      colors.draw(["class", "domain"], model.get("color_by") === "class" ? 0 : 1);
      const by = model.get("color_by");
      const shown = [index(model.get("beside")), which].filter((k) => k >= 0);
      const sentences = anything ? shown.map((k) => html("div", {}, model.get("_words")[k]?.[by] ?? "")) : [];
      said.replaceChildren(...sentences);
      box.dataset.value = model.get("value");
      main.area.setAttribute("aria-label", `Images in ${model.get("value")}`);
      left.area.setAttribute("aria-label", `Map of ${model.get("beside")}, for comparison`);
    }

    function layout() {
      for (const part of [holder, card]) part.hidden = !anything;
      empty.hidden = anything;
      const two = index(model.get("beside")) >= 0;
      left.element.hidden = !two;
      if (!width || !anything) return;
      const each = two && width >= 560 ? Math.floor((width - 12) / 2) : width;
      const height = Math.round(Math.max(220, Math.min(400, each * (two && width >= 560 ? 0.85 : 0.62))));
      left.size(each, height);
      main.size(each, height);
      if (two) left.show(model.get("beside"), false);
      main.show(model.get("value"), false);
    }

    function rowsOf() {
      const names = model.get("names");
      const by = model.get("_domains").length ? ["class", "domain"] : ["class"];
      return {
        head: ["block", ...by.map((g) => `by ${g}`)],
        rows: names.map((name, k) => [name, ...by.map((g) => model.get("_words")[k][g])]),
      };
    }

    const onBlock = () => {
      head();
      main.show(model.get("value"), true);
      describe();
    };
    const onBeside = () => {
      head();
      layout();
      describe();
    };
    const onGroups = () => {
      head();
      drawLegend();
      left.paint();
      main.paint();
    };
    const onColors = () => {
      readColors();
      if (width && anything) onGroups();
    };
    const all = () => {
      read();
      readColors();
      head();
      drawLegend();
      layout();
      describe();
      table.draw();
    };
    const redraw = oncePerFrame(box, all);
    const listeners = [
      ["change:value", onBlock],
      ["change:beside", onBeside],
      ["change:color_by", onGroups],
      ["change:only", onGroups],
      ["change:point", describe],
      ["change:label", head],
      ...["_points", "_classes", "_domains", "_class"].map((name) => [`change:${name}`, redraw]),
    ];
    listeners.forEach(([name, action]) => model.on(name, action));
    readImages();
    all();
    const stopFollowing = followWidth(box, (now) => {
      width = now;
      layout();
      describe();
    });
    const stopTheme = followTheme(onColors);
    return () => {
      stopFollowing();
      stopTheme();
      left.stop();
      main.stop();
      if (timer) send();
      tiles.forget();
      listeners.forEach(([name, action]) => model.off(name, action));
    };
  }

  return { render };
};
