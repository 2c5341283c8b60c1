// Exercise: check, hints one by one, solution. What is not asked for is not in the page.
import { alone, attributes, browserKeys, focusKeeper, html, listen } from "../_shared.js";
import { answerWords, badgeWords, splitCode } from "./_words.js";

/** @import { CommonTraits, Model, View } from "../_types.d.ts" */
/** @import { Value } from "./_words.js" */
/**
 * @typedef {CommonTraits & {
 *   task: string, value: Value, message: string, checking: boolean, hints_shown: number, solution_seen: boolean,
 *   _hints: string[], _hint_count: number, _solution: string, _has_solution: boolean, _attempted: boolean, _checks: number,
 * }} Traits
 */

/** @param {string} text */
const withCode = (text) =>
  splitCode(text).map((part) => (part.code ? html("code", {}, part.text) : part.text));

/**
 * @param {string} key
 * @param {string} text
 */
const button = (key, text) => html("button", { type: "button", "data-key": key }, text);

// not `disabled`: that would take the focus away
/** @param {Element} element */
const isOff = (element) => element.getAttribute("aria-disabled") === "true";

function makeParts() {
  const [check, hint, solution] = [
    button("check", "Check"),
    button("hint", "Hint"),
    button("solution", "Solution"),
  ];
  const [yes, no] = [button("yes", "Show it"), button("no", "Not yet")];
  const sure = html("div", { class: "tlw-exercise-sure", role: "group", "aria-label": "Show the solution?" });
  sure.append(html("span", {}, "Show the solution? It is noted that you have seen it."), yes, no);
  sure.hidden = true;
  const badge = html("span", { class: "tlw-badge" });
  const head = html("div", { class: "tlw-exercise-head" }, html("strong", {}, "Exercise"), badge);
  const task = html("div", { class: "tlw-exercise-task" });
  const bar = html("div", { class: "tlw-exercise-bar" }, check, hint, solution);
  const answer = html("div", { class: "tlw-exercise-answer", role: "status" });
  const hints = html("ol", { class: "tlw-exercise-hints", "aria-live": "polite" });
  const code = html("code");
  const source = browserKeys(
    html("pre", { class: "tlw-exercise-solution", tabindex: 0, role: "region" }, code),
  );
  source.setAttribute("aria-label", "Solution");
  const box = html("div", { class: "tlw tlw-exercise", role: "group", "aria-label": "Exercise" });
  box.append(head, task, bar, sure, answer, hints, source);
  return { box, badge, task, check, hint, solution, sure, yes, no, answer, hints, code, source };
}

/**
 * The buttons; `onCheck` is told when an answer is asked for.
 *
 * @param {ReturnType<typeof makeParts>} parts
 * @param {Model<Traits>} model
 * @param {() => void} onCheck
 */
function connect({ check, hint, solution, sure, yes, no }, model, onCheck) {
  check.addEventListener("click", () => {
    if (isOff(check)) return;
    model.send({ kind: "check" });
    onCheck();
  });
  hint.addEventListener("click", () => {
    if (!isOff(hint)) model.send({ kind: "hint" });
  });
  const ask = (/** @type {boolean} */ open) => {
    sure.hidden = !open;
    solution.setAttribute("aria-expanded", String(open));
    (open ? no : solution).focus();
  };
  solution.addEventListener("click", () => {
    if (!isOff(solution)) ask(Boolean(sure.hidden));
  });
  no.addEventListener("click", () => ask(false));
  yes.addEventListener("click", () => {
    ask(false);
    model.send({ kind: "solution" });
  });
  sure.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    event.stopPropagation();
    ask(false);
  });
}

/**
 * @param {ReturnType<typeof makeParts>} parts
 * @param {Model<Traits>} model
 * @param {boolean} asked whether a check has been asked for and not been answered
 */
function draw({ box, badge, task, check, hint, solution, sure, answer, hints, code, source }, model, asked) {
  const value = model.get("value");
  const seen = model.get("solution_seen");
  const attempted = model.get("_attempted");
  const none = alone(model);
  const busy = asked || model.get("checking");
  const off = (/** @type {Element} */ element, /** @type {boolean} */ is) =>
    attributes(element, { "aria-disabled": is });
  badge.textContent = badgeWords(value, seen);
  badge.dataset.value = box.dataset.value = value;
  task.replaceChildren(...withCode(model.get("task")));
  off(check, busy || none);
  const left = model.get("_hint_count") - model.get("hints_shown");
  hint.hidden = !model.get("_hint_count");
  hint.textContent = left ? `Hint (${left} left)` : "No more hints";
  off(hint, !left || none);
  solution.hidden = !model.get("_has_solution") || seen;
  off(solution, none);
  const say = answerWords({ alone: none, busy, attempted, value, message: model.get("message") });
  if (answer.textContent !== say) answer.textContent = say;
  answer.dataset.value = busy || none || !attempted ? "" : value;
  const shown = model.get("_hints");
  if (hints.children.length > shown.length) hints.replaceChildren();
  for (const text of shown.slice(hints.children.length)) hints.append(html("li", {}, ...withCode(text)));
  hints.hidden = !shown.length;
  code.textContent = model.get("_solution");
  source.hidden = !model.get("_solution");
  if (solution.hidden) sure.hidden = true;
}

export default () => {
  const keepFocus = focusKeeper();
  return {
    /** @param {View<Traits>} view */
    render({ model, el }) {
      const parts = makeParts();
      let asked = false;
      const redraw = () => draw(parts, model, asked);
      const ask = (/** @type {boolean} */ is) => {
        asked = is;
        redraw();
      };
      el.append(parts.box);
      keepFocus(parts.box, model);
      connect(parts, model, () => ask(true));
      redraw();
      return listen(model, [
        ["task value message hints_shown solution_seen checking _hints _hint_count _solution", redraw],
        ["_checks", () => ask(false)],
      ]);
    },
  };
};
