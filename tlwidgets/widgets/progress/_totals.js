// What is done of all there is. No DOM.

/** @typedef {[done: number, total: number]} Done */
/** @typedef {{ title: string } & Record<string, Done | null | undefined | string>} Lesson a pair for each kind of thing */

/**
 * @param {Lesson} lesson
 * @param {string} kind
 */
export const doneIn = (lesson, kind) => /** @type {Done | null | undefined} */ (lesson[kind]);

/**
 * @param {(Done | null | undefined)[]} pairs
 * @returns {Done}
 */
export function sum(pairs) {
  return pairs.reduce((/** @type {Done} */ [done, total], pair) => {
    return pair ? [done + pair[0], total + pair[1]] : [done, total];
  }, [0, 0]);
}

/**
 * The kinds of which some lesson has any, with how much of each is done in all lessons.
 *
 * @param {Lesson[]} lessons
 * @param {Record<string, string>} names the kinds' names
 */
export function kindsOf(lessons, names) {
  return Object.entries(names)
    .filter(([kind]) => lessons.some((lesson) => lesson[kind]))
    .map(([kind, name]) => ({ kind, name, total: sum(lessons.map((lesson) => doneIn(lesson, kind))) }));
}
