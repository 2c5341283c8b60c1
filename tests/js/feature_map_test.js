import assert from "node:assert/strict";
import {
  mapSize,
  onTheWay,
  pointAt,
  pointLook,
  pointToward,
  roomBeside,
  toPixels,
} from "../../tlwidgets/widgets/feature_map/_layout.js";
import { limitsOf, Points, wordsTable } from "../../tlwidgets/widgets/feature_map/_points.js";

const group = (/** @type {string} */ name) => ({ name, color: name, shape: "circle" });

/**
 * Two blocks of images in a row. The neighbours of each are the images after it.
 *
 * @param {number[]} classOf
 * @param {{ domainOf?: number[], lost?: number[] }} [options] lost: those without a place in the second block
 */
function points(classOf, { domainOf = [], lost = [] } = {}) {
  const n = classOf.length;
  const second = classOf.flatMap((_, i) => (lost.includes(i) ? [NaN, NaN] : [10 * i, -i]));
  const after = (/** @type {number} */ i) => [1, 2, 3, 4].map((k) => (i + k < n ? i + k : -1));
  const near = classOf.flatMap((_, i) => after(i));
  return new Points({
    classes: ["cat", "dog", "owl"].map(group),
    domains: domainOf.length ? ["photo", "sketch"].map(group) : [],
    classOf: Int32Array.from(classOf),
    domainOf: Int32Array.from(domainOf),
    coordinates: Float32Array.from([...classOf.flatMap((_, i) => [i, i]), ...second]),
    neighbours: Int32Array.from([...near, ...near]),
  });
}
const pixels = (/** @type {number[]} */ ...values) => Float32Array.from(values);
const NONE = points([]);

Deno.test("the limits are those of all blocks, without what is no number", () => {
  assert.deepEqual(limitsOf(pixels(0, 5, NaN, 9, -3, NaN, 2, -7, Infinity, 1)), [0, 2, -7, 5]);
  assert.deepEqual(points([0, 1, 2]).limits, [0, 20, -2, 2]);
  assert.deepEqual(limitsOf(pixels(4, 4)), [4, 4, 4, 4]);
});

Deno.test("no image with a place: no limits, nothing to go to", () => {
  for (
    const none of [NONE, new Points({ ...points([0, 1]).table, coordinates: new Float32Array(8).fill(NaN) })]
  ) {
    assert.equal(none.limits, null);
    assert.equal(none.first(0), -1);
    assert.equal(none.last(0), -1);
    assert.equal(none.nextOfClass(0, -1, 1), -1);
    assert.equal(none.seen(0, -1), false);
  }
});

Deno.test("images without a place in the block are passed over", () => {
  const some = points([0, 1, 0, 0, 1], { lost: [0, 4] });
  assert.deepEqual([some.first(0), some.last(0)], [0, 4]);
  assert.deepEqual([some.first(1), some.last(1)], [1, 3]);
  assert.equal(some.seen(1, 4), false);
  assert.equal(some.nextOfClass(1, 3, 1), 2);
});

Deno.test("the next image of the class goes around the end, both ways", () => {
  const some = points([0, 1, 0, 1, 0]);
  assert.deepEqual([0, 2, 4].map((i) => some.nextOfClass(0, i, 1)), [2, 4, 0]);
  assert.deepEqual([0, 2, 4].map((i) => some.nextOfClass(0, i, -1)), [4, 0, 2]);
  assert.equal(points([2, 0]).nextOfClass(0, 0, 1), 0);
  assert.equal(some.nextOfClass(0, -1, 1), 0);
});

Deno.test("neighbours are those of the block; -1 is none", () => {
  const some = points([0, 1, 2]);
  assert.deepEqual(some.near(0, 0), [1, 2]);
  assert.deepEqual(some.near(1, 2), []);
  some.table.neighbours.set([2, -1, -1, -1], 3 * 4);
  assert.deepEqual([some.near(0, 0), some.near(1, 0)], [[1, 2], [2]]);
});

Deno.test("groups are counted, by class and by domain", () => {
  const some = points([0, 2, 2, 0, 2], { domainOf: [1, 1, 1, 1, 1] });
  assert.deepEqual([...some.counts("class")], [2, 0, 3]);
  assert.deepEqual([...some.counts("domain")], [0, 5]);
  assert.deepEqual([...points([0]).counts("domain")], []);
});

Deno.test("an image in words", () => {
  assert.equal(points([0, 2, 0]).words(0, "a", 0), "image 0: cat; nearest in a: owl, cat");
  const domains = points([0, 2], { domainOf: [1, 0] });
  assert.equal(domains.words(1, "b", 1), "image 1: owl, photo");
  assert.equal(domains.words(0, "b", 0), "image 0: cat, sketch; nearest in b: owl");
});

Deno.test("the card marks neighbours of another class", () => {
  assert.deepEqual(points([0, 2, 0], { domainOf: [0, 1, 1] }).card(0, 0), {
    title: "cat",
    more: ", photo · image 0",
    near: [{ i: 1, same: false, words: "✗ owl" }, { i: 2, same: true, words: "cat" }],
  });
  assert.deepEqual(points([7]).card(0, 0), { title: "", more: " · image 0", near: [] });
});

