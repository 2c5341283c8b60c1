// FigureSlider: one figure of several, chosen with a slider.
import { attributes, browserKeys, focusKeeper, html, listen, together } from "../_shared.js";

/** @import { Bytes, CommonTraits, View } from "../_types.d.ts" */
/**
 * @typedef {CommonTraits & {
 *   names: string[], value: string, _words: string[], _images: NonNullable<Bytes>[],
 * }} Traits
 */

export default () => {
  const keepFocus = focusKeeper();
  return {
    /** @param {View<Traits>} view */
    render({ model, el }) {
      const names = model.get("names");
      const label = model.get("label");
      const files = model.get("_images").map((bytes) => new Blob([bytes], { type: "image/png" }));
      const urls = files.map((file) => URL.createObjectURL(file));
      const range = { type: "range", min: 0, max: names.length - 1, step: 1, "data-key": "slider" };
      const slider = browserKeys(html("input", { ...range, "aria-label": label }));
      const name = html("output", { class: "tlw-figure-name" });
      const image = html("img", { class: "tlw-figure-image" });
      const row = html("div", { class: "tlw-figure-row" }, html("span", {}, label), slider, name);
      const box = html(
        "div",
        { class: "tlw tlw-figure", role: "group", "aria-label": `${label} slider` },
        row,
        image,
      );

      function draw() {
        const index = names.indexOf(model.get("value"));
        slider.value = String(index);
        slider.setAttribute("aria-valuetext", names[index]);
        name.textContent = box.dataset.value = names[index];
        attributes(image, { src: urls[index], alt: model.get("_words")[index] });
      }

      slider.addEventListener("input", () => model.set("value", names[Number(slider.value)]));
      // the images are here already; the kernel only hears where the handle was let go
      slider.addEventListener("change", () => model.save_changes());
      draw();
      el.append(box);
      keepFocus(box, model);
      return together(
        listen(model, [["value", draw]]),
        () => urls.forEach((url) => URL.revokeObjectURL(url)),
      );
    },
  };
};
