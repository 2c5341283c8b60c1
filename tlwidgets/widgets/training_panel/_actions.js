// The buttons Train and Clear, and what is said beside them.
import { alone, html } from "../_shared.js";
import { stateWords } from "./_settings.js";

/** @import { Model } from "../_types.d.ts" */
/** @import { Traits } from "./_types.d.ts" */

const SETTINGS = /** @type {const} */ ([
  "learning_rate",
  "per_class",
  "seeds",
  "epochs",
  "_freeze_value",
  "_freeze_freeze_batchnorm",
]);

/**
 * `answered()`: the kernel has heard the last press.
 *
 * @param {Model<Traits>} model
 */
export function makeActions(model) {
  const train = html("button", { type: "button", class: "tlw-train", "data-key": "train" }, "Train");
  const clear = html("button", { type: "button", "data-key": "clear" }, "Clear runs");
  const state = html("span", { class: "tlw-state", role: "status" });
  const problem = html("div", { class: "tlw-problem", role: "alert" });
  const bar = html("div", { class: "tlw-actions" }, train, clear, state);
  let asked = false;

  function draw() {
    const training = model.get("training");
    // not `disabled`: that would take the focus away
    train.setAttribute("aria-disabled", String(training || asked || alone(model)));
    clear.disabled = training || !model.get("_rows").length;
    const said = stateWords({ alone: alone(model), training, asked, stale: model.get("stale") });
    // live regions: they speak only when they change
    if (state.textContent !== said) state.textContent = said;
    if (problem.textContent !== model.get("problem")) problem.textContent = model.get("problem");
  }
  function answered() {
    asked = false;
  }

  train.addEventListener("click", () => {
    if (train.getAttribute("aria-disabled") === "true") return;
    asked = true;
    model.save_changes();
    // the settings go along: Jupyter holds changes back while it waits for the kernel, and messages overtake them
    model.send({
      kind: "train",
      settings: Object.fromEntries(SETTINGS.map((name) => [name, model.get(name)])),
    });
    draw();
  });
  clear.addEventListener("click", () => model.send({ kind: "clear" }));
  return { bar, problem, draw, answered };
}
