// The gains of every source on every target and what is said of them. No DOM.

/** @import { GridCell } from "../_grid_layout.js" */
/** @import { GainCell } from "./_types.d.ts" */

export const LEVELS = 6;

/**
 * A gain with its sign, zero as ±0.
 *
 * @param {number} value
 * @param {number} digits
 */
export function signed(value, digits) {
  const text = Math.abs(value).toFixed(digits);
  return Number(text) === 0 ? "±0" : `${value < 0 ? "−" : "+"}${text}`;
}

/**
 * Level of the colour of a gain, from -LEVELS to LEVELS.
 *
 * @param {number} gain
 * @param {number} limit
 */
export const gainLevel = (gain, limit) =>
  Math.max(-LEVELS, Math.min(LEVELS, Math.round((LEVELS * gain) / (limit || 1))));

/** The measured cells, found by source, target and method. */
export class Gains {
  /** @type {Map<string, GainCell>} */
  #at;

  /**
   * @param {GainCell[]} cells
   * @param {string[]} sources
   * @param {string[]} targets
   * @param {string[]} methods
   */
  constructor(cells, sources, targets, methods) {
    this.cells = cells;
    this.sources = sources;
    this.targets = targets;
    this.methods = methods;
    this.#at = new Map(cells.map((cell) => [`${cell.s}|${cell.t}|${cell.m}`, cell]));
  }

  /**
   * @param {number} i
   * @param {number} j
   * @param {number} m
   */
  find(i, j, m) {
    return this.#at.get(`${i}|${j}|${m}`);
  }

  /**
   * A cell in words.
   *
   * @param {number} i
   * @param {number} j
   * @param {number} m
   */
  words(i, j, m) {
    return this.find(i, j, m)?.words ?? `${this.sources[i]} → ${this.targets[j]}: not measured`;
  }

  /**
   * All cells of a method as they are drawn.
   *
   * @param {number} m
   * @param {number} limit  the gain at the ends of the colours
   * @returns {GridCell[]}
   */
  drawn(m, limit) {
    return this.sources.flatMap((_, i) =>
      this.targets.map((__, j) => drawnCell(i, j, this.find(i, j, m), limit))
    );
  }

  /** The numbers as a table. */
  table() {
    const rows = this.cells.map(({ s, t, m, gain, low, high, runs }) => [
      this.sources[s],
      this.targets[t],
      this.methods[m],
      gain === null ? "–" : signed(gain, 1),
      low === null || high === null ? "–" : `${signed(low, 1)} to ${signed(high, 1)}`,
      runs.map((v) => (v === null ? "×" : +v.toPrecision(3))).join(", "),
    ]);
    return { head: ["source", "target", "method", "gain", "95 % interval", "runs"], rows };
  }
}

/**
 * @param {number} i
 * @param {number} j
 * @param {GainCell | undefined} cell
 * @param {number} limit
 * @returns {GridCell}
 */
function drawnCell(i, j, cell, limit) {
  const mark = cell?.sign ?? 0;
  const gain = cell?.gain ?? null;
  if (gain === null) return { i, j, level: 0, missing: true, text: () => "", mark, strong: mark !== 0 };
  const text = (/** @type {number} */ room) => signed(gain, room >= 34 ? 1 : 0);
  return { i, j, level: gainLevel(gain, limit), text, mark, strong: mark !== 0 };
}
