import assert from "node:assert/strict";
import plugin, { LONGEST } from "../../tools/function_length.js";

/** @param {string} source */
const messages = (source) => Deno.lint.runPlugin(plugin, "some.js", source).map((found) => found.message);
/** @param {number} lines */
const body = (lines) => `{\n${"  step();\n".repeat(lines - 2)}}`;

Deno.test("a function may have as many lines as the rule says", () => {
  assert.deepEqual(messages(`function f() ${body(LONGEST)}`), []);
});

Deno.test("every kind of function is measured, with what is inside it", () => {
  const long = body(LONGEST + 1);
  for (
    const source of [
      `function f() ${long}`,
      `export default () => ${long}`,
      `class A { f() ${long} }`,
      `const a = { f() ${long} }`,
      `async function* f() ${long}`,
      `function f() {\n  function g() ${body(LONGEST - 1)}\n}`,
    ]
  ) {
    assert.deepEqual(messages(source), [`This function has ${LONGEST + 1} lines; ${LONGEST} are the most.`]);
  }
});

Deno.test("a long class of short methods is no long function", () => {
  assert.deepEqual(
    messages(`class A {\n${Array.from({ length: 100 }, (_, i) => `f${i}() {}\n`).join("")}}`),
    [],
  );
});
