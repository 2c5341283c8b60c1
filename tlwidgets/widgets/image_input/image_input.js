// ImageInput: own images from files, a folder or the camera; what a network says about them.
import { alone, focusKeeper, html, listen, together } from "../_shared.js";
import { cameraBooth } from "./_camera.js";
import { chosenImage } from "./_chosen.js";
import { imageList } from "./_images.js";
import { Sending } from "./_sending.js";
import { dropField, folderField, followDrops } from "./_sources.js";
import { statusWords } from "./_words.js";

/** @import { View } from "../_types.d.ts" */
/** @import { Traits } from "./_types.d.ts" */

/** A list of sentences; those that are there already are not said again. */
function problemList() {
  const list = html("ul", { class: "tlw-problems" });
  const element = html("div", { role: "alert" }, list);
  function draw(/** @type {string[]} */ all) {
    const shown = [...list.children].map((item) => item.textContent).join("\n");
    if (shown !== all.join("\n")) list.replaceChildren(...all.map((sentence) => html("li", {}, sentence)));
  }
  return { element, draw };
}

/** @param {View<Traits>} view */
function imageView({ model, el }) {
  const sending = new Sending(model, draw);
  const remove = () => {
    if (!alone(model) && model.get("selected") >= 0) sending.ask({ kind: "remove" });
  };
  const field = dropField(sending);
  const folder = folderField(sending);
  const booth = cameraBooth(field.camera, {
    onPress: () => sending.problems = [],
    onOpen: (problem) => {
      if (problem !== null) sending.problems = [problem];
      draw();
    },
    onPhoto: (photo) => sending.give([photo]),
  });
  const status = html("div", { class: "tlw-tip", role: "status" });
  const problems = problemList();
  const list = imageList(model, remove);
  const chosen = chosenImage(model, { onExplain: () => sending.ask({ kind: "explain" }), onRemove: remove });
  const box = html("div", { class: "tlw tlw-image", role: "group", "aria-label": "Own images" });
  box.append(field.element, folder, booth.element, status, problems.element, list.element, chosen.element);
  el.append(box);
  followDrops(box, () => !alone(model), (files) => {
    field.choose.focus({ preventScroll: true }); // so that Python hears when the focus leaves
    if (!alone(model)) sending.give(files);
  });

  /** What surrounds the images. */
  function draw() {
    const count = model.get("_items").length;
    for (const part of [field.element, folder]) part.hidden = alone(model);
    field.clear.hidden = !count;
    chosen.setBusy(sending.waiting);
    const now = { count, size: model.get("size"), waiting: sending.waiting, reading: model.get("busy") };
    const words = statusWords(now);
    if (status.textContent !== words) status.textContent = words;
    problems.draw([...sending.problems, ...model.get("problems")]);
    box.dataset.count = String(count);
  }
  function drawChosen() {
    list.mark();
    chosen.draw(list.urlOf);
  }
  function drawAll() {
    list.draw();
    drawChosen();
    draw();
  }
  drawAll();
  const stopListening = listen(model, [
    ["_items _images", drawAll],
    ["selected _maps", drawChosen],
    ["_heard", () => sending.heard()],
    ["problems busy", draw],
  ]);
  return { box, stop: together(booth.close, list.stop, chosen.stop, stopListening) };
}

export default () => {
  const attend = focusKeeper();

  /** @param {View<Traits>} view */
  function render(view) {
    const { box, stop } = imageView(view);
    attend(box, view.model);
    return stop;
  }

  return { render };
};
