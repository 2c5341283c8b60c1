// @ts-nocheck: not yet
import { focusKeeper, html } from "../_shared.js";

export default () => {
  const keepFocus = focusKeeper();
  return {
    render({ model, el }) {
      const question = html("div", { class: "tlw-predict-question" });
      const slider = html("input", { type: "range", step: "any", "data-key": "guess" });
      const guess = html("output", { class: "tlw-predict-guess" });
      const box = html("div", { class: "tlw tlw-predict", role: "group", "aria-label": "Your prediction" });
      box.append(question, html("div", { class: "tlw-predict-row" }, slider, guess));

      // about a hundred steps, so that the arrow keys move by something one can see
      const step = () => 10 ** Math.floor(Math.log10((model.get("high") - model.get("low")) / 50));
      const text = (value) => `${+value.toPrecision(4)}${model.get("unit")}`;

      function draw() {
        const value = model.get("value");
        question.textContent = model.get("question");
        slider.min = model.get("low");
        slider.max = model.get("high");
        slider.step = step();
        slider.value = value ?? (model.get("low") + model.get("high")) / 2;
        slider.setAttribute("aria-label", model.get("question"));
        slider.setAttribute("aria-valuetext", value === null ? "no guess yet" : text(value));
        guess.textContent = value === null ? "move the handle to guess" : text(value);
        box.dataset.guess = value ?? "";
      }

      slider.addEventListener("input", () => {
        model.set("value", Number(slider.value));
      });
      // the kernel hears of it when the handle is let go
      slider.addEventListener("change", () => model.save_changes());
      // JupyterLab takes the arrow keys for its cells otherwise
      slider.addEventListener("keydown", (event) => event.stopPropagation());
      const watched = ["question", "low", "high", "unit", "value"].map((name) => `change:${name}`);
      for (const event of watched) model.on(event, draw);
      draw();
      el.append(box);
      keepFocus(box, model);
      return () => {
        for (const event of watched) model.off(event, draw);
      };
    },
  };
};
