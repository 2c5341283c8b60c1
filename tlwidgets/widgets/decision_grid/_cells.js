// The table of cells, a button in each that was measured.
import { browserKeys, html } from "../_shared.js";

/** @import { Cell } from "./_types.d.ts" */
/** @import { Decisions } from "./_decisions.js" */

/**
 * A table with a button in every measured cell.
 *
 * @param {{ rows: string[], columns: string[], axes: [string, string] }} names
 * @param {(cell: Cell) => boolean} measured
 * @param {(cell: Cell) => void} onOpen
 */
export function cellTable({ rows, columns, axes }, measured, onOpen) {
  /** @type {{ button: HTMLElement, cell: Cell }[]} */
  const buttons = [];
  const field = (/** @type {Cell} */ cell, /** @type {string} */ key) => {
    if (!measured(cell)) return html("td", { class: "tlw-empty" }, "not measured");
    const button = html("button", { type: "button", "data-key": key });
    button.addEventListener("click", () => onOpen(cell));
    browserKeys(button);
    buttons.push({ button, cell });
    return html("td", {}, button);
  };
  const corner = html("th", { scope: "col" }, `${axes[0]} ↓  ${axes[1]} →`);
  const top = html("tr", {}, corner, ...columns.map((name) => html("th", { scope: "col" }, name)));
  const lines = rows.map((row, i) => {
    const cells = columns.map((column, j) => field([row, column], `cell-${i}-${j}`));
    return html("tr", {}, html("th", { scope: "row" }, row), ...cells);
  });
  const element = html("table", { class: "tlw-cells" }, html("thead", {}, top), html("tbody", {}, ...lines));
  return { element, buttons };
}

/**
 * What a button says.
 *
 * @param {HTMLElement} button
 * @param {Cell} cell
 * @param {Decisions} decisions
 */
export function labelCell(button, cell, decisions) {
  const outcome = decisions.outcome(cell);
  if (!outcome) {
    button.setAttribute("aria-label", `${cell.join(", ")}: choose a strategy`);
    button.replaceChildren("choose a strategy");
    return;
  }
  const { mine, regret, isBest } = outcome;
  const cost = `regret ${regret.toFixed(3)}`;
  button.setAttribute("aria-label", `${cell.join(", ")}: ${mine.strategy}, ${cost}`);
  const style = { class: isBest ? "tlw-best" : "tlw-worse" };
  button.replaceChildren(
    html("strong", {}, mine.strategy),
    html("span", style, isBest ? "the best measured" : cost),
  );
}
