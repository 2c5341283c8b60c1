import assert from "node:assert/strict";
import { bandPath, linePath, markerPath } from "../../tlwidgets/widgets/_paths.js";
import { bandHeight, runLimits, runWords } from "../../tlwidgets/widgets/_runs.js";
import { cutText } from "../../tlwidgets/widgets/_text.js";

/** @param {number} v */
const same = (v) => v;

Deno.test("a line has a gap where a value is missing, and a dot for a single point", () => {
  assert.equal(linePath([[0, 1], [1, 2]], same, same), "M0.0 1.0h0L1.0 2.0");
  assert.equal(linePath([[0, 1], [1, null], [2, NaN], [3, 4]], same, same), "M0.0 1.0h0M3.0 4.0h0");
  assert.equal(linePath([], same, same), "");
  assert.equal(linePath([[0, Infinity]], same, same), "");
});

Deno.test("a band goes up one line and back along the other, and needs two points", () => {
  assert.equal(bandPath([[0, 1, 3], [1, 2, 4]], same, same), "M0.0 1.0L1.0 2.0L1.0 4.0L0.0 3.0Z");
  assert.equal(bandPath([[0, 1, 3]], same, same), "");
  const broken = bandPath([[0, 1, 3], [1, 2, 4], [2, null, 4], [3, 1, 2], [4, 1, 2]], same, same);
  assert.equal(broken.match(/Z/g)?.length, 2);
});

Deno.test("every marker is another closed shape around its point, and an unknown one is a circle", () => {
  const shapes = ["circle", "square", "triangle", "diamond", "cross", "plus", "star"];
  const paths = shapes.map((shape) => markerPath(shape, 50, 50, 5));
  assert.equal(new Set(paths).size, shapes.length);
  for (const path of paths) {
    assert.match(path, /^M.*Z$/);
    assert.doesNotMatch(path, /NaN/);
  }
  assert.equal(markerPath("blob", 50, 50, 5), paths[0]);
});

Deno.test("runs in words: mean, spread from two on, percents with one digit", () => {
  assert.equal(runWords([]), "no number");
  assert.equal(runWords([null, null]), "no number");
  assert.equal(runWords([0.5]), "0.500");
  assert.equal(runWords([0.4, null, 0.6]), "0.500 ± 0.141");
  assert.equal(runWords([0.4, 0.6], true), "0.500");
  assert.equal(runWords([-40, -60]), "-50.0 ± 14.1");
});

Deno.test("bars start at zero, and shares have room up to one", () => {
  const of = (/** @type {(number | null)[][]} */ ...all) =>
    runLimits(all.map((runs) => ({ name: "", color: 1, runs })));
  assert.deepEqual(of([0.2, 0.4]), { low: 0, high: 1 });
  assert.deepEqual(of([-3, 12], [null]), { low: -3, high: 12 });
  assert.deepEqual(of([], []), { low: 0, high: 1 });
});

Deno.test("the band of thousands of runs has bars of two pixels, that of none still has room for its name", () => {
  assert.deepEqual(bandHeight(0), { step: 9, tall: 20 });
  assert.deepEqual(bandHeight(5000), { step: 2, tall: 10000 });
});

Deno.test("cut text keeps whole letters and at least one", () => {
  assert.equal(cutText("learning rate", 20), "learning rate");
  assert.equal(cutText("learning rate", 6), "learn…");
  assert.equal(cutText("🐶🐱🐭", 2), "🐶…");
  assert.equal(cutText("abc", 0), "a…");
});
