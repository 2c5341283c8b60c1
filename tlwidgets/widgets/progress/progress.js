// @ts-nocheck: not yet
// Progress: a table of what is done, with a bar in every cell.
import { focusKeeper, html } from "../_shared.js";

export default () => {
  const keepFocus = focusKeeper();
  return {
    render({ model, el }) {
      const head = html("div", { class: "tlw-title" });
      const holder = html("div", {
        class: "tlw-scroll",
        tabindex: 0,
        role: "region",
        "aria-label": "Progress of each lesson",
        "data-key": "table",
      });
      const box = html(
        "div",
        { class: "tlw tlw-progress-table", role: "group", "aria-label": "Progress" },
        head,
        holder,
      );
      holder.addEventListener("keydown", (event) => event.stopPropagation()); // the keys that scroll are not JupyterLab's
      el.append(box);
      keepFocus(box, model);

      function cell(pair) {
        if (!pair) {
          return html(
            "td",
            { class: "tlw-none" },
            html("span", { "aria-hidden": "true" }, "–"),
            html("span", { class: "tlw-hidden-text" }, "none"),
          );
        }
        const [done, total] = pair;
        const fill = html("i");
        fill.style.width = `${(100 * done) / total}%`;
        const bar = html("span", { class: "tlw-meter", "aria-hidden": "true" }, fill);
        return html(
          "td",
          { "data-complete": done === total },
          `${done === total ? "✓ " : ""}${done} of ${total}`,
          bar,
        );
      }

      function draw() {
        const lessons = model.get("value");
        const kinds = Object.entries(model.get("_kinds")).filter(([kind]) =>
          lessons.some((lesson) => lesson[kind])
        );
        const sum = (kind) =>
          lessons.reduce(([d, t], { [kind]: pair }) => (pair ? [d + pair[0], t + pair[1]] : [d, t]), [0, 0]);
        const totals = kinds.map(([kind]) => sum(kind));
        const [done, all] = totals.reduce(([d, t], pair) => [d + pair[0], t + pair[1]], [0, 0]);
        head.textContent = lessons.length ? `${done} of ${all} done` : "No lessons.";
        box.dataset.done = done;
        holder.hidden = !lessons.length;
        const column = (name) => html("th", { scope: "col" }, name);
        const row = (name, cells) => html("tr", {}, html("th", { scope: "row" }, name), ...cells);
        const body = html(
          "tbody",
          {},
          ...lessons.map((lesson) => row(lesson.title, kinds.map(([kind]) => cell(lesson[kind])))),
        );
        if (lessons.length > 1) body.append(row("All lessons", totals.map(cell)));
        holder.replaceChildren(
          html(
            "table",
            {},
            html("thead", {}, html("tr", {}, column("Lesson"), ...kinds.map(([, name]) => column(name)))),
            body,
          ),
        );
      }

      model.on("change:value", draw);
      draw();
      return () => model.off("change:value", draw);
    },
  };
};
