// The handle on the chosen rate: a slider in the drawing.
import { handle, sender } from "../_handle.js";
import { attributes, svg } from "../_shared.js";

/** @import { Model } from "../_types.d.ts" */
/** @import { Axes, Traits } from "./_types.d.ts" */

const STEP = 10 ** (1 / 20);
const PAGE = 10 ** 0.5;
const GRIP = 13; // its middle, in pixels from the top
const FOOT = 36; // pixels below the lower axes

/**
 * Make the handle on a plot. `axis()`: the axes in which it moves, null before the first drawing. `size` when the plot
 * has another size; `place` puts it where the rate is, with a ring on the curve unless `ring` is null.
 *
 * @param {SVGSVGElement} plot
 * @param {Model<Traits>} model
 * @param {() => Axes | null} axis
 */
export function makeHandle(plot, model, axis) {
  const values = { class: "tlw-handle", role: "slider", tabindex: 0, "data-key": "rate" };
  const slider = svg("g", { ...values, "aria-label": "Learning rate" }, plot);
  const area = svg("rect", { x: 0, y: 0, class: "tlw-area" }, slider);
  const cut = svg("line", { class: "tlw-cut" }, slider);
  const circle = svg("circle", { r: 7, class: "tlw-ring" }, slider);
  const grip = svg("circle", { r: 12, class: "tlw-grip" }, slider);
  const arrows = svg("path", { class: "tlw-grip-arrows" }, slider);
  const send = sender(model);
  let height = 0;

  /** @param {number} to */
  function move(to) {
    const [low, high] = model.get("_limits");
    const value = Math.max(low, Math.min(high, Number(to.toPrecision(3))));
    if (value === model.get("value")) return;
    model.set("value", value);
    send.soon();
  }
  /** @param {number} x place in the plot, in pixels */
  function drag(x) {
    const frame = axis();
    if (!frame) return;
    const [low, high] = model.get("_limits");
    const share = (x - frame.left) / Math.max(1, frame.right - frame.left);
    move(low * (high / low) ** Math.max(0, Math.min(1, share)));
  }
  /** @param {number} factor */
  const by = (factor) => () => move(model.get("value") * factor);
  const keys = {
    ArrowRight: by(STEP),
    ArrowUp: by(STEP),
    ArrowLeft: by(1 / STEP),
    ArrowDown: by(1 / STEP),
    PageUp: by(PAGE),
    PageDown: by(1 / PAGE),
    Home: () => move(model.get("_limits")[0]),
    End: () => move(model.get("_limits")[1]),
  };
  handle(slider, plot, { keys, drag, send, ready: () => axis() !== null });

  return {
    slider,
    send,
    /** @type {(width: number, height: number) => void} */
    size(width, tall) {
      height = tall;
      attributes(area, { width, height });
    },
    /** @param {string} words */
    say(words) {
      const [low, high] = model.get("_limits");
      const now = { "aria-valuemin": low, "aria-valuemax": high, "aria-valuenow": model.get("value") };
      attributes(slider, { ...now, "aria-valuetext": words });
    },
    /** @type {(x: number, ring: number | null) => void} */
    place(x, ring) {
      attributes(cut, { x1: x, x2: x, y1: GRIP, y2: height - FOOT });
      attributes(grip, { cx: x, cy: GRIP });
      arrows.setAttribute("d", `M${x - 3} 8l-5 5l5 5M${x + 3} 8l5 5l-5 5`);
      circle.setAttribute("visibility", ring === null ? "hidden" : "visible");
      if (ring !== null) attributes(circle, { cx: x, cy: ring });
    },
  };
}
