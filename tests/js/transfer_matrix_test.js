import assert from "node:assert/strict";
import { gainLevel, Gains, LEVELS, signed } from "../../tlwidgets/widgets/transfer_matrix/_gains.js";

/** @import { GainCell } from "../../tlwidgets/widgets/transfer_matrix/_types.d.ts" */

/**
 * @param {Partial<GainCell>} given
 * @returns {GainCell}
 */
const measured = (given) => ({
  s: 0,
  t: 0,
  m: 0,
  runs: [0.5],
  gain: 1,
  low: null,
  high: null,
  sign: 0,
  words: "w",
  ...given,
});

Deno.test("a gain always has a sign, and what is shown as zero has both", () => {
  assert.equal(signed(2.345, 1), "+2.3");
  assert.equal(signed(-2.345, 1), "−2.3");
  assert.equal(signed(-0.04, 1), "±0");
  assert.equal(signed(0, 0), "±0");
  assert.equal(signed(1e9, 0), "+1000000000");
  assert.equal(signed(-1e-6, 1), "±0");
});

Deno.test("colours end at the limit", () => {
  assert.deepEqual([-1e9, -20, -10, 0, 10, 20, 1e9].map((gain) => gainLevel(gain, 20)), [
    -LEVELS,
    -LEVELS,
    -3,
    0,
    3,
    LEVELS,
    LEVELS,
  ]);
  assert.equal(gainLevel(5, 0), LEVELS, "no limit is one of 1");
});

Deno.test("every cell of a method is drawn, also those that were not measured", () => {
  const gains = new Gains(
    [
      measured({ gain: 12, sign: 1 }),
      measured({ s: 1, t: 1, gain: -3 }),
      measured({ s: 1, gain: null }),
      measured({ t: 1, m: 1 }),
    ],
    ["a", "b"],
    ["x", "y"],
    ["frozen", "tuned"],
  );
  const drawn = gains.drawn(0, 15);
  assert.deepEqual(drawn.map(({ i, j, missing = false }) => [i, j, missing]), [
    [0, 0, false],
    [0, 1, true],
    [1, 0, true],
    [1, 1, false],
  ]);
  assert.deepEqual([drawn[0].mark, drawn[0].strong], [1, true]);
  assert.equal(drawn[0].text(40), "+12.0");
  assert.equal(drawn[0].text(20), "+12");
  assert.equal(gains.drawn(1, 15).filter((one) => !one.missing).length, 1);
  assert.equal(gains.words(0, 0, 0), "w");
  assert.equal(gains.words(0, 1, 0), "a → y: not measured");
  assert.equal(gains.words(0, 0, -1), "a → x: not measured");
});

Deno.test("nothing was measured", () => {
  const gains = new Gains([], [], [], []);
  assert.deepEqual(gains.drawn(0, 1), []);
  assert.deepEqual(gains.table().rows, []);
});

Deno.test("the table has a dash for what cannot be given and a cross for a run without a number", () => {
  const gains = new Gains(
    [measured({ low: -0.5, high: 2.25, runs: [0.51234, null] }), measured({ gain: null, runs: [null] })],
    ["a"],
    ["x"],
    ["frozen"],
  );
  assert.deepEqual(gains.table().rows, [
    ["a", "x", "frozen", "+1.0", "−0.5 to +2.3", "0.512, ×"],
    ["a", "x", "frozen", "–", "–", "×"],
  ]);
});

Deno.test("200 x 200 cells", () => {
  const names = Array.from({ length: 200 }, (_, i) => `set ${i}`);
  const cells = names.flatMap((_, s) => names.map((__, t) => measured({ s, t, gain: s - t })));
  const drawn = new Gains(cells, names, names, ["m"]).drawn(0, 100);
  assert.equal(drawn.length, 40000);
  assert.ok(drawn.every(({ level }) => Math.abs(level) <= LEVELS));
});
