// The lines as buttons that hide and show them, and how two that are shown differ.
import { html, svg } from "../_shared.js";
import { markerPath } from "../_paths.js";
import { lineName, strokeWords } from "./_words.js";

/** @import { Comparison, Group } from "./_types.d.ts" */

/** @param {Group} line */
function swatchOf({ color, marker }) {
  const swatch = svg("svg", { width: 30, height: 14, "aria-hidden": "true" });
  swatch.style.setProperty("--tlw-line-color", `var(--tlw-c-${color})`);
  svg("path", { d: "M1 7H29", class: "tlw-curve tlw-validation" }, swatch);
  svg("path", { d: markerPath(marker, 15, 7, 4), class: "tlw-marker" }, swatch);
  return swatch;
}

/**
 * The legend, and the key of its strokes. `onToggle(key)` hears which line is to be hidden or shown.
 *
 * @param {(key: string) => void} onToggle
 */
export function makeLegend(onToggle) {
  const legend = html("div", { class: "tlw-legend", role: "group", "aria-label": "Runs shown" });
  const key = html("div", { class: "tlw-key" });

  /**
   * @param {Group} line
   * @param {number} i
   * @param {boolean} on
   */
  function buttonOf(line, i, on) {
    const button = html("button", { type: "button", "aria-pressed": String(on), "data-key": `line-${i}` });
    button.append(swatchOf(line), html("span", {}, lineName(line)));
    button.title = on ? "Hide this line" : "Show this line";
    button.addEventListener("click", () => onToggle(line.key));
    return button;
  }

  /**
   * @param {Group[]} lines
   * @param {Set<string>} hidden keys of lines
   */
  function paint(lines, hidden) {
    const now = document.activeElement;
    const focused = now instanceof HTMLElement && legend.contains(now) ? now.dataset.key : undefined;
    legend.replaceChildren(...lines.map((line, i) => buttonOf(line, i, !hidden.has(line.key))));
    key.textContent = strokeWords(lines);
    if (!focused) return;
    const again = legend.querySelector(`[data-key="${focused}"]`);
    if (again instanceof HTMLElement) again.focus({ preventScroll: true });
  }

  return { legend, key, paint };
}

/** How two lines differ, as a list with the numbers of the marks in the panel. */
export function makeDifferences() {
  const element = html("div", { class: "tlw-effects" });
  let said = "";

  /**
   * @param {Comparison | null} comparison
   * @param {string} hint
   */
  function paint(comparison, hint) {
    const now = JSON.stringify([comparison, hint]);
    if (now === said) return;
    said = now;
    element.replaceChildren();
    if (hint) element.append(hint);
    if (!comparison) return;
    const { head, effects, foot } = comparison;
    element.append(html("div", {}, head));
    if (effects.length) element.append(html("ol", {}, ...effects.map(({ text }) => html("li", {}, text))));
    if (foot) element.append(html("div", {}, foot));
  }

  return { element, paint };
}
