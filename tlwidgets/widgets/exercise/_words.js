// What the exercise says. No DOM.

/** @typedef {"" | "tried" | "passed"} Value */

/**
 * Text with `code` in it, as parts in their order.
 *
 * @param {string} text
 */
export function splitCode(text) {
  return text.split("`").map((part, i) => ({ text: part, code: i % 2 === 1 }));
}

/**
 * @param {Value} value
 * @param {boolean} seen whether the solution has been shown
 */
export function badgeWords(value, seen) {
  const words = { "": "○ not attempted", tried: "✗ not yet", passed: "✓ passed" }[value];
  return seen ? `${words}, solution seen` : words;
}

/**
 * The line below the buttons.
 *
 * @param {{ alone: boolean, busy: boolean, attempted: boolean, value: Value, message: string }} state
 */
export function answerWords({ alone, busy, attempted, value, message }) {
  if (alone) return "Checking needs a running kernel.";
  if (busy) return "checking…";
  if (!message) return "";
  return (attempted ? { "": "", tried: "✗ Not yet. ", passed: "✓ Passed. " }[value] : "Not attempted yet. ") +
    message;
}
