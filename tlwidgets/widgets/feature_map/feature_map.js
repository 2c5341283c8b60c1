// FeatureMap: images as points, one map for each block.
import {
  asTable,
  attributes,
  focusKeeper,
  followWidth,
  html,
  listen,
  oncePerFrame,
  ownKeys,
  put,
  together,
} from "../_shared.js";
import { followTheme } from "../_canvas.js";
import { sender } from "../_handle.js";
import { cardParts } from "./_card.js";
import { groupLegend, mapHead } from "./_controls.js";
import { mapSize } from "./_layout.js";
import { MapPanel } from "./_panel.js";
import { wordsTable } from "./_points.js";
import { Scene } from "./_scene.js";

/** @import { Model, View } from "../_types.d.ts" */
/** @import { Traits } from "./_types.d.ts" */

/**
 * Move through the images by keyboard, on the main map.
 *
 * @param {MapPanel} main
 * @param {Model<Traits>} model
 * @param {Scene} scene
 */
function followKeys(main, model, scene) {
  const send = sender(model);
  /** @param {number} i */
  function choose(i) {
    if (i < 0 || i === model.get("point")) return;
    scene.hovered = -1;
    model.set("point", i);
    send.soon();
  }
  const block = () => scene.block(model.get("value"));
  const arrow = (/** @type {number} */ x, /** @type {number} */ y) => () =>
    choose(main.toward(scene.points.seen(block(), scene.chosen) ? scene.chosen : -1, [x, y]));
  const turn = (/** @type {1 | -1} */ step) => () =>
    choose(scene.points.nextOfClass(block(), scene.chosen, step));
  ownKeys(main.area, {
    ArrowRight: arrow(1, 0),
    ArrowLeft: arrow(-1, 0),
    ArrowUp: arrow(0, -1),
    ArrowDown: arrow(0, 1),
    Home: () => choose(scene.points.first(block())),
    End: () => choose(scene.points.last(block())),
    PageDown: turn(1),
    PageUp: turn(-1),
    Escape: () => put(model, "point", null),
  });
  return send;
}

/**
 * Show and choose images by pointer.
 *
 * @param {MapPanel} panel
 * @param {(i: number) => void} hover  -1 is no image
 * @param {(i: number) => void} choose  -1 is no image
 */
function followPointer(panel, hover, choose) {
  panel.area.addEventListener("pointermove", (event) => hover(panel.under(event)));
  panel.area.addEventListener("pointerleave", () => hover(-1));
  panel.area.addEventListener("click", (event) => choose(panel.under(event)));
}

/**
 * The two maps of a view: `left` is there while blocks are compared.
 *
 * @param {Model<Traits>} model
 * @param {Scene} scene
 * @param {HTMLElement} box
 */
function makeMaps(model, scene, box) {
  const left = new MapPanel(scene, false);
  const main = new MapPanel(scene, true);
  const card = html("div", { class: "tlw-map-card" });
  const holder = html("div", { class: "tlw-map-panels" }, left.element, main.element);
  const nothing = "There is nothing to show: no example has finite features.";
  const empty = html("div", { class: "tlw-empty" }, nothing);

  /** The described image, on the maps and in words. */
  function describe() {
    const { points, chosen } = scene;
    const [value, block] = [model.get("value"), scene.block(model.get("value"))];
    left.mark();
    main.mark();
    box.dataset.point = chosen < 0 ? "" : String(chosen);
    const words = chosen < 0 ? `none of ${points.n} images chosen` : points.words(block, value, chosen);
    attributes(main.area, {
      "aria-valuemin": 0,
      "aria-valuemax": Math.max(0, points.n - 1),
      "aria-valuenow": Math.max(0, chosen),
      "aria-valuetext": words,
    });
    card.replaceChildren(...cardParts(scene, block, value));
  }
  function nameMaps() {
    main.area.setAttribute("aria-label", `Images in ${model.get("value")}`);
    left.area.setAttribute("aria-label", `Map of ${model.get("beside")}, for comparison`);
  }
  /** @param {number} width  0 before the first layout */
  function draw(width) {
    const anything = scene.points.limits !== null;
    for (const part of [holder, card]) part.hidden = !anything;
    empty.hidden = anything;
    const two = scene.block(model.get("beside")) >= 0;
    left.element.hidden = !two;
    nameMaps();
    if (width && anything) {
      for (const panel of [left, main]) panel.resize(...mapSize(width, two));
      if (two) left.show(model.get("beside"));
      main.show(model.get("value"));
    }
    describe();
  }
  /** The points of the main map go to their places in another block. */
  function move() {
    nameMaps();
    main.show(model.get("value"), true);
    describe();
  }
  function paint() {
    for (const panel of [left, main]) panel.paint();
  }
  function stop() {
    for (const panel of [left, main]) panel.stop();
  }
  return { left, main, elements: [holder, empty, card], describe, draw, move, paint, stop };
}

/** @param {View<Traits>} view */
function mapView({ model, el }) {
  const box = html("div", { class: "tlw tlw-map", role: "group" });
  el.append(box);
  const scene = new Scene(model, box);
  const head = mapHead(model, scene, box);
  const maps = makeMaps(model, scene, box);
  const legend = groupLegend(model, scene);
  const table = asTable(() =>
    wordsTable(model.get("names"), model.get("_words"), model.get("_domains").length > 0)
  );
  box.append(...head.elements, ...maps.elements, legend.element, table.element);
  let width = 0;

  function drawAll() {
    head.draw();
    legend.draw();
    maps.draw(width);
    table.draw();
  }
  function drawMaps() {
    head.draw();
    maps.draw(width);
  }
  function drawBlock() {
    head.draw();
    maps.move();
  }
  function drawGroups() {
    head.draw();
    legend.draw();
    maps.paint();
  }
  function readAll() {
    scene.readAll();
    drawAll();
  }
  function readColors() {
    scene.readColors();
    if (width && scene.points.limits) drawGroups();
  }
  function resize(/** @type {number} */ now) {
    width = now;
    maps.draw(width);
  }
  function hover(/** @type {number} */ i) {
    if (i === scene.hovered) return;
    scene.hovered = i;
    maps.describe();
  }

  const choose = (/** @type {number} */ i) => put(model, "point", i >= 0 ? i : null);
  followPointer(maps.left, hover, choose);
  followPointer(maps.main, hover, (i) => {
    maps.main.area.focus({ preventScroll: true });
    choose(i);
  });
  const send = followKeys(maps.main, model, scene);
  drawAll();
  const stopListening = listen(model, [
    ["value", drawBlock],
    ["beside", drawMaps],
    ["color_by only", drawGroups],
    ["point", maps.describe],
    ["label", head.draw],
    ["_points _classes _domains _class", oncePerFrame(box, readAll)],
  ]);
  const stopFollowing = together(followWidth(box, resize), followTheme(readColors));
  return { box, stop: together(stopFollowing, maps.stop, send.now, scene.tiles.forget, stopListening) };
}

export default () => {
  const attend = focusKeeper();

  /** @param {View<Traits>} view */
  function render(view) {
    const { box, stop } = mapView(view);
    attend(box, view.model);
    return stop;
  }

  return { render };
};
