// Buttons, status and smoothing: what stands above the panels.
import { browserKeys, html, put } from "../_shared.js";
import { controlsHint, isActive, progressWords, smoothingWords, statusWords } from "./_words.js";

/** @import { Model } from "../_types.d.ts" */
/** @import { Traits } from "./_types.d.ts" */

/**
 * The bar and the hint below it. `paint()` shows those of now.
 *
 * @param {Model<Traits>} model
 */
export function makeControls(model) {
  const pause = html("button", { type: "button", "aria-pressed": "false", "data-key": "pause" }, "Pause");
  const stop = html("button", { type: "button", "data-key": "stop" }, "Stop");
  const status = html("span", { role: "status", class: "tlw-status" });
  const progress = html("span", { class: "tlw-progress" });
  const slider = browserKeys(
    html("input", { type: "range", min: 0, max: 0.95, step: 0.05, "data-key": "smoothing" }),
  );
  const amount = html("span", { class: "tlw-amount" });
  const smoothing = html("label", { class: "tlw-smoothing" }, "Smoothing", slider, amount);
  const bar = html("div", { class: "tlw-bar" }, pause, stop, status, progress, smoothing);
  const hint = html("div", { class: "tlw-hint" });

  pause.addEventListener("click", () => put(model, "paused", !model.get("paused")));
  stop.addEventListener("click", () => put(model, "stop", true));
  slider.addEventListener("input", () => put(model, "smoothing", Number(slider.value)));

  function paintButtons() {
    const active = isActive(model.get("status"));
    const held = active && model.get("paused");
    stop.disabled = !active || model.get("stop") || model.get("_controls") !== "live";
    pause.disabled = stop.disabled;
    pause.setAttribute("aria-pressed", String(held));
    pause.textContent = held ? "Resume" : "Pause";
  }

  function paint() {
    paintButtons();
    const state = model.get("status");
    const said = statusWords({ status: state, stop: model.get("stop"), paused: model.get("paused") });
    if (status.textContent !== said) status.textContent = said; // a live region: speak only when it changes
    progress.textContent = progressWords(state, model.get("value"));
    hint.textContent = controlsHint(model.get("_controls") === "live", state);
    hint.hidden = !hint.textContent;
    slider.value = String(model.get("smoothing"));
    amount.textContent = smoothingWords(model.get("smoothing"));
    slider.setAttribute("aria-valuetext", amount.textContent);
  }

  return { bar, hint, paint };
}
