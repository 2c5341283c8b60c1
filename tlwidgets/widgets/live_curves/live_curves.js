// LiveCurves: learning curves that grow while the kernel trains.
import { focusKeeper, listen, together } from "../_shared.js";
import { decode } from "./_points.js";
import { makeView } from "./_view.js";

/** @import { Model, View } from "../_types.d.ts" */
/** @import { Series, Traits } from "./_types.d.ts" */

// anywidget calls this factory once per model: what is in the closure is shared by all views of one widget
export default () => {
  /** @type {Series} */
  const series = new Map();
  /** @type {Set<() => void>} */
  const redraws = new Set();
  const attend = focusKeeper();
  const redrawAll = () => redraws.forEach((redraw) => redraw());

  /** @param {{ model: Model<Traits> }} given */
  function initialize({ model }) {
    const takeSnapshot = () => {
      series.clear();
      const all = model.get("_snapshot");
      if (all?.byteLength) decode(all, series);
      redrawAll();
    };
    /**
     * @param {{ kind: string }} message
     * @param {DataView[]} buffers
     */
    const takePoints = (message, buffers) => {
      if (message.kind !== "points") return;
      decode(buffers[0], series);
      redrawAll();
    };
    takeSnapshot();
    return listen(model, [["_snapshot", takeSnapshot], ["msg:custom", takePoints]]);
  }

  /** @param {View<Traits>} view */
  function render({ model, el }) {
    const { box, start, redraw, paintState, paintLegend, remakePanels } = makeView(model, series);
    el.append(box);
    attend(box, model);
    const onSmoothing = () => {
      paintState();
      redraw();
    };
    redraws.add(redraw);
    const stopFollowing = start();
    const stopListening = listen(model, [
      ["_runs hidden", paintLegend],
      ["metrics", remakePanels],
      ["smoothing", onSmoothing],
      ["_effects", redraw],
      ["title status stop paused value text _controls _gaps", paintState],
    ]);
    return together(stopFollowing, stopListening, () => redraws.delete(redraw));
  }

  return { initialize, render };
};
