// Text that has to fit. No DOM.

/**
 * The text, or as much of its start as `letters` leave room for, with "…" at its end. At least one letter stays.
 *
 * @param {string} text
 * @param {number} letters
 */
export function cutText(text, letters) {
  const all = [...text]; // an emoji is one letter
  return all.length > letters ? `${all.slice(0, Math.max(1, letters - 1)).join("")}…` : text;
}
