// Steps and words of a guess. No DOM.

/**
 * About a hundred steps, so that the arrow keys move by something one can see.
 *
 * @param {number} low
 * @param {number} high
 */
export const stepOf = (low, high) => 10 ** Math.floor(Math.log10((high - low) / 50));

/**
 * @param {number | null} value
 * @param {string} unit
 * @param {string} none what is said while there is no guess
 */
export const guessWords = (value, unit, none) => (value === null ? none : `${+value.toPrecision(4)}${unit}`);
