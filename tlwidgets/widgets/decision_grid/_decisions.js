// The choices, what each of them costs against the best, and what is said of that. No DOM.
import { runWords } from "../_runs.js";

/** @import { Cell, StrategyRuns, Traits } from "./_types.d.ts" */

const NOTHING = 0.0005; // a regret that is shown as 0.000

/**
 * @param {readonly string[]} a
 * @param {readonly string[]} b
 */
export const sameCell = (a, b) => a[0] === b[0] && a[1] === b[1];

/**
 * The choices, with this one in place of what was chosen in the cell.
 *
 * @param {Traits["value"]} choices
 * @param {Cell} cell
 * @param {string} strategy
 * @returns {Traits["value"]}
 */
export const choose = (choices, cell, strategy) => [
  ...choices.filter((choice) => !sameCell(choice, cell)),
  [...cell, strategy],
];

/** What was measured and what was chosen, by cell. */
export class Decisions {
  /**
   * @param {StrategyRuns[]} runs
   * @param {Traits["value"]} choices
   */
  constructor(runs, choices) {
    this.runs = runs;
    this.choices = choices;
  }

  /** @param {Cell} cell */
  in(cell) {
    return this.runs.filter((run) => sameCell(run.cell, cell));
  }

  /**
   * The strategy that was chosen in a cell, or null.
   *
   * @param {Cell} cell
   */
  chosen(cell) {
    return this.choices.find((choice) => sameCell(choice, cell))?.[2] ?? null;
  }

  /**
   * What was chosen in a cell beside the best of it; null before a choice.
   *
   * @param {Cell} cell
   */
  outcome(cell) {
    const runs = this.in(cell);
    const made = this.chosen(cell);
    const mine = runs.find((run) => run.strategy === made);
    if (!mine) return null;
    const best = runs.reduce((a, b) => (b.mean > a.mean ? b : a));
    const regret = best.mean - mine.mean;
    return { mine, best, regret, isBest: regret < NOTHING };
  }

  /**
   * What a choice led to, in words; nothing before a choice.
   *
   * @param {Cell} cell
   */
  verdict(cell) {
    const outcome = this.outcome(cell);
    if (!outcome) return "";
    const { mine, best, regret, isBest } = outcome;
    const got = `${mine.strategy}: ${runWords(mine.runs)}`;
    if (isBest) return `${got}, the best measured here.`;
    return `${got}. ${best.strategy} gave ${runWords(best.runs)}: regret ${regret.toFixed(3)}.`;
  }

  /**
   * All choices in words.
   *
   * @param {number} cells  how many there are to choose in
   */
  summary(cells) {
    const count = this.choices.length;
    if (!count) return "Open a cell and choose before you see what was measured.";
    const total = this.choices.reduce(
      (sum, [row, column]) => sum + (this.outcome([row, column])?.regret ?? 0),
      0,
    );
    return `Chosen in ${count} of ${cells} cells; mean regret ${(total / count).toFixed(3)}.`;
  }

  /**
   * The numbers as a table: only of cells in which a choice was made, for it should give nothing away.
   *
   * @param {[string, string]} axes
   */
  table(axes) {
    const rows = this.runs.filter((run) => this.chosen(run.cell) !== null).map(({ cell, strategy, runs }) => [
      ...cell,
      strategy + (this.chosen(cell) === strategy ? " (chosen)" : ""),
      runWords(runs),
      runs.map((v) => (v === null ? "×" : +v.toPrecision(3))).join(", "),
    ]);
    return { head: [...axes, "strategy", "accuracy", "runs"], rows };
  }
}
