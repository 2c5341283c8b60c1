import assert from "node:assert/strict";
import { pixelsOf, signedColors } from "../../tlwidgets/widgets/layer_view/_colors.js";
import { Look, missingWords, shortResponse } from "../../tlwidgets/widgets/layer_view/_look.js";
import {
  keyTargets,
  lastPage,
  onPage,
  pageOf,
  pageWords,
  within,
} from "../../tlwidgets/widgets/layer_view/_pages.js";

/** @import { Numbers } from "../../tlwidgets/widgets/layer_view/_types.d.ts" */

/**
 * A layer with maps of 1 x 2.
 *
 * @param {number[][]} scores by image and channel
 * @param {Partial<Numbers>} [more]
 */
function look(scores, more = {}) {
  const channels = scores[0]?.length ?? 0;
  return new Look({
    form: [scores.length, channels, 1, 2],
    size: [12, 24],
    places: true,
    maps: Int8Array.from({ length: scores.length * channels * 2 }, (_, p) => p),
    scores: Float32Array.from(scores.flat()),
    filters: new Int8Array(0),
    filter_form: [],
    filter_words: "",
    state: new Uint8Array(channels),
    ...more,
  });
}
const state = (/** @type {number[]} */ ...bits) => ({ state: Uint8Array.from(bits) });

const LOOK = look([[1, 5, 3], [2, 4, 6]]);

Deno.test("a response is found by image and channel", () => {
  assert.equal(LOOK.score({ image: 1, channel: 2 }), 6);
  assert.deepEqual([...LOOK.map({ image: 1, channel: 2 }).values], [10, 11]);
});

Deno.test("channels stand by number, or by their response to the image", () => {
  assert.deepEqual(LOOK.order("channel", 0), [0, 1, 2]);
  assert.deepEqual(LOOK.order("response", 0), [1, 2, 0]);
  assert.deepEqual(LOOK.order("response", 1), [2, 1, 0]);
  assert.deepEqual(look([]).order("response", 0), []);
});

Deno.test("equal responses keep the order of the channels, and those without a number come last", () => {
  const some = look([[NaN, 2, -3, 2, Infinity]]);
  assert.deepEqual(some.order("response", 0), [1, 3, 2, 0, 4]);
});

Deno.test("a channel responds most to at most four images, and to none without a number", () => {
  const one = (/** @type {number[]} */ ...values) => look(values.map((v) => [v]));
  assert.deepEqual(one(1, 9, 3, 9, 5, 7).best(0), [1, 3, 5, 4]);
  assert.deepEqual(one(NaN, -2, -Infinity, -1).best(0), [3, 1]);
  assert.deepEqual(look([[0], [0]], state(1)).best(0), []);
});

Deno.test("channels that respond to nothing are marked and said", () => {
  const some = look([[1, 0, NaN, NaN]], state(0, 1, 2, 3));
  assert.deepEqual([0, 1, 2, 3].map((channel) => some.mark(channel)), ["", "×", "?", "?"]);
  assert.deepEqual([0, 1, 2, 3].map((channel) => some.words({ image: 0, channel })), [
    "channel 0: strongest response 1",
    "channel 1: 0 for all images",
    "channel 2: not a number for some image",
    "channel 3: not a number for some image",
  ]);
});

Deno.test("a layer in words", () => {
  assert.equal(LOOK.sentence("Conv2D"), "Conv2D: 3 channels, maps of 12 × 24.");
  const flat = { places: false };
  assert.equal(
    look([[0, 0, 0]], { ...flat, ...state(1, 1, 2) }).sentence("Dense"),
    "Dense: 3 channels, one number each, not a map. 2 are 0 for all images (×). 1 is not a number for some image (?).",
  );
});

Deno.test("a response in three digits", () => {
  assert.deepEqual([0, -1.23456, 123456, 1e-7, NaN, Infinity].map(shortResponse), [
    "0",
    "-1.23",
    "123000",
    "1e-7",
    "no number",
    "no number",
  ]);
});

Deno.test("a layer that is not here: why", () => {
  assert.equal(missingWords("head", "", true), "Running the network up to head …");
  assert.match(missingWords("head", "", false), /needs the notebook and its kernel/);
  assert.equal(missingWords("head", "head could not be run: X", false), "head could not be run: X");
});

Deno.test("filters are there where they are images", () => {
  assert.equal(LOOK.filter(0), null);
  const filters = Int8Array.from({ length: 3 * 4 }, (_, p) => p);
  const some = look([[1, 5, 3]], { filters, filter_form: [3, 2, 2, 1] });
  assert.deepEqual(some.filter(1), { high: 2, wide: 2, depth: 1, values: Int8Array.of(4, 5, 6, 7) });
});

Deno.test("colours go from one end over the middle to the other", () => {
  const colors = signedColors("#ff0000", "#808080", "#0000ff");
  const of = (/** @type {number} */ v) => [...colors.slice(4 * (v + 128), 4 * (v + 129))];
  assert.deepEqual(of(-127), [255, 0, 0, 255]);
  assert.deepEqual(of(-128), of(-127));
  assert.deepEqual(of(0), [128, 128, 128, 255]);
  assert.deepEqual(of(127), [0, 0, 255, 255]);
  assert.ok(of(64)[2] > of(32)[2] && of(32)[2] > of(0)[2]);
  assert.deepEqual([...signedColors("", "blue", "#fff").slice(0, 4)], [0, 0, 0, 255]);
});

Deno.test("a map takes the colours, a filter of three numbers is a colour itself", () => {
  const colors = signedColors("#ff0000", "#000000", "#0000ff");
  const map = { high: 1, wide: 2, depth: 1, values: Int8Array.of(-127, 127) };
  assert.deepEqual([...pixelsOf(map, colors)], [255, 0, 0, 255, 0, 0, 255, 255]);
  const filter = { high: 1, wide: 2, depth: 3, values: Int8Array.of(-128, 0, 127, 1, 2, 3) };
  assert.deepEqual([...pixelsOf(filter, colors)], [0, 128, 255, 255, 129, 130, 131, 255]);
});

Deno.test("60 channels are on a page", () => {
  assert.deepEqual([-1, 0, 59, 60, 2047].map(pageOf), [0, 0, 0, 1, 34]);
  assert.deepEqual([0, 1, 60, 61, 2048].map(lastPage), [0, 0, 0, 1, 34]);
  const all = Array.from({ length: 70 }, (_, i) => i);
  assert.deepEqual(onPage(all, 1), all.slice(60));
  assert.equal(pageWords(0, 70), "channels 1 to 60 of 70");
  assert.equal(pageWords(1, 70), "channels 61 to 70 of 70");
});

Deno.test("keys lead by one, by a row, by a page, and to the ends", () => {
  const to = (/** @type {number} */ at, /** @type {string} */ key) => within(keyTargets(at, 7, 70)[key], 70);
  assert.deepEqual(["ArrowRight", "ArrowLeft", "ArrowDown", "ArrowUp"].map((key) => to(20, key)), [
    21,
    19,
    27,
    13,
  ]);
  assert.deepEqual(["PageDown", "PageUp", "Home", "End"].map((key) => to(5, key)), [65, 0, 0, 69]);
  assert.equal(to(68, "ArrowDown"), 69);
  assert.equal(to(6, "ArrowUp"), 6); // there is no row above
  assert.equal(to(7, "ArrowUp"), 0);
});
