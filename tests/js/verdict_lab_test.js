import assert from "node:assert/strict";
import { decide, differences, interval, signed } from "../../tlwidgets/widgets/verdict_lab/_rule.js";

/** @type {[import("../../tlwidgets/widgets/verdict_lab/_types.d.ts").Expect, number, number, string][]} */
const CASES = [
  ["more", 0.01, 0.05, "holds"],
  ["more", -0.01, 0.01, "does not hold"],
  ["more", -0.01, 0.05, "not settled"],
  ["less", -0.05, -0.01, "holds"],
  ["less", -0.01, 0.05, "does not hold"],
  ["less", -0.05, 0.01, "not settled"],
  ["same", -0.01, 0.01, "holds"],
  ["same", 0.03, 0.05, "does not hold"],
  ["same", -0.05, -0.03, "does not hold"],
  ["same", -0.01, 0.05, "not settled"],
];

Deno.test("an interval decides, and a reason is given", () => {
  for (const [expect, low, high, verdict] of CASES) {
    const [found, why] = decide(expect, { low, high }, 0.02);
    assert.equal(found, verdict, `${expect} ${low} ${high}`);
    assert.ok(why.includes("interval"));
  }
});

Deno.test("more spread makes a wider interval around the same mean", () => {
  const numbers = { mean: 0.03, spread: 0.04, seeds: 3, margin: 0.02 };
  const reach = [9, 2.5];
  const { low, high } = interval(numbers, reach);
  assert.ok(Math.abs(low - -0.07) < 1e-12 && Math.abs(high - 0.13) < 1e-12);
  assert.deepEqual(differences({ ...numbers, spread: 0 }, [[-1, 1], [-1, 0, 1]]), [0.03, 0.03, 0.03]);
  assert.equal(signed(-0.0312), "−0.031");
});
