// VerdictLab: mean, spread, seeds and margin are moved, and the verdict follows.
import {
  attributes,
  browserKeys,
  choice,
  focusKeeper,
  followWidth,
  html,
  listen,
  nameWidget,
  put,
  svg,
  together,
} from "../_shared.js";
import { drawVerdict } from "./_chart.js";
import { decide, differences, interval, signed } from "./_rule.js";

/** @import { Model, View } from "../_types.d.ts" */
/** @import { Expect, Numbers, Traits } from "./_types.d.ts" */

/** @type {{ name: keyof Numbers, said: string, min: number, max: number, step: number }[]} */
const HANDLES = [
  { name: "mean", said: "Mean difference", min: -0.1, max: 0.1, step: 0.001 },
  { name: "spread", said: "Spread of seeds", min: 0, max: 0.1, step: 0.001 },
  { name: "seeds", said: "Seeds", min: 2, max: 20, step: 1 },
  { name: "margin", said: "Margin", min: 0, max: 0.05, step: 0.001 },
];
/** @type {Expect[]} */
const CLAIMS = ["more", "less", "same"];
const CLAIM_WORDS = ["it is better", "it is worse", "it makes no difference"];
const SIGNS = { "holds": "✔", "does not hold": "✘", "not settled": "○" };

/** @param {Model<Traits>} model */
function makeHandles(model) {
  const handles = HANDLES.map(({ name, said, min, max, step }) => {
    const input = browserKeys(
      html("input", { type: "range", min, max, step, "data-key": name, "aria-label": said }),
    );
    const value = html("span", { class: "tlw-verdict-value", "aria-hidden": "true" }); // the handle says it
    input.addEventListener("input", () => model.set(name, Number(input.value)));
    input.addEventListener("change", () => model.save_changes());
    const element = html("label", {}, html("span", {}, said), input, value);
    const draw = () => {
      const now = model.get(name);
      input.value = String(now);
      value.textContent = name === "seeds" ? String(now) : name === "mean" ? signed(now) : now.toFixed(3);
      attributes(input, { "aria-valuetext": value.textContent });
    };
    return { element, draw };
  });
  return {
    element: html("div", { class: "tlw-verdict-handles" }, ...handles.map((handle) => handle.element)),
    draw: () => handles.forEach((handle) => handle.draw()),
  };
}

/** @param {View<Traits>} view */
function verdictView({ model, el }) {
  const title = html("div", { class: "tlw-title" });
  const claims = choice("Claim", "expect", (index) => put(model, "expect", CLAIMS[index]));
  const handles = makeHandles(model);
  const plot = svg("svg", { role: "img" });
  const said = html("div", { role: "status", class: "tlw-verdict-said" });
  const box = html("div", { class: "tlw tlw-verdict", role: "group" });
  box.append(title, claims.element, handles.element, html("div", {}, plot), said);
  el.append(box);
  let width = 0;

  function draw() {
    nameWidget(title, box, model.get("label"));
    claims.draw(CLAIM_WORDS, CLAIMS.indexOf(model.get("expect")));
    handles.draw();
    const numbers = {
      mean: model.get("mean"),
      spread: model.get("spread"),
      seeds: model.get("seeds"),
      margin: model.get("margin"),
    };
    const found = interval(numbers, model.get("_reach"));
    const [verdict, why] = decide(model.get("expect"), found, numbers.margin);
    box.dataset.verdict = verdict;
    const word = html("strong", {}, `${SIGNS[verdict]} ${verdict[0].toUpperCase()}${verdict.slice(1)}`);
    said.replaceChildren(word, `: ${why}. Interval ${signed(found.low)} to ${signed(found.high)}.`);
    attributes(plot, { "aria-label": said.textContent ?? "" });
    if (width) {
      drawVerdict(plot, width, { ...numbers, ...found, dots: differences(numbers, model.get("_dots")) });
    }
  }

  draw();
  const stop = listen(model, [["mean spread seeds margin expect label", draw]]);
  const stopWidth = followWidth(box, (now) => {
    width = now;
    draw();
  });
  return { box, stop: together(stop, stopWidth) };
}

export default () => {
  const attend = focusKeeper();

  /** @param {View<Traits>} view */
  function render(view) {
    const { box, stop } = verdictView(view);
    attend(box, view.model);
    return stop;
  }

  return { render };
};
