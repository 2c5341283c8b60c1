// The severity on the chart: a line with a grip, and rings where the models' lines cross it.
import { attributes, svg } from "../_shared.js";
import { handle } from "../_handle.js";
import { nearestSeverity } from "./_measured.js";

/** @import { Sender } from "../_handle.js" */
/** @import { Frame } from "./_charts.js" */

/** A chart with a slider; `lines` is drawn behind it. */
export class SeveritySlider {
  plot = svg("svg", {});
  lines = svg("g", { "aria-hidden": "true" }, this.plot);
  #slider = svg(
    "g",
    { class: "tlw-handle", role: "slider", tabindex: 0, "aria-label": "Severity", "data-key": "severity" },
    this.plot,
  );
  #area = svg("rect", { x: 0, y: 0, class: "tlw-area" }, this.#slider);
  #cut = svg("line", { class: "tlw-cut" }, this.#slider);
  #rings = svg("g", {}, this.#slider);
  #grip = svg("circle", { r: 12, class: "tlw-grip" }, this.#slider);
  #arrows = svg("path", { class: "tlw-grip-arrows" }, this.#slider);
  /** @type {Frame | null} */
  #frame = null;

  /**
   * Let it be moved. `current()` is the place of the severity among the `severities()`, `go(at)` asks for another.
   *
   * @param {{ severities: () => number[], current: () => number, go: (at: number) => void, send: Sender }} what
   */
  follow({ severities, current, go, send }) {
    const by = (/** @type {number} */ steps) => () => go(current() + steps);
    handle(this.#slider, this.plot, {
      keys: {
        ArrowRight: by(1),
        ArrowUp: by(1),
        ArrowLeft: by(-1),
        ArrowDown: by(-1),
        PageUp: by(2),
        PageDown: by(-2),
        Home: () => go(0),
        End: () => go(severities().length - 1),
      },
      ready: () => this.#frame !== null,
      drag: (x) => {
        if (this.#frame) go(nearestSeverity(severities(), this.#frame.X, x));
      },
      send,
    });
  }

  /**
   * The chart was drawn again.
   *
   * @param {Frame} frame
   */
  place(frame) {
    this.#frame = frame;
    const [width, height] = ["width", "height"].map((key) => this.plot.getAttribute(key) ?? "");
    attributes(this.#area, { width, height });
  }

  /**
   * @param {number} value
   * @param {number[]} severities
   * @param {string} words
   * @param {number[]} heights  of the lines at this severity
   */
  show(value, severities, words, heights) {
    attributes(this.#slider, {
      "aria-valuemin": severities[0],
      "aria-valuemax": severities[severities.length - 1],
      "aria-valuenow": value,
      "aria-valuetext": words,
    });
    if (!this.#frame) return;
    const { X, Y, bottom } = this.#frame;
    const x = X(value);
    attributes(this.#cut, { x1: x, x2: x, y1: 12, y2: bottom });
    attributes(this.#grip, { cx: x, cy: 13 });
    this.#arrows.setAttribute("d", `M${x - 3} 8l-5 5l5 5M${x + 3} 8l5 5l-5 5`);
    this.#rings.replaceChildren(
      ...heights.map((v) => svg("circle", { cx: x, cy: Y(v), r: 7, class: "tlw-ring" })),
    );
  }
}
