// A handle on a drawing, moved by keyboard and by dragging.
import { ownKeys } from "./_shared.js";

/** @import { Model, Timer } from "./_types.d.ts" */
/** @import { KeyAction } from "./_shared.js" */
/** @typedef {ReturnType<typeof sender>} Sender */

const SEND_AFTER = 60; // milliseconds of rest before a moved value goes to Python

/**
 * Sends what is set on a model: `soon()` after a rest, `now()` at once if anything waits.
 *
 * @param {Model} model
 */
export function sender(model) {
  /** @type {Timer} */
  let timer;
  function now() {
    if (!timer) return;
    clearTimeout(timer);
    timer = undefined;
    model.save_changes();
  }
  function soon() {
    clearTimeout(timer);
    timer = setTimeout(now, SEND_AFTER);
  }
  return { soon, now };
}

/**
 * Let a slider inside a drawing be moved. `keys` are those of `ownKeys`; `drag(x)` is called with the place in the drawing
 * while the pointer is held down, and the waiting value is sent when it is let go. Nothing is dragged unless `ready()`.
 * Returns how to ask for the place of a pointer, and whether one is held down.
 *
 * @param {SVGElement} slider
 * @param {SVGSVGElement} plot
 * @param {object} what
 * @param {Record<string, KeyAction>} what.keys
 * @param {(x: number) => void} what.drag
 * @param {Sender} what.send
 * @param {() => boolean} [what.ready]
 */
export function handle(slider, plot, { keys, drag, send, ready = () => true }) {
  let dragging = false;
  const place = (/** @type {PointerEvent} */ event) => {
    const rect = plot.getBoundingClientRect(); // may be scaled: a zoomed page, a slide
    return ((event.clientX - rect.left) / rect.width) * Number(plot.getAttribute("width"));
  };
  ownKeys(slider, keys);
  slider.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || !ready()) return;
    dragging = true;
    slider.setPointerCapture(event.pointerId);
    slider.focus({ preventScroll: true });
    drag(place(event));
    event.preventDefault();
  });
  slider.addEventListener("pointermove", (event) => {
    if (dragging) drag(place(event));
  });
  const release = () => {
    dragging = false;
    send.now();
  };
  slider.addEventListener("pointerup", release);
  slider.addEventListener("pointercancel", release);
  return { place, held: () => dragging };
}
