import assert from "node:assert/strict";
import { inPieces, Sending } from "../../tlwidgets/widgets/image_input/_sending.js";
import {
  barWidth,
  cameraWords,
  statusWords,
  tooLarge,
  underImage,
} from "../../tlwidgets/widgets/image_input/_words.js";

const MEGABYTE = 2 ** 20;

/** A way to the kernel that notes what is sent, and how often the view is told to look again. */
function sending() {
  /** @type {any[]} */
  const sent = [];
  const model = /** @type {any} */ ({
    get: (/** @type {string} */ name) => ({ _limit: 3 * MEGABYTE })[name],
    send: (/** @type {object} */ message, /** @type {unknown} */ _, /** @type {ArrayBuffer[]} */ buffers) =>
      sent.push(buffers ? { ...message, bytes: buffers.map((one) => one.byteLength) } : message),
  });
  const seen = { changes: 0 };
  return { way: new Sending(model, () => seen.changes += 1), sent, seen };
}
const file = (/** @type {string} */ name, /** @type {number} */ bytes) =>
  new File([new Uint8Array(bytes)], name);

Deno.test("data go in pieces of a megabyte; no data are one empty piece", () => {
  const sizes = (/** @type {number} */ bytes) =>
    inPieces(new ArrayBuffer(bytes)).map((one) => one.byteLength);
  assert.deepEqual(sizes(0), [0]);
  assert.deepEqual(sizes(1), [1]);
  assert.deepEqual(sizes(MEGABYTE), [MEGABYTE]);
  assert.deepEqual(sizes(2 * MEGABYTE + 5), [MEGABYTE, MEGABYTE, 5]);
  const data = Uint8Array.from({ length: MEGABYTE + 2 }, (_, i) => i % 251);
  assert.deepEqual(new Uint8Array(inPieces(data.buffer)[1]), data.slice(MEGABYTE));
});

Deno.test("files go to the kernel, then it is asked once for them", async () => {
  const { way, sent } = sending();
  await way.give([file("a.png", MEGABYTE + 1), file("b.png", 3)]);
  assert.deepEqual(sent, [
    { kind: "part", name: "a.png", number: 0, bytes: [MEGABYTE] },
    { kind: "part", name: "a.png", number: 1, bytes: [1] },
    { kind: "part", name: "b.png", number: 0, bytes: [3] },
    { kind: "files" },
  ]);
  assert.equal(way.waiting, true);
  way.heard();
  assert.equal(way.waiting, false);
});

Deno.test("a file that is too large or cannot be read is said and not sent; the others are", async () => {
  const { way, sent } = sending();
  const broken = file("broken.png", 3);
  broken.arrayBuffer = () => Promise.reject(new Error("gone"));
  await way.give([file("large.png", 3 * MEGABYTE + 1), broken, file("good.png", 3 * MEGABYTE)]);
  assert.deepEqual(way.problems, [
    "large.png: 3 MB is more than the 3 MB that are taken; save it smaller.",
    "broken.png: the browser could not read it.",
  ]);
  assert.deepEqual([...new Set(sent.map(({ name, kind }) => name ?? kind))], ["good.png", "files"]);
});

Deno.test("nothing to send: the kernel is not asked, the view looks again", async () => {
  const { way, sent, seen } = sending();
  way.problems = ["old"];
  await way.give([]);
  assert.deepEqual([sent, way.problems, way.waiting], [[], [], false]);
  assert.ok(seen.changes > 0);
});

Deno.test("answers are counted, and one too many is no debt", () => {
  const { way } = sending();
  way.heard();
  way.ask({ kind: "remove" });
  way.ask({ kind: "explain" });
  assert.equal(way.waiting, true);
  way.heard();
  assert.equal(way.waiting, true);
  way.heard();
  assert.equal(way.waiting, false);
});

Deno.test("to forget all images takes the problems along and waits for nothing", () => {
  const { way, sent, seen } = sending();
  way.problems = ["old"];
  way.clear();
  assert.deepEqual([sent, way.problems, way.waiting, seen.changes], [[{ kind: "clear" }], [], false, 1]);
});

Deno.test("the status line says how many there are, or that the kernel is at work", () => {
  const now = { count: 0, size: 96, waiting: false, reading: false };
  assert.equal(statusWords(now), "No images yet.");
  assert.equal(statusWords({ ...now, count: 1 }), "1 image, 96 × 96 pixels");
  assert.equal(statusWords({ ...now, count: 2, reading: true }), "2 images, 96 × 96 pixels");
  assert.match(statusWords({ ...now, waiting: true }), /^sent; the kernel answers/);
  assert.equal(statusWords({ ...now, count: 5, waiting: true, reading: true }), "reading…");
});

Deno.test("why the camera does not come", () => {
  const words = (/** @type {string} */ name) => cameraWords(new DOMException("", name));
  assert.match(words("NotAllowedError"), /allow it in the browser's settings/);
  assert.match(words("NotFoundError"), /no camera here/);
  assert.match(words("NotReadableError"), /in use by another program/);
  for (const other of [words("OverconstrainedError"), cameraWords("text"), cameraWords(undefined)]) {
    assert.equal(other, "The camera does not work here: choose a file instead.");
  }
});

Deno.test("sizes are said in megabytes", () => {
  assert.match(tooLarge("a", 100.6 * MEGABYTE, 16 * MEGABYTE), /^a: 101 MB is more than the 16 MB/);
});

Deno.test("under an image stands what a model says, else its class", () => {
  const item = { name: "a", notes: [], label: "cat" };
  assert.equal(underImage({ ...item, top: [["dog", 0.987], ["cat", 0.01]] }), "dog 0.99");
  assert.equal(underImage({ ...item, top: [] }), "cat");
  assert.equal(underImage({ ...item, label: "", top: [] }), "");
});

Deno.test("a bar is never wider than its place", () => {
  assert.deepEqual([-1, 0, 0.25, 1, 7].map(barWidth), ["0%", "0%", "25%", "100%", "100%"]);
});
