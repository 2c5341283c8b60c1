// Predict: a guess, made before the result is seen.
import { attributes, browserKeys, focusKeeper, html, listen } from "../_shared.js";
import { guessWords, stepOf } from "./_guess.js";

/** @import { CommonTraits, View } from "../_types.d.ts" */
/**
 * @typedef {CommonTraits & {
 *   question: string, low: number, high: number, unit: string, value: number | null,
 * }} Traits
 */

export default () => {
  const keepFocus = focusKeeper();
  return {
    /** @param {View<Traits>} view */
    render({ model, el }) {
      const question = html("div", { class: "tlw-predict-question" });
      const slider = browserKeys(html("input", { type: "range", step: "any", "data-key": "guess" }));
      const guess = html("output", { class: "tlw-predict-guess" });
      const box = html("div", { class: "tlw tlw-predict", role: "group", "aria-label": "Your prediction" });
      box.append(question, html("div", { class: "tlw-predict-row" }, slider, guess));

      function draw() {
        const [value, unit] = [model.get("value"), model.get("unit")];
        const [min, max] = [model.get("low"), model.get("high")];
        const asked = model.get("question");
        question.textContent = asked;
        attributes(slider, { min, max, step: stepOf(min, max) });
        slider.value = String(value ?? (min + max) / 2);
        attributes(slider, {
          "aria-label": asked,
          "aria-valuetext": guessWords(value, unit, "no guess yet"),
        });
        guess.textContent = guessWords(value, unit, "move the handle to guess");
        box.dataset.guess = String(value ?? "");
      }

      slider.addEventListener("input", () => model.set("value", Number(slider.value)));
      // the kernel hears of it when the handle is let go
      slider.addEventListener("change", () => model.save_changes());
      draw();
      el.append(box);
      keepFocus(box, model);
      return listen(model, [["question low high unit value", draw]]);
    },
  };
};