Deno.test("the table has a column by domain only where there are domains", () => {
  const words = [{ class: "a: by class", domain: "a: by domain" }];
  assert.deepEqual(wordsTable(["a"], words, true), {
    head: ["block", "by class", "by domain"],
    rows: [["a", "a: by class", "a: by domain"]],
  });
  assert.deepEqual(wordsTable(["a"], words, false), {
    head: ["block", "by class"],
    rows: [["a", "a: by class"]],
  });
  assert.deepEqual(wordsTable([], [], false).rows, []);
});

Deno.test("two maps stand beside each other where there is room", () => {
  assert.deepEqual(mapSize(900, false), [900, 400]);
  assert.deepEqual(mapSize(900, true), [444, 377]);
  assert.deepEqual(mapSize(559, true), [559, 347]);
  assert.deepEqual(mapSize(560, true), [274, 233]);
  assert.deepEqual(mapSize(100, false), [100, 220]);
});

const rounded = (/** @type {Float32Array} */ values) => [...values].map(Math.round);

Deno.test("points fill the map as far as one scale for both axes lets them, y upwards", () => {
  const some = pixels(0, 0, 2, 1, NaN, NaN);
  assert.deepEqual(rounded(toPixels(some, [0, 2, 0, 1], 224, 200)), [12, 150, 212, 50, NaN, NaN]);
  assert.deepEqual(rounded(toPixels(some, [0, 2, 0, 1], 224, 74)), [62, 62, 162, 12, NaN, NaN]);
});

Deno.test("points at one place, in a line, far away and tiny", () => {
  const inMap = (/** @type {number[]} */ places) =>
    rounded(toPixels(pixels(...places), limitsOf(pixels(...places)), 124, 100));
  assert.deepEqual(inMap([5, 5]), [62, 50]);
  assert.deepEqual(inMap([0, 3, 1, 3]), [12, 50, 112, 50]);
  assert.deepEqual(inMap([0, 0, 1e-6, 0]), [12, 50, 112, 50]);
  assert.deepEqual(inMap([-1e9, 0, 1e9, 0]), [12, 50, 112, 50]);
  assert.deepEqual(inMap([]), []);
});

Deno.test("on their way points start and stop slowly", () => {
  const [from, to] = [pixels(0, 10), pixels(100, 10)];
  assert.deepEqual([0, 0.5, 1].map((share) => [...onTheWay(from, to, share)]), [[0, 10], [50, 10], [
    100,
    10,
  ]]);
  assert.ok(onTheWay(from, to, 0.1)[0] < 5);
  assert.ok(onTheWay(from, to, 0.9)[0] > 95);
});

Deno.test("a pointer finds the nearest point, and none that is far", () => {
  const some = pixels(10, 10, NaN, NaN, 20, 10);
  assert.equal(pointAt(some, 12, 12), 0);
  assert.equal(pointAt(some, 16, 10), 2);
  assert.equal(pointAt(some, 10, 33), 0);
  assert.equal(pointAt(some, 10, 34), -1);
  assert.equal(pointAt(pixels(), 0, 0), -1);
});

Deno.test("an arrow leads to the nearest point within 45 degrees", () => {
  const some = pixels(50, 50, 60, 50, 80, 50, 50, 20, 40, 58, NaN, NaN);
  assert.equal(pointToward(some, 0, [1, 0], [0, 0]), 1);
  assert.equal(pointToward(some, 1, [1, 0], [0, 0]), 2);
  assert.equal(pointToward(some, 2, [1, 0], [0, 0]), -1);
  assert.equal(pointToward(some, 0, [0, -1], [0, 0]), 3);
  assert.equal(pointToward(some, 0, [-1, 0], [0, 0]), 4); // 10 left, 8 down
  assert.equal(pointToward(some, 0, [0, 1], [0, 0]), -1);
});

Deno.test("from no point an arrow leads to the middle", () => {
  const some = pixels(0, 0, 52, 50, 100, 100);
  assert.equal(pointToward(some, -1, [1, 0], [50, 50]), 1);
  assert.equal(pointToward(pixels(), -1, [1, 0], [50, 50]), -1);
});

Deno.test("an image lies beside its point, away from the others, in the map", () => {
  const map = /** @type {[number, number]} */ ([400, 400]);
  assert.deepEqual(roomBeside(78, [200, 200], [], map), [214, 114]);
  assert.deepEqual(roomBeside(78, [200, 200], [[250, 150]], map), [108, 114]);
  assert.deepEqual(roomBeside(78, [200, 200], [[250, 150], [150, 150]], map), [214, 208]);
  assert.deepEqual(roomBeside(78, [390, 390], [], map), [298, 304]);
  assert.deepEqual(roomBeside(78, [30, 30], [], [60, 60]), [0, 0]);
});

Deno.test("many points are small and let each other through", () => {
  assert.deepEqual(pointLook(0), { radius: 4.4, alpha: 0.85 });
  assert.deepEqual(pointLook(1000), { radius: 3.3, alpha: 0.85 });
  assert.deepEqual(pointLook(5000), { radius: 2.6, alpha: 0.7 });
});
