import assert from "node:assert/strict";
import { choose, Decisions, sameCell } from "../../tlwidgets/widgets/decision_grid/_decisions.js";

/** @import { Cell, StrategyRuns } from "../../tlwidgets/widgets/decision_grid/_types.d.ts" */

/** @type {Cell} */
const CELL = ["small", "similar"];
/** @type {Cell} */
const OTHER = ["large", "similar"];

/**
 * @param {Cell} cell
 * @param {string} strategy
 * @param {number | null} value
 * @returns {StrategyRuns}
 */
const run = (cell, strategy, value) => ({ cell, strategy, color: "0", mean: value ?? 0, runs: [value] });

const RUNS = [run(CELL, "frozen", 0.71), run(CELL, "tuned", 0.61), run(OTHER, "tuned", 0.9)];

Deno.test("a new choice takes the place of the old one of its cell alone", () => {
  const first = choose([], CELL, "tuned");
  const both = choose(first, OTHER, "tuned");
  assert.deepEqual(choose(both, CELL, "frozen"), [[...OTHER, "tuned"], [...CELL, "frozen"]]);
  assert.deepEqual(first, [[...CELL, "tuned"]], "what was given is not changed");
});

Deno.test("before a choice nothing is given away", () => {
  const decisions = new Decisions(RUNS, []);
  assert.equal(decisions.chosen(CELL), null);
  assert.equal(decisions.outcome(CELL), null);
  assert.equal(decisions.verdict(CELL), "");
  assert.deepEqual(decisions.table(["size", "source"]).rows, []);
  assert.match(decisions.summary(2), /^Open a cell/);
});

Deno.test("the regret of a choice, and none for the best", () => {
  const worse = new Decisions(RUNS, [[...CELL, "tuned"]]);
  assert.equal(worse.verdict(CELL), "tuned: 0.610. frozen gave 0.710: regret 0.100.");
  assert.equal(worse.summary(2), "Chosen in 1 of 2 cells; mean regret 0.100.");
  const best = new Decisions(RUNS, [[...CELL, "frozen"]]);
  assert.equal(best.outcome(CELL)?.isBest, true);
  assert.equal(best.verdict(CELL), "frozen: 0.710, the best measured here.");
});

Deno.test("a regret that would be shown as 0.000 is none", () => {
  const runs = [run(CELL, "a", 0.7), run(CELL, "b", 0.7004)];
  assert.equal(new Decisions(runs, [[...CELL, "a"]]).outcome(CELL)?.isBest, true);
  assert.equal(new Decisions(runs, [[...CELL, "b"]]).outcome(CELL)?.isBest, true);
});

Deno.test("the mean regret is over the cells that were chosen in", () => {
  const decisions = new Decisions(RUNS, [[...CELL, "tuned"], [...OTHER, "tuned"]]);
  assert.equal(decisions.summary(5), "Chosen in 2 of 5 cells; mean regret 0.050.");
});

Deno.test("a choice that was not measured counts as none", () => {
  const decisions = new Decisions(RUNS, [[...OTHER, "frozen"]]);
  assert.equal(decisions.outcome(OTHER), null);
  assert.equal(decisions.summary(2), "Chosen in 1 of 2 cells; mean regret 0.000.");
});

Deno.test("the table shows only cells with a choice", () => {
  const runs = [...RUNS, run(CELL, "failed", null)];
  const { head, rows } = new Decisions(runs, [[...CELL, "tuned"]]).table(["size", "source"]);
  assert.deepEqual(head, ["size", "source", "strategy", "accuracy", "runs"]);
  assert.deepEqual(rows.map((row) => row.slice(2)), [
    ["frozen", "0.710", "0.71"],
    ["tuned (chosen)", "0.610", "0.61"],
    ["failed", "no number", "×"],
  ]);
});

Deno.test("nothing was measured", () => {
  const none = new Decisions([], []);
  assert.deepEqual(none.in(CELL), []);
  assert.equal(none.outcome(CELL), null);
});

Deno.test("values of every size", () => {
  for (const unit of [1e-6, 1, 1e9]) {
    const runs = [run(CELL, "a", -3 * unit), run(CELL, "b", unit)];
    assert.equal(new Decisions(runs, [[...CELL, "a"]]).outcome(CELL)?.regret, 4 * unit);
  }
});

Deno.test("cells are equal by row and column; no open cell is equal to none", () => {
  assert.ok(sameCell(CELL, [...CELL, "tuned"]));
  assert.ok(!sameCell([], CELL));
});
