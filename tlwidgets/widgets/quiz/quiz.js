// @ts-nocheck: not yet
import { focusKeeper, html } from "../_shared.js";

let quizzes = 0;

export default () => {
  const keepFocus = focusKeeper();
  return {
    render({ model, el }) {
      const name = `tlw-quiz-${Date.now()}-${quizzes++}`; // radio buttons of two views must not exclude each other
      const legend = html("legend", { class: "tlw-quiz-question" }, model.get("question"));
      const answer = html("div", { class: "tlw-quiz-answer", role: "status" });
      const set = html("fieldset", { class: "tlw tlw-quiz" }, legend);
      const buttons = model.get("choices").map((choice, index) => {
        const radio = html("input", {
          type: "radio",
          name,
          value: String(index),
          "data-key": `choice-${index}`,
        });
        radio.addEventListener("change", () => {
          model.set("value", index);
          model.save_changes();
        });
        radio.addEventListener("keydown", (event) => event.stopPropagation());
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

      model.on("change:value", draw);
      draw();
      el.append(set);
      keepFocus(set, model);
      return () => model.off("change:value", draw);
    },
  };
};
