// The counts of a confusion matrix and what is said of them. No DOM.

/** @import { GridCell } from "../_grid_layout.js" */
/** @import { Normalize } from "./_types.d.ts" */

export const LEVELS = 6;
const ROWS = 400; // rows of the table, the most frequent first

/** @typedef {{ i: number, j: number, n: number }} Count */

/**
 * @param {number} part
 * @param {number} whole
 */
export const percent = (part, whole) => `${((100 * part) / Math.max(1, whole)).toFixed(1)} %`;

/** How often each true class (i) was taken for each class (j). */
export class Counts {
  /** @type {Count[]} */
  cells = [];
  total = 0;
  right = 0;
  /** @type {Map<number, number>} */
  #at = new Map();

  /**
   * @param {ArrayLike<number>} packed  i, j and n of every cell that is not empty, one after the other
   * @param {string[]} names
   */
  constructor(packed, names) {
    this.names = names;
    this.trueSums = new Float64Array(names.length);
    this.predictedSums = new Float64Array(names.length);
    for (let p = 0; p + 2 < packed.length; p += 3) {
      const [i, j, n] = [packed[p], packed[p + 1], packed[p + 2]];
      this.cells.push({ i, j, n });
      this.#at.set(i * names.length + j, n);
      this.trueSums[i] += n;
      this.predictedSums[j] += n;
      this.total += n;
      if (i === j) this.right += n;
    }
  }

  /**
   * @param {number} i
   * @param {number} j
   */
  at(i, j) {
    return this.#at.get(i * this.names.length + j) ?? 0;
  }

  /**
   * The number that a cell shows.
   *
   * @param {Count} cell
   * @param {Normalize} normalize
   */
  shown({ i, j, n }, normalize) {
    if (normalize === "counts") return n;
    return (100 * n) / Math.max(1, normalize === "true" ? this.trueSums[i] : this.predictedSums[j]);
  }

  /**
   * The largest number shown, at least 1.
   *
   * @param {Normalize} normalize
   */
  highest(normalize) {
    return this.cells.reduce((most, cell) => Math.max(most, this.shown(cell, normalize)), 1);
  }

  /**
   * The cells as they are drawn: right ones upward in colour, wrong ones downward.
   *
   * @param {Normalize} normalize
   * @returns {GridCell[]}
   */
  drawn(normalize) {
    const highest = this.highest(normalize);
    return this.cells.map((cell) => {
      const value = this.shown(cell, normalize);
      const strong = cell.i === cell.j;
      const step = Math.max(1, Math.round(LEVELS * Math.sqrt(value / highest)));
      return {
        i: cell.i,
        j: cell.j,
        level: strong ? step : -step,
        text: (room) => digits(value, room),
        strong,
      };
    });
  }

  /**
   * A cell in words.
   *
   * @param {number} i
   * @param {number} j
   */
  words(i, j) {
    const [n, actual, predicted] = [this.at(i, j), this.names[i], this.names[j]];
    const shares = [
      `${percent(n, this.trueSums[i])} of true ${actual}`,
      `${percent(n, this.predictedSums[j])} of predicted ${predicted}`,
    ];
    return `true ${actual}, predicted ${predicted}: ${n} (${shares.join(", ")})`;
  }

  /** @param {string} label */
  title(label) {
    if (!this.total) return label;
    return `${label}: ${this.right} of ${this.total} right (${percent(this.right, this.total)})`;
  }

  /** The numbers as a table. */
  table() {
    const rows = [...this.cells].sort((a, b) => b.n - a.n).slice(0, ROWS).map(({ i, j, n }) => [
      this.names[i],
      this.names[j],
      n,
      percent(n, this.trueSums[i]),
      percent(n, this.predictedSums[j]),
    ]);
    return { head: ["true", "predicted", "examples", "of the true class", "of the predicted class"], rows };
  }
}

/**
 * A number that fits into so many pixels, or nothing.
 *
 * @param {number} value
 * @param {number} room
 */
export function digits(value, room) {
  const text = value.toFixed(0);
  if (text === "0") return "<1";
  return text.length * 7 > room ? "" : text;
}
