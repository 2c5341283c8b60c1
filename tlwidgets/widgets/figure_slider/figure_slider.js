// @ts-nocheck: not yet
import { focusKeeper, html } from "../_shared.js";

export default () => {
  const keepFocus = focusKeeper();
  return {
    render({ model, el }) {
      const names = model.get("names");
      const urls = model
        .get("_pictures")
        .map((bytes) => URL.createObjectURL(new Blob([bytes], { type: "image/png" })));
      const slider = html("input", {
        type: "range",
        min: 0,
        max: names.length - 1,
        step: 1,
        "data-key": "slider",
      });
      slider.setAttribute("aria-label", model.get("label"));
      const name = html("output", { class: "tlw-figure-name" });
      const picture = html("img", { class: "tlw-figure-picture" });
      const box = html(
        "div",
        { class: "tlw tlw-figure", role: "group", "aria-label": `${model.get("label")} slider` },
        html("div", { class: "tlw-figure-row" }, html("span", {}, model.get("label")), slider, name),
        picture,
      );

      function draw() {
        const index = names.indexOf(model.get("value"));
        slider.value = index;
        slider.setAttribute("aria-valuetext", names[index]);
        name.textContent = names[index];
        picture.src = urls[index];
        picture.alt = model.get("_words")[index];
        box.dataset.value = names[index];
      }

      slider.addEventListener("input", () => {
        model.set("value", names[Number(slider.value)]);
      });
      // the pictures are here already; the kernel only hears where the handle was let go
      slider.addEventListener("change", () => model.save_changes());
      slider.addEventListener("keydown", (event) => event.stopPropagation());
      model.on("change:value", draw);
      draw();
      el.append(box);
      keepFocus(box, model);
      return () => {
        model.off("change:value", draw);
        urls.forEach((url) => URL.revokeObjectURL(url));
      };
    },
  };
};
