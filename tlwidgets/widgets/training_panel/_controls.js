// Learning rate, budget, epochs and seeds.
import { browserKeys, html, put } from "../_shared.js";
import { budgetPlace, budgetWords, nearestRate, RATES, rateText, wholeNumber } from "./_settings.js";

/** @import { Model } from "../_types.d.ts" */
/** @import { Traits } from "./_types.d.ts" */

/**
 * @param {string} text
 * @param {(HTMLElement | string)[]} parts
 */
const field = (text, ...parts) => html("label", { class: "tlw-field" }, html("span", {}, text), ...parts);

/**
 * A slider with its value in words beside it. The other views hear of a move at once, the kernel when the handle is let go.
 *
 * @param {Model<Traits>} model
 * @param {string} key
 * @param {(place: number) => void} onMove
 */
function makeSlider(model, key, onMove) {
  const input = browserKeys(html("input", { type: "range", min: 0, step: 1, "data-key": key }));
  const said = html("output", { class: "tlw-said" });
  input.addEventListener("input", () => onMove(Number(input.value)));
  input.addEventListener("change", () => model.save_changes());

  /**
   * @param {number} last the last place
   * @param {number} place
   * @param {string} words
   */
  function draw(last, place, words) {
    input.max = String(last);
    input.value = String(place);
    said.textContent = words;
    input.setAttribute("aria-valuetext", words);
  }
  return { input, said, draw };
}

/**
 * A field for a whole number; what is none is put back.
 *
 * @param {Model<Traits>} model
 * @param {"seeds" | "epochs"} name
 * @param {number} highest
 */
function makeNumber(model, name, highest) {
  const input = browserKeys(
    html("input", { type: "number", min: 1, max: highest, step: 1, "data-key": name }),
  );
  function draw() {
    if (document.activeElement !== input) input.value = String(model.get(name));
  }
  input.addEventListener("change", () => {
    const value = wholeNumber(input.value, highest);
    if (value !== null) put(model, name, value);
    draw();
  });
  return { input, draw };
}

/** @param {Model<Traits>} model */
export function makeControls(model) {
  const rate = makeSlider(model, "learning_rate", (place) => model.set("learning_rate", RATES[place]));
  const budget = makeSlider(model, "budget", (place) => model.set("per_class", model.get("_budgets")[place]));
  const budgetField = field("Labels of each class", budget.input, budget.said);
  const seeds = makeNumber(model, "seeds", 20);
  const epochs = makeNumber(model, "epochs", 1000);
  const element = html("div", { class: "tlw-controls" });
  element.append(field("Learning rate", rate.input, rate.said), budgetField);
  element.append(field("Epochs", epochs.input), field("Seeds", seeds.input));

  function draw() {
    const now = model.get("learning_rate");
    rate.draw(RATES.length - 1, nearestRate(now), rateText(now));
    const budgets = model.get("_budgets");
    const wanted = model.get("per_class");
    budgetField.hidden = budgets.length < 2;
    budget.draw(
      budgets.length - 1,
      budgetPlace(budgets, wanted),
      budgetWords(wanted, model.get("_examples")),
    );
    seeds.draw();
    epochs.draw();
  }
  return { element, draw };
}
