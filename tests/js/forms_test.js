import assert from "node:assert/strict";
import { answerWords, badgeWords, splitCode } from "../../tlwidgets/widgets/exercise/_words.js";
import { guessWords, stepOf } from "../../tlwidgets/widgets/predict/_guess.js";
import { doneIn, kindsOf, sum } from "../../tlwidgets/widgets/progress/_totals.js";

Deno.test("code stands between backticks, and a lost backtick loses no text", () => {
  assert.deepEqual(splitCode("call `fit` now"), [
    { text: "call ", code: false },
    { text: "fit", code: true },
    { text: " now", code: false },
  ]);
  assert.equal(splitCode("a ` b").map((part) => part.text).join(""), "a  b");
  assert.deepEqual(splitCode(""), [{ text: "", code: false }]);
});

Deno.test("the badge says how far one is, and that the solution was seen", () => {
  assert.equal(badgeWords("", false), "○ not attempted");
  assert.equal(badgeWords("passed", true), "✓ passed, solution seen");
});

Deno.test("without a kernel nothing is promised; a check that runs hides the last answer", () => {
  const state = {
    alone: false,
    busy: false,
    attempted: true,
    value: /** @type {const} */ ("tried"),
    message: "2 is not 3.",
  };
  assert.equal(answerWords(state), "✗ Not yet. 2 is not 3.");
  assert.equal(answerWords({ ...state, attempted: false }), "Not attempted yet. 2 is not 3.");
  assert.equal(answerWords({ ...state, busy: true }), "checking…");
  assert.equal(answerWords({ ...state, busy: true, alone: true }), "Checking needs a running kernel.");
  assert.equal(answerWords({ ...state, message: "" }), "");
});

Deno.test("arrow keys move a guess in 50 to 500 round steps, whatever the range", () => {
  for (const [low, high] of [[0, 1], [0, 100], [-3, 4], [1e-6, 3e-6], [0, 1e9]]) {
    const steps = (high - low) / stepOf(low, high);
    assert.ok(steps >= 49.99 && steps <= 500.01, `${low} to ${high}: ${steps}`);
  }
});

Deno.test("a guess is said in four digits with its unit", () => {
  assert.equal(guessWords(0.123456, " s", "-"), "0.1235 s");
  assert.equal(guessWords(0, "", "-"), "0");
  assert.equal(guessWords(null, " s", "no guess yet"), "no guess yet");
});

Deno.test("totals leave out lessons that have nothing of a kind, and kinds that no lesson has", () => {
  /** @type {import("../../tlwidgets/widgets/progress/_totals.js").Lesson[]} */
  const lessons = [{ title: "A", exercise: [1, 2], quiz: [2, 2] }, {
    title: "B",
    exercise: [0, 3],
    quiz: null,
  }];
  const kinds = kindsOf(lessons, { exercise: "Exercises", quiz: "Questions", claim: "Claims" });
  assert.deepEqual(kinds, [
    { kind: "exercise", name: "Exercises", total: [1, 5] },
    { kind: "quiz", name: "Questions", total: [2, 2] },
  ]);
  assert.deepEqual(sum(kinds.map((kind) => kind.total)), [3, 7]);
  assert.equal(doneIn(lessons[1], "quiz"), null);
  assert.deepEqual(kindsOf([], { quiz: "Questions" }), []);
  assert.deepEqual(sum([]), [0, 0]);
});
