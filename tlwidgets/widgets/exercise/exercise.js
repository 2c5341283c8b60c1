// @ts-nocheck: not yet
// deno-lint-ignore-file house/function-length
// Exercise: check, hints one by one, solution. What is not asked for is not in the page.
import { alone, focusKeeper, html } from "../_shared.js";

/** Text with `code` in it; as text, never as markup. */
function withCode(text) {
  return text.split("`").map((part, i) => (i % 2 ? html("code", {}, part) : part));
}

export default () => {
  const keepFocus = focusKeeper();
  return {
    render({ model, el }) {
      const button = (key, text) => html("button", { type: "button", "data-key": key }, text);
      const badge = html("span", { class: "tlw-badge" });
      const task = html("div", { class: "tlw-exercise-task" });
      const check = button("check", "Check");
      const hint = button("hint", "Hint");
      const solution = button("solution", "Solution");
      const bar = html("div", { class: "tlw-exercise-bar" }, check, hint, solution);
      const sure = html("div", {
        class: "tlw-exercise-sure",
        role: "group",
        "aria-label": "Show the solution?",
      });
      const yes = button("yes", "Show it");
      const no = button("no", "Not yet");
      sure.append(html("span", {}, "Show the solution? It is noted that you have seen it."), yes, no);
      sure.hidden = true;
      const answer = html("div", { class: "tlw-exercise-answer", role: "status" });
      const hints = html("ol", { class: "tlw-exercise-hints", "aria-live": "polite" });
      const code = html("code");
      const source = html("pre", {
        class: "tlw-exercise-solution",
        tabindex: 0,
        role: "region",
        "aria-label": "Solution",
      }, code);
      const box = html("div", { class: "tlw tlw-exercise", role: "group", "aria-label": "Exercise" });
      box.append(
        html("div", { class: "tlw-exercise-head" }, html("strong", {}, "Exercise"), badge),
        task,
        bar,
        sure,
        answer,
        hints,
        source,
      );
      source.addEventListener("keydown", (event) => event.stopPropagation()); // the keys that scroll are not JupyterLab's
      el.append(box);
      keepFocus(box, model);

      let asked = false;
      check.addEventListener("click", () => {
        if (check.getAttribute("aria-disabled") === "true") return;
        asked = true;
        model.send({ kind: "check" });
        draw();
      });
      hint.addEventListener("click", () => {
        if (hint.getAttribute("aria-disabled") !== "true") model.send({ kind: "hint" });
      });
      const ask = (open) => {
        sure.hidden = !open;
        solution.setAttribute("aria-expanded", String(open));
        (open ? no : solution).focus();
      };
      solution.addEventListener("click", () => {
        if (solution.getAttribute("aria-disabled") !== "true") ask(sure.hidden);
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

      function draw() {
        const value = model.get("value");
        const seen = model.get("solution_seen");
        const none = alone(model);
        const busy = asked || model.get("checking");
        // not `disabled`: that would take the focus away
        const off = (element, is) => element.setAttribute("aria-disabled", String(is));
        badge.textContent = { "": "○ not attempted", tried: "✗ not yet", passed: "✓ passed" }[value];
        if (seen) badge.textContent += ", solution seen";
        badge.dataset.value = value;
        box.dataset.value = value;
        task.replaceChildren(...withCode(model.get("task")));
        off(check, busy || none);
        const left = model.get("_hint_count") - model.get("hints_shown");
        hint.hidden = !model.get("_hint_count");
        hint.textContent = left ? `Hint (${left} left)` : "No more hints";
        off(hint, !left || none);
        solution.hidden = !model.get("_has_solution") || seen;
        off(solution, none);
        const words = { "": "", tried: "✗ Not yet. ", passed: "✓ Passed. " };
        let say = "";
        if (none) say = "Checking needs a running kernel.";
        else if (busy) say = "checking…";
        else if (model.get("message")) {
          say = (model.get("_attempted") ? words[value] : "Not attempted yet. ") + model.get("message");
        }
        if (answer.textContent !== say) answer.textContent = say;
        answer.dataset.value = busy || none || !model.get("_attempted") ? "" : value;
        const shown = model.get("_hints");
        if (hints.children.length > shown.length) hints.replaceChildren();
        for (const text of shown.slice(hints.children.length)) {
          hints.append(html("li", {}, ...withCode(text)));
        }
        hints.hidden = !shown.length;
        code.textContent = model.get("_solution");
        source.hidden = !model.get("_solution");
        if (solution.hidden) sure.hidden = true;
      }

      const onAnswer = () => {
        asked = false;
        draw();
      };
      const names = [
        "task",
        "value",
        "message",
        "hints_shown",
        "solution_seen",
        "_hints",
        "_hint_count",
        "_solution",
      ];
      const listeners = [
        ...[...names, "checking"].map((name) => [`change:${name}`, draw]),
        ["change:_checks", onAnswer],
      ];
      for (const [name, action] of listeners) model.on(name, action);
      draw();
      return () => {
        for (const [name, action] of listeners) model.off(name, action);
      };
    },
  };
};
