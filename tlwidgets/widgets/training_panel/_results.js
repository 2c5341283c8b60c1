// The table of results as text. No DOM.
import { rateText } from "./_settings.js";

/** @import { Row } from "./_types.d.ts" */
/** @typedef {[name: string, cell: (row: Row) => string | number]} Column */

/** @param {number | null} v */
const digits = (v) => (v === null ? "—" : v.toFixed(3));

/** @param {Row} row */
function accuracyText({ accuracy, lowest, highest, done }) {
  const spread = done > 1 && accuracy !== null ? ` (${digits(lowest)} to ${digits(highest)})` : "";
  return digits(accuracy) + spread;
}

/** @type {Column[]} */
const SETTINGS = [
  ["Run", ({ name, now, stopped }) => `${now ? "▸ " : ""}${name}${stopped ? " (stopped)" : ""}`],
  ["Frozen layers", (row) => row.frozen_to],
  ["Parameters that train", (row) => row.trainable_params.toLocaleString("en")],
  ["Learning rate", (row) => rateText(row.learning_rate)],
  [
    "Examples",
    ({ per_class: budget, examples }) => budget === null ? examples : `${examples} (${budget} of each class)`,
  ],
  ["Epochs", ({ epochs_done: done, epochs }) => (done < epochs ? `${done} of ${epochs}` : epochs)],
  ["Seeds", (row) => row.done],
];

/**
 * Head and lines of the table. The score is the accuracy, if there is one in any row.
 *
 * @param {Row[]} rows
 */
export function resultsTable(rows) {
  /** @type {Column} */
  const score = rows.some((row) => row.accuracy !== null)
    ? ["Validation accuracy", accuracyText]
    : ["Validation loss", (row) => digits(row.loss)];
  /** @type {Column[]} */
  const columns = [...SETTINGS, score, ["Seconds", (row) => row.seconds.toFixed(1)]];
  return {
    head: columns.map(([name]) => name),
    lines: rows.map((row) => columns.map(([, cell]) => String(cell(row)))),
  };
}
