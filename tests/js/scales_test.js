import assert from "node:assert/strict";
import { logTicks, scale, shortNumber, ticks } from "../../tlwidgets/widgets/_scales.js";

Deno.test("ticks are round numbers inside the range, about as many as asked for", () => {
  assert.deepEqual(ticks(0, 1, 5), [0, 0.2, 0.4, 0.6, 0.8, 1]);
  assert.deepEqual(ticks(-0.3, 0.3, 6), [-0.3, -0.2, -0.1, 0, 0.1, 0.2, 0.3]);
  assert.deepEqual(ticks(3, 97, 4), [20, 40, 60, 80]);
});

Deno.test("ticks of tiny and of huge ranges hold no rounding dust", () => {
  for (let power = -9; power <= 9; power += 1) {
    const unit = 10 ** power;
    const found = ticks(0, unit, 4);
    assert.equal(found.length, 6);
    for (const v of found) assert.ok(v.toExponential().length < 8, `${v} of ${unit}`);
    assert.equal(found.at(-1), Number(unit.toPrecision(3)));
  }
});

Deno.test("whole ticks are whole numbers, each once", () => {
  assert.deepEqual(ticks(0, 3, 10, true), [0, 1, 2, 3]);
  assert.deepEqual(ticks(1, 2000, 4, true), [500, 1000, 1500, 2000]);
});

Deno.test("a range that is empty, turned round, endless or no number has no ticks", () => {
  for (const [low, high] of [[1, 1], [2, 1], [0, Infinity], [-Infinity, 0], [NaN, 1], [0, NaN]]) {
    assert.deepEqual(ticks(low, high, 5), [], `${low} to ${high}`);
  }
});

Deno.test("a step too small for the numbers ends all the same", () => {
  assert.ok(ticks(1e16, 1e16 + 2, 5).length < 10);
});

Deno.test("ticks of a logarithmic axis are powers of ten, thinned out over many decades", () => {
  assert.deepEqual(logTicks(1e-3, 1, 5).map((v) => Math.round(Math.log10(v))), [-3, -2, -1, 0]);
  const many = logTicks(1e-12, 1e12, 5);
  assert.ok(many.length <= 6 && many.length >= 4);
  assert.deepEqual(logTicks(2, 8, 5), []);
  assert.deepEqual(logTicks(0, 1, 5).filter((v) => !Number.isFinite(v)), []);
});

Deno.test("the ends of a range lie at the ends of an axis, which may run either way", () => {
  const up = scale({ low: -2, high: 6 }, 100, 20);
  assert.deepEqual([up(-2), up(2), up(6)], [100, 60, 20]);
  const decades = scale({ low: 1e-6, high: 1e9, log: true }, 0, 150);
  assert.deepEqual([1e-6, 1, 1e9].map((v) => Math.round(decades(v))), [0, 60, 150]);
});

Deno.test("a range of one value puts it at the start instead of nowhere", () => {
  assert.equal(scale({ low: 3, high: 3 }, 10, 90)(3), 10);
});

Deno.test("numbers beside an axis are short", () => {
  const said = [0, 0.25, -1 / 3, 1234.5, 99999, 1e5, 1.2e9, 4e-6].map(shortNumber);
  assert.deepEqual(said, ["0", "0.25", "-0.333", "1230", "100000", "1e5", "1e9", "4e-6"]);
});
