import assert from "node:assert/strict";
import { Candidates, scoreTitles, shortScore } from "../../tlwidgets/widgets/score_scatter/_candidates.js";
import {
  meets,
  nearest,
  paddedRange,
  placeNames,
  placeOwnName,
  scatterFrame,
} from "../../tlwidgets/widgets/score_scatter/_layout.js";

const shapes = ["a", "b", "c"].map((name) => ({ name, color: name, shape: "circle" }));

/**
 * @param {number[]} x
 * @param {number[]} truth
 * @param {number[]} [group]
 */
function candidates(x, truth, group = x.map(() => 0)) {
  const table = {
    names: ["s", "reversed"],
    truthName: "accuracy",
    labels: x.map((_, i) => `candidate ${i}`),
    groups: shapes.slice(0, Math.max(0, ...group) + 1),
    values: Float64Array.from([...x, ...x.map((v) => -v)]),
    truth: Float64Array.from(truth),
    group: Int32Array.from(group),
  };
  return new Candidates(table, "s");
}

const FIVE = candidates([9, 5, 7, 6, NaN], [0.9, 0.5, 0.7, NaN, 0.2]);
const NONE = candidates([], []);

Deno.test("candidates without a finite score or truth are left out of the order", () => {
  assert.deepEqual(FIVE.order, [1, 2, 0]);
  assert.equal(FIVE.top, 0);
  assert.deepEqual(new Candidates(FIVE.table, "reversed").order, [0, 2, 1]);
  assert.deepEqual(candidates([Infinity, -Infinity], [1, 1]).order, []);
});

Deno.test("equal scores keep the order of the candidates", () => {
  assert.deepEqual(candidates([1, 1, 0, 1], [1, 2, 3, 4]).order, [2, 0, 1, 3]);
});

Deno.test("no candidates, and a score that there is not", () => {
  for (const none of [NONE, new Candidates(FIVE.table, "unknown")]) {
    assert.deepEqual(none.order, []);
    assert.equal(none.top, undefined);
    assert.deepEqual(none.bests(), []);
    assert.equal(none.step(null, 1), undefined);
  }
});

Deno.test("ranks are within the group, ties share one", () => {
  const two = candidates([1, 2, 3, 3], [4, 3, 2, 1], [0, 0, 1, 1]);
  assert.equal(two.rank(0, two.x), "2 of 2");
  assert.equal(two.rank(2, two.x), "1 of 2");
  assert.equal(two.rank(3, two.x), "1 of 2");
  assert.equal(two.words(1), "candidate 1 (a): s 2, rank 1 of 2; accuracy 3, rank 2 of 2");
  assert.deepEqual(two.bests(), [1, 3], "of equal ones the last");
});

Deno.test("steps end at both ends, and start behind the last one", () => {
  assert.equal(FIVE.step(null, -1), 0);
  assert.equal(FIVE.step(null, 1), 0);
  assert.equal(FIVE.step(0, -1), 2);
  assert.equal(FIVE.step(1, -5), 1);
  assert.equal(FIVE.step(1, 100), 0);
  assert.equal(FIVE.step(4, -1), 0, "one that is not shown");
});

Deno.test("the table has all scores of the best candidates", () => {
  const { head, rows } = candidates([9, 5], [0.5, 0.9]).tableRows();
  assert.deepEqual(head, ["candidate", "accuracy", "s", "reversed"]);
  assert.deepEqual(rows, [["candidate 1", "0.9", "5", "-5"], ["candidate 0", "0.5", "9", "-9"]]);
  const grouped = candidates([1, 2], [1, 2], [0, 1]).tableRows();
  assert.deepEqual(grouped.rows[0], ["candidate 1", "b", "2", "2", "-2"]);
  const many = Array.from({ length: 5000 }, (_, i) => i);
  assert.equal(candidates(many, many).tableRows().rows.length, 400);
});

Deno.test("numbers of every size are short", () => {
  assert.deepEqual([0, 0.123456, -1e-6, 1e9, NaN, Infinity].map(shortScore), [
    "0",
    "0.1235",
    "-0.000001",
    "1000000000",
    "no number",
    "no number",
  ]);
  assert.deepEqual(scoreTitles(["a", "b"], [-0.5, null]), ["a (ρ −0.50)", "b (ρ –)"]);
});

Deno.test("a range has room at its ends, also that of one value", () => {
  const padded = (/** @type {number[]} */ ...values) =>
    paddedRange(Float64Array.from(values), [...values.keys()]);
  assert.deepEqual(padded(0, 100), [-6, 106]);
  assert.deepEqual(padded(0), [-1, 1]);
  assert.deepEqual(padded(-50, -50), [-55, -45]);
  for (const unit of [1e-6, 1, 1e9]) {
    const [low, high] = padded(-unit, 2 * unit);
    assert.ok(low < -unit && high > 2 * unit);
  }
});

Deno.test("all points lie inside the axes, at every width", () => {
  const wild = candidates([1e-6, 1e9, -3], [-1e5, 1e-7, 0]);
  for (const width of [200, 360, 900, 3000]) {
    for (const one of [wild, FIVE, candidates([1], [0.5])]) {
      const frame = scatterFrame(one, width);
      for (const [x, y] of one.order.map(frame.at)) {
        assert.ok(x >= frame.left && x <= frame.right && y >= frame.top && y <= frame.bottom, `${x} ${y}`);
      }
    }
  }
});

Deno.test("the pointer means the nearest candidate within its reach", () => {
  const frame = scatterFrame(FIVE, 900);
  const [x, y] = frame.at(2);
  assert.equal(nearest(FIVE.order, frame, x + 5, y - 5), 2);
  assert.equal(nearest(FIVE.order, frame, x + 25, y), -1);
  assert.equal(nearest([], frame, x, y), -1);
});

Deno.test("names cover neither points nor each other, and stay in the chart", () => {
  const spots = Array.from({ length: 60 }, (_, i) => [(i * 37) % 60, (i * 17) % 60]);
  const crowd = candidates(spots.map(([x]) => x), spots.map(([, y]) => y));
  const frame = scatterFrame(crowd, 600);
  const placed = placeNames(crowd, frame);
  assert.ok(placed.length > 0 && placed.length < 60);
  placed.forEach(({ i, room }, k) => {
    assert.ok(room[0] >= frame.left && room[2] <= frame.width - 2);
    assert.ok(placed.every((other, n) => n === k || !meets(room, other.room)));
    for (const other of crowd.order) {
      const [x, y] = frame.at(other);
      assert.ok(other === i || !meets(room, [x - 5, y - 5, x + 5, y + 5]));
    }
  });
  assert.deepEqual(placeNames(candidates([NaN], [1]), frame), []);
});

Deno.test("the highest scores are named first", () => {
  const same = candidates([1, 1.0001], [1, 1]);
  const placed = placeNames(same, scatterFrame(same, 300));
  assert.equal(placed[0].i, 1);
});

Deno.test("the name of the described candidate stands left of it near the right edge", () => {
  assert.equal(placeOwnName(100, 50, "name", 900).anchor, "start");
  const { anchor, x, room } = placeOwnName(890, 50, "name", 900);
  assert.equal(anchor, "end");
  assert.ok(x < 890 && room[0] < x);
});

Deno.test("rectangles that touch only at an edge do not meet", () => {
  assert.equal(meets([0, 0, 2, 2], [1, 1, 3, 3]), true);
  assert.equal(meets([0, 0, 2, 2], [2, 0, 3, 2]), false);
  assert.equal(meets([0, 0, 9, 9], [3, 3, 4, 4]), true);
});
