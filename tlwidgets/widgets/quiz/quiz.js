// Quiz: a question with answers to choose from, and a reason for each.
import { browserKeys, focusKeeper, html, listen, put } from "../_shared.js";

/** @import { CommonTraits, View } from "../_types.d.ts" */
/**
 * @typedef {CommonTraits & {
 *   question: string, value: number | null, choices: { text: string, reason: string, right: boolean }[],
 * }} Traits
 */

let quizzes = 0;

export default () => {
  const keepFocus = focusKeeper();
  return {
    /** @param {View<Traits>} view */
    render({ model, el }) {
      const name = `tlw-quiz-${Date.now()}-${quizzes++}`; // radio buttons of two views must not exclude each other
      const legend = html("legend", { class: "tlw-quiz-question" }, model.get("question"));
      const answer = html("div", { class: "tlw-quiz-answer", role: "status" });
      const set = html("fieldset", { class: "tlw tlw-quiz" }, legend);
      const buttons = model.get("choices").map((choice, index) => {
        const radio = browserKeys(
          html("input", { type: "radio", name, value: index, "data-key": `choice-${index}` }),
        );
        radio.addEventListener("change", () => put(model, "value", index));
        set.append(html("label", {}, radio, html("span", {}, choice.text)));
        return radio;
      });
      set.append(answer);

      function draw() {
        const value = model.get("value");
        buttons.forEach((radio, index) => {
          radio.checked = index === value;
        });
        const choice = value === null ? null : model.get("choices")[value];
        answer.textContent = choice ? `${choice.right ? "✓ Right." : "✗ Not so."} ${choice.reason}` : "";
        answer.dataset.right = choice ? String(choice.right) : "";
      }

      draw();
      el.append(set);
      keepFocus(set, model);
      return listen(model, [["value", draw]]);
    },
  };
};
