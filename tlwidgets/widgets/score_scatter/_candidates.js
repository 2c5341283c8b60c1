// Candidates in the order of a score and what is said of them. No DOM.

/** @import { Table } from "./_types.d.ts" */

const ROWS = 400; // rows of the table, the best first

/** @param {number} v */
export const shortScore = (v) => (Number.isFinite(v) ? String(+v.toPrecision(4)) : "no number");

/**
 * Names of the scores with their rank correlation.
 *
 * @param {string[]} names
 * @param {(number | null)[]} rho
 */
export const scoreTitles = (names, rho) =>
  names.map((name, k) => `${name} (ρ ${rho[k] === null ? "–" : rho[k].toFixed(2).replace("-", "−")})`);

/** The candidates as one score sees them. */
export class Candidates {
  /**
   * @param {Table} table
   * @param {string} score
   */
  constructor(table, score) {
    const n = table.truth.length;
    const k = table.names.indexOf(score);
    this.table = table;
    this.score = score;
    const x = table.values.subarray(k * n, (k + 1) * n);
    this.x = x;
    /** Those with finite numbers, from the lowest score to the highest. */
    this.order = Array.from(x.keys()).filter((i) => Number.isFinite(x[i]) && Number.isFinite(table.truth[i]));
    this.order.sort((a, b) => x[a] - x[b] || a - b);
  }

  /** The candidate with the highest score; undefined where there is none. */
  get top() {
    return this.order[this.order.length - 1];
  }

  /** The candidate with the highest score of every group that has one. */
  bests() {
    /** @type {Map<number, number>} */
    const best = new Map();
    for (const i of this.order) best.set(this.table.group[i], i); // the last one stays
    return [...best].sort(([a], [b]) => a - b).map(([, i]) => i);
  }

  /**
   * Rank within the group, 1 for the largest value, and the size of the group. Only asked for one candidate at a time.
   *
   * @param {number} i
   * @param {Float64Array} values
   */
  rank(i, values) {
    const { group } = this.table;
    let [place, size] = [1, 0];
    for (const other of this.order) {
      if (group[other] !== group[i]) continue;
      size += 1;
      if (values[other] > values[i]) place += 1;
    }
    return `${place} of ${size}`;
  }

  /**
   * A candidate in words.
   *
   * @param {number} i
   */
  words(i) {
    const { labels, groups, group, truth, truthName } = this.table;
    const { name } = groups[group[i]];
    const [score, real] = [shortScore(this.x[i]), shortScore(truth[i])];
    return (
      `${labels[i]}${name ? ` (${name})` : ""}: ${this.score} ${score}, rank ${this.rank(i, this.x)}; ` +
      `${truthName} ${real}, rank ${this.rank(i, truth)}`
    );
  }

  /**
   * The candidate so many places on in the order; `null` stands behind the last one.
   *
   * @param {number | null} from
   * @param {number} by
   */
  step(from, by) {
    const at = from === null ? -1 : this.order.indexOf(from);
    const to = (at >= 0 ? at : this.order.length) + by;
    return this.order[Math.max(0, Math.min(this.order.length - 1, to))];
  }

  /** The numbers as a table: all scores of all candidates. */
  tableRows() {
    const { names, labels, groups, group, values, truth, truthName } = this.table;
    const n = truth.length;
    const several = groups.length > 1;
    const sorted = Array.from(truth.keys()).sort((a, b) => truth[b] - truth[a]).slice(0, ROWS);
    const rows = sorted.map((i) => [
      labels[i],
      ...(several ? [groups[group[i]].name] : []),
      shortScore(truth[i]),
      ...names.map((_, k) => shortScore(values[k * n + i])),
    ]);
    return { head: ["candidate", ...(several ? ["group"] : []), truthName, ...names], rows };
  }
}
