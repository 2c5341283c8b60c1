// The chart of a score: points, names, and the mark of the described candidate.
import { attributes, html, svg } from "../_shared.js";
import { sizePlot } from "../_axes.js";
import { markerPath } from "../_paths.js";
import { ticks } from "../_scales.js";
import { shortScore } from "./_candidates.js";
import { meets, placeNames, placeOwnName } from "./_layout.js";

/** @import { Group } from "../_types.d.ts" */
/** @import { Candidates } from "./_candidates.js" */
/** @import { Frame, PlacedName } from "./_types.d.ts" */

const NAMED = 60; // candidates up to which names are written where there is room
const MANY = 1200; // candidates from which points are drawn small
const LEGEND = 12; // groups up to which each is named below

/**
 * Lines, numbers and names of the axes.
 *
 * @param {Candidates} candidates
 * @param {Frame} frame
 */
function gridLines({ score, table }, { width, height, left, right, top, bottom, xRange, yRange, X, Y }) {
  return [
    ...ticks(...xRange, width < 500 ? 4 : 7).flatMap((v) => [
      svg("line", { x1: X(v), x2: X(v), y1: top, y2: bottom, class: "tlw-line" }),
      svg("text", { x: X(v), y: bottom + 15, "text-anchor": "middle" }, null, shortScore(v)),
    ]),
    ...ticks(...yRange, 5).flatMap((v) => [
      svg("line", { x1: left, x2: right, y1: Y(v), y2: Y(v), class: "tlw-line" }),
      svg("text", { x: left - 6, y: Y(v) + 4, "text-anchor": "end" }, null, shortScore(v)),
    ]),
    svg("text", { x: right, y: height - 6, "text-anchor": "end", class: "tlw-axis" }, null, score),
    svg("text", { x: left + 6, y: top + 11, class: "tlw-axis tlw-name" }, null, table.truthName),
  ];
}

/**
 * One path per group, and a ring around the highest score of each.
 *
 * @param {Candidates} candidates
 * @param {Frame} frame
 */
function markers(candidates, { at }) {
  const { order, table: { groups, group } } = candidates;
  const many = order.length > MANY;
  /** @type {string[][]} */
  const paths = groups.map(() => []);
  for (const i of order) {
    const [x, y] = at(i);
    paths[group[i]].push(markerPath(groups[group[i]].shape, +x.toFixed(1), +y.toFixed(1), many ? 2 : 4.5));
  }
  const rings = candidates.bests().map(at).map(([cx, cy]) =>
    svg("circle", { cx, cy, r: 8, class: "tlw-pick" })
  );
  const opacity = many ? 0.6 : 0.9;
  return groups.map(({ color }, k) =>
    svg("path", { d: paths[k].join(""), style: `fill: var(--tlw-c-${color})`, "fill-opacity": opacity })
  ).concat(rings);
}

/** @param {Group} group */
function swatch({ name, color, shape }) {
  const image = svg("svg", { width: 14, height: 14 });
  svg("path", { d: markerPath(shape, 7, 7, 4.5), style: `fill: var(--tlw-c-${color})` }, image);
  return html("span", {}, image, name);
}

/** @param {Group[]} groups */
function legendItems(groups) {
  const ring = svg("svg", { width: 16, height: 16 });
  svg("circle", { cx: 8, cy: 8, r: 6.5, class: "tlw-pick" }, ring);
  const named = groups.length > 1 && groups.length <= LEGEND;
  return [...(named ? groups.map(swatch) : []), html("span", {}, ring, "highest score")];
}

/** The chart; `slider` takes the keyboard, `area` the pointer. */
export class ScatterPlot {
  element = html("div", { class: "tlw-plot" });
  plot = svg("svg", {}, this.element);
  #background = svg("g", { "aria-hidden": "true" }, this.plot);
  area = svg("rect", { class: "tlw-area" }, this.plot);
  #points = svg("g", { "aria-hidden": "true" }, this.plot);
  slider = svg("g", { role: "slider", tabindex: 0, "data-key": "points" }, this.plot);
  #here = svg("circle", { r: 9, class: "tlw-here" }, this.slider);
  #nameHere = svg("text", { class: "tlw-name tlw-name-here", "aria-hidden": "true" }, this.plot);
  legend = html("div", { class: "tlw-legend", "aria-hidden": "true" });
  /** @type {Frame | null} */
  frame = null;
  /** @type {{ place: PlacedName, text: SVGElement }[]} */
  #named = []; // names that are written

  constructor() {
    for (const part of [this.#points, this.slider, this.#nameHere]) part.style.pointerEvents = "none";
  }

  /**
   * @param {Candidates} candidates
   * @param {Frame} frame
   */
  draw(candidates, frame) {
    this.frame = frame;
    sizePlot(this.plot, frame.width, frame.height);
    const { left, right, top, bottom } = frame;
    attributes(this.area, { x: left, y: top, width: right - left, height: bottom - top });
    this.#background.replaceChildren(...gridLines(candidates, frame));
    const names = candidates.order.length <= NAMED ? placeNames(candidates, frame) : [];
    this.#named = names.map((place) => {
      const { x, y, anchor, name } = place;
      return { place, text: svg("text", { x, y, "text-anchor": anchor, class: "tlw-name" }, null, name) };
    });
    this.#points.replaceChildren(...markers(candidates, frame), ...this.#named.map(({ text }) => text));
    this.legend.replaceChildren(...legendItems(candidates.table.groups));
  }

  /**
   * Mark a candidate. One that is not `described` is only shown where the keyboard is.
   *
   * @param {Candidates} candidates
   * @param {number} i
   * @param {boolean} described
   */
  mark({ table: { labels } }, i, described) {
    if (!this.frame) return;
    const [cx, cy] = this.frame.at(i);
    const seen = described || document.activeElement === this.slider;
    attributes(this.#here, { cx, cy, visibility: seen ? "visible" : "hidden" });
    const name = described ? labels[i] : "";
    const { x, y, anchor, room } = placeOwnName(cx, cy, name, this.frame.width);
    this.#nameHere.textContent = name;
    attributes(this.#nameHere, { x, y, "text-anchor": anchor });
    for (const { place, text } of this.#named) {
      const covered = described && (place.i === i || meets(room, place.room));
      text.setAttribute("visibility", covered ? "hidden" : "visible");
    }
  }
}
