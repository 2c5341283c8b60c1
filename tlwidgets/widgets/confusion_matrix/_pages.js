// Which images of a cell are on a page, and what is said of them. No DOM.

/** @import { CellState } from "./_types.d.ts" */

/**
 * @param {number} count
 * @param {number} size
 */
export const lastPage = (count, size) => Math.max(0, Math.ceil(count / size) - 1);

/**
 * Those that came for the page, else those that came with the widget.
 *
 * @param {CellState} state
 */
export const imagesOf = ({ fetched, ahead }) => fetched ?? ahead ?? [];

/**
 * Whether the kernel is to be asked for images.
 *
 * @param {CellState} state
 */
export function lacking({ count, size, fetched, ahead, hasImages, alone }) {
  if (fetched || !count || !hasImages || alone) return false;
  return !ahead || ahead.length < Math.min(count, size);
}

/**
 * What is said besides the numbers.
 *
 * @param {CellState} state
 * @param {boolean} waiting  the kernel was asked
 */
export function noteOf(state, waiting) {
  const shown = imagesOf(state).length;
  if (state.hasImages && state.alone && shown < state.count) {
    return shown
      ? ` The first ${shown} came with this page; the others need the notebook and its kernel.`
      : " Its images need the notebook and its kernel.";
  }
  return waiting && !state.fetched ? " Asking the kernel for the images …" : "";
}

/**
 * @param {number} page
 * @param {CellState} state
 */
export const placeOf = (page, { count, size }) =>
  `images ${page * size + 1} to ${Math.min(count, (page + 1) * size)} of ${count}`;
