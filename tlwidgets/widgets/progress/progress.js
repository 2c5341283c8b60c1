// Progress: a table of what is done, with a bar in every cell.
import { browserKeys, focusKeeper, html, listen } from "../_shared.js";
import { doneIn, kindsOf, sum } from "./_totals.js";

/** @import { CommonTraits, View } from "../_types.d.ts" */
/** @import { Done, Lesson } from "./_totals.js" */
/** @typedef {CommonTraits & { value: Lesson[], _kinds: Record<string, string> }} Traits */

/** @param {Done | null | undefined} pair */
function cell(pair) {
  if (!pair) {
    const dash = html("span", { "aria-hidden": "true" }, "–");
    return html("td", { class: "tlw-none" }, dash, html("span", { class: "tlw-hidden-text" }, "none"));
  }
  const [done, total] = pair;
  const fill = html("i");
  fill.style.width = `${(100 * done) / total}%`;
  const bar = html("span", { class: "tlw-meter", "aria-hidden": "true" }, fill);
  const complete = done === total;
  return html("td", { "data-complete": complete }, `${complete ? "✓ " : ""}${done} of ${total}`, bar);
}

/**
 * @param {string} name
 * @param {HTMLElement[]} cells
 */
const row = (name, cells) => html("tr", {}, html("th", { scope: "row" }, name), ...cells);

/**
 * @param {Lesson[]} lessons
 * @param {ReturnType<typeof kindsOf>} kinds
 */
function table(lessons, kinds) {
  const columns = ["Lesson", ...kinds.map(({ name }) => name)].map((name) =>
    html("th", { scope: "col" }, name)
  );
  const body = html("tbody");
  for (const lesson of lessons) {
    body.append(row(lesson.title, kinds.map(({ kind }) => cell(doneIn(lesson, kind)))));
  }
  if (lessons.length > 1) body.append(row("All lessons", kinds.map(({ total }) => cell(total))));
  return html("table", {}, html("thead", {}, html("tr", {}, ...columns)), body);
}

export default () => {
  const keepFocus = focusKeeper();
  return {
    /** @param {View<Traits>} view */
    render({ model, el }) {
      const head = html("div", { class: "tlw-title" });
      const holder = browserKeys(html("div", { class: "tlw-scroll", tabindex: 0, role: "region" }));
      holder.setAttribute("aria-label", "Progress of each lesson");
      holder.dataset.key = "table";
      const box = html("div", { class: "tlw tlw-progress-table", role: "group", "aria-label": "Progress" });
      box.append(head, holder);
      el.append(box);
      keepFocus(box, model);

      function draw() {
        const lessons = model.get("value");
        const kinds = kindsOf(lessons, model.get("_kinds"));
        const [done, all] = sum(kinds.map(({ total }) => total));
        head.textContent = lessons.length ? `${done} of ${all} done` : "No lessons.";
        box.dataset.done = String(done);
        holder.hidden = !lessons.length;
        holder.replaceChildren(table(lessons, kinds));
      }

      draw();
      return listen(model, [["value", draw]]);
    },
  };
};
