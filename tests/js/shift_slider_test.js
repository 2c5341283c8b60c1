import assert from "node:assert/strict";
import {
  anyBins,
  chartSizes,
  filledBins,
  highest,
  imageWords,
  linesOf,
  nearestSeverity,
  reliabilityWords,
  rowAt,
  severityRange,
  shiftTable,
  spread,
  totalOf,
} from "../../tlwidgets/widgets/shift_slider/_measured.js";

/** @import { Bin, Rows, Shown } from "../../tlwidgets/widgets/shift_slider/_types.d.ts" */

const MODELS = ["frozen", "tuned"].map((name) => ({ name, color: name, shape: "circle" }));

/** @type {Rows} */
const ROWS = {
  fog: {
    frozen: { 0: { accuracy: [0.9, 0.8, 1], bins: [] }, 5: { accuracy: [0.4, 0.3, 0.5], bins: [] } },
    tuned: { 0: { accuracy: [0.95, 0.9, 1], ece: [0.1, 0.1, 0.2], bins: [[10, 0.9, 0.8]] } },
  },
};

/** @type {Shown} */
const SHOWN = {
  kind: "fog",
  measure: "accuracy",
  value: 0,
  severities: [0, 5],
  models: MODELS,
  rows: ROWS,
  chance: null,
};

Deno.test("what was not measured is a gap in the line", () => {
  assert.deepEqual(linesOf(SHOWN), [[[0, 0.9, 0.8, 1], [5, 0.4, 0.3, 0.5]], [[0, 0.95, 0.9, 1], [
    5,
    null,
    null,
    null,
  ]]]);
  assert.deepEqual(linesOf({ ...SHOWN, kind: "unknown" })[0], [[0, null, null, null], [5, null, null, null]]);
  assert.equal(rowAt(SHOWN, "nobody", 0), undefined);
});

Deno.test("the axis ends at 1 for shares, else above the highest number", () => {
  assert.equal(highest(linesOf(SHOWN), "accuracy"), 1);
  for (const top of [1e-6, 0.5, 1e9]) {
    const end = highest([[[0, top / 2, 0, top]]], "distance");
    assert.ok(end > top && end < 1.1 * top);
  }
  assert.ok(highest([[[0, null, null, null]]], "ece") > 0);
  assert.ok(highest([], "ece") > 0);
});

Deno.test("one severity alone has an axis too", () => {
  assert.deepEqual(severityRange([0, 2, 5]), { low: 0, high: 5 });
  assert.deepEqual(severityRange([3]), { low: 2, high: 4 });
});

Deno.test("a pixel means the nearest severity", () => {
  const X = (/** @type {number} */ s) => 40 + 100 * s;
  assert.equal(nearestSeverity([0, 1, 5], X, -1000), 0);
  assert.equal(nearestSeverity([0, 1, 5], X, 95), 1);
  assert.equal(nearestSeverity([0, 1, 5], X, 339), 1);
  assert.equal(nearestSeverity([0, 1, 5], X, 1e9), 2);
  assert.equal(nearestSeverity([3], X, 0), 0);
});

Deno.test("names at the ends of lines do not cover each other and keep their order", () => {
  const labels = [50, 10, 12, 11].map((y, k) => ({ y, name: `model ${k}` }));
  const found = spread(labels);
  assert.deepEqual(found.map(({ name }) => name), ["model 1", "model 3", "model 2", "model 0"]);
  assert.deepEqual(found.map(({ y }) => y), [10, 23, 36, 50]);
  assert.equal(labels[2].y, 12, "what was given is not changed");
  assert.deepEqual(spread([]), []);
});

Deno.test("an image says what it is and what it is taken for", () => {
  assert.deepEqual(imageWords("dark", ["light", 0.876], 0), {
    wrong: true,
    text: "✗ light 0.88",
    words: "dark, taken for light 0.88",
  });
  assert.deepEqual(imageWords("dark", ["dark", null], 0), {
    wrong: false,
    text: "dark",
    words: "dark, taken for dark",
  });
  assert.deepEqual(imageWords(undefined, ["dark", 0.5], 3), {
    wrong: null,
    text: "dark 0.50",
    words: "image 3, taken for dark 0.50",
  });
  assert.deepEqual(imageWords("dark", undefined, 0), { wrong: null, text: "dark", words: "dark" });
  assert.deepEqual(imageWords(undefined, undefined, 7), { wrong: null, text: "", words: "image 7" });
});

/** @type {Bin[]} */
const BINS = [[0, 0.1, 0], [30, 0.6, 0.5], [10, 0.95, 0.7], [0, 1, 0]];

Deno.test("the surest predictions that there are, in words", () => {
  const bins = filledBins(BINS);
  assert.equal(bins.length, 2);
  assert.equal(totalOf(bins), 40);
  assert.equal(totalOf([]), 0);
  assert.equal(
    reliabilityWords(MODELS, (name) => (name === "tuned" ? bins : [])),
    "Reliability diagram. tuned: 25 % of the predictions have confidence 0.95, of which 0.70 are right",
  );
  assert.equal(reliabilityWords([], () => bins), "Reliability diagram. ");
});

Deno.test("there is a diagram if any severity of a shown model has bins", () => {
  assert.equal(anyBins(ROWS, MODELS), true);
  assert.equal(anyBins(ROWS, [MODELS[0]]), false);
  assert.equal(anyBins({}, MODELS), false);
  assert.equal(anyBins({ fog: {} }, MODELS), false);
});

Deno.test("the table names the models if there are several, and has a dash for what was not measured", () => {
  assert.deepEqual(shiftTable(SHOWN, ["accuracy", "ece"]), {
    head: ["model", "severity", "accuracy", "calibration error"],
    rows: [
      ["frozen", 0, "0.900", "–"],
      ["frozen", 5, "0.400", "–"],
      ["tuned", 0, "0.950", "0.100"],
      ["tuned", 5, "–", "–"],
    ],
  });
  const one = shiftTable({ ...SHOWN, models: [MODELS[0]] }, ["accuracy"]);
  assert.deepEqual([one.head, one.rows[0]], [["severity", "accuracy"], [0, "0.900"]]);
});

Deno.test("the charts fit beside each other, or each into the width", () => {
  for (const width of [200, 360, 619, 620, 900, 3000]) {
    const { wide, lines, square } = chartSizes(width);
    assert.equal(wide, width >= 620);
    assert.ok((wide ? lines.width + square.width : Math.max(lines.width, square.width)) <= width);
    assert.ok(square.width > 0);
  }
});
