// The list of channels in pages, and where a key leads in it. No DOM.

const PAGE = 60; // channels that are drawn at a time

/**
 * The page on which a place of the list is.
 *
 * @param {number} at  -1 for none
 */
export const pageOf = (at) => Math.max(0, Math.floor(at / PAGE));

/** @param {number} count */
export const lastPage = (count) => Math.max(0, Math.ceil(count / PAGE) - 1);

/**
 * @template Item
 * @param {Item[]} all
 * @param {number} page
 */
export const onPage = (all, page) => all.slice(page * PAGE, (page + 1) * PAGE);

/**
 * @param {number} page
 * @param {number} count
 */
export const pageWords = (page, count) =>
  `channels ${page * PAGE + 1} to ${Math.min(count, (page + 1) * PAGE)} of ${count}`;

/**
 * Where each key leads from a place of the list; outside of it means its end.
 *
 * @param {number} at
 * @param {number} columns
 * @param {number} count
 * @returns {Record<string, number>}
 */
export const keyTargets = (at, columns, count) => ({
  ArrowRight: at + 1,
  ArrowLeft: at - 1,
  ArrowDown: at + columns,
  ArrowUp: at < columns ? at : at - columns, // stays in the first row
  PageDown: at + PAGE,
  PageUp: at - PAGE,
  Home: 0,
  End: count - 1,
});

/**
 * The nearest place that there is; -1 in an empty list.
 *
 * @param {number} at
 * @param {number} count
 */
export const within = (at, count) => Math.min(count - 1, Math.max(0, at));
