import assert from "node:assert/strict";
import { Counts, digits, LEVELS, percent } from "../../tlwidgets/widgets/confusion_matrix/_counts.js";
import {
  imagesOf,
  lacking,
  lastPage,
  noteOf,
  placeOf,
} from "../../tlwidgets/widgets/confusion_matrix/_pages.js";
import { ImageStore } from "../../tlwidgets/widgets/confusion_matrix/_store.js";

const NAMES = ["cat", "dog", "owl"];
const counts = new Counts(Int32Array.of(0, 0, 50, 0, 1, 30, 1, 1, 9, 2, 0, 3), NAMES);

Deno.test("counts, sums and the share that is right", () => {
  assert.equal(counts.at(0, 1), 30);
  assert.equal(counts.at(1, 0), 0);
  assert.deepEqual([...counts.trueSums], [80, 9, 3]);
  assert.deepEqual([...counts.predictedSums], [53, 39, 0]);
  assert.equal(counts.title("Test"), "Test: 59 of 92 right (64.1 %)");
});

Deno.test("a cell in words, also one that is empty", () => {
  assert.equal(
    counts.words(0, 1),
    "true cat, predicted dog: 30 (37.5 % of true cat, 76.9 % of predicted dog)",
  );
  assert.equal(counts.words(2, 2), "true owl, predicted owl: 0 (0.0 % of true owl, 0.0 % of predicted owl)");
});

Deno.test("no classes and no examples", () => {
  for (const none of [new Counts([], []), new Counts([], NAMES), new Counts(Int32Array.of(1, 2), NAMES)]) {
    assert.equal(none.total, 0);
    assert.equal(none.title("Empty"), "Empty");
    assert.deepEqual(none.drawn("counts"), []);
    assert.deepEqual(none.table().rows, []);
    assert.equal(none.highest("true"), 1);
  }
});

Deno.test("right cells go up in colour and wrong ones down; the smallest still has one", () => {
  const levels = counts.drawn("counts").map(({ i, j, level }) => [i, j, level]);
  assert.deepEqual(levels[0], [0, 0, LEVELS]);
  assert.ok(levels.every(([i, j, level]) => (i === j ? level >= 1 : level <= -1)));
  const huge = new Counts(Int32Array.of(0, 0, 1e9, 0, 1, 1), NAMES);
  assert.deepEqual(huge.drawn("counts").map((one) => one.level), [LEVELS, -1]);
});

Deno.test("shares are of the true or the predicted class", () => {
  const texts = (/** @type {"counts" | "true" | "predicted"} */ mode) =>
    counts.drawn(mode).map((one) => one.text(60));
  assert.deepEqual(texts("counts"), ["50", "30", "9", "3"]);
  assert.deepEqual(texts("true"), ["63", "38", "100", "100"]);
  assert.deepEqual(texts("predicted"), ["94", "77", "23", "6"]);
});

Deno.test("a number is written where it fits, and a small share is not written as zero", () => {
  assert.equal(digits(1234, 28), "1234");
  assert.equal(digits(1234, 27), "");
  assert.equal(digits(0.2, 10), "<1");
  assert.equal(digits(1e9, 40), "");
});

Deno.test("a percentage of nothing is zero", () => {
  assert.equal(percent(0, 0), "0.0 %");
  assert.equal(percent(1, 3), "33.3 %");
});

Deno.test("the table has the most frequent cells of very many", () => {
  const k = 1000;
  const packed = Int32Array.from(
    { length: 3 * k },
    (_, p) => [Math.floor(p / 3), 0, Math.floor(p / 3) + 1][p % 3],
  );
  const { rows } = new Counts(packed, Array.from({ length: k }, (_, i) => `class ${i}`)).table();
  assert.equal(rows.length, 400);
  assert.deepEqual(rows[0].slice(0, 3), ["class 999", "class 0", 1000]);
});

const state = { count: 30, size: 24, fetched: null, ahead: null, hasImages: true, alone: false };
const images = (/** @type {number} */ n) => Array.from({ length: n }, (_, i) => ({ n: i, url: `${i}` }));

Deno.test("there is always a first page", () => {
  assert.deepEqual([0, 1, 24, 25, 48, 100000].map((n) => lastPage(n, 24)), [0, 0, 0, 1, 1, 4166]);
  assert.equal(placeOf(1, state), "images 25 to 30 of 30");
});

Deno.test("the kernel is asked only for what is not here and can be had", () => {
  assert.equal(lacking(state), true);
  assert.equal(lacking({ ...state, fetched: images(24) }), false);
  assert.equal(lacking({ ...state, ahead: images(5) }), true);
  assert.equal(lacking({ ...state, ahead: images(24) }), false);
  assert.equal(lacking({ ...state, count: 5, ahead: images(5) }), false);
  assert.equal(lacking({ ...state, count: 0 }), false);
  assert.equal(lacking({ ...state, hasImages: false }), false);
  assert.equal(lacking({ ...state, alone: true }), false);
});

Deno.test("what is said while images are asked for, and without a kernel", () => {
  assert.match(noteOf(state, true), /Asking the kernel/);
  assert.equal(noteOf(state, false), "");
  assert.equal(noteOf({ ...state, fetched: images(24) }, true), "");
  const alone = { ...state, alone: true };
  assert.match(noteOf(alone, false), /^ Its images need/);
  assert.match(noteOf({ ...alone, ahead: images(5) }, false), /^ The first 5 came/);
  assert.equal(noteOf({ ...alone, ahead: images(30) }, false), "");
  assert.equal(noteOf({ ...alone, count: 0 }, false), "");
});

Deno.test("images that came for a page go before those that came with the widget", () => {
  assert.deepEqual(imagesOf(state), []);
  assert.equal(imagesOf({ ...state, ahead: images(5) }).length, 5);
  assert.equal(imagesOf({ ...state, ahead: images(5), fetched: images(24) }).length, 24);
});

Deno.test("only so many pages are kept, and what goes gives its files back", () => {
  const png = new DataView(new ArrayBuffer(8));
  /** @type {string[]} */
  const gone = [];
  const { revokeObjectURL } = URL;
  URL.revokeObjectURL = (url) => void gone.push(url);
  try {
    const store = new ImageStore();
    const cells = Array.from({ length: 100 }, (_, i) => [`${i}|0`, [{ n: i, png }]]);
    store.addAhead(Object.fromEntries(cells));
    for (let i = 0; i < 61; i += 1) store.add(`${i}|0|0`, [i], [png]);
    assert.equal(gone.length, 1);
    assert.equal(store.find(0, 0, 0).fetched, null, "the oldest went");
    assert.equal(store.find(0, 0, 0).ahead?.length, 1, "what came with the widget stays");
    assert.equal(store.find(0, 0, 1).ahead, null, "and is the first page alone");
    assert.equal(store.find(60, 0, 0).fetched?.[0].n, 60);
    store.add("60|0|0", [60], [png]);
    assert.equal(gone.length, 2, "the same page again");
    store.clear();
    assert.equal(gone.length, 2 + 60 + 100);
    assert.equal(new Set(gone).size, gone.length);
  } finally {
    URL.revokeObjectURL = revokeObjectURL;
    gone.forEach((url) => URL.revokeObjectURL(url));
  }
});

Deno.test("nothing was sent ahead", () => {
  const store = new ImageStore();
  store.addAhead(null);
  assert.deepEqual(store.find(0, 0, 0), { fetched: null, ahead: null });
});
