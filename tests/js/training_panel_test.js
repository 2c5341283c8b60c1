import assert from "node:assert/strict";
import { partOf } from "../../tlwidgets/widgets/training_panel/_part_model.js";
import { resultsTable } from "../../tlwidgets/widgets/training_panel/_results.js";
import {
  budgetPlace,
  budgetWords,
  nearestRate,
  RATES,
  rateText,
  stateWords,
  wholeNumber,
} from "../../tlwidgets/widgets/training_panel/_settings.js";

/** @import { Model } from "../../tlwidgets/widgets/_types.d.ts" */
/** @import { Row } from "../../tlwidgets/widgets/training_panel/_types.d.ts" */

/** @type {Row} */
const ROW = {
  ...{
    name: "1: frozen base",
    now: false,
    stopped: false,
    frozen_to: 4,
    trainable_params: 1234567,
    learning_rate: 0.02,
  },
  ...{ per_class: null, examples: 60, epochs: 6, epochs_done: 6, done: 1, seconds: 1.25 },
  ...{ accuracy: 0.5, lowest: 0.4, highest: 0.6, loss: 1.5 },
};

Deno.test("the slider has 1, 2 and 5 of each power of ten, ascending", () => {
  assert.equal(RATES.length, 19);
  assert.deepEqual([RATES[0], RATES[1], RATES[17], RATES[18]], [1e-6, 2e-6, 0.5, 1]);
  assert.deepEqual(RATES, RATES.toSorted((a, b) => a - b));
});

Deno.test("a rate stands at the nearest place by its quotient, one beyond the ends at the end", () => {
  RATES.forEach((rate, i) => assert.equal(nearestRate(rate), i));
  assert.equal(RATES[nearestRate(0.0014)], 0.001);
  assert.equal(RATES[nearestRate(0.0015)], 0.002, "nearer by its quotient, as near by its difference");
  assert.equal(RATES[nearestRate(1e-9)], 1e-6);
  assert.equal(RATES[nearestRate(1e9)], 1);
  for (const none of [0, -1, NaN, Infinity]) assert.ok(RATES[nearestRate(none)] > 0, String(none));
});

Deno.test("rates are read in three digits", () => {
  assert.deepEqual([0.02, 1, 0.00012345, 1e-4, 1e-5, 2e-6].map(rateText), [
    "0.02",
    "1",
    "0.000123",
    "0.0001",
    "1e-5",
    "2e-6",
  ]);
});

Deno.test("a budget stands at the first place that is as large, all examples at the end", () => {
  const budgets = [1, 2, 5, 10, null];
  assert.deepEqual([1, 3, 10, 11, 1e9, null].map((b) => budgetPlace(budgets, b)), [0, 2, 3, 4, 4, 4]);
  assert.equal(budgetPlace([null], null), 0);
  assert.equal(budgetWords(null, 60), "all (60 examples)");
  assert.equal(budgetWords(5, 60), "5");
});

Deno.test("what was typed is a whole number within its limits, or nothing", () => {
  assert.deepEqual(["1", "12", "20", "2.6", " 3 "].map((typed) => wholeNumber(typed, 20)), [1, 12, 20, 3, 3]);
  for (const none of ["", "0", "-3", "21", "1e9", "many", "NaN"]) assert.equal(wholeNumber(none, 20), null);
});

Deno.test("the state says first what keeps from training, then what goes on, then what has changed", () => {
  const all = { alone: true, training: true, asked: true, stale: true };
  const words = [all, { ...all, alone: false }, { ...all, alone: false, training: false }].map(stateWords);
  assert.deepEqual(words.map((w) => w.split(" ")[0]), ["Training", "training…", "asked;"]);
  const quiet = { alone: false, training: false, asked: false };
  assert.match(stateWords({ ...quiet, stale: true }), /settings have changed/);
  assert.equal(stateWords({ ...quiet, stale: false }), "");
});

Deno.test("results: a line per press, with what is special to it", () => {
  const other = {
    ...ROW,
    name: "2: fine-tuned",
    now: true,
    stopped: true,
    per_class: 7,
    epochs_done: 2,
    done: 3,
  };
  const { head, lines } = resultsTable([ROW, other]);
  assert.equal(head.length, 9);
  assert.deepEqual(lines[0], [
    ...["1: frozen base", "4", "1,234,567", "0.02", "60", "6", "1", "0.500", "1.3"],
  ]);
  assert.deepEqual(lines[1], [
    ...["▸ 2: fine-tuned (stopped)", "4", "1,234,567", "0.02", "60 (7 of each class)", "2 of 6", "3"],
    ...["0.500 (0.400 to 0.600)", "1.3"],
  ]);
});

Deno.test("results without an accuracy show the loss, and a missing number as a dash", () => {
  const none = { ...ROW, accuracy: null, lowest: null, highest: null, done: 2 };
  assert.equal(resultsTable([none]).head[7], "Validation loss");
  assert.equal(resultsTable([none]).lines[0][7], "1.500");
  assert.equal(resultsTable([{ ...none, loss: null }]).lines[0][7], "—");
  const { head, lines } = resultsTable([none, ROW]);
  assert.equal(head[7], "Validation accuracy");
  assert.deepEqual(lines.map((line) => line[7]), ["—", "0.500"]);
  assert.deepEqual(resultsTable([]).lines, []);
  assert.equal(resultsTable(Array.from({ length: 500 }, () => ROW)).lines.length, 500);
});

Deno.test("a part reads, writes and hears the panel's traits under their names with a prefix", () => {
  /** @type {unknown[][]} */
  const calls = [];
  /** @param {string} what */
  const note = (what) => (/** @type {unknown[]} */ ...given) => {
    calls.push([what, ...given]);
  };
  /** @type {Model} */
  const panel = {
    get: (name) => name,
    ...{ set: note("set"), save_changes: note("save"), send: note("send"), on: note("on"), off: note("off") },
  };
  const part = partOf(panel, "_curves_");
  assert.equal(part.get("hidden"), "_curves_hidden");
  assert.equal(part.get("_runs"), "_curves__runs");
  assert.equal(part.get("_no_kernel"), "_no_kernel", "is the same for all parts");
  const action = () => {};
  part.set("stop", true);
  part.save_changes();
  part.send({ kind: "settled" });
  part.on("change:status", action);
  part.on("msg:custom", action);
  part.off("change:status", action);
  assert.deepEqual(calls, [
    ["set", "_curves_stop", true],
    ["save"],
    ["send", { kind: "settled" }],
    ["on", "change:_curves_status", action],
    ["on", "msg:custom", action],
    ["off", "change:_curves_status", action],
  ]);
});
