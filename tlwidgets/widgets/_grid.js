// @ts-nocheck: not yet
// deno-lint-ignore-file house/function-length
// A matrix of coloured cells that is moved through by keyboard and pointer.
import { html, ownKeys, svg } from "./_shared.js";

const LETTER = 6.4; // mean width of a letter at 11 px
const WIDEST = 64;
const HIGHEST = 44;

const levelName = (level) => (level ? `${level < 0 ? "down" : "up"}-${Math.abs(level)}` : "level-0");
const cut = (name, room) => {
  const letters = Math.max(1, Math.floor(room / LETTER));
  const all = [...name];
  return all.length > letters ? `${all.slice(0, Math.max(1, letters - 1)).join("")}…` : name;
};

/**
 * One path a colour, so that 200 x 200 cells cost little more than 5 x 5; the cell under the cursor is an element of
 * its own (a grid of which one cell is in the page at a time: aria-rowindex and aria-colindex say which).
 *
 * - `describe(i, j)`: a cell in words.
 * - `onOpen(i, j)`: Enter, space or a click; `onClose()`: Escape.
 */
export function heatmap({ describe, onOpen, onClose }) {
  const plot = svg("svg", { "aria-hidden": "true" });
  const row = html("div", { role: "row" });
  const grid = html("div", { role: "grid", class: "tlw-grid-cursor" }, row);
  const holder = html("div", { class: "tlw-grid" }, grid);
  holder.prepend(plot);
  const tip = html("div", { class: "tlw-tip" });
  const element = html("div", {}, holder, tip);
  let names = { rows: [], columns: [], rowTitle: "", columnTitle: "", label: "" };
  let cells = [];
  let opened = null;
  let at = { i: 0, j: 0 };
  let place = { left: 0, top: 0, w: 0, h: 0, width: 0 };
  let cell = null;

  function measure(width) {
    const longest = (list) => list.reduce((most, name) => Math.max(most, [...name].length), 0) * LETTER;
    const { rows, columns, rowTitle, columnTitle } = names;
    const rowRoom = Math.min(longest(rows) + 8, width * 0.3);
    let left = (rowTitle ? 18 : 0) + rowRoom;
    const sideways = Math.min(longest(columns), 110);
    let w = Math.min(WIDEST, (width - left - 2) / columns.length);
    const level = longest(columns) <= w - 4;
    let right = 2;
    if (!level) {
      right = Math.max(2, sideways * 0.71 - w / 2);
      w = Math.min(WIDEST, (width - left - right) / columns.length);
    }
    let top = (columnTitle ? 18 : 0) + (level ? 18 : sideways * 0.71 + 14);
    const tiny = w < 11; // no room for names: the line below says them
    if (tiny) {
      left = rowTitle ? 20 : 4;
      top = columnTitle ? 20 : 4;
      w = (width - left - 2) / columns.length;
    }
    const h = Math.min(HIGHEST, Math.max(w, tiny ? 1 : 14));
    place = { left, top, w, h, width, level, tiny, rowRoom, sideways };
  }

  function draw() {
    const { rows, columns } = names;
    const { left, top, w, h, width, level, tiny, rowRoom, sideways } = place;
    if (!width) {
      frame(); // the cell is there before the first layout, so that a new view can take the focus over
      return;
    }
    const height = top + h * rows.length + 2;
    plot.setAttribute("width", width);
    plot.setAttribute("height", height);
    plot.setAttribute("viewBox", `0 0 ${width} ${height}`);
    const parts = [];
    const text = (attributes, words) => parts.push(svg("text", attributes, null, words));
    if (names.columnTitle) {
      const middle = left + (w * columns.length) / 2;
      text({ x: middle, y: 12, "text-anchor": "middle", class: "tlw-axis" }, names.columnTitle);
    }
    if (names.rowTitle) {
      const y = top + (h * rows.length) / 2;
      text(
        { x: 12, y, transform: `rotate(-90 12 ${y})`, "text-anchor": "middle", class: "tlw-axis" },
        names.rowTitle,
      );
    }
    if (!tiny) {
      rows.forEach((name, i) => {
        text({ x: left - 6, y: top + h * (i + 0.5) + 4, "text-anchor": "end" }, cut(name, rowRoom - 6));
      });
      columns.forEach((name, j) => {
        const x = left + w * (j + 0.5);
        if (level) text({ x, y: top - 6, "text-anchor": "middle" }, name);
        else text({ x, y: top - 6, transform: `rotate(-45 ${x} ${top - 6})` }, cut(name, sideways));
      });
    }
    const gap = w > 8 ? 1 : 0;
    const fills = new Map();
    const marks = new Map();
    const add = (map, key, path) => map.set(key, (map.get(key) ?? "") + path);
    const box = (x, y) =>
      `M${x.toFixed(2)} ${y.toFixed(2)}h${(w - gap).toFixed(2)}v${(h - gap).toFixed(2)}h${
        (gap - w).toFixed(2)
      }z`;
    const area = svg("rect", {
      x: left,
      y: top,
      width: w * columns.length,
      height: h * rows.length,
      class: "tlw-grid-ground",
    });
    parts.push(area);
    let missing = "";
    const numbers = [];
    for (const one of cells) {
      const x = left + w * one.j;
      const y = top + h * one.i;
      if (one.missing) {
        missing += `${box(x, y)}M${x.toFixed(1)} ${(y + h - gap).toFixed(1)}l${(w - gap).toFixed(1)} ${
          (gap - h).toFixed(1)
        }`;
        continue;
      }
      add(fills, one.level, box(x, y));
      const s = Math.min(8, w * 0.24);
      if (one.mark && w > 5) {
        const [cx, cy] = [x + w - gap - s - 1.5, y + 1.5];
        const path = one.mark > 0
          ? `M${cx} ${cy + s}h${s}l${-s / 2} ${-s}z`
          : `M${cx} ${cy}h${s}l${-s / 2} ${s}z`;
        add(marks, one.level, path);
      }
      const words = w > 20 && h > 13 ? one.text(w - 4 - (one.mark && h < 30 ? s : 0)) : "";
      if (words) {
        const attributes = {
          x: x + (w - gap) / 2,
          y: y + h / 2 + 4 + (one.mark && h > 26 ? 2 : 0),
          "text-anchor": "middle",
        };
        attributes.style = `fill: var(--tlw-c-${levelName(one.level)}-ink)`;
        if (one.strong) attributes["font-weight"] = 600;
        numbers.push(svg("text", { ...attributes, class: "tlw-cell-text" }, null, words));
      }
    }
    for (const [key, path] of fills) {
      parts.push(svg("path", { d: path, class: "tlw-cell", style: `fill: var(--tlw-c-${levelName(key)})` }));
    }
    if (missing) parts.push(svg("path", { d: missing, class: "tlw-cell-missing" }));
    for (const [key, path] of marks) {
      parts.push(
        svg("path", { d: path, class: "tlw-cell-mark", style: `fill: var(--tlw-c-${levelName(key)}-ink)` }),
      );
    }
    plot.replaceChildren(...parts, ...numbers);
    frame();
  }

  /** The cursor, and the frame around the cell that is open. */
  function frame() {
    plot.querySelector(".tlw-open")?.remove();
    const { left, top, w, h } = place;
    if (opened) {
      const [i, j] = opened;
      svg("rect", { x: left + w * j, y: top + h * i, width: w, height: h, class: "tlw-open" }, plot);
    }
    const { rows, columns } = names;
    if (!rows.length || !columns.length) return row.replaceChildren();
    at = { i: Math.min(at.i, rows.length - 1), j: Math.min(at.j, columns.length - 1) };
    const words = describe(at.i, at.j);
    const had = cell !== null && cell.getRootNode().activeElement === cell;
    // a new element for each cell: a screen reader says what is focused when the focus moves
    const next = html("div", { role: "gridcell", tabindex: 0, "data-key": "cell", "aria-label": words });
    next.setAttribute("aria-colindex", at.j + 1);
    next.setAttribute("aria-selected", String(opened?.[0] === at.i && opened?.[1] === at.j));
    const [cw, ch] = [Math.max(w, 7), Math.max(h, 7)];
    const [x, y] = [left + w * (at.j + 0.5) - cw / 2, top + h * (at.i + 0.5) - ch / 2];
    next.style.cssText = `left:${x}px;top:${y}px;width:${cw}px;height:${ch}px`;
    row.setAttribute("aria-rowindex", at.i + 1);
    row.append(next);
    if (had) next.focus({ preventScroll: true });
    cell?.remove();
    cell = next;
    tip.textContent = words;
    return undefined;
  }

  function move(i, j) {
    const { rows, columns } = names;
    const to = {
      i: Math.max(0, Math.min(rows.length - 1, i)),
      j: Math.max(0, Math.min(columns.length - 1, j)),
    };
    if (to.i === at.i && to.j === at.j) return;
    at = to;
    frame();
  }

  const last = () => ({ i: names.rows.length - 1, j: names.columns.length - 1 });
  ownKeys(grid, {
    ArrowRight: () => move(at.i, at.j + 1),
    ArrowLeft: () => move(at.i, at.j - 1),
    ArrowDown: () => move(at.i + 1, at.j),
    ArrowUp: () => move(at.i - 1, at.j),
    Home: () => move(at.i, 0),
    End: () => move(at.i, last().j),
    PageUp: () => move(at.i - 10, at.j),
    PageDown: () => move(at.i + 10, at.j),
    "Ctrl+Home": () => move(0, 0),
    "Ctrl+End": () => move(last().i, last().j),
    Enter: () => onOpen(at.i, at.j),
    " ": () => onOpen(at.i, at.j),
    Escape: () => onClose(),
  });

  function under(event) {
    const rect = plot.getBoundingClientRect(); // may be scaled: a zoomed page, a slide
    const scale = place.width / rect.width;
    const j = Math.floor(((event.clientX - rect.left) * scale - place.left) / place.w);
    const i = Math.floor(((event.clientY - rect.top) * scale - place.top) / place.h);
    return i >= 0 && j >= 0 && i < names.rows.length && j < names.columns.length ? { i, j } : null;
  }
  holder.addEventListener("pointermove", (event) => {
    const hit = under(event) ?? at;
    if (names.rows.length) tip.textContent = describe(hit.i, hit.j);
  });
  holder.addEventListener("pointerleave", () => {
    if (names.rows.length) tip.textContent = describe(at.i, at.j);
  });
  holder.addEventListener("click", (event) => {
    const hit = under(event);
    if (!hit) return;
    move(hit.i, hit.j);
    cell.focus({ preventScroll: true });
    onOpen(hit.i, hit.j);
  });

  return {
    element,
    /** What rows and columns are. `start` is where the cursor stands first. */
    name(given, start = null) {
      names = given;
      if (start) at = start;
      grid.setAttribute("aria-label", given.label);
      grid.setAttribute("aria-rowcount", given.rows.length);
      grid.setAttribute("aria-colcount", given.columns.length);
      if (place.width) measure(place.width);
    },
    /** Cells: {i, j, level, text(room), mark, strong, missing}. `open` is [i, j] or null. */
    paint(given, open) {
      cells = given;
      opened = open;
      draw();
    },
    /** Only another cell is open. */
    open(where) {
      opened = where;
      if (where) at = { i: where[0], j: where[1] };
      frame();
    },
    resize(width) {
      if (!names.rows.length || !names.columns.length) return;
      measure(width);
      draw();
    },
  };
}

/** The colours of a matrix with the numbers at their ends. */
export function scale(low, high, levels) {
  const element = html("div", { class: "tlw-scale", "aria-hidden": "true" }, html("span", {}, low));
  const strip = html("span", { class: "tlw-scale-strip" });
  for (const level of levels) {
    strip.append(html("i", { style: `background: var(--tlw-c-${levelName(level)})` }));
  }
  element.append(strip, html("span", {}, high));
  return element;
}
